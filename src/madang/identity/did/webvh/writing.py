"""Entries of our own histories. Keys are committed to beforehand, always (did:webvh 1.0, "Pre-Rotation").

So each entry is signed by the key that the one before committed to, and commits to the next; no key signs twice.
Whoever steals the key that signed last can do nothing with it.
"""

import datetime
from collections.abc import Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from madang.identity.did import base58
from madang.identity.did.canonical import canonical
from madang.identity.did.multikey import multikey
from madang.identity.did.proofs import prove
from madang.identity.did.webvh.history import MAX_ENTRIES, MAX_ENTRY_BYTES, History, entry_hash
from madang.identity.did.webvh.names import PLACEHOLDER
from madang.identity.did.webvh.parameters import METHOD
from madang.kernel.errors import MadangError

Object = dict[str, Any]


def begin(document: Object, key: Ed25519PrivateKey, following: Ed25519PublicKey, now: int) -> tuple[str, bytes]:
    """The identifier and first line of a history, whose document has {SCID} wherever its own identifier has its own.

    `key` signs it, and `following` will sign the next. Raises `MadangError`: `did.number`, `did.size`.
    """
    given = {
        "method": METHOD,
        "scid": PLACEHOLDER,
        "updateKeys": [multikey(key.public_key())],
        "nextKeyHashes": [commitment(following)],
        "portable": False,
    }
    draft = {"versionId": PLACEHOLDER, "versionTime": _written(now), "parameters": given, "state": document}
    text = canonical(draft)
    scid = base58.multihash(text)
    entry = msgspec.json.decode(text.replace(PLACEHOLDER.encode(), scid.encode()))
    return entry["state"]["id"], _signed(entry, 1, scid, key)


def append(
    history: History,
    document: Object,
    key: Ed25519PrivateKey,
    following: Ed25519PublicKey | None,
    now: int,
) -> bytes:
    """The next line of a history, signed by the key that its newest entry committed to. Without `following` it ends.

    Raises `MadangError`: `did.ended`, `did.committed` (another key), `did.time` (the clock went back), `did.number`,
    `did.size`.
    """
    newest = history.newest
    if newest.parameters.deactivated:
        raise MadangError("did.ended", "The identifier has ended. Make another one.")
    if commitment(key.public_key()) not in newest.parameters.next_key_hashes:
        raise MadangError("did.committed", "This key is not the one that the newest version committed to.")
    if now * 10**9 <= newest.nanoseconds:
        raise MadangError("did.time", "The newest version is of this second, or later. Look at the clock.")
    if len(history.versions) >= MAX_ENTRIES:
        raise MadangError("did.size", f"A history has {MAX_ENTRIES:,} entries at most. Make another identifier.")
    given: Object = {
        "updateKeys": [multikey(key.public_key())],
        "nextKeyHashes": [commitment(following)] if following is not None else [],
        **({"deactivated": True} if following is None else {}),
    }
    draft = {"versionId": newest.id, "versionTime": _written(now), "parameters": given, "state": document}
    return _signed(draft, newest.number + 1, newest.id, key)


def commitment(key: Ed25519PublicKey) -> str:
    """The hash by which an entry commits to the key that may sign the next."""
    return base58.multihash(multikey(key).encode())


def _signed(entry: Mapping[str, Any], number: int, before: str, key: Ed25519PrivateKey) -> bytes:
    hashed = {**entry, "versionId": f"{number}-{entry_hash(dict(entry), before)}"}
    line = canonical({**hashed, "proof": [prove(hashed, key, hashed["versionTime"])]}) + b"\n"
    if len(line) > MAX_ENTRY_BYTES:
        raise MadangError("did.size", f"An entry would be longer than {MAX_ENTRY_BYTES:,} bytes. Say less.")
    return line


def _written(now: int) -> str:
    return datetime.datetime.fromtimestamp(now, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
