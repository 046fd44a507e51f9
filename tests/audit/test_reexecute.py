"""Re-execution finds nothing in a ledger that was left alone, and the first divergence in one that was not."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from madang.app import MODULES
from madang.audit.reexecute import Verdict, reexecute
from madang.audit.stored import opened, steady
from madang.base.money.transactions import Pay
from madang.engine import entries
from madang.engine.store import RocksStore
from madang.kernel.errors import StoreFailure
from madang.log.leaf import Kind
from tests.audit import tampering
from tests.audit.tampering import Tamper
from tests.audit.village import Village
from tests.support.cast import ALICE, BORA

Copy = Callable[[], RocksStore]


def check(store: RocksStore) -> Verdict:
    return reexecute(store, MODULES, workers=1)


def test_a_ledger_that_was_left_alone_passes(lived: Path):
    steps: list[tuple[int, int]] = []
    with opened(lived) as view:
        verdict = reexecute(view, MODULES, workers=2, progress=lambda done, total: steps.append((done, total)))
        tip = tampering.tip(view)  # type: ignore[arg-type]
    assert verdict.divergence is None
    assert (verdict.size, verdict.root, verdict.blocks) == (tip.size, tip.root, tip.height + 1)
    assert verdict.transactions > 200
    assert verdict.signatures > verdict.transactions
    assert steps == [(done, tip.height + 1) for done in range(1, tip.height + 2)]


@pytest.mark.parametrize("tamper", tampering.BOTH, ids=lambda tamper: tamper.__name__)
def test_what_was_altered_is_named(tamper: Tamper, copy: Copy):
    store = copy()
    what, height, index = tamper(store)
    found = check(store).divergence
    assert found is not None
    assert (found.what, found.height, found.index) == (what, height, index), str(found)


def test_an_altered_record_is_named_with_its_table_and_both_values(copy: Copy):
    store = copy()
    tampering.stored_balance(store)
    found = check(store).divergence
    assert found is not None
    assert found.table == "money.account"
    key, value = next(iter(store.scan(tampering.ALICES, tampering.ALICES + b"\xff")))
    assert found.key.encode() == key[len(tampering.ALICES) :]
    altered = msgspec.msgpack.decode(value)[2]
    assert f"{altered}," in found.message
    assert f"{altered - 1}," in found.message


def test_altered_writes_are_named_by_their_record_even_when_every_digest_fits(copy: Copy):
    store = copy()
    what, height, index = tampering.writes_blob(store)
    tampering.rehash(store)
    found = check(store).divergence
    assert found is not None
    assert (found.what, found.height, found.index, found.table) == (what, height, index, "money.account")


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("entry.outcome", {"kind": Kind.REJECTED}),
        ("entry.writes_hash", {"writes_hash": bytes(32)}),
        ("entry.signed", {"signed_hash": bytes(32)}),
    ],
)
def test_an_altered_leaf_is_named_by_what_it_says(what: str, changes: dict[str, object], copy: Copy):
    store = copy()
    tampering.change_leaf(store, 9, 0, **changes)
    found = check(store).divergence
    assert found is not None
    assert (found.what, found.height, found.index) == (what, 9, 0)


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("block.snapshot_root", {"snapshot_root": b"\1" * 32}),
        ("block.rule_version", {"rule_version": 2}),
        ("block.previous_root", {"previous_root": bytes(32)}),
        ("block.writes_hash", {"writes_hash": bytes(32)}),
        ("block.time", {"time": 1}),
    ],
)
def test_an_altered_opening_is_named_by_what_it_says(what: str, changes: dict[str, object], copy: Copy):
    store = copy()
    height = 23 if what == "block.snapshot_root" else 9
    tampering.change_leaf(store, height, -1, **changes)
    found = check(store).divergence
    assert found is not None
    # Another time is noticed by the first transaction that it was too early for.
    assert found.what in (what, "entry.malformed")
    assert found.height == height


def test_a_forged_signature_is_named(tmp_path: Path):
    village = Village(tmp_path)
    village.live(2)
    pay = Pay(by=ALICE.party, to=BORA.party, amount=1)
    signed, other = village.sign(pay, by=ALICE), village.sign(pay, by=ALICE)
    forged = signed.rpartition(b".")[0] + b"." + other.rpartition(b".")[2]
    village.block(forged)  # the village orders without looking at signatures, as no engine does
    found = reexecute(village.store, MODULES, workers=1).divergence
    assert found is not None
    assert (found.what, found.height, found.index) == ("entry.signature", village.ledger.tip.height, 0)
    village.close()


def test_an_altered_answer_is_named(copy: Copy):
    store = copy()
    tampering.change_entry(store, 9, 0, message="All is well.")
    found = check(store).divergence
    assert found is not None
    assert (found.what, found.height, found.index) == ("entry.answer", 9, 0)


def test_a_running_ledger_can_be_checked_from_a_steady_view(tmp_path: Path):
    village = Village(tmp_path)
    village.live(3)
    view = steady(village.store)
    village.live(2)
    verdict = reexecute(view, MODULES, workers=1)
    assert verdict.divergence is None
    assert verdict.blocks == village.ledger.tip.height - 1
    village.close()


def test_a_folder_that_a_node_runs_on_is_refused(tmp_path: Path):
    village = Village(tmp_path)
    with pytest.raises(StoreFailure) as refused, opened(tmp_path):
        pass
    assert refused.value.code == "store.in_use"
    village.close()
    with opened(tmp_path) as view:
        assert view.log_get(entries.TIP)


def test_nothing_is_left_behind(lived: Path, tmp_path: Path):
    with opened(lived) as view:
        reexecute(view, MODULES, workers=1, scratch=tmp_path)
    assert not list(tmp_path.iterdir())
