"""What sort of file some bytes are, by their content: what they are called and said to be is anybody's to choose.

Portable Document Format (ISO 32000), JPEG (ITU-T T.81) and PNG (ISO/IEC 15948). A file may be one of these and hold
something else besides; so it is handed out for saving only, under its own type, and never shown as a page of ours.
"""

import re
import zlib
from typing import Literal

Sort = Literal["pdf", "jpeg", "png"]
MEDIA_TYPES: dict[Sort, str] = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
ENDINGS: dict[Sort, str] = {"pdf": "pdf", "jpeg": "jpg", "png": "png"}
_PDF = re.compile(rb"%PDF-[12]\.\d")
_TAIL = 1_024
"""Bytes at the end of a document among which its mark of the end stands (ISO 32000, annex H)."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame of a JPEG picture."""
MOST_SEGMENTS = 1_000


def sort_of(content: bytes) -> Sort | None:
    """Which of the sorts we take, or None for anything else."""
    if _PDF.match(content) and b"%%EOF" in content[-_TAIL:]:
        return "pdf"
    if _is_png(content):
        return "png"
    return "jpeg" if _is_jpeg(content) else None


def _is_png(content: bytes) -> bool:
    """Signature, and a whole header chunk of a picture that has a size."""
    header = content[12:29]
    return (
        content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
        and len(content) > 33
        and zlib.crc32(header) == int.from_bytes(content[29:33], "big")
        and 0 not in (int.from_bytes(header[4:8], "big"), int.from_bytes(header[8:12], "big"))
    )


def _is_jpeg(content: bytes) -> bool:
    """Segments from the beginning up to a frame of a picture that has a size."""
    if not content.startswith(b"\xff\xd8"):
        return False
    place = 2
    for _ in range(MOST_SEGMENTS):
        if content[place : place + 1] != b"\xff" or place + 10 > len(content):
            return False
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _FRAMES:
            return 0 not in (content[place + 5] | content[place + 6], content[place + 7] | content[place + 8])
        place += 2 + max(length, 2)
    return False
