"""The form of a token, and the check of its signature.

What is signed is the token, 32 random bytes, and behind it for which offer and for whom it is: the message that RFC
9474 calls prepared at random (section 4.1). The ledger puts it together by itself, so that nothing else can be in it
(section 7.3). SHA-256 of it is the nullifier, which nobody can tell beforehand.

A signature is checked where the act is executed and not at admission, as those of transactions are: its key is on the
ledger, and a person spends a token once in months. It takes some 60 microseconds with 2048 bits, as much as a signature
of a transaction. The arithmetic is exact, so that every machine comes to the same (RFC 8017, section 8.1.2).
"""

import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from madang.kernel.codec import from_base64url

EXPONENT = 65537
_PSS = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
_CONTEXT = "madang.eligibility/1"
_KEYS = 256
"""How many keys are kept ready; loading one takes as long as a check."""


def message(programme: str, offer: str, holder: str) -> bytes:
    """What a wallet prepares: for which offer a token is, and for whom."""
    return f"{_CONTEXT} {programme} {offer} {holder}".encode()


def prepared(token: str, programme: str, offer: str, holder: str) -> bytes:
    """What is signed. Raises `Malformed` (`base64.invalid`): the token is not canonical base64url."""
    return from_base64url(token, "token") + message(programme, offer, holder)


def nullifier(signed: bytes) -> str:
    """The name under which a token is spent: SHA-256 of what was signed, in hexadecimal."""
    return hashlib.sha256(signed).hexdigest()


def read_modulus(key: str) -> int | None:
    """The modulus of a key, or None where it has an even number of bits too few or is even.

    Raises `Malformed` (`base64.invalid`).
    """
    data = from_base64url(key, "key")
    return int.from_bytes(data, "big") if data[0] & 0x80 and data[-1] & 1 else None


def is_signed(key: str, signed: bytes, signature: str) -> bool:
    """Whether this is the key's signature of it (RFC 9474, section 4.5).

    Raises `Malformed` (`base64.invalid`): the signature is not canonical base64url.
    """
    value = from_base64url(signature, "signature")
    public = _load(key)
    if len(value) * 8 != public.key_size:
        return False
    try:
        public.verify(value, signed, _PSS, hashes.SHA384())
    except InvalidSignature:
        return False
    return True


@lru_cache(_KEYS)
def _load(key: str) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(from_base64url(key, "key"), "big")).public_key()
