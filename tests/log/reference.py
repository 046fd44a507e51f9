"""RFC 6962 written down a second time, as its text has it: slow, recursive, and sharing nothing with the code under
test.

Also a log in memory, with which the tests grow trees, and fixed keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from madang.log.checkpoint import Checkpoint, attach, cosign, sign_checkpoint
from madang.log.note import COSIGNATURE, SignerKey
from madang.log.tree import Tree, leaf_hash

LOG_KEY = SignerKey("ledger.madang.example", 1, bytes(range(32)))
WITNESSES = tuple(SignerKey(f"w{n}.witness.example", COSIGNATURE, bytes([n]) * 32) for n in range(1, 5))


def root(leaves: Sequence[bytes]) -> bytes:
    """MTH of section 2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = split(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF of section 2.1.2."""
    return subproof(m, leaves, True)


def subproof(m: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class MemoryLog:
    """Leaves, full tiles and a tree: what an engine keeps, without its disk."""

    def __init__(self, count: int = 0) -> None:
        self.leaves: list[bytes] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.tree = Tree()
        self.grow(count)

    def grow(self, count: int) -> None:
        start = len(self.leaves)
        new = [b"leaf %d" % n for n in range(start, start + count)]
        self.leaves += new
        for tile in self.tree.extend([leaf_hash(leaf) for leaf in new]):
            self.tiles[tile.level, tile.index] = tile.data

    def read_tile(self, level: int, index: int) -> bytes:
        return self.tiles[level, index]

    def read_leaves(self, start: int, stop: int) -> list[bytes]:
        return self.leaves[start:stop]

    def read_leaf_hashes(self, start: int, stop: int) -> list[bytes]:
        return [leaf_hash(leaf) for leaf in self.leaves[start:stop]]

    def read(self, level: int, index: int, width: int) -> bytes:
        return self.tree.reader(self.read_tile)(level, index, width)

    def checkpoint(self) -> Checkpoint:
        return Checkpoint(LOG_KEY.name, self.tree.size, self.tree.root())

    def note(self, witnesses: Sequence[SignerKey] = ()) -> bytes:
        return cosigned(self.checkpoint(), witnesses)


def cosigned(checkpoint: Checkpoint, witnesses: Sequence[SignerKey]) -> bytes:
    """Signed by the log and cosigned by the witnesses, at fixed times."""
    note = sign_checkpoint(checkpoint, LOG_KEY)
    for number, witness in enumerate(witnesses):
        note = attach(note, cosign(note, witness, 1_800_000_000 + number), witness.verifier())
    return note
