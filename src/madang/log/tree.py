"""The Merkle tree of RFC 6962 section 2.1, append-only, of which only the right edge is in memory.

For each height the tree keeps the nodes to the right of the last completed tile: at most 255 hashes at the heights that
are rows of tiles (0, 8, 16, ...; C2SP tlog-tiles) and halves of that between them, some 45 KB a level. Completed tiles
are handed to the caller, who stores them with the block. Beside them a block stores `dump_edge()`: the size and the
roots of the perfect subtrees, 8 + 32 * popcount(size) bytes, at most 1,000 below 2^31 leaves.

A tree is not safe for several threads at once: `fork()` gives a reader its own.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

import msgspec

from madang.log.errors import TileError, TreeError

HASH_BYTES = 32
TILE_WIDTH = 256
TILE_HEIGHT = 8
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MAX_SIZE = 2**63 - 1
EMPTY_ROOT = sha256(b"").digest()

ReadFullTile = Callable[[int, int], bytes]
"""(level, index) -> the 8,192 bytes of a full tile."""

ReadTile = Callable[[int, int, int], bytes]
"""(level, index, width) -> at least the first `width` hashes of a tile."""

ReadLeafHashes = Callable[[int, int], Sequence[bytes]]
"""(start, stop) -> the leaf hashes of that half-open range."""


class CompletedTile(msgspec.Struct, frozen=True):
    """A full tile: 256 hashes, immutable from now on. `index` counts tiles within `level`."""

    level: int
    index: int
    data: bytes


class PartialTile(msgspec.Struct, frozen=True):
    """The rightmost tile of a level while it has from 1 to 255 hashes."""

    level: int
    index: int
    width: int
    data: bytes


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf: SHA-256(0x00 || data). RFC 6962 section 2.1."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two child nodes: SHA-256(0x01 || left || right). RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


def pair_hashes(nodes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours two by two; a last one without a neighbour is left out."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=False)]


def split_tile(data: bytes, level: int, index: int, width: int) -> list[bytes]:
    """Give the first `width` hashes of a tile. Raises TileError `log.tile.length` if it has fewer, more than 256, or a
    rest.
    """
    if len(data) % HASH_BYTES or not width * HASH_BYTES <= len(data) <= TILE_BYTES:
        raise TileError(
            "log.tile.length",
            f"The tile has {len(data)} bytes where {width} hashes of 32 bytes are needed",
            where=f"level {level}, tile {index}",
            now="Fetch it again, or rebuild the tiles from the leaves.",
        )
    return [data[at : at + HASH_BYTES] for at in range(0, width * HASH_BYTES, HASH_BYTES)]


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Root over a power of two of sibling nodes, such as the 256 of a full tile."""
    nodes = list(hashes)
    while len(nodes) > 1:
        nodes = pair_hashes(nodes)
    return nodes[0]


class Tree:
    """An append-only RFC 6962 tree. `Tree()` is empty; `Tree.load_edge` continues one that was stored."""

    __slots__ = ("_nodes", "_size")

    def __init__(self) -> None:
        self._size = 0
        # _nodes[h]: nodes of height h to the right of the last completed tile of level h // 8. The number of nodes
        # dropped on the left is even at each height, so the parity of a list is that of all nodes of its height.
        self._nodes: list[list[bytes]] = []

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def extend(self, leaf_hashes: list[bytes]) -> list[CompletedTile]:
        """Append leaves, given as their hashes, and return the tiles this completed, lower levels first.

        Raises TreeError `log.tree.hash` if a hash is not 32 bytes, `log.tree.size` beyond 2^63 - 1 leaves; the tree is
        then unchanged.
        """
        if not leaf_hashes:
            return []
        if set(map(len, leaf_hashes)) != {HASH_BYTES}:
            raise TreeError("log.tree.hash", "A leaf hash is not 32 bytes", now="Pass leaf_hash(leaf), not the leaf.")
        if self._size + len(leaf_hashes) > MAX_SIZE:
            raise TreeError("log.tree.size", "The log cannot hold more than 2^63 - 1 leaves", now="Start a new log.")
        completed: list[CompletedTile] = []
        new = leaf_hashes
        height = 0
        while new:
            if height == len(self._nodes):
                self._nodes.append([])
            nodes = self._nodes[height]
            unpaired = len(nodes) & ~1
            nodes += new
            new = pair_hashes(nodes[unpaired:])
            level, row = divmod(height, TILE_HEIGHT)
            per_tile = TILE_WIDTH >> row
            full = len(nodes) // per_tile
            if full:
                if row == 0:
                    first = self._size >> (height + TILE_HEIGHT)
                    completed += (
                        CompletedTile(level, first + at, b"".join(nodes[at * TILE_WIDTH : (at + 1) * TILE_WIDTH]))
                        for at in range(full)
                    )
                del nodes[: full * per_tile]
            height += 1
        self._size += len(leaf_hashes)
        return completed

    def root(self) -> bytes:
        """RFC 6962 root of all leaves, at most one hash a height (some 15 µs); of the empty tree SHA-256 of nothing."""
        return _fold(self._peaks())

    def fork(self) -> "Tree":
        """Copy that can be extended and thrown away without touching this tree; copies pointers only (some 10 µs)."""
        copy = Tree()
        copy._size = self._size
        copy._nodes = [nodes.copy() for nodes in self._nodes]
        return copy

    def partial_tiles(self) -> list[PartialTile]:
        """The partial tile of each level that has one at this size (C2SP tlog-tiles, 'Partial Tiles'), lower levels
        first.
        """
        tiles = []
        for level, nodes in enumerate(self._nodes[::TILE_HEIGHT]):
            if nodes:
                index = self._size >> (TILE_HEIGHT * (level + 1))
                tiles.append(PartialTile(level, index, len(nodes), b"".join(nodes)))
        return tiles

    def reader(self, read_tile: ReadFullTile) -> ReadTile:
        """Give a reader of every tile of this tree: full ones through `read_tile`, partial ones from the right edge.

        The reader raises TileError `log.tile.missing` for a tile or width that the tree has not reached.
        """

        def read(level: int, index: int, width: int) -> bytes:
            if index < self._size >> (TILE_HEIGHT * (level + 1)):
                return read_tile(level, index)
            hashes = (self._size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH
            if not 0 < width <= hashes:
                raise TileError(
                    "log.tile.missing",
                    f"A tree of {self._size} leaves has no such tile of {width} hashes",
                    where=f"level {level}, tile {index}",
                    now="Ask for a smaller tree, or wait until the log has grown.",
                )
            return b"".join(self._nodes[level * TILE_HEIGHT])

        return read

    def dump_edge(self) -> bytes:
        """Size (u64, big-endian) and the roots of the perfect subtrees from left to right: what `load_edge` starts
        from.
        """
        return self._size.to_bytes(8, "big") + b"".join(self._peaks())

    @classmethod
    def load_edge(cls, edge: bytes, root: bytes, read_tile: ReadFullTile, read_leaf_hashes: ReadLeafHashes) -> "Tree":
        """Continue a stored tree: `edge` from `dump_edge`, verified against `root`; partial tiles rebuilt and verified
        against `edge`.

        Reads at most 255 leaf hashes and 255 full tiles a level (some 30 ms a level), whatever the size of the log.
        Raises TreeError: `log.edge.malformed`, `log.edge.root` (edge and root disagree), `log.edge.level` (what was
        read back disagrees with the edge); TileError `log.tile.length`.
        """
        size, peaks = _parse_edge(edge)
        if _fold(peaks) != root:
            raise TreeError(
                "log.edge.root",
                f"The stored right edge of {size} leaves does not hash to the stored root",
                now="The store is damaged: restore it from a snapshot or from another validator.",
            )
        tree = cls()
        tree._size = size
        level = 0
        while size >> (TILE_HEIGHT * level):
            stop = size >> (TILE_HEIGHT * level)
            start = stop - stop % TILE_WIDTH
            if level == 0:
                hashes = list(read_leaf_hashes(start, stop)) if start < stop else []
            else:
                below = level - 1
                hashes = [
                    perfect_root(split_tile(read_tile(below, at), below, at, TILE_WIDTH)) for at in range(start, stop)
                ]
            tree._fill(level, hashes, stop - start, peaks)
            level += 1
        return tree

    def _fill(self, level: int, hashes: list[bytes], expected: int, peaks: list[bytes]) -> None:
        """Set the rows of one level from the hashes of its partial tile and compare them with the peaks of the edge."""
        if len(hashes) == expected and set(map(len, hashes)) <= {HASH_BYTES}:
            rows = [hashes]
            for _ in range(TILE_HEIGHT - 1):
                rows.append(pair_hashes(rows[-1]))
            self._nodes += rows
            found = [rows[row][-1] for row in reversed(range(TILE_HEIGHT)) if expected >> row & 1]
            above = (self._size >> (TILE_HEIGHT * (level + 1))).bit_count()
            if found == peaks[above : above + len(found)]:
                return
        source = "leaves" if level == 0 else f"tiles of level {level - 1}"
        raise TreeError(
            "log.edge.level",
            f"The stored {source} do not hash to the stored right edge",
            where=f"level {level}, the last {expected} hashes of {self._size >> (TILE_HEIGHT * level)}",
            now="The store is damaged: restore it from a snapshot or from another validator.",
        )

    def _peaks(self) -> list[bytes]:
        """Roots of the perfect subtrees, the largest (leftmost) first."""
        return [
            self._nodes[height][-1] for height in reversed(range(self._size.bit_length())) if self._size >> height & 1
        ]


def edge_root(edge: bytes) -> tuple[int, bytes]:
    """Size and root that a stored edge stands for, without reading any tile. Raises TreeError `log.edge.malformed`."""
    size, peaks = _parse_edge(edge)
    return size, _fold(peaks)


def _parse_edge(edge: bytes) -> tuple[int, list[bytes]]:
    size = int.from_bytes(edge[:8], "big")
    if len(edge) < 8 or size > MAX_SIZE or len(edge) != 8 + HASH_BYTES * size.bit_count():
        raise TreeError(
            "log.edge.malformed",
            f"The stored right edge has {len(edge)} bytes, which does not fit its size field",
            now="The store is damaged: restore it from a snapshot or from another validator.",
        )
    return size, [edge[at : at + HASH_BYTES] for at in range(8, len(edge), HASH_BYTES)]


def _fold(peaks: list[bytes]) -> bytes:
    """Root over perfect subtrees of descending size."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root
