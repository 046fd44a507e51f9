"""What sort of file some bytes are: by content, and nothing that only begins like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.web.site.filesorts import sort_of
from tests.browser.papers import PDF, PNG

FRAME = b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00"
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
JPEG = b"\xff\xd8" + JFIF + FRAME + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "sort"),
    [
        (PDF, "pdf"),
        (PDF.replace(b"1.4", b"2.0"), "pdf"),
        (PNG, "png"),
        (JPEG, "jpeg"),
        (b"\xff\xd8" + FRAME + b"\xff\xd9" + b"what a phone adds behind", "jpeg"),
        (b"", None),
        (b"\n" + PDF, None),
        (PDF.replace(b"%%EOF", b""), None),
        (PDF + b" " * 2_000, None),
        (PDF.replace(b"1.4", b"9.4"), None),
        (PNG[:33], None),
        (PNG.replace(b"IHDR", b"IDAT"), None),
        (PNG[:19] + b"\x02" + PNG[20:], None),
        (b"\xff\xd8\xff", None),
        (b"\xff\xd8" + JFIF + b"\xff\xd9", None),
        (b"\xff\xd8" + JFIF * 1_001 + FRAME, None),
        (b"\xff\xd8" + FRAME.replace(b"\x00\x10\x00\x10", b"\x00\x00\x00\x10"), None),
        (b"<!doctype html><script>alert(1)</script>", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', None),
        (b"GIF89a" + PDF, None),
        (b"PK\x03\x04", None),
    ],
)
def test_a_file_is_what_its_content_says(content, sort):
    assert sort_of(content) == sort


@given(st.binary(max_size=200), st.sampled_from([PDF, PNG, JPEG]), st.integers(0, 80))
def test_whatever_comes_is_told_apart_without_failing(noise, known, cut):
    for content in (noise, known[:cut] + noise, known + noise):
        assert sort_of(content) in (None, "pdf", "png", "jpeg")
