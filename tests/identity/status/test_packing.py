"""Statuses are packed and unpacked, by laws; what is damaged or too large is refused."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.identity.status import packing
from madang.kernel.errors import MadangError

BITS = st.sampled_from([1, 2, 4, 8])


@given(st.data(), BITS, st.integers(1, 300))
def test_what_was_packed_stands_in_its_place_and_nothing_else_does(data, bits, size):
    statuses = data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, 2**bits - 1)))
    packed = packing.decompress(packing.compress(packing.pack(list(statuses.items()), size, bits)))
    assert len(packed) == -(-size * bits // 8)
    assert [packing.status_at(packed, bits, index) for index in range(size)] == [
        statuses.get(index, 0) for index in range(size)
    ]


@given(st.sets(st.integers(0, 299)))
def test_a_bitstring_has_the_bits_that_were_set(indexes):
    packed = packing.decompress_bitstring(packing.compress_bitstring(packing.pack_bitstring(indexes, 300)))
    assert {index for index in range(300) if packing.bit_at(packed, index)} == indexes


@pytest.mark.parametrize("index", [-1, 8, 10**12])
def test_there_is_no_place_outside(index):
    for look in (lambda: packing.status_at(b"\0\0", 2, index), lambda: packing.bit_at(b"\0", index)):
        with pytest.raises(MadangError) as refused:
            look()
        assert refused.value.code == "status.unknown"


@pytest.mark.parametrize(("index", "value"), [(-1, 0), (4, 0), (0, -1), (0, 4)])
def test_a_status_that_does_not_fit_is_a_defect(index, value):
    with pytest.raises(ValueError, match="expected"):
        packing.pack([(index, value)], 4, 2)
    if value == 0:
        with pytest.raises(ValueError, match="expected"):
            packing.pack_bitstring([index], 4)


BOMB = bytes(packing.MAX_PACKED_BYTES + 1)


@pytest.mark.parametrize(
    ("decompress", "data"),
    [
        (packing.decompress, b""),
        (packing.decompress, b"no zlib"),
        (packing.decompress, zlib.compress(b"list")[:-1]),
        (packing.decompress, zlib.compress(b"list") + b"\0"),
        (packing.decompress, gzip.compress(b"list", mtime=0)),
        (packing.decompress, zlib.compress(BOMB, 9)),
        (packing.decompress_bitstring, b""),
        (packing.decompress_bitstring, gzip.compress(b"list", mtime=0)[:-1]),
        (packing.decompress_bitstring, gzip.compress(b"list", mtime=0) * 2),
        (packing.decompress_bitstring, zlib.compress(b"list")),
        (packing.decompress_bitstring, gzip.compress(BOMB, mtime=0)),
    ],
)
def test_what_is_no_list_is_refused(decompress, data):
    with pytest.raises(MadangError) as refused:
        decompress(data)
    assert refused.value.code == "status.list"


def test_the_largest_list_is_read():
    full = bytes(packing.MAX_PACKED_BYTES)
    assert packing.decompress(packing.compress(full)) == full
