"""Which ends of a journal are a crash, and which are damage that would lose acknowledged blocks."""

import pytest

from madang.engine import wal
from madang.engine.wal import BLOCK, HEADER, examine


def crc32c(data: bytes) -> int:
    """Bit by bit, as RFC 3720 defines it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def record(payload: bytes, kind: int = 1) -> bytes:
    crc = crc32c(bytes([kind]) + payload)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return masked.to_bytes(4, "little") + len(payload).to_bytes(2, "little") + bytes([kind]) + payload


def test_the_sum_is_the_standards():
    assert crc32c(b"123456789") == 0xE3069283
    made = record(b"some payload")
    assert wal._some_part_has_sum(1, b"some payload and more", int.from_bytes(made[:4], "little"))
    assert not wal._some_part_has_sum(2, b"some payload and more", int.from_bytes(made[:4], "little"))
    assert wal._some_part_has_sum(1, b"", int.from_bytes(record(b"")[:4], "little"))


WHOLE = record(b"a" * 300) + record(b"b" * 200) + record(b"c" * 100)
FILLED = record(b"x" * (BLOCK - HEADER - 3)) + bytes(3) + record(b"y" * 50)
FRAGMENTS = record(b"x" * (BLOCK - HEADER), 2) + record(b"y" * (BLOCK - HEADER), 3) + record(b"z" * 9, 4)


@pytest.mark.parametrize("data", [b"", WHOLE, FILLED, FRAGMENTS])
def test_records_one_after_another_are_whole(data):
    assert examine(data) == "whole"


def test_a_journal_cut_anywhere_is_whole_or_torn():
    ends = {0, 307, 514, 621}
    for length in range(len(WHOLE) + 1):
        assert examine(WHOLE[:length]) == ("whole" if length in ends else "torn")
    for length in range(BLOCK - 10, len(FILLED) + 1):
        assert examine(FILLED[:length]) in ("whole", "torn")
    for length in (BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 8):
        assert examine(FRAGMENTS[:length]) == "torn"


def test_zeros_at_the_end_are_torn_and_in_the_middle_damage():
    assert examine(WHOLE + bytes(500)) == "torn"
    assert examine(WHOLE + bytes(500) + b"\1") == "damaged"


def test_a_length_that_points_behind_the_end_is_damage():
    for start in (0, 307, 514):
        for bit in range(16):
            data = bytearray(WHOLE)
            data[start + 4 + bit // 8] ^= 1 << bit % 8
            length = int.from_bytes(data[start + 4 : start + 6], "little")
            if start + HEADER + length > len(WHOLE):
                assert examine(bytes(data)) == "damaged", (start, bit)


def test_a_type_that_is_never_written_is_damage():
    for kind in [0, *range(5, 256)]:
        data = bytearray(WHOLE)
        data[307 + 6] = kind
        assert examine(bytes(data)) == "damaged"
    assert examine(record(b"a", 3)) == "damaged"
    assert examine(record(b"a", 2) + record(b"b", 1)) == "damaged"
