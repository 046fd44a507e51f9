"""What turns secrets of cards into what may lie in a database: sealed keys, hashed PINs, digests of numbers.

All keys come from one master key by HKDF (RFC 5869), each for one purpose: a key for each card's AES-256-GCM (NIST SP
800-38D), one to digest card numbers, and the pepper of PINs. The master key is a file of its own, on another disk or in
a hardware module's care.
"""

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from madang.client.wallet import Wallet
from madang.kernel.errors import MadangError

MASTER_BYTES = 32
SALT_BYTES = 16
COST, BLOCK, LANES = 2**14, 8, 5
"""16 MiB and about 0.2 s a guess: what OWASP's Password Storage Cheat Sheet asks for."""
_NONCE_BYTES = 12
_SCALAR_BYTES = 32


class Vault:
    """Seals and opens with the keys of one master key (32 bytes)."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._numbers = self._derive(b"numbers")
        self._pepper = self._derive(b"pepper of PINs")

    def __repr__(self) -> str:
        return "Vault(…)"

    @property
    def mark(self) -> bytes:
        """What tells master keys apart without telling anything of them: kept in the database to find a wrong one."""
        return self._derive(b"mark")

    def digest(self, number: str) -> bytes:
        """A card number's keyed digest (HMAC-SHA-256)."""
        return hmac.digest(self._numbers, number.encode(), hashlib.sha256)

    def seal(self, wallet: Wallet) -> bytes:
        """A card's private key, sealed under a key of this card alone and bound to its name."""
        scalar = wallet.key.private_numbers().private_value.to_bytes(_SCALAR_BYTES, "big")
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher(wallet.kid).encrypt(nonce, scalar, wallet.kid.encode())

    def open(self, card: str, sealed: bytes) -> Wallet:
        """The key of a card, ready to sign. Raises `MadangError` (`card.damaged`) for what was not sealed for it."""
        try:
            scalar = self._cipher(card).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], card.encode())
        except InvalidTag:
            raise MadangError(
                "card.damaged", "The key of a card can't be opened. Restore the database, or give out another card."
            ) from None
        return Wallet(ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1()))

    def hash_pin(self, pin: str, salt: bytes) -> bytes:
        """A PIN under the pepper and a salt, stretched by scrypt (RFC 7914): nobody guesses without the pepper."""
        peppered = hmac.digest(self._pepper, pin.encode(), hashlib.sha256)
        return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(peppered)

    def is_pin(self, pin: str, salt: bytes, expected: bytes) -> bool:
        """Whether this is the PIN, found out in a time that does not depend on how wrong it is."""
        return hmac.compare_digest(self.hash_pin(pin, salt), expected)

    def _cipher(self, card: str) -> AESGCM:
        return AESGCM(self._derive(b"key of card " + card.encode()))

    def _derive(self, purpose: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, None, b"madang cards: " + purpose).derive(self._master)


def make_master_key(path: Path) -> bytes:
    """Write a new master key that its owner alone may read. Raises `MadangError`: `card.master_key_exists`."""
    master = os.urandom(MASTER_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MadangError("card.master_key_exists", f"{path} exists already. Name another file.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(master)
        file.flush()
        os.fsync(file.fileno())
    return master


def read_master_key(path: Path) -> bytes:
    """The master key in a file. Raises `MadangError` (`card.master_key`) for none, or one that others may read."""
    try:
        master = path.read_bytes()
        is_private = path.stat().st_mode & 0o077 == 0
    except OSError as error:
        raise MadangError("card.master_key", f"{path} can't be read: {error.strerror}. Name the right file.") from None
    if len(master) != MASTER_BYTES or not is_private:
        raise MadangError(
            "card.master_key", f"{path} holds no master key, or others may read it. Name the right file; chmod 600 it."
        )
    return master
