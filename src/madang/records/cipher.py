"""What is encrypted and digested for one person: AES-256-GCM bound to its place, HMAC-SHA-256 under the person's key.

The cryptography is the library's. Here is only what is bound to what: a ciphertext opens in the very row that it was
made for, in that revision and under that generation of the person's key, and nowhere else.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from madang.kernel.errors import MadangError
from madang.records.masterkey import KEY_BYTES, NONCE_BYTES

OVERHEAD_BYTES = NONCE_BYTES + 16
"""What sealing adds to a content: nonce and tag."""
_encode = msgspec.msgpack.Encoder().encode


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a ciphertext belongs. Times are seconds; `keep_until` is 0 where erasure needs no waiting."""

    person: str
    generation: int
    item: str
    purpose: str
    revision: int
    made_at: int
    keep_until: int


class PersonKeys(msgspec.Struct, frozen=True):
    """The two secrets of a person: one encrypts and is replaced, the other digests and is destroyed at the end."""

    data: bytes
    digest: bytes


def new_key() -> bytes:
    """A random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, place: Place, content: bytes) -> bytes:
    """Encrypt for this place; nonce first."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, _bound(place))


def unseal(key: bytes, place: Place, sealed: bytes) -> bytes:
    """Decrypt what was sealed for this place. Raises `MadangError` (`vault.damaged`)."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(place))
    except (InvalidTag, ValueError):
        raise damaged(place.item) from None


def damaged(item: str) -> MadangError:
    """The error for what does not open in its place."""
    return MadangError("vault.damaged", f"Item {item} is not what was put there: damaged, cut, or of another place.")


def digest(key: bytes, purpose: str, content: bytes) -> str:
    """What may stand on the ledger of some content: without the person's key nobody can find it by trying."""
    return hmac.new(key, _encode(["madang.vault.content.1", purpose]) + content, hashlib.sha256).hexdigest()


def head(key: bytes, person: str, items: Iterable[tuple[Place, bytes]]) -> bytes:
    """A code over the places of all of a person's items and the SHA-256 of what is sealed there.

    A row that is older, missing, added or changed in any member does not fit it.
    """
    listed = sorted((msgspec.to_builtins(place), sealed_hash) for place, sealed_hash in items)
    return hmac.new(key, _encode(["madang.vault.head.1", person, listed]), hashlib.sha256).digest()


def alias(key: bytes, party: str) -> str:
    """Under what a party of the ledger is found in the vault: says nothing to whoever lacks the key."""
    return hmac.new(key, _encode(["madang.vault.alias.1", party]), hashlib.sha256).hexdigest()


def name(key: bytes, digest: str) -> str:
    """Under what an item is found by the digest of it on the ledger: a copy of the rows joins nothing to the ledger."""
    return hmac.new(key, _encode(["madang.vault.name.1", digest]), hashlib.sha256).hexdigest()


def _bound(place: Place) -> bytes:
    return _encode(["madang.vault.item.1", place])
