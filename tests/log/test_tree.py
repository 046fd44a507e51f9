"""Laws of the tree: the same root however it grows, forks that leave no trace, and an edge that cannot be swapped."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.log.errors import TileError, TreeError
from madang.log.tree import EMPTY_ROOT, TILE_BYTES, Tree, edge_root, leaf_hash, node_hash, perfect_root, split_tile
from tests.log import reference
from tests.log.reference import MemoryLog

# The eight leaves and the roots that certificate-transparency publishes for them.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_793, 66_049]


def test_roots_of_certificate_transparency():
    tree = Tree()
    assert tree.root().hex() == CT_ROOTS[0]
    for leaf, root in zip(CT_LEAVES, CT_ROOTS[1:], strict=True):
        tree.extend([leaf_hash(leaf)])
        assert tree.root().hex() == root


def test_hashes_are_separated_by_their_first_byte():
    left, right = b"l" * 32, b"r" * 32
    assert leaf_hash(left + right) == sha256(b"\0" + left + right).digest()
    assert node_hash(left, right) == sha256(b"\1" + left + right).digest()
    assert sha256(b"").digest() == EMPTY_ROOT


def test_every_root_to_600_is_that_of_the_reference():
    log = MemoryLog()
    for size in range(601):
        assert log.tree.size == size
        if size % 7 == 0 or size in (1, 2, 255, 256, 257, 511, 512, 513):
            assert log.tree.root() == reference.root(log.leaves)
        log.grow(1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 700), max_size=6))
def test_growth_in_any_steps_gives_the_same_tree(steps: list[int]):
    stepwise, at_once = MemoryLog(), MemoryLog(sum(steps))
    for step in steps:
        stepwise.grow(step)
    assert stepwise.tree.root() == at_once.tree.root()
    assert stepwise.tiles == at_once.tiles
    assert stepwise.tree.partial_tiles() == at_once.tree.partial_tiles()
    assert stepwise.tree.dump_edge() == at_once.tree.dump_edge()


def test_the_tiles_of_70_000_leaves_are_those_of_the_specification():
    log = MemoryLog(70_000)
    assert sorted(log.tiles) == [*((0, index) for index in range(273)), (1, 0)]
    assert all(len(data) == TILE_BYTES for data in log.tiles.values())
    partial = [(tile.level, tile.index, tile.width) for tile in log.tree.partial_tiles()]
    assert partial == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert log.tiles[1, 0][:32] == perfect_root(split_tile(log.tiles[0, 0], 0, 0, 256))
    assert log.tree.partial_tiles()[2].data == reference.root(log.leaves[:65_536])


def test_256_leaves_have_no_partial_tile_below_and_one_above():
    log = MemoryLog(256)
    assert [(tile.level, tile.index, tile.width) for tile in log.tree.partial_tiles()] == [(1, 0, 1)]


def test_completed_tiles_come_lower_levels_first_and_in_order():
    tiles = Tree().extend([leaf_hash(b"%d" % n) for n in range(65_536 + 256)])
    assert [(tile.level, tile.index) for tile in tiles] == [*((0, index) for index in range(257)), (1, 0)]


def test_a_fork_can_be_thrown_away_or_kept():
    log = MemoryLog(300)
    before = log.tree.dump_edge()
    fork = log.tree.fork()
    tiles = fork.extend([leaf_hash(b"other %d" % n) for n in range(300)])
    assert [tile.index for tile in tiles] == [1]
    assert log.tree.dump_edge() == before
    assert fork.root() != log.tree.root()
    kept = log.tree.fork()
    kept.extend([leaf_hash(b"leaf %d" % n) for n in range(300, 400)])
    log.grow(100)
    assert kept.root() == log.tree.root()


@pytest.mark.parametrize("size", SIZES)
def test_a_loaded_edge_continues_the_tree(size: int):
    log = MemoryLog(size)
    edge = log.tree.dump_edge()
    assert edge_root(edge) == (size, log.tree.root())
    loaded = Tree.load_edge(edge, log.tree.root(), log.read_tile, log.read_leaf_hashes)
    assert loaded.partial_tiles() == log.tree.partial_tiles()
    more = [leaf_hash(b"more %d" % n) for n in range(600)]
    assert loaded.extend(more) == log.tree.extend(more)
    assert loaded.root() == log.tree.root()
    assert loaded.dump_edge() == log.tree.dump_edge()


def test_the_edge_is_small():
    tree = Tree()
    tree.extend([leaf_hash(b"x")] * 65_535)
    assert len(tree.dump_edge()) == 8 + 16 * 32
    worst = 2**31 - 1
    assert 8 + 32 * worst.bit_count() == 1_000


@pytest.mark.parametrize("size", [1, 300, 513])
def test_a_changed_edge_is_refused(size: int):
    log = MemoryLog(size)
    edge = log.tree.dump_edge()
    for at in range(len(edge)):
        changed = edge[:at] + bytes([edge[at] ^ 1]) + edge[at + 1 :]
        with pytest.raises(TreeError) as caught:
            Tree.load_edge(changed, log.tree.root(), log.read_tile, log.read_leaf_hashes)
        assert caught.value.code in ("log.edge.malformed", "log.edge.root")
    for bad in (b"", edge[:-1], edge + b"\0", b"\xff" * 8 + b"\0" * 2048):
        with pytest.raises(TreeError) as caught:
            edge_root(bad)
        assert caught.value.code == "log.edge.malformed"


def test_a_size_with_as_many_bits_does_not_take_the_edge():
    log = MemoryLog(5)
    swapped = (6).to_bytes(8, "big") + log.tree.dump_edge()[8:]
    with pytest.raises(TreeError) as caught:
        Tree.load_edge(swapped, log.tree.root(), log.read_tile, log.read_leaf_hashes)
    assert (caught.value.code, "level 0" in caught.value.where) == ("log.edge.level", True)


def test_damaged_leaves_and_tiles_are_named_by_level():
    log = MemoryLog(600)
    edge, root = log.tree.dump_edge(), log.tree.root()

    def wrong_leaves(start: int, stop: int) -> list[bytes]:
        return [leaf_hash(b"?"), *log.read_leaf_hashes(start + 1, stop)]

    def wrong_tile(level: int, index: int) -> bytes:
        return b"?" + log.read_tile(level, index)[1:]

    for read_tile, read_leaves, level in (
        (log.read_tile, wrong_leaves, "level 0"),
        (log.read_tile, lambda start, stop: [], "level 0"),
        (wrong_tile, log.read_leaf_hashes, "level 1"),
    ):
        with pytest.raises(TreeError) as caught:
            Tree.load_edge(edge, root, read_tile, read_leaves)
        assert caught.value.code == "log.edge.level"
        assert caught.value.where.startswith(level)
    with pytest.raises(TileError) as short:
        Tree.load_edge(edge, root, lambda level, index: b"short", log.read_leaf_hashes)
    assert short.value.code == "log.tile.length"


def test_what_is_not_a_hash_is_refused_and_changes_nothing():
    tree = Tree()
    with pytest.raises(TreeError) as caught:
        tree.extend([b"x" * 32, b"x" * 31])
    assert caught.value.code == "log.tree.hash"
    assert (tree.size, tree.root()) == (0, EMPTY_ROOT)
    assert tree.extend([]) == []


def test_the_reader_gives_no_tile_the_tree_has_not_reached():
    log = MemoryLog(300)
    assert len(log.read(0, 1, 44)) == 44 * 32
    for level, index, width in ((0, 1, 45), (0, 2, 1), (1, 0, 2), (2, 0, 1), (0, 1, 0)):
        with pytest.raises(TileError) as caught:
            log.read(level, index, width)
        assert caught.value.code == "log.tile.missing"
