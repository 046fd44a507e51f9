"""Four validators on a bad network: one order, one state, nothing acknowledged lost; once it heals, all is answered."""

import itertools
import os
import time
from collections.abc import Callable

import pytest

from madang.engine.cometbft import application, record, wire
from madang.engine.cometbft.application import Application
from madang.engine.ledger import Ledger
from madang.kernel.errors import MadangError
from madang.kernel.machine import Block
from madang.log.errors import LogError
from tests.simulation.auditor import Wrong
from tests.simulation.cluster import Cluster
from tests.simulation.tendermint import Consensus
from tests.support.results import write_result

MOST_SEEDS = 60
Plant = Callable[[pytest.MonkeyPatch], None]


def simulate(seed: int) -> Cluster:
    """Run one seed; a failure names it."""
    cluster = Cluster(seed)
    try:
        cluster.run()
    except BaseException as error:
        error.add_note(f"failing seed: {seed} (tests/simulation: Cluster({seed}).run())")
        raise
    return cluster


def test_fifty_seeds():
    crashes = answered = blocks = liars = 0
    for seed in range(50):
        cluster = simulate(seed)
        crashes += cluster.crashes
        answered += cluster.answered
        blocks += cluster.blocks
        liars += cluster.liar is not None
    assert crashes > 100
    assert answered > 2000
    assert blocks > 1000
    assert liars > 20


@pytest.mark.parametrize("seed", [1, 7])
def test_a_seed_replays_byte_for_byte(seed):
    first, second = Cluster(seed), Cluster(seed)
    assert first.run() == second.run()
    assert first.roots == second.roots
    assert Cluster(seed + 1).run() != first.trace.hexdigest()


@pytest.mark.soak
def test_many_seeds():
    start, count = int(os.environ.get("MADANG_FIRST_SEED", "1000")), int(os.environ.get("MADANG_SEEDS", "20000"))
    began, crashes, answered, liars = time.time(), 0, 0, 0
    for seed in range(start, start + count):
        cluster = simulate(seed)
        crashes += cluster.crashes
        answered += cluster.answered
        liars += cluster.liar is not None
    found = {"first_seed": start, "seeds": count, "crashes": crashes, "liars": liars, "answered": answered, "wrong": 0}
    write_result("soak-cluster", found, time.time() - began)


# -------------------------------------------------------------------------------------------- mistakes made on purpose


def accept_anything(patch: pytest.MonkeyPatch) -> None:
    accepted = wire.message("ResponseProcessProposal")(status=wire.ACCEPT)
    patch.setattr(Application, "process_proposal", lambda self, request: accepted)


def own_clock(patch: pytest.MonkeyPatch) -> None:
    execute = Application._execute
    patch.setattr(Application, "_execute", lambda self, time, bundles: execute(self, self._clock(), bundles))


def no_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Block, "check", lambda self, transaction: None)


def digest_of_height(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(application, "block_digest", lambda height, time, bundles: b"%d" % height)


def finalize_is_not_pure(patch: pytest.MonkeyPatch) -> None:
    finalize = Application.finalize_block

    def again(self, request):
        self._finalized = None
        return finalize(self, request)

    patch.setattr(Application, "finalize_block", again)


def progress_is_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(record, "pairs", lambda progress, height, found: [])


def half_is_a_quorum(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Consensus, "_quorum", lambda self, votes: 2 * len({one.voter for one in votes}) >= self.count)


def the_root_depends_on_the_node(patch: pytest.MonkeyPatch) -> None:
    seal, turn = Ledger.seal, itertools.count()

    def own(self, block):
        block.time += next(turn) % 2
        return seal(self, block)

    patch.setattr(Ledger, "seal", own)


def nothing(patch: pytest.MonkeyPatch) -> None:
    """The application as it is; the mistake is the driver's."""


PLANTED: dict[str, tuple[Plant, frozenset[str]]] = {
    "validators accept any proposal": (accept_anything, frozenset()),
    "a block is executed at the validator's own time": (own_clock, frozenset()),
    "no replay mark is looked for": (no_mark, frozenset()),
    "what was tried is taken for another block of its height": (digest_of_height, frozenset()),
    "a block finalized twice is sealed twice": (finalize_is_not_pure, frozenset()),
    "the height is not written with the block": (progress_is_not_written, frozenset()),
    "half of the validators decide": (half_is_a_quorum, frozenset()),
    "the root depends on the node": (the_root_depends_on_the_node, frozenset()),
    "an answer before the block": (nothing, frozenset({"early answer"})),
    "expired by a clock that is not the chain's": (nothing, frozenset({"expired by the clock"})),
}


@pytest.mark.parametrize("name", PLANTED)
def test_the_simulation_finds(name: str, monkeypatch: pytest.MonkeyPatch):
    Cluster(0)  # what is made once is made without the mistake
    plant, bugs = PLANTED[name]
    plant(monkeypatch)
    for seed in range(MOST_SEEDS):
        try:
            Cluster(seed, bugs).run()
        except (Wrong, AssertionError, MadangError, LogError):
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not find: {name}")
