"""Paths and entry bundles: the specification's examples, and one spelling of everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.log.errors import TileError
from madang.log.tiles import (
    MAX_ENTRY_BYTES,
    TilePath,
    decode_bundle,
    directory_reader,
    encode_bundle,
    parse_tile_path,
    read_entries,
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TilePath(0, 0), "tile/0/000"),
        (TilePath(0, 999), "tile/0/999"),
        (TilePath(0, 1000), "tile/0/x001/000"),
        (TilePath(3, 1_234_067), "tile/3/x001/x234/067"),
        (TilePath(0, 273, 112), "tile/0/273.p/112"),
        (TilePath(1, 123_456_789, 1), "tile/1/x123/x456/789.p/1"),
        (TilePath(None, 1_234_067), "tile/entries/x001/x234/067"),
        (TilePath(None, 7, 255), "tile/entries/007.p/255"),
        (TilePath(63, 0), "tile/63/000"),
    ],
)
def test_paths(path: TilePath, text: str):
    assert str(path) == text
    assert parse_tile_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/001/000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000\n",
        "tile/0/../000",
        "/tile/0/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x999/" * 500 + "999",
    ],
)
def test_other_paths_are_refused(text: str):
    with pytest.raises(TileError) as caught:
        parse_tile_path(text)
    assert caught.value.code == "log.tile.path"


@given(st.none() | st.integers(0, 63), st.integers(0, 2**55), st.integers(1, 256))
def test_a_path_is_read_as_it_was_written(level: int | None, index: int, width: int):
    path = TilePath(level, index, width)
    assert parse_tile_path(str(path)) == path


def test_the_bytes_of_a_bundle():
    assert encode_bundle([b"", b"ab", b"c" * 300]) == b"\0\0" + b"\0\2ab" + b"\1\x2c" + b"c" * 300


@given(st.lists(st.binary(max_size=80), max_size=256))
def test_a_bundle_is_read_as_it_was_written(entries: list[bytes]):
    assert decode_bundle(encode_bundle(entries)) == entries


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_bundles(data: bytes):
    try:
        entries = decode_bundle(data)
    except TileError:
        return
    assert encode_bundle(entries) == data


def test_bundles_that_are_too_long():
    assert decode_bundle(encode_bundle([b"x" * MAX_ENTRY_BYTES])) == [b"x" * MAX_ENTRY_BYTES]
    with pytest.raises(TileError) as entry:
        encode_bundle([b"x" * (MAX_ENTRY_BYTES + 1)])
    assert entry.value.code == "log.bundle.entry"
    with pytest.raises(TileError) as bundle:
        decode_bundle(b"\0\0" * 257)
    assert bundle.value.code == "log.bundle.malformed"


def test_a_wider_file_stands_in_for_a_partial_one(tmp_path: Path):
    read = directory_reader(tmp_path)
    folder = tmp_path / "tile" / "0" / "005.p"
    folder.mkdir(parents=True)
    with pytest.raises(TileError) as caught:
        read(0, 5, 2)
    assert (caught.value.code, caught.value.where) == ("log.tile.missing", "tile/0/005.p/2")
    (folder / "1").write_bytes(b"1" * 32)
    (folder / "9").write_bytes(b"9" * 288)
    (folder / "10").write_bytes(b"a" * 320)
    (folder / ".3.new").write_bytes(b"left over")
    assert read(0, 5, 2) == b"9" * 288
    assert read(0, 5, 10) == b"a" * 320
    (tmp_path / "tile" / "0" / "005").write_bytes(b"f" * 8192)
    assert read(0, 5, 2) == b"f" * 8192
    assert read(0, 5, 256) == b"f" * 8192


@pytest.mark.parametrize("size", [0, 31, 33, 8160, 8193, 20_000])
def test_tiles_of_the_wrong_length_are_refused(tmp_path: Path, size: int):
    (tmp_path / "tile" / "0").mkdir(parents=True)
    (tmp_path / "tile" / "0" / "000").write_bytes(b"x" * size)
    with pytest.raises(TileError) as caught:
        directory_reader(tmp_path)(0, 0, 256)
    assert caught.value.code == "log.tile.length"


def test_a_bundle_with_too_few_leaves_is_refused(tmp_path: Path):
    (tmp_path / "tile" / "entries").mkdir(parents=True)
    (tmp_path / "tile" / "entries" / "000").write_bytes(encode_bundle([b"a", b"b"]))
    assert read_entries(tmp_path, 0, 1) == [b"a"]
    with pytest.raises(TileError) as caught:
        read_entries(tmp_path, 0, 3)
    assert caught.value.code == "log.bundle.malformed"


def test_a_folder_in_the_place_of_a_file_is_an_error_of_the_log(tmp_path: Path):
    (tmp_path / "tile" / "0" / "000").mkdir(parents=True)
    with pytest.raises(TileError) as caught:
        directory_reader(tmp_path)(0, 0, 256)
    assert caught.value.code == "log.tile.unreadable"
