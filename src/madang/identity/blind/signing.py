"""What a signer does: the private operation on a number that it knows nothing about."""

import secrets

from cryptography.hazmat.primitives.asymmetric import rsa

from madang.identity.blind.keys import SigningKey
from madang.kernel.errors import MadangError

_MASK_BITS = 64


def blind_sign(key: SigningKey, message: bytes) -> bytes:
    """BlindSign (RFC 9474, section 4.3) of a blinded message. The same message gives the same signature.

    Raises `MadangError`: `blind.length`, `blind.range` (no number below the modulus), `blind.failure` (the machine
    miscalculated: nothing was given out, since a faulty signature can give the key away).
    """
    public = key.public
    if len(message) != public.length:
        raise MadangError("blind.length", f"A blinded message for this key has {public.length} bytes. Blind it again.")
    number = int.from_bytes(message, "big")
    if number >= public.modulus:
        raise MadangError("blind.range", "The blinded message is no number below the modulus. Blind it again.")
    factor, inverse = _factor(public.modulus)
    # Kocher, Timing Attacks, section 10: who sent the number does not know what is raised to the private exponent.
    signed = _private(key.numbers, number * public.raised(factor) % public.modulus) * inverse % public.modulus
    if public.raised(signed) != number:
        raise MadangError("blind.failure", "The signature came out wrong and was thrown away. Look at this machine.")
    return signed.to_bytes(public.length, "big")


def _factor(modulus: int) -> tuple[int, int]:
    while True:
        factor = 1 + secrets.randbelow(modulus - 1)
        try:
            return factor, pow(factor, -1, modulus)
        except ValueError:  # it shares a factor with the modulus: as likely as guessing the key
            continue


def _private(numbers: rsa.RSAPrivateNumbers, number: int) -> int:
    """RSASP1 by the Chinese remainder theorem (RFC 8017, section 5.2.1), with exponents that differ each time."""
    p, q = numbers.p, numbers.q
    first = pow(number % p, numbers.dmp1 + secrets.randbits(_MASK_BITS) * (p - 1), p)
    second = pow(number % q, numbers.dmq1 + secrets.randbits(_MASK_BITS) * (q - 1), q)
    return second + q * ((first - second) * numbers.iqmp % p)
