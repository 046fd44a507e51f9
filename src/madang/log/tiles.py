"""The static files of a log, in the form of C2SP tlog-tiles v0.1.0: paths, entry bundles, and reading them from a
directory.

    checkpoint                        signed note, the only file that changes
    tile/<level>/<index>[.p/<width>]  up to 256 hashes of 32 bytes
    tile/entries/<index>[.p/<width>]  up to 256 leaves, each after its length as u16, big-endian
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from madang.log.errors import TileError
from madang.log.tree import MAX_SIZE, TILE_BYTES, TILE_WIDTH, ReadTile, split_tile

CHECKPOINT = "checkpoint"
MAX_ENTRY_BYTES = 2**16 - 1
MAX_BUNDLE_BYTES = TILE_WIDTH * (2 + MAX_ENTRY_BYTES)
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z")


@dataclass(frozen=True, slots=True)
class TilePath:
    """What a path names: a tile of `level`, or the entry bundle if `level` is None. `width` is 256 for a full one."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __str__(self) -> str:
        """The path, relative to the log's prefix."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else str(self.level)
        return f"tile/{level}/{number}" + ("" if self.width == TILE_WIDTH else f".p/{self.width}")


def parse_tile_path(path: str) -> TilePath:
    """Read a path strictly: only the one spelling that `str` gives. Raises TileError `log.tile.path`."""
    match = _PATH.match(path)
    if match:
        level = None if match[1] == "entries" else int(match[1])
        index = int(match[2].replace("x", "").replace("/", "")) if len(match[2]) < 40 else MAX_SIZE
        width = int(match[3]) if match[3] else TILE_WIDTH
        parsed = TilePath(level, index, width)
        if (level is None or level < 64) and str(parsed) == path and (width < TILE_WIDTH or not match[3]):
            return parsed
    raise TileError(
        "log.tile.path", "This is not the path of a tile", where=repr(path[:80]), now="Correct the request."
    )


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Give the entry bundle of up to 256 leaves. Raises TileError `log.bundle.entry` for one above 65,535 bytes."""
    for at, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY_BYTES:
            raise TileError(
                "log.bundle.entry",
                f"A leaf of {len(entry)} bytes does not fit an entry bundle",
                where=f"entry {at} of the bundle",
                now=f"Leaves are at most {MAX_ENTRY_BYTES} bytes; put the hash of longer data into the leaf.",
            )
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def decode_bundle(data: bytes) -> list[bytes]:
    """Give the leaves of an entry bundle. Raises TileError `log.bundle.malformed` if it is cut short or has more than
    256.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        stop = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or stop > len(data) or len(entries) == TILE_WIDTH:
            raise TileError(
                "log.bundle.malformed",
                "The entry bundle is cut short or has more than 256 leaves",
                where=f"entry {len(entries)} of the bundle",
                now="Fetch it again, or publish it again from the store.",
            )
        entries.append(data[at + 2 : stop])
        at = stop
    return entries


def directory_reader(directory: Path) -> ReadTile:
    """Read the tiles of a published directory; a full tile, or the narrowest that is wide enough, stands in for a
    partial one.

    The reader raises TileError `log.tile.missing`, `log.tile.length`.
    """

    def read(level: int, index: int, width: int) -> bytes:
        data = read_at_least(directory, TilePath(level, index, width), TILE_BYTES)
        split_tile(data, level, index, width)
        return data

    return read


def read_entries(directory: Path, index: int, width: int) -> list[bytes]:
    """The first `width` leaves of entry bundle `index` of a published directory. Raises TileError as `decode_bundle`,
    `log.tile.missing`.
    """
    path = TilePath(None, index, width)
    entries = decode_bundle(read_at_least(directory, path, MAX_BUNDLE_BYTES))
    if len(entries) < width:
        raise TileError(
            "log.bundle.malformed",
            f"The entry bundle has {len(entries)} leaves",
            where=str(path),
            now="Publish it again from the store.",
        )
    return entries[:width]


def read_at_least(directory: Path, path: TilePath, limit: int) -> bytes:
    """Read the file of `path`, or of the same index and greater width if it is gone. Raises TileError
    `log.tile.missing`, `log.tile.length`.
    """
    data = read_bounded(directory / str(path), limit)
    if data is None and path.width < TILE_WIDTH:
        full = directory / str(TilePath(path.level, path.index))
        data = read_bounded(full, limit)
        if data is None:
            widths = sorted(
                int(name) for name in _names(full.with_name(full.name + ".p")) if name.isdecimal() and name.isascii()
            )
            wider = next((width for width in widths if path.width < width < TILE_WIDTH), None)
            if wider is not None:
                data = read_bounded(directory / str(TilePath(path.level, path.index, wider)), limit)
    if data is None:
        raise TileError(
            "log.tile.missing", "A published file is missing", where=str(path), now="Publish it again from the store."
        )
    return data


def read_bounded(path: Path, limit: int) -> bytes | None:
    """Read a file of at most `limit` bytes; None if there is none. Raises TileError `log.tile.length`,
    `log.tile.unreadable`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TileError(
            "log.tile.unreadable",
            f"A published file cannot be read: {error.strerror}",
            where=str(path),
            now="Check disk and permissions.",
        ) from error
    if len(data) > limit:
        raise TileError(
            "log.tile.length",
            f"A published file is longer than {limit} bytes",
            where=str(path),
            now="Publish it again from the store.",
        )
    return data


def _names(directory: Path) -> list[str]:
    try:
        return [path.name for path in directory.iterdir()]
    except OSError:
        return []
