"""The checks themselves: a history that no ledger can have told is found out."""

import pytest

from madang.app import MODULES
from madang.engine.cometbft.cluster import plan
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from tests.cluster import scene
from tests.cluster.history import Asked, check, in_real_time, replay, vouchers
from tests.cluster.institutions import Blocks
from tests.engine.cometbft.conftest import free_ports


def told(name: str, sent: float, answered: float, height: int, index: int = 0) -> Asked:
    return Asked(name, sent, answered, ("accepted", height, index))


def test_what_overlaps_may_stand_either_way():
    in_real_time([told("a", 0, 5, 7), told("b", 4, 6, 3), told("c", 5.5, 9, 8)])


@pytest.mark.parametrize(("height", "index"), [(6, 9), (7, 0), (7, 1)])
def test_what_was_sent_after_an_answer_stands_behind_it(height, index):
    with pytest.raises(AssertionError, match="stands before a, which was answered"):
        in_real_time(
            [told("x", 0, 1, 2), told("a", 0, 5, 7, 1), told("late", 6, 8, height, index), told("z", 9, 10, 99)]
        )


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """A document, and a payment that it accepts, in a block."""
    members = plan(tmp_path_factory.mktemp("members"), scene.NAMES, free_ports(2 * len(scene.NAMES)))
    genesis = scene.document(members)
    payments = [scene.payment(number, vouchers(genesis)) for number in (1, 2)]

    store = RocksStore(tmp_path_factory.mktemp("store"), cache_bytes=8 * 1024 * 1024)
    made = Ledger.create(store, MODULES, genesis)
    blocks: Blocks = [(made.durable.time, made.durable.root, [])]
    for one in payments:
        block = made.begin(made.durable.time + 60)
        assert block.execute(made.machine.read(one)).outcome == "accepted"
        made.write(made.seal(block))
        blocks.append((made.durable.time, made.durable.root, [one]))
    store.close()
    return genesis, blocks


TRUE = [told("payment 1", 0, 1, 1), told("payment 2", 2, 3, 2)]


def test_a_true_history_holds(ledger):
    genesis, blocks = ledger
    check(TRUE, blocks, genesis)


@pytest.mark.parametrize(
    ("false", "why"),
    [
        (told("payment 3", 0, 1, 1), "payment 3 was told"),
        (told("payment 1", 0, 1, 2), "payment 1 was told"),
        (Asked("payment 1", 0, 1, ("rejected", 1, 0)), "payment 1 was told"),
        (Asked("payment 1", 0, 1, None, "payload.expired"), "called expired and is ordered"),
        (Asked("payment 9", 0, 1, None, "signature.invalid"), "payment 9: signature.invalid"),
        (Asked("payment 1", 0), "payment 1 was never answered"),
    ],
)
def test_a_lie_is_found_out(ledger, false, why):
    genesis, blocks = ledger
    with pytest.raises(AssertionError, match=why):
        check([*TRUE, false], blocks, genesis)


def test_another_order_has_other_roots(ledger):
    genesis, (first, second, third) = ledger
    with pytest.raises(AssertionError):
        replay([first, (second[0], second[1], third[2])], genesis)


def test_what_is_ordered_twice_is_found_out(ledger):
    genesis, blocks = ledger
    with pytest.raises(AssertionError, match="ordered twice"):
        replay([*blocks, blocks[1]], genesis)
