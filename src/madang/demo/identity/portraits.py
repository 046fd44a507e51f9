"""Portraits of people who do not exist: a drawn silhouette, as a PNG (W3C Portable Network Graphics, 3rd edition)."""

import struct
import zlib

WIDTH, HEIGHT = 120, 160
_HEAD = (60, 62, 30)
"""Centre and radius."""
_SHOULDERS = (60, 160, 52, 58)
"""Centre and half-axes."""
_PAPER = (236, 239, 243)


def portrait(number: int) -> bytes:
    """The portrait of somebody: another number has another colour."""
    colour = tuple(70 + number * step % 90 for step in (37, 53, 71))
    rows = b"".join(b"\0" + bytes(map(_is_person, range(WIDTH), [y] * WIDTH)) for y in range(HEIGHT))
    # Eight bits a pixel, which are places in a palette of two.
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = [
        (b"IHDR", header),
        (b"PLTE", bytes([*_PAPER, *colour])),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)


def _is_person(x: int, y: int) -> bool:
    centre_x, centre_y, radius = _HEAD
    if (x - centre_x) ** 2 + (y - centre_y) ** 2 <= radius**2:
        return True
    middle, bottom, across, up = _SHOULDERS
    return ((x - middle) * up) ** 2 + ((y - bottom) * across) ** 2 <= (across * up) ** 2


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
