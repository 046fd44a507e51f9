"""A look at RocksDB's journals before it opens them: what it would pass over in silence, we refuse.

RocksDB checks the sum of every record it reads, but takes some damage for the end of a journal and drops all that
follows without a word: a length that points behind the end of the file, and a record type of reused files. One
flipped bit in an acknowledged block would then take that block and its successors away. A write that a crash cut
short looks alike, and must be passed over. So, for each journal (write-ahead logs and manifest, one format):

- whole: records follow one another to the end of the file; RocksDB checks their sums.
- torn: the last record is cut short, and no part of what is there has its sum. Allowed in the newest log only.
- damaged: anything else.

The third possible recovery mode, absolute consistency, is no way out: it loops for ever on a reused type.
Format: RocksDB wiki, "Write Ahead Log File Format": blocks of 32 KiB; records of sum u32, length u16, type u8, payload.
"""

from pathlib import Path
from typing import Literal

from madang.kernel.errors import StoreFailure

BLOCK = 32 * 1024
HEADER = 7
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
Condition = Literal["whole", "torn", "damaged"]


def check_journals(folder: Path) -> None:
    """Refuse a store whose journals RocksDB would cut short in silence. Raises `StoreFailure` (`store.damaged`)."""
    logs = sorted(folder.glob("*.log"), key=lambda path: path.name.rjust(32, "0"))
    current = folder / "CURRENT"
    manifests = [folder / current.read_text().strip()] if current.is_file() else []
    for path in [*manifests, *logs]:
        condition = examine(path.read_bytes()) if path.is_file() else "damaged"
        if condition == "damaged" or (condition == "torn" and path != logs[-1]):
            raise StoreFailure(
                "store.damaged", f"{path} is {condition}: committed blocks would be lost. Restore a backup."
            )


def examine(data: bytes) -> Condition:
    """In which condition a journal is. Sums of whole records are left to RocksDB."""
    position = 0
    fragment = False
    while position < len(data):
        room = BLOCK - position % BLOCK
        if room < HEADER:
            position += room
            continue
        header = data[position : position + HEADER]
        if len(header) < HEADER:
            return "torn"
        if header == bytes(HEADER):
            return "damaged" if data[position:].strip(b"\0") else "torn"
        length, kind = int.from_bytes(header[4:6], "little"), header[6]
        stop = position + HEADER + length
        if not FULL <= kind <= LAST or fragment != (kind in (MIDDLE, LAST)):
            return "damaged"
        if stop > len(data):
            payload = data[position + HEADER :]
            return "damaged" if _some_part_has_sum(kind, payload, int.from_bytes(header[:4], "little")) else "torn"
        if HEADER + length > room:
            return "damaged"
        fragment = kind in (FIRST, MIDDLE)
        position = stop
    return "torn" if fragment else "whole"


def _some_part_has_sum(kind: int, payload: bytes, stored: int) -> bool:
    """Whether a beginning of `payload` is a complete record, whose length alone is wrong."""
    crc = _TABLE[(0xFFFFFFFF ^ kind) & 0xFF] ^ 0x00FFFFFF
    if _masked(crc) == stored:
        return True
    for byte in payload[:BLOCK]:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
        if _masked(crc) == stored:
            return True
    return False


def _masked(crc: int) -> int:
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _crc32c_table() -> list[int]:
    """CRC-32C (Castagnoli, RFC 3720 appendix B.4), a byte at a time."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc32c_table()
