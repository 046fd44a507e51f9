"""The seam: a second engine, a list of blocks and a dictionary, drives the same machine to the same roots.

It shares nothing with the embedded engine but the machine and the log's tree. What it is given is what an engine
decides: the genesis document, and for each block its time and its signed transactions in order.
"""

import hashlib
import random
from pathlib import Path

import msgspec
import pytest

from madang.engine import entries
from madang.engine.genesis import read_genesis
from madang.kernel.machine import MARKS, PRUNED, Machine
from madang.kernel.state import after
from madang.log import BlockLeaf, Kind, Tree, decode_leaf, leaf_hash
from madang.log.leaf import TransactionLeaf
from tests.engine.toy import ANNA, BERT, MODULES, Break, Count, Decline, Running, genesis, sign
from tests.support.world import DictStore

Recorded = list[tuple[int, bytes, list[bytes]]]
"""Time, root and signed transactions of each block."""
KINDS = {"accepted": Kind.ACCEPTED, "rejected": Kind.REJECTED, "defect": Kind.DEFECT}


class ListEngine:
    """Replays blocks in order; `roots` are the log's after each."""

    def __init__(self, document: bytes) -> None:
        self.machine: Machine
        self.machine, self.time, acts = read_genesis(document, MODULES)
        self.store = DictStore()
        self.tree = Tree()
        self.roots: list[bytes] = []
        block = self.machine.open(self.store, 0, self.time)
        block.run_genesis(document, acts)
        self._close(block)

    def replay(self, time: int, signed: list[bytes]) -> None:
        """Execute one block as it was ordered elsewhere."""
        block = self.machine.open(self.store, len(self.roots), time)
        for one in signed:
            assert not block.execute(self.machine.read(one)).repeated
        self._close(block)

    def _close(self, block) -> None:
        sealed = block.seal()
        encode = msgspec.msgpack.encode
        previous = self.roots[-1] if self.roots else bytes(32)
        leaves = [
            BlockLeaf(
                sealed.height,
                previous,
                sealed.time,
                1,
                bytes(32),
                hashlib.sha256(encode(sealed.opening)).digest(),
            ).encode()
        ]
        for index, entry in enumerate(sealed.entries):
            kind = KINDS[entry.result.outcome]
            written = hashlib.sha256(encode(entry.writes)).digest()
            signed = hashlib.sha256(entry.signed).digest()
            leaves.append(TransactionLeaf(kind, sealed.height, index, signed, written).encode())
        self.tree.extend([leaf_hash(leaf) for leaf in leaves])
        self.roots.append(self.tree.root())
        self.store.write(sealed.changes)
        if PRUNED.key() in sealed.changes:
            before = sealed.records[PRUNED.key()].before
            marks = self.store.scan(MARKS.prefix, MARKS.prefix + before.to_bytes(8, "big"))
            self.store.write({key: None for key, _ in list(marks)})


def record(node: Running) -> Recorded:
    """What the embedded engine decided, from its store."""
    blocks: Recorded = []
    for height in range(node.ledger.durable.height + 1):
        tip = entries.read_tip(node.store.log_get(entries.block_key(height)) or b"")
        pairs = node.store.log_scan(entries.entry_key(tip.first), entries.entry_key(tip.size))
        stored = [entries.read_entry(value) for _, value in pairs]
        assert isinstance(decode_leaf(stored[0].leaf), BlockLeaf)
        blocks.append((tip.time, tip.root, [one.signed for one in stored[1:]]))
    return blocks


def mixed(seed: int, node: Running) -> None:
    """Transactions with every outcome, in groups, while time passes and marks are pruned."""
    chance = random.Random(seed)
    number = 1000 * seed
    for _ in range(40):
        group = []
        for _ in range(chance.randrange(1, 12)):
            number += 1
            by = chance.choice([ANNA, BERT])
            act = chance.choice(
                [
                    Count(by=by.party, name=chance.choice("abc"), amount=chance.randrange(1000)),
                    Count(by=by.party, name="a"),
                    Decline(by=by.party),
                    Count(by="nobody", name="a"),
                    Break(by=by.party) if chance.random() < 0.1 else Count(by=by.party, name="b"),
                ]
            )
            group.append(sign(number, act, by=by, not_after=node.clock.now + chance.randrange(100)))
            if chance.random() < 0.2:
                group.append(chance.choice(group))
        node.answers(*group)
        node.clock.now += chance.choice([0, 0, 1, 7, 65])


@pytest.mark.parametrize("seed", range(3))
def test_two_engines_on_equal_blocks_have_equal_roots_and_states(tmp_path: Path, seed: int):
    with Running(tmp_path / "store") as node:
        mixed(seed, node)
        blocks = record(node)
        engine = ListEngine(genesis())
        assert engine.roots == [blocks[0][1]]
        for height, (time, root, signed) in enumerate(blocks[1:], 1):
            engine.replay(time, signed)
            assert engine.roots[height] == root
        assert engine.store.dump() == dict(node.store.scan(b"", after(b"z")))
        kinds = {
            decode_leaf(entries.read_entry(value).leaf).encode()[0] for _, value in node.store.log_scan(b"e", b"f")
        }
        assert kinds == {0, 1, 2, 3}


def test_another_order_has_another_root(tmp_path: Path):
    """So that equal roots mean something."""
    with Running(tmp_path / "store") as node:
        mixed(1, node)
        blocks = record(node)
    first, second = ListEngine(genesis()), ListEngine(genesis())
    place = next(n for n, (_, _, signed) in enumerate(blocks) if n > 1 and len(signed) > 1)
    for height, (time, _, signed) in enumerate(blocks[1 : place + 1], 1):
        first.replay(time, signed)
        second.replay(time, signed[::-1] if height == place else signed)
    assert first.roots[:place] == second.roots[:place]
    assert first.roots[place] != second.roots[place]
