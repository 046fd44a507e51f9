"""Inclusion and consistency proofs: made from tiles, checked from nothing but hashes.

Making: RFC 6962 sections 2.1.1 and 2.1.2. Checking: RFC 9162 sections 2.1.3.2 and 2.1.4.2. A proof is a list of 32-byte
hashes in the order of those sections. Checkers take hostile input: whatever they are given, they return or raise
ProofError.
"""

from collections.abc import Sequence

from madang.log.errors import ProofError
from madang.log.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    MAX_SIZE,
    TILE_HEIGHT,
    TILE_WIDTH,
    ReadTile,
    node_hash,
    perfect_root,
    split_tile,
)

MAX_PROOF_HASHES = 63
"""No inclusion proof in a log of at most 2^63 - 1 leaves has more hashes."""


def inclusion_proof(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Prove that leaf `index` (from 0) is in the tree of the first `size` leaves. RFC 6962 section 2.1.1.

    `read_tile` may serve a longer log than `size`. Reads about one tile a level.
    Raises ProofError `log.proof.range`; TileError from reading.
    """
    _check_range(index, size)
    nodes = _Nodes(size, read_tile)
    proof = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            proof.append(nodes.root(middle, stop))
            stop = middle
        else:
            proof.append(nodes.root(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read_tile: ReadTile) -> list[bytes]:
    """Prove that the tree of `old` leaves is a prefix of that of `new` leaves. RFC 6962 section 2.1.2.

    Empty if `old` is 0 or equals `new`. Raises ProofError `log.proof.range`; TileError from reading.
    """
    _check_sizes(old, new)
    if old in (0, new):
        return []
    nodes = _Nodes(new, read_tile)
    proof = []
    start, stop = 0, new
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            proof.append(nodes.root(middle, stop))
            stop = middle
        else:
            proof.append(nodes.root(start, middle))
            start = middle
    if start:
        proof.append(nodes.root(start, stop))
    return proof[::-1]


def tree_root(size: int, read_tile: ReadTile) -> bytes:
    """Root of the first `size` leaves from tiles. Raises ProofError `log.proof.range`; TileError from reading."""
    _check_sizes(0, size)
    return _Nodes(size, read_tile).root(0, size) if size else EMPTY_ROOT


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with hash `leaf` is number `index` in the tree of `size` leaves with `root`. RFC 9162 section
    2.1.3.2.

    Raises ProofError: `log.proof.range`, `log.proof.hash` (not 32 bytes), `log.proof.length`, `log.proof.inclusion`.
    """
    _check_range(index, size)
    _check_hashes([leaf, root, *proof])
    first, last = index, size - 1
    found = leaf
    for sibling in proof:
        if last == 0:
            raise _wrong_length()
        if first & 1 or first == last:
            found = node_hash(sibling, found)
            while first and not first & 1:
                first >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        first >>= 1
        last >>= 1
    if last:
        raise _wrong_length()
    if found != root:
        raise ProofError(
            "log.proof.inclusion",
            f"The proof does not lead from the leaf to the root of {size} leaves",
            where=f"leaf {index}",
            now="Do not trust the leaf; ask the log for a new proof and keep this one as evidence.",
        )


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the log only grew from `old` to `new` leaves between two roots. RFC 9162 section 2.1.4.2.

    Raises ProofError: `log.proof.range`, `log.proof.hash`, `log.proof.length`, `log.proof.consistency`.
    """
    _check_sizes(old, new)
    _check_hashes([old_root, new_root, *proof])
    if old in (0, new):
        if proof:
            raise _wrong_length()
        if old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise _inconsistent(old, new)
        if new == 0 and new_root != EMPTY_ROOT:
            raise _inconsistent(old, new)
        return
    if not proof:
        raise _wrong_length()
    path = [old_root, *proof] if _is_perfect(old) else proof
    if _fold_growth(old, new, path) != (old_root, new_root):
        raise _inconsistent(old, new)


def earlier_root(old: int, new: int, new_root: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that the tree of `new` leaves and `new_root` had when it had `old`, as a consistency proof shows it.

    Nobody can make a proof that shows another root for the same tree, so that it binds whoever signed `new_root`. A
    proof from a power of two leaves its root out (RFC 9162 section 2.1.4.1) and shows nothing here.
    Raises ProofError: `log.proof.range`, `log.proof.hash`, `log.proof.length`, `log.proof.consistency` (the proof
    does not lead to `new_root`, or shows no earlier one).
    """
    _check_sizes(old, new)
    _check_hashes([new_root, *proof])
    if old == 0 or not proof:
        raise _wrong_length()
    if _is_perfect(old):
        raise _inconsistent(old, new)
    old_found, new_found = _fold_growth(old, new, proof)
    if new_found != new_root:
        raise _inconsistent(old, new)
    return old_found


class _Nodes:
    """Hashes of ranges of leaves in a tree of `size`, from tiles that are read once each."""

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self._size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self, start: int, stop: int) -> bytes:
        """Root over the leaves from `start` to before `stop`; `start` is a multiple of the largest power of two in the
        range.
        """
        peaks = []
        while start < stop:
            height = (stop - start).bit_length() - 1
            peaks.append(self._perfect(height, start >> height))
            start += 1 << height
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def _perfect(self, height: int, index: int) -> bytes:
        level, row = divmod(height, TILE_HEIGHT)
        tile, offset = divmod(index << row, TILE_WIDTH)
        hashes = self._tiles.get((level, tile))
        if hashes is None:
            width = min(TILE_WIDTH, (self._size >> (TILE_HEIGHT * level)) - tile * TILE_WIDTH)
            hashes = split_tile(self._read_tile(level, tile, width), level, tile, width)
            self._tiles[level, tile] = hashes
        return perfect_root(hashes[offset : offset + (1 << row)])


def _fold_growth(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Roots of `old` and `new` leaves, 0 < old < new, that a path from their last common node leads to."""
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    old_found = new_found = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise _wrong_length()
        if first & 1 or first == last:
            old_found = node_hash(sibling, old_found)
            new_found = node_hash(sibling, new_found)
            while first and not first & 1:
                first >>= 1
                last >>= 1
        else:
            new_found = node_hash(new_found, sibling)
        first >>= 1
        last >>= 1
    if last:
        raise _wrong_length()
    return old_found, new_found


def _is_perfect(size: int) -> bool:
    """Whether a tree of that size is one perfect subtree, so that its root is a node of every larger tree."""
    return size & (size - 1) == 0


def _split(count: int) -> int:
    """Largest power of two below `count` (at least 2): where RFC 6962 divides a range."""
    return 1 << ((count - 1).bit_length() - 1)


def _check_range(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError(
            "log.proof.range", f"There is no leaf {index} in a tree of {size} leaves", now="Correct the index."
        )


def _check_sizes(old: int, new: int) -> None:
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofError(
            "log.proof.range", f"A tree cannot grow from {old} to {new} leaves", now="Correct the two sizes."
        )


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if set(map(len, hashes)) != {HASH_BYTES}:
        raise ProofError("log.proof.hash", "A hash of the proof is not 32 bytes", now="Ask the log for a new proof.")


def _wrong_length() -> ProofError:
    return ProofError(
        "log.proof.length",
        "The proof has too many or too few hashes for these sizes",
        now="Ask the log for a new proof.",
    )


def _inconsistent(old: int, new: int) -> ProofError:
    return ProofError(
        "log.proof.consistency",
        f"The log of {new} leaves does not continue the log of {old} leaves",
        now="The log may have rewritten its past: keep both checkpoints and tell the other witnesses.",
    )
