"""Keys for blind signatures. One signs for one purpose and nothing else: it signs what it can't see (RFC 9474, 6.2)."""

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from madang.client.pkcs8 import encrypted_pem
from madang.kernel.errors import MadangError

EXPONENT = 65537
SIZES = (2048, 3072, 4096)
"""How many bits a modulus may have: NIST SP 800-56B revision 2 wants 2048 at least, and whole bytes leave no doubt."""


class PublicKey(msgspec.Struct, frozen=True):
    """A modulus of 2048, 3072 or 4096 bits; the exponent is 65537. Make one by `public_key`, which checks it."""

    modulus: int

    @property
    def length(self) -> int:
        """How many bytes a signature has."""
        return self.modulus.bit_length() // 8

    def raised(self, number: int) -> int:
        """The public operation RSAVP1 (RFC 8017, section 5.2.2) on a number below the modulus."""
        return pow(number, EXPONENT, self.modulus)


def public_key(modulus: bytes) -> PublicKey:
    """The key with this modulus, big-endian. Raises `MadangError` (`blind.key`): no modulus that may be used.

    It can't be seen of a modulus that it was honestly made. So a holder takes one from the ledger, where all holders
    have the same, and prepares messages at random (RFC 9474, sections 7.4 and 7.5).
    """
    found = PublicKey(int.from_bytes(modulus, "big"))
    if found.modulus.bit_length() not in SIZES or len(modulus) != found.length or not found.modulus & 1:
        raise MadangError("blind.key", "This is no RSA modulus of 2048, 3072 or 4096 bits. Send it as whole bytes.")
    return found


class SigningKey:
    """A private key for blind signatures, in memory."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        """Raises `MadangError` (`blind.key`) for a size or an exponent that this is not for."""
        self._key = key
        self.numbers = key.private_numbers()
        public = self.numbers.public_numbers
        self.public = public_key(public.n.to_bytes((public.n.bit_length() + 7) // 8, "big"))
        if public.e != EXPONENT:
            raise MadangError("blind.key", "The exponent of a key for blind signatures is 65537. Make another key.")

    @classmethod
    def generate(cls, bits: int = SIZES[0]) -> "SigningKey":
        """A new key (FIPS 186-5, appendix A.1, by the `cryptography` library)."""
        return cls(rsa.generate_private_key(EXPONENT, bits))

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes) -> "SigningKey":
        """A key from its encrypted PKCS #8. Raises `MadangError` (`blind.key`): it is damaged, or it does not open."""
        try:
            key = serialization.load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise MadangError(
                "blind.key", "The key for blind signatures does not open. Check the passphrase, or restore its copy."
            ) from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise MadangError("blind.key", "This is no RSA key. Name the file of a key for blind signatures.")
        return cls(key)

    def to_pem(self, passphrase: bytes) -> bytes:
        """The key as encrypted PKCS #8, its passphrase stretched by scrypt."""
        return encrypted_pem(self._key, passphrase)
