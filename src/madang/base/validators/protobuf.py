"""Writing protobuf messages in the one form that CometBFT hashes and signs: fields in order of number, zeros left out.

Nothing is read here. (Protocol Buffers encoding: wire types 0, 1 and 2.)
"""

_VARINT, _FIXED64, _BYTES = 0, 1, 2


def number(field: int, value: int) -> bytes:
    """An int64, uint32 or enum; zero is left out, negative ones take ten bytes, as if 2^64 were added."""
    return varint(field << 3 | _VARINT) + varint(value % 2**64) if value else b""


def fixed(field: int, value: int) -> bytes:
    """An sfixed64 that is not negative; zero is left out."""
    return varint(field << 3 | _FIXED64) + value.to_bytes(8, "little") if value else b""


def message(field: int, value: bytes) -> bytes:
    """Bytes, text or a message, written even when empty."""
    return varint(field << 3 | _BYTES) + varint(len(value)) + value


def varint(value: int) -> bytes:
    """A number of at least zero in groups of seven bits, the lowest first."""
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
