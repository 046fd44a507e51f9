"""The key that wraps the keys of the vault, behind an interface that a hardware module can take the place of.

A module wraps and unwraps by itself and never shows its key: that is all the vault asks. The one here keeps it in a
file that only its owner may read. Whoever has that file and the database can read everything in the vault; whoever lost
it can read nothing. Keep a copy where the backups of the database are not.
"""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madang.kernel.errors import MadangError

KEY_BYTES = 32
NONCE_BYTES = 12
_FORM = "madang-vault-key-1"


class MasterKey(Protocol):
    """What wraps keys. `identifier` says which one wrapped, and nothing about it."""

    @property
    def identifier(self) -> str: ...

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Encrypt a key for this context."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key that was wrapped for this context. Raises `MadangError` (`vault.master`)."""


class FileMasterKey:
    """A master key from a file: AES-256-GCM (NIST SP 800-38D), a random nonce a key, the context authenticated."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.identifier = hashlib.sha256(b"madang.vault.master\0" + key).hexdigest()[:16]

    @classmethod
    def create(cls, path: Path) -> "FileMasterKey":
        """Make a key and write it to a new file for its owner alone. Raises `MadangError` (`vault.key_file`)."""
        key = secrets.token_bytes(KEY_BYTES)
        line = f"{_FORM} {base64.b64encode(key).decode()}\n"
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise MadangError(
                "vault.key_file", f"{path} exists already. A master key is never written over: name another file."
            ) from None
        return cls(key)

    @classmethod
    def open(cls, path: Path) -> "FileMasterKey":
        """Read the key. Raises `MadangError` (`vault.key_file`): absent, damaged, or readable by others."""
        try:
            status = path.stat()
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise MadangError(
                "vault.key_file",
                f"There is no master key in {path}. Make one: madang vault key {path}. "
                "If this vault has one already, restore it from its copy instead: a new one opens nothing.",
            ) from None
        except (OSError, UnicodeDecodeError):
            raise MadangError(
                "vault.key_file", f"{path} can't be read as a master key. Restore it: without it the vault is shut."
            ) from None
        if status.st_mode & 0o077 or status.st_uid != os.geteuid():
            raise MadangError(
                "vault.key_file", f"{path} is not its reader's alone. Make it so: chmod 600, owned by this account."
            )
        form, _, encoded = text.strip().partition(" ")
        try:
            key = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if form != _FORM or len(key) != KEY_BYTES:
            raise MadangError("vault.key_file", f"{path} holds no master key of this form. Restore it from its copy.")
        return cls(key)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Encrypt a key for this context."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The key that was wrapped for this context. Raises `MadangError` (`vault.master`)."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context)
        except (InvalidTag, ValueError):
            raise MadangError(
                "vault.master", "A key of the vault does not open with this master key. Was it wrapped by another?"
            ) from None
