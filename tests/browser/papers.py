"""Papers that people hand in, as bytes: a document, a picture, and what only pretends to be one."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from madang.records.masterkey import FileMasterKey
from madang.services.appeals.transactions import SetTerms
from tests.browser import holders, town
from tests.browser.conftest import Served

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PAGE = b"<!doctype html><script>alert(1)</script>"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)


def file(content: bytes, name: str = "paper.pdf", kind: str = "application/pdf") -> dict[str, object]:
    """A file as a browser is given it."""
    return {"name": name, "mimeType": kind, "buffer": content}


def served_with_vault(folder: Path) -> Iterator[Served]:
    """A town whose server keeps the vault of ministry and desk; the ministry decides appeals about meals."""
    FileMasterKey.create(folder / "vault.key")
    terms = SetTerms(
        by="ministry", programme=holders.MEALS, days=14, until=town.began() + 90 * holders.DAY, offices=["ministry"]
    )
    options = ["--vault-key", str(folder / "vault.key"), "--vault-of", "ministry", "--vault-of", "desk"]
    found = Served(folder / "node", [terms], options)
    found.start()
    yield found
    found.stop()
