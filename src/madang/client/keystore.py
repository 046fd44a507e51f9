"""Keys in a folder, each in two files: NAME.pem, the private key (PKCS #8, encrypted with a passphrase), readable by
its owner only, and NAME.json, the public key as a JWK, which needs no passphrase.

Who has both a PEM file and its passphrase signs as its owner. Losing the file loses the key: back it up, or have a
second key registered. A passphrase is guessed at five tries a second and core, so one of twelve characters holds if it
is no phrase that others use.
"""

import os
import re
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from madang.client.pkcs8 import encrypted_pem
from madang.client.publickeys import read_public_key
from madang.client.wallet import Wallet
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

LEAST_PASSPHRASE = 12
MAX_PASSPHRASE_BYTES = 1023
"""More than that OpenSSL does not read back."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


class KeyInfo(msgspec.Struct, frozen=True):
    """A stored key without its secret: the name it has here, its thumbprint, and the JWK."""

    name: str
    kid: str
    jwk: dict[str, str]


class Keystore:
    """The keys in `folder`, which is made when the first is stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def default(cls) -> "Keystore":
        """The folder in $MADANG_KEYS, else ~/.local/share/madang/keys."""
        named = os.environ.get("MADANG_KEYS")
        return cls(Path(named) if named else Path.home() / ".local" / "share" / "madang" / "keys")

    def store(self, name: str, wallet: Wallet, passphrase: str) -> KeyInfo:
        """Keep a key.

        Raises `MadangError`: `keys.name`, `keys.exists`, `keys.folder`, `keys.passphrase_short`, `.passphrase_long`.
        """
        path = self._path(name, "pem")
        if len(passphrase) < LEAST_PASSPHRASE:
            raise MadangError("keys.passphrase_short", f"A passphrase has at least {LEAST_PASSPHRASE} characters.")
        if len(passphrase.encode()) > MAX_PASSPHRASE_BYTES:
            raise MadangError("keys.passphrase_long", f"A passphrase has at most {MAX_PASSPHRASE_BYTES} bytes.")
        pem = encrypted_pem(wallet.key, passphrase.encode())
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._no_folder(error.strerror or "the system refuses") from None
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise MadangError("keys.exists", f"There is a key {name} already. Choose another name.") from None
        except OSError as error:
            raise self._no_folder(error.strerror or "the system refuses") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        self._path(name, "json").write_bytes(msgspec.json.format(msgspec.json.encode(wallet.jwk)) + b"\n")
        return KeyInfo(name, wallet.kid, wallet.jwk)

    def names(self) -> list[str]:
        """The names of all keys, sorted. Raises `MadangError` (`keys.folder`)."""
        if self.folder.exists() and not self.folder.is_dir():
            raise self._no_folder("it is no folder")
        return sorted(path.stem for path in self.folder.glob("*.pem"))

    def show(self, name: str) -> KeyInfo:
        """A key without its secret. Raises `MadangError`: `keys.name`, `keys.unknown`, `keys.damaged`."""
        try:
            jwk = read_public_key(self._path(name, "json").read_bytes())
            return KeyInfo(name, jwk["kid"], jwk)
        except (FileNotFoundError, NotADirectoryError):
            raise self._unknown(name) from None
        except MadangError as error:
            if error.code != "keys.unreadable":
                raise
            raise MadangError(
                "keys.damaged", f"{name}.json can't be read. Restore it from a backup of {self.folder}."
            ) from None

    def open(self, name: str, passphrase: str) -> Wallet:
        """A key ready to sign. Raises `MadangError`: `keys.name`, `keys.unknown`, `keys.passphrase`, `keys.damaged`."""
        try:
            pem = self._path(name, "pem").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise self._unknown(name) from None
        try:
            key = serialization.load_pem_private_key(pem, passphrase.encode() or b"\0")
        except ValueError:
            raise MadangError(
                "keys.passphrase", f"This passphrase does not open {name}. Try again; nothing was sent."
            ) from None
        except UnsupportedAlgorithm:
            raise MadangError("keys.damaged", f"{name}.pem holds no P-256 key. Restore it from a backup.") from None
        except TypeError:
            raise MadangError(
                "keys.damaged", f"{name}.pem is not encrypted. Move it away and make a new key."
            ) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise MadangError("keys.damaged", f"{name}.pem holds no P-256 key. Restore it from a backup.")
        return Wallet(key)

    def _no_folder(self, why: str) -> MadangError:
        return MadangError("keys.folder", f"Keys can't be kept in {self.folder}: {why}. Name a folder in $MADANG_KEYS.")

    def _unknown(self, name: str) -> MadangError:
        return MadangError("keys.unknown", f"There is no key {name} in {self.folder}. `madang keys list` names them.")

    def _path(self, name: str, suffix: str) -> Path:
        if not _NAME.match(name):
            raise MadangError("keys.name", "A key's name is letters, digits, '.', '_' and '-', at most 64 of them.")
        return self.folder / f"{name}.{suffix}"


def public_key(info: KeyInfo) -> str:
    """x and y of a stored key in base64url: what registers it. Raises `Malformed` for a JWK that is none."""
    return to_base64url(from_base64url(info.jwk["x"], "x") + from_base64url(info.jwk["y"], "y"))
