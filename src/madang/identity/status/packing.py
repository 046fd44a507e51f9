"""Statuses packed into bits: Token Status List, section 4.1, and Bitstring Status List, section 3.3 and 3.4.

Token Status List counts bits from the least significant of each byte and compresses with zlib (RFC 1950); the W3C's
counts from the most significant and compresses with gzip (RFC 1952).
"""

import gzip
import zlib
from collections.abc import Iterable
from typing import Literal

from madang.kernel.errors import MadangError

Bits = Literal[1, 2, 4, 8]
MAX_PACKED_BYTES = 4 * 1024 * 1024
"""What a list may come to when it is unpacked: 16 million places of two bits."""
_ZLIB, _GZIP = zlib.MAX_WBITS, zlib.MAX_WBITS | 16


def pack(statuses: Iterable[tuple[int, int]], size: int, bits: Bits) -> bytes:
    """Pack statuses, given as (index, value), into `size` places; all others are 0. For Token Status Lists."""
    packed = bytearray(-(-size * bits // 8))
    for index, value in statuses:
        if not 0 <= index < size or not 0 <= value < 1 << bits:
            raise ValueError(f"a status of {bits} bits in one of {size} places was expected")
        place, shift = divmod(index * bits, 8)
        packed[place] |= value << shift
    return bytes(packed)


def status_at(packed: bytes, bits: Bits, index: int) -> int:
    """The status in a place of a Token Status List. Raises `MadangError` (`status.unknown`) where there is none."""
    place, shift = divmod(index * bits, 8)
    if index < 0 or place >= len(packed):
        raise outside()
    return packed[place] >> shift & (1 << bits) - 1


def pack_bitstring(indexes: Iterable[int], size: int) -> bytes:
    """A string of `size` bits in which these are set. For Bitstring Status Lists."""
    packed = bytearray(-(-size // 8))
    for index in indexes:
        if not 0 <= index < size:
            raise ValueError(f"one of {size} places was expected")
        packed[index // 8] |= 0x80 >> index % 8
    return bytes(packed)


def bit_at(packed: bytes, index: int) -> bool:
    """Whether a bit is set in a Bitstring Status List. Raises `MadangError` (`status.unknown`) where there is none."""
    if not 0 <= index < len(packed) * 8:
        raise outside()
    return bool(packed[index // 8] & 0x80 >> index % 8)


def compress(packed: bytes) -> bytes:
    """Compressed for a Token Status List, at the highest level."""
    return zlib.compress(packed, 9)


def compress_bitstring(packed: bytes) -> bytes:
    """Compressed for a Bitstring Status List; the same bytes for the same statuses."""
    return gzip.compress(packed, 9, mtime=0)


def decompress(data: bytes) -> bytes:
    """What `compress` was given. Raises `MadangError` (`status.list`): damaged, longer than it ends, or too large."""
    return _decompress(data, _ZLIB)


def decompress_bitstring(data: bytes) -> bytes:
    """What `compress_bitstring` was given. Raises `MadangError` (`status.list`)."""
    return _decompress(data, _GZIP)


def outside() -> MadangError:
    """The refusal of a place that a list does not have."""
    return MadangError("status.unknown", "The credential's place lies outside its status list. It is refused.")


def _decompress(data: bytes, form: int) -> bytes:
    reader = zlib.decompressobj(form)
    try:
        packed = reader.decompress(data, MAX_PACKED_BYTES + 1)
    except zlib.error:
        raise MadangError("status.list", "The status list can't be decompressed: it is damaged.") from None
    if len(packed) > MAX_PACKED_BYTES:
        raise MadangError("status.list", f"The status list unpacks to more than {MAX_PACKED_BYTES:,} bytes.")
    if not reader.eof or reader.unused_data:
        raise MadangError("status.list", "The status list is cut off, or something follows it.")
    return packed
