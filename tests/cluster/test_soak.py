"""What else befalls institutions: hanging, a full disk, a wrong clock, damaged stores; then all of it at random."""

import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madang.engine.cometbft.cluster import Member
from madang.engine.cometbft.home import FOLDER
from tests.cluster.history import Asked, Clients, check
from tests.cluster.institutions import Institutions, institutions
from tests.support.results import write_result

pytestmark = pytest.mark.soak
WAIT = 30.0


@pytest.fixture
def cluster(needs) -> Iterator[Institutions]:
    with institutions(needs("cometbft")) as started:
        yield started


def hang(cluster: Institutions, victim: Member, clients: Clients) -> None:
    """Its processes stop where they are, and later go on as if nothing had been."""
    cluster.signal(victim, signal.SIGSTOP)
    clients.until_told(60)
    cluster.signal(victim, signal.SIGCONT)


def kill(cluster: Institutions, victim: Member, clients: Clients) -> None:
    """The power goes."""
    cluster.kill(victim)
    clients.until_told(60)
    cluster.go(victim)


def cut_off(cluster: Institutions, victim: Member, clients: Clients) -> None:
    """Its wires are cut."""
    cluster.links.part(cluster.members.index(victim))
    clients.until_told(60)
    cluster.links.part()


def fill_the_disk(cluster: Institutions, victim: Member, clients: Clients) -> None:
    """No file of the ledger's process may grow: what it writes fails, and it ends by itself rather than go on."""
    process = cluster.process(victim)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert process.wait(WAIT) == 1
    clients.until_told(60)
    cluster.go(victim)


def damage(*patterns: str) -> Callable[[Institutions, Member, Clients], None]:
    """Bits flip in these files while it is down: it does not start, or it ends, and is set up anew."""

    def fault(cluster: Institutions, victim: Member, clients: Clients) -> None:
        cluster.end(victim)
        for pattern in patterns:
            for path in victim.folder.glob(pattern):
                flip(path)
        cluster.start(victim)
        assert cluster.process(victim).wait(WAIT) == 1
        clients.until_told(60)
        cluster.found_again(victim)
        cluster.go(victim)

    return fault


def flip(path: Path) -> None:
    """Every hundredth byte of a file is another."""
    data = bytearray(path.read_bytes())
    for place in range(10, len(data), 100):
        data[place] ^= 0x10
    path.write_bytes(data)


def lie(cluster: Institutions, victim: Member, clients: Clients) -> None:
    """Its rules give payers a won too much; it is found out, and set up anew."""
    cluster.end(victim)
    cluster.go(victim, "--generous")
    clients.until_told(60)
    cluster.kill(victim)
    cluster.found_again(victim)
    cluster.go(victim)


def set_clock(seconds: int) -> Callable[[Institutions, Member, Clients], None]:
    """The clock of its ledger's process is wrong by so much. Block time is CometBFT's, which no one validator sets."""

    def fault(cluster: Institutions, victim: Member, clients: Clients) -> None:
        cluster.end(victim)
        cluster.go(victim, "--clock", str(seconds))
        clients.until_told(60)
        cluster.end(victim)
        cluster.go(victim)

    return fault


FAULTS = {
    "hanging": hang,
    "killed": kill,
    "cut off": cut_off,
    "a full disk": fill_the_disk,
    "a damaged ledger": damage("store/*.log", "store/*.sst"),
    "damaged blocks of CometBFT's": damage(f"{FOLDER}/data/blockstore.db/*", f"{FOLDER}/data/state.db/*"),
    "other rules": lie,
    "a clock that is fast": set_clock(3_600),
    "a clock that is slow": set_clock(-3_600),
}


def suffer(cluster: Institutions, name: str, number: int, first: int) -> list[Asked]:
    """One fault under load; afterwards all agree."""
    victim = cluster.members[number]
    gateways = [place for place in range(4) if name != "other rules" or place != number]
    with Clients(cluster, first, gateways) as clients:
        clients.until_told(30)
        FAULTS[name](cluster, victim, clients)
        cluster.caught_up(victim)
        clients.until_told(30)
    return clients.history


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault(cluster, name):
    history = suffer(cluster, name, 2, 0)
    check(history, cluster.settled(), cluster.genesis)


def test_faults_one_after_another_at_random(needs):
    """Writes what it found (`tests/support/results.py`)."""
    seed, minutes = int(os.environ.get("MADANG_FIRST_SEED", "1")), float(os.environ.get("MADANG_MINUTES", "20"))
    chance, started, rounds, payments = random.Random(seed), time.time(), 0, 0
    befell = dict.fromkeys(FAULTS, 0)
    while time.time() < started + 60 * minutes:
        with institutions(needs("cometbft")) as cluster:
            history: list[Asked] = []
            # Every payer's voucher lasts for some thousand payments; then come new ones.
            while len(history) < 3_000 and time.time() < started + 60 * minutes:
                name = chance.choice(list(FAULTS))
                history += suffer(cluster, name, chance.randrange(4), len(history))
                befell[name] += 1
            check(history, cluster.settled(), cluster.genesis)
            rounds += 1
            payments += len(history)
    found = {"first_seed": seed, "ledgers": rounds, "payments": payments, "faults": befell, "untrue_answers": 0}
    write_result("soak-institutions", found, time.time() - started)
