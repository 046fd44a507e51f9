"""What anyone does: check a signature. It is a plain RSASSA-PSS one, so any library checks it."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from madang.identity.blind.encoding import SALT_BYTES
from madang.identity.blind.keys import EXPONENT, PublicKey

_PSS = padding.PSS(padding.MGF1(hashes.SHA384()), SALT_BYTES)


def verify(key: PublicKey, prepared: bytes, signature: bytes) -> bool:
    """Whether this is the key's signature of what was prepared (RFC 9474, section 4.5; RFC 8017, section 8.1.2)."""
    if len(signature) != key.length:
        return False
    try:
        rsa.RSAPublicNumbers(EXPONENT, key.modulus).public_key().verify(signature, prepared, _PSS, hashes.SHA384())
    except InvalidSignature:
        return False
    return True
