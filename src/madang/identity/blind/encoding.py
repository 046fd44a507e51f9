"""EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) with SHA-384 and MGF1 with SHA-384, as all variants of RSABSSA have it."""

import hashlib

SALT_BYTES = 48
"""The length of the salt in the variants named PSS (RFC 9474, section 5)."""
_HASH_BYTES = 48


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """The message as a number below 2 to the power of `bits`, which is one less than the modulus has.

    The salt is random, `SALT_BYTES` long. Keys have 2048 bits at least, so that there is always room.
    """
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    length = (bits + 7) // 8
    block = bytes(length - len(salt) - _HASH_BYTES - 2) + b"\x01" + salt
    mask = _mgf1(digest, len(block))
    masked = bytearray(left ^ right for left, right in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    """MGF1 (RFC 8017, appendix B.2.1)."""
    rounds = -(-length // _HASH_BYTES)
    return b"".join(hashlib.sha384(seed + count.to_bytes(4, "big")).digest() for count in range(rounds))[:length]
