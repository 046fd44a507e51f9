"""How many durable signed voucher payments a second four validators on this machine order, and what a fault costs.

    python -m bench.cluster [--json] [--seed N]     under a minute
    python -m bench.cluster --full --json           the rate with one of four dead over 60 seconds

Each validator is a process of its own with its CometBFT, its store and its gateway; all four share the cores. A payment
counts when it is durable at the gateway that took it, and every validator has executed it by the end. `ratio` is
payments a second to the bare limit: four verifications for each payment on the same cores, measured before and after.
`degraded_ratio` is the rate with one killed to that of the rounds before; `failover_s` the longest time without any
answer from the kill on; `catch_up_per_second` what the killed one makes up for when it is started again.

On a machine that others use too, `ratio` flatters: a cluster's many processes get a larger share of the cores than the
bare limit's two. `processor_ratio` does not depend on shares: the processor time of four bare verifications to all that
the validators took for a payment. It is what `ratio` comes to when the cores are all theirs.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from bench import limits, state, validator
from bench.payments import Signer
from bench.validator import Answered
from madang.engine.cometbft.cluster import Cluster, Member, plan
from madang.engine.cometbft.home import FOLDER, Validator, write_genesis_document, write_home
from madang.engine.cometbft.rpc import Rpc
from madang.log.note import SignerKey
from tests.engine.cometbft.conftest import free_ports
from tools import components

HOLDERS = 2_000
"""So few that every key is decoded after the first seconds, as the bare limit's are from the start."""
NAMES = ("central-bank", "bank-a", "bank-b", "ministry")
TOGETHER = 200
WAITING = 3
CLIENTS = 16
ROUNDS = 3
SECONDS = 2.5
ALONE_SECONDS = 2.0
BARE_SECONDS = 0.6
DEGRADED_SECONDS = 6.0
FULL_SECONDS = 60.0
EXPECTED = 3_200
"""Payments a second that are signed ahead, more than this machine can order."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--full", action="store_true", help="with one of four dead for 60 seconds")
    options = parser.parse_args(arguments)
    program = components.find("cometbft")
    if program is None:
        raise SystemExit(f"CometBFT is needed: {components.why_missing('cometbft')}")
    degraded = FULL_SECONDS if options.full else DEGRADED_SECONDS
    with tempfile.TemporaryDirectory(prefix="madang-") as folder, Four(Path(folder), program) as four:
        figures: dict[str, Any] = {"seed": options.seed, "load_before": round(os.getloadavg()[0], 2)}
        signer = Signer(state.prepared(HOLDERS, HOLDERS), options.seed, HOLDERS)
        figures |= measure(four, signer, degraded)
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:26} {value}")


class Four:
    """Four validators that start from one prepared state."""

    def __init__(self, folder: Path, program: Path) -> None:
        prepared = state.prepared(HOLDERS, HOLDERS)
        genesis = state.genesis()
        self.members = plan(folder, NAMES, free_ports(2 * len(NAMES)))
        document = write_genesis_document(genesis, [Validator(one.name, one.keys.public(), 10) for one in self.members])
        for one in self.members:
            shutil.copytree(prepared / "store", one.folder / "store")
            (one.folder / "checkpoint.key").write_text(SignerKey.generate("madang.example/bench").encode())
            peers = [(other.keys.node_id(), other.peer_to_peer) for other in self.members if other is not one]
            write_home(one.folder / FOLDER, one.keys, document, one.peer_to_peer, one.rpc, peers)
        self._cluster = Cluster(self.members, lambda one: self._line(one, program))
        self._connections: dict[str, Connection] = {}

    @staticmethod
    def _line(member: Member, program: Path) -> list[str]:
        control = str(member.folder / "control")
        return [sys.executable, "-m", validator.__name__, str(member.folder), str(program), control]

    def __enter__(self) -> "Four":
        self._cluster.__enter__()
        self._cluster.wait_for_height(1)
        for one in self.members:
            self._connect(one)
        return self

    def __exit__(self, *exception: object) -> None:
        self._cluster.__exit__()

    def _connect(self, member: Member) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self._connections[member.name] = Client(str(member.folder / "control"), "AF_UNIX")
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def ask(self, member: Member, *question: Any) -> Any:
        """A question to one validator."""
        self._connections[member.name].send(question)
        return self._connections[member.name].recv()

    def load(self, members: Sequence[Member], payments: Sequence[bytes]) -> None:
        """Share payments out."""
        for number, one in enumerate(members):
            self.ask(one, "load", list(payments[number :: len(members)]))

    def pay(self, members: Sequence[Member], seconds: float, together: int, waiting: int) -> None:
        """Have these pay for so many seconds; `answers` waits for them."""
        for one in members:
            self._connections[one.name].send(("pay", seconds, together, waiting))

    def answers(self, members: Sequence[Member]) -> Answered:
        """What was answered when. Raises `RuntimeError`."""
        found: Answered = []
        for one in members:
            answered = self._connections[one.name].recv()
            if isinstance(answered, str):
                raise RuntimeError(f"{one.name}: {answered}")
            found += answered
        return sorted(found, key=lambda each: each[1])

    def processor_seconds(self) -> dict[str, float]:
        """Processor time that all validators took so far, by kind of process."""
        groups = {self._cluster.process(one).pid for one in self.members}
        found = {"ledger": 0.0, "verifiers": 0.0, "cometbft": 0.0}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                name, _, rest = path.read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            if int(fields[2]) in groups:
                own = int(path.parent.name) in groups
                kind = "ledger" if own else "cometbft" if "cometbft" in name else "verifiers"
                found[kind] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return found

    def bytes_taken(self) -> dict[str, int]:
        """What the first validator has on disk by folder, before any compaction, and has sent to its peers."""
        first = self.members[0]
        folders = {
            "store": "store",
            "log": "log",
            "blocks": f"{FOLDER}/data/blockstore.db",
            "journal": f"{FOLDER}/data/cs.wal",
        }
        found = {
            name: sum(path.stat().st_size for path in (first.folder / place).rglob("*") if path.is_file())
            for name, place in folders.items()
        }
        rpc = Rpc(*first.rpc)
        peers = rpc.call("net_info")["peers"]
        rpc.close()
        return found | {"sent": sum(int(one["connection_status"]["SendMonitor"]["Bytes"]) for one in peers)}

    def settle(self) -> None:
        """Wait until all have the same log. Raises `RuntimeError`."""
        deadline = time.monotonic() + 60
        while len({self.ask(one, "tip") for one in self.members}) > 1:
            if time.monotonic() > deadline:
                raise RuntimeError(f"no agreement: {[self.ask(one, 'tip') for one in self.members]}")
            time.sleep(0.02)

    def kill(self, member: Member) -> None:
        """By SIGKILL, both processes."""
        self._cluster.signal(member, signal.SIGKILL)
        self._cluster.process(member).wait()

    def start(self, member: Member) -> None:
        """Start one again."""
        (member.folder / "control").unlink()
        self._cluster.start(member)
        self._connect(member)


def measure(four: Four, signer: Signer, degraded: float) -> dict[str, Any]:
    """All figures."""
    everybody = four.members
    payments = signer.make(round(EXPECTED * (ROUNDS * SECONDS + ALONE_SECONDS)))
    four.load(everybody, payments)
    four.pay(everybody, 1.5, TOGETHER, WAITING)
    four.answers(everybody)
    bare, costs, rates, ratios = [], [], [], []

    def measure_bare() -> None:
        before = _children_seconds()
        bare.append(limits.verifications_a_second(BARE_SECONDS))
        costs.append(1e6 * (_children_seconds() - before) / (bare[-1] * BARE_SECONDS))

    measure_bare()
    spent, taken, paid = four.processor_seconds(), four.bytes_taken(), 0
    for _ in range(ROUNDS):
        four.pay(everybody, SECONDS, TOGETHER, WAITING)
        answered = four.answers(everybody)
        rates.append(rate_of(answered))
        paid += sum(count for _, _, count in answered)
        four.settle()
        measure_bare()
        ratios.append(4 * rates[-1] / statistics.mean(bare[-2:]))
    spent = {kind: 1e6 * (after - spent[kind]) / paid for kind, after in four.processor_seconds().items()}
    taken = {kind: round((after - taken[kind]) / paid) for kind, after in four.bytes_taken().items()}
    four.pay(everybody, ALONE_SECONDS, 1, CLIENTS)
    alone = sorted(1000 * (answered - sent) for sent, answered, _ in four.answers(everybody))
    figures: dict[str, Any] = {
        "ratio": round(statistics.median(ratios), 3),
        "processor_ratio": round(4 * statistics.median(costs) / sum(spent.values()), 3),
        "payments_per_second": round(statistics.median(rates)),
        "verifications_per_second": round(statistics.median(bare)),
        "p50_ms": round(alone[len(alone) // 2], 1),
        "p99_ms": round(alone[len(alone) * 99 // 100], 1),
        "one_by_one_per_second": round(len(alone) / ALONE_SECONDS),
        "sizes": {
            "validators": len(everybody),
            "holders": HOLDERS,
            "cores": len(os.sched_getaffinity(0)),
            "waiting": len(everybody) * WAITING * TOGETHER,
            "clients_one_by_one": len(everybody) * CLIENTS,
            "signed_bytes": len(payments[0]),
            "seconds_with_one_dead": degraded,
        },
        "bytes_per_payment": taken,
        "processor_us_per_payment": {kind: round(each) for kind, each in spent.items()},
    }
    return figures | with_one_dead(four, signer, degraded, statistics.median(rates))


def with_one_dead(four: Four, signer: Signer, seconds: float, healthy: float) -> dict[str, Any]:
    """Kill one under load, go on, and start it again."""
    living, victim = four.members[:3], four.members[3]
    four.load(living, signer.make(round(0.8 * EXPECTED * (seconds + 2))))
    before = four.ask(victim, "tip")[1]
    four.pay(living, seconds + 1, TOGETHER, WAITING)
    time.sleep(1)
    killed = time.monotonic()
    four.kill(victim)
    answered = [one for one in four.answers(living) if one[1] > killed]
    moments = [killed, *[when for _, when, _ in answered]]
    pause = max(later - earlier for earlier, later in itertools.pairwise(moments))
    rate = sum(count for _, when, count in answered if when < killed + seconds) / seconds
    started = time.monotonic()
    four.start(victim)
    four.settle()
    made_up = (four.ask(victim, "tip")[1] - before) / (time.monotonic() - started)
    return {
        "degraded_ratio": round(rate / healthy, 3),
        "failover_s": round(pause, 2),
        "catch_up_per_second": round(made_up),
    }


def _children_seconds() -> float:
    """Processor time of the processes that this one started and that ended; validators run on until the end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def rate_of(answered: Answered) -> float:
    """Payments a second from the first submission to the last answer."""
    return sum(count for _, _, count in answered) / (answered[-1][1] - min(sent for sent, _, _ in answered))


if __name__ == "__main__":
    main()
