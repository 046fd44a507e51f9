"""A wallet as one file: credentials with their keys, and tokens, encrypted with a passphrase (scrypt, AES-256-GCM).

Whoever has file and passphrase is its holder for every verifier. A file that is lost is lost: credentials are issued
anew, a token that was asked for is not.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from madang.client.keystore import LEAST_PASSPHRASE
from madang.identity.verified import Format
from madang.identity.wallet.answering import Held
from madang.kernel.errors import MadangError

MAX_FILE_BYTES = 64 * 1024 * 1024
_FORM = b"madang wallet 1\n"
_SALT, _NONCE = 16, 12


class Copy(msgspec.Struct):
    """One copy of a credential, as it was issued (an mdoc in base64url), and the private key that it is bound to.

    Each is shown once: who sees one twice would know it again.
    """

    text: str
    key: bytes
    used: bool = False


class Credential(msgspec.Struct):
    """A credential in all its copies, with what it says. Times in seconds."""

    type: str
    form: Format
    issuer: str
    since: int
    until: int
    claims: dict[str, Any]
    copies: list[Copy]

    def fresh(self) -> Copy | None:
        """A copy that nobody has seen yet, or None."""
        return next((one for one in self.copies if not one.used), None)


class Token(msgspec.Struct):
    """A token of an offer for a holder's key: what blinds it, and its signature once the authority has given it."""

    programme: str
    offer: str
    holder: str
    prepared: bytes
    blinded: bytes
    inverse: bytes
    token: str = ""
    signature: str = ""


class Box(msgspec.Struct):
    """All that a wallet holds."""

    credentials: list[Credential] = []
    tokens: list[Token] = []

    def current(self, now: int) -> list[Credential]:
        """Credentials that count now and have a copy left, the newest first."""
        found = [one for one in self.credentials if one.since <= now < one.until and one.fresh() is not None]
        return sorted(found, key=lambda one: -one.since)

    def token(self, programme: str, holder: str) -> Token | None:
        """The token of a programme for a holder, or None."""
        return next((one for one in self.tokens if (one.programme, one.holder) == (programme, holder)), None)


def held(credential: Credential, copy: Copy) -> Held:
    """A copy as it is shown."""
    key = ec.derive_private_key(int.from_bytes(copy.key, "big"), ec.SECP256R1())
    return Held(credential.type, credential.form, copy.text, key)


def private(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The private part of a key, as a copy keeps it."""
    return key.private_numbers().private_value.to_bytes(32, "big")


def read(file: Path, passphrase: str) -> Box:
    """What a file holds; nothing where there is none yet.

    Raises `MadangError`: `wallet.file` (no wallet, or it can't be read), `wallet.passphrase` (it does not open it).
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return Box()
    except OSError as error:
        raise MadangError("wallet.file", f"{file} can't be read: {error.strerror}. Name the right file.") from None
    ends = len(_FORM) + _SALT + _NONCE
    if not content.startswith(_FORM) or not ends < len(content) <= MAX_FILE_BYTES:
        raise MadangError("wallet.file", f"{file} is no wallet. Name the right file.")
    salt, nonce = content[len(_FORM) : len(_FORM) + _SALT], content[len(_FORM) + _SALT : ends]
    try:
        plain = AESGCM(_key(passphrase, salt)).decrypt(nonce, content[ends:], _FORM)
        return msgspec.msgpack.decode(plain, type=Box)
    except (InvalidTag, msgspec.MsgspecError):
        raise MadangError(
            "wallet.passphrase", f"This passphrase does not open {file}, or the file is damaged. Try again."
        ) from None


def write(file: Path, box: Box, passphrase: str) -> None:
    """Keep a wallet, durable when it returns; what was there is replaced as a whole.

    Raises `MadangError` (`wallet.passphrase_short`).
    """
    if len(passphrase) < LEAST_PASSPHRASE:
        raise MadangError("wallet.passphrase_short", f"A passphrase has at least {LEAST_PASSPHRASE} characters.")
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    content = AESGCM(_key(passphrase, salt)).encrypt(nonce, msgspec.msgpack.encode(box), _FORM)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(_FORM + salt + nonce + content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
