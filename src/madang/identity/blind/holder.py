"""What a holder does: prepares a message, blinds it, and takes the blindness off the signature that came back.

All that is random comes from the system, and nobody can hand it in: a salt or a factor that somebody else chose could
carry a mark (RFC 9474, section 7.5).
"""

import secrets
from math import gcd

import msgspec

from madang.identity.blind.encoding import SALT_BYTES, encode
from madang.identity.blind.keys import PublicKey
from madang.identity.blind.verifying import verify
from madang.kernel.errors import MadangError

PREFIX_BYTES = 32
_TRIES = 16


class Blinded(msgspec.Struct, frozen=True):
    """A blinded message, for the signer, and the inverse of what blinds it, which the holder keeps to itself."""

    message: bytes
    inverse: int


def prepare(message: bytes) -> bytes:
    """PrepareRandomize (RFC 9474, section 4.1): 32 random bytes and the message. What is signed is this."""
    return secrets.token_bytes(PREFIX_BYTES) + message


def blind(key: PublicKey, prepared: bytes) -> Blinded:
    """Blind (RFC 9474, section 4.2). Raises `MadangError` (`blind.key`): the key divides by something small.

    To whoever lacks the inverse the result is a random number, whatever was blinded.
    """
    encoded = encode(prepared, key.modulus.bit_length() - 1, secrets.token_bytes(SALT_BYTES))
    number = int.from_bytes(encoded, "big")
    if gcd(number, key.modulus) != 1:
        raise _bad_key()
    for _ in range(_TRIES):
        factor = 1 + secrets.randbelow(key.modulus - 1)
        try:
            inverse = pow(factor, -1, key.modulus)
        except ValueError:
            continue
        blinded = number * key.raised(factor) % key.modulus
        return Blinded(blinded.to_bytes(key.length, "big"), inverse)
    raise _bad_key()


def finalize(key: PublicKey, prepared: bytes, signature: bytes, inverse: int) -> bytes:
    """Finalize (RFC 9474, section 4.4): the signature of what was prepared, of as many bytes as the modulus.

    Raises `MadangError`: `blind.length`, `blind.signature` (it was not made with this key, or not of this message).
    """
    if len(signature) != key.length:
        raise MadangError("blind.length", f"A blind signature of this key has {key.length} bytes. Ask for it again.")
    found = (int.from_bytes(signature, "big") * inverse % key.modulus).to_bytes(key.length, "big")
    if not verify(key, prepared, found):
        raise MadangError(
            "blind.signature", "What came back was not signed with the published key. Don't use it; tell the office."
        )
    return found


def _bad_key() -> MadangError:
    return MadangError(
        "blind.key", "This modulus has a small factor, so that nothing signed with it is worth anything."
    )
