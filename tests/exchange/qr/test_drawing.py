"""What is drawn is read by a scanner that others made."""

import pytest
import segno
import zxingcpp

from madang.exchange.qr import draw_png, draw_svg, draw_text, write_code
from tests.exchange.qr.codes import DYNAMIC, STATIC


def scan(rows: list[bytes]) -> list[str]:
    """What a scanner reads from a picture of these grey rows."""
    picture = memoryview(b"".join(rows)).cast("B", shape=[len(rows), len(rows[0])])
    return [one.text for one in zxingcpp.read_barcodes(picture)]


def blocks(drawn: str) -> list[bytes]:
    """A terminal's half blocks as grey rows, eight dots a module."""
    halves = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
    rows: list[bytes] = []
    for line in drawn.splitlines():
        for half in (0, 1):
            row = b"".join(bytes([halves[one][half]]) * 8 for one in line)
            rows += [row] * 8
    return rows


@pytest.mark.conformance
@pytest.mark.parametrize("code", [STATIC, DYNAMIC])
def test_a_scanner_reads_the_korean_name(code) -> None:
    text = write_code(code)
    assert scan(blocks(draw_text(text))) == [text]


def test_pictures_are_what_they_say_and_load_nothing() -> None:
    text = write_code(STATIC)
    svg, png = draw_svg(text), draw_png(text)
    assert svg.startswith(b"<?xml") and svg.count(b"http") == svg.count(b"http://www.w3.org/2000/svg")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    modules = segno.make_qr(text, error="m", encoding="utf-8").symbol_size(scale=8, border=4)[0]
    assert int.from_bytes(png[16:20], "big") == modules
