"""Blocks are read beside a running node, each held against its leaves and its root; damage is never taken in."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from madang.base.parties.transactions import EnrolKey
from madang.engine import entries
from madang.engine.ledger import Ledger
from madang.kernel.errors import MadangError, StoreFailure
from madang.records.following import Following, blocks_after, chain_of
from tests.records.scene import Yard
from tests.services.appeals.scene import lodge
from tests.support.cast import ALICE, BORA, new_key
from tests.support.signing import wallet

ROOT = Path(__file__).parents[2]
START = (-1, bytes(32))


class Altered:
    """A view with some of the log's values replaced, or taken away (None)."""

    def __init__(self, view, changed):
        self._view, self._changed = view, changed
        self.get, self.scan = view.get, view.scan

    def log_get(self, key):
        return self._changed[key] if key in self._changed else self._view.log_get(key)

    def log_scan(self, start, stop):
        for key, value in self._view.log_scan(start, stop):
            value = self._changed.get(key, value)
            if value is not None:
                yield key, value


@pytest.fixture
def lived(yard: Yard) -> Yard:
    """A node with a few blocks."""
    yard.accept(lodge(), by=ALICE)
    yard.accept(lodge(by=BORA.party), by=BORA)
    return yard


def test_every_block_comes_in_order_with_what_it_wrote(lived):
    view = lived.node.ledger.store.view()
    blocks = list(blocks_after(view, *START))
    assert [one.height for one in blocks] == list(range(lived.height + 1))
    assert blocks[-1].root == lived.node.ledger.durable.root
    assert blocks[-1].time == lived.node.ledger.durable.time
    assert chain_of(view) == "madang-crash"
    state: dict[bytes, bytes | None] = {}
    for writes in [writes for block in blocks for writes in block.writes]:
        state.update(writes)
    kept = {key: value for key, value in state.items() if value is not None}
    assert kept == dict(view.scan(b"", b"\xff" * 8))


def test_reading_goes_on_where_it_stopped(lived):
    view = lived.node.ledger.store.view()
    blocks = list(blocks_after(view, *START))
    for place in range(len(blocks)):
        assert list(blocks_after(view, blocks[place].height, blocks[place].root)) == blocks[place + 1 :]


def test_another_process_follows_while_the_node_runs(lived):
    following = Following(lived.folder)
    first = list(blocks_after(following, *START))
    assert first[-1].height == lived.height
    for number in range(5):
        lived.accept(enrol(number), by=ALICE)
    assert list(blocks_after(following, first[-1].height, first[-1].root)) == []
    following.catch_up()
    more = list(blocks_after(following, first[-1].height, first[-1].root))
    assert [one.height for one in more] == list(range(first[-1].height + 1, lived.height + 1))
    assert more[-1].root == lived.node.ledger.durable.root
    following.close()
    lived.accept(enrol(5), by=ALICE)


def enrol(number: int) -> EnrolKey:
    """Something small that can be asked again and again."""
    return EnrolKey(by=ALICE.party, key=new_key(wallet(f"alice further {number}")))


PROGRAM = """
import sys
from pathlib import Path
from madang.records.following import Following, blocks_after
view = Following(Path(sys.argv[1]))
print(*[one.root.hex() for one in blocks_after(view, -1, bytes(32))])
view.close()
"""


def test_a_process_of_its_own_reads_the_same_roots(lived):
    ours = [one.root.hex() for one in blocks_after(lived.node.ledger.store.view(), *START)]
    said = subprocess.run([sys.executable, "-c", PROGRAM, lived.folder], cwd=ROOT, capture_output=True, check=True)
    assert said.stdout.decode().split() == ours


def test_a_block_that_is_not_whole_is_read_later(lived):
    view = lived.node.ledger.store.view()
    tip = lived.node.ledger.durable
    for missing in range(tip.first, tip.size):
        torn = Altered(view, {entries.entry_key(missing): None})
        assert [one.height for one in blocks_after(torn, *START)][-1] == tip.height - 1
    absent = Altered(view, {entries.block_key(tip.height): None})
    assert [one.height for one in blocks_after(absent, *START)][-1] == tip.height - 1


def _entry(view, position):
    return entries.read_entry(view.log_get(entries.entry_key(position)))


def test_writes_that_are_not_those_of_the_leaf_are_refused(lived):
    view = lived.node.ledger.store.view()
    tip = lived.node.ledger.durable
    entry = _entry(view, tip.size - 1)
    writes = entries.read_writes(entry.writes)
    for forged in (writes[:-1], [*writes, (b"x", b"y")], [(key, None) for key, _ in writes]):
        changed = entries.StoredEntry(entry.leaf, entry.signed, entries.encode(forged), entry.id)
        view_of_it = Altered(view, {entries.entry_key(tip.size - 1): entries.encode(changed)})
        with pytest.raises(MadangError) as error:
            list(blocks_after(view_of_it, *START))
        assert error.value.code == "records.damaged"


def test_leaves_that_do_not_hash_to_the_root_are_refused(lived):
    """Whoever forges writes must forge the leaf, and then the root of the block tells."""
    view = lived.node.ledger.store.view()
    tip = lived.node.ledger.durable
    entry = _entry(view, tip.size - 1)
    forged = entries.encode([])
    leaf = entry.leaf.replace(hashlib.sha256(entry.writes).digest(), hashlib.sha256(forged).digest())
    assert leaf != entry.leaf
    changed = entries.StoredEntry(leaf, entry.signed, forged, entry.id)
    with pytest.raises(MadangError) as error:
        list(blocks_after(Altered(view, {entries.entry_key(tip.size - 1): entries.encode(changed)}), *START))
    assert error.value.code == "records.damaged"


def test_entries_in_each_others_place_are_refused(lived):
    view = lived.node.ledger.store.view()
    tip = lived.node.ledger.durable
    first, last = entries.entry_key(tip.first), entries.entry_key(tip.size - 1)
    swapped = Altered(view, {first: view.log_get(last), last: view.log_get(first)})
    with pytest.raises(MadangError) as error:
        list(blocks_after(swapped, *START))
    assert error.value.code == "records.damaged"


def test_a_log_that_does_not_go_on_from_there_is_another(lived):
    view = lived.node.ledger.store.view()
    for height, root in ((1, bytes(32)), (lived.height + 1, lived.node.ledger.durable.root)):
        with pytest.raises(MadangError) as error:
            list(blocks_after(view, height, root))
        assert error.value.code == "records.other_log"


def test_a_folder_without_a_node_is_told(tmp_path):
    with pytest.raises(StoreFailure) as error:
        Following(tmp_path)
    assert error.value.code == "store.open"


def test_the_node_opens_again_after_it_was_followed(lived):
    following = Following(lived.folder)
    following.catch_up()
    assert isinstance(lived.node.ledger, Ledger)
    lived.accept(enrol(6), by=ALICE)
    following.catch_up()
    assert list(blocks_after(following, *START))[-1].height == lived.height
    following.close()
