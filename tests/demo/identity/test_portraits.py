"""The drawn portraits."""

import struct
import zlib

from madang.demo.identity.portraits import HEIGHT, WIDTH, portrait
from madang.identity.catalogue import type_of


def test_a_portrait_is_a_png_that_a_licence_takes():
    drawn = portrait(7)
    type_of("driving_licence").claims["portrait"].check(drawn, "portrait")
    at, kinds, pixels = 8, [], b""
    while at < len(drawn):
        (length,) = struct.unpack_from(">I", drawn, at)
        kind, content = drawn[at + 4 : at + 8], drawn[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", drawn, at + 8 + length) == (zlib.crc32(kind + content),)
        kinds.append(kind)
        if kind == b"IDAT":
            pixels = zlib.decompress(content)
        at += 12 + length
    assert kinds == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    assert len(pixels) == (WIDTH + 1) * HEIGHT
    assert {0, 1} == set(pixels) and 0.3 < pixels.count(1) / len(pixels) < 0.6


def test_people_differ_by_colour_alone():
    assert portrait(1) == portrait(1) != portrait(2)
