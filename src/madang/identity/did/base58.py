"""base58btc and SHA-256 multihashes, as did:webvh and did:key write digests and keys (Multiformats, multihash 0x12)."""

import hashlib

from madang.kernel.errors import MadangError

MAX_TEXT = 128
"""Longer texts are refused: reading takes time that grows with the square, and no key or digest needs more."""
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_SHA256 = b"\x12\x20"


def encode(data: bytes) -> str:
    """Bytes in base58btc, without a multibase prefix."""
    number, letters = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        letters = _ALPHABET[rest] + letters
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + letters


def decode(text: str) -> bytes:
    """The bytes that a text in base58btc means. Raises `MadangError` (`did.base58`)."""
    if not 0 < len(text) <= MAX_TEXT or not all(letter in _VALUES for letter in text):
        raise MadangError("did.base58", "A key or digest of the identifier is not in base58btc.")
    number = 0
    for letter in text:
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multihash(data: bytes) -> str:
    """The SHA-256 multihash of bytes in base58btc: 46 letters that begin with Qm."""
    return encode(_SHA256 + hashlib.sha256(data).digest())


def is_multihash(text: str) -> bool:
    """Whether this is a SHA-256 multihash in base58btc, the only one that did:webvh 1.0 permits."""
    try:
        found = decode(text)
    except MadangError:
        return False
    return len(found) == 34 and found.startswith(_SHA256)
