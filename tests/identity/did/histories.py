"""Histories of did:webvh, ours and ones with something wrong that is signed and hashed as if it were right."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.identity.did import base58
from madang.identity.did.canonical import canonical
from madang.identity.did.multikey import did_key, multikey
from madang.identity.did.proofs import prove
from madang.identity.did.webvh.history import entry_hash, read_history
from madang.identity.did.webvh.names import PLACEHOLDER
from madang.identity.did.webvh.writing import append, begin

START = 1_790_000_000
LATER = START + 1_000_000
HOST = "id.example.kr"


def new_key() -> Ed25519PrivateKey:
    """A key that signs entries."""
    return Ed25519PrivateKey.generate()


def document(path: str = "identity:office") -> dict[str, Any]:
    """The first document of an identifier."""
    return {"@context": ["https://www.w3.org/ns/did/v1"], "id": f"did:webvh:{PLACEHOLDER}:{HOST}:{path}"}


def ours(versions: int = 3, end: bool = False) -> tuple[str, bytes]:
    """An identifier and its history as we write it: a service more in each version; the last ends it if `end`."""
    key, following = new_key(), new_key()
    did, log = begin(document(), key, following.public_key(), START)
    for number in range(2, versions + 1):
        history = read_history(did, log, LATER)
        services = [{"id": f"#{number}", "type": "Page", "serviceEndpoint": f"https://{HOST}/{number}"}]
        key, following = following, new_key()
        after = None if end and number == versions else following.public_key()
        log += append(history, {**history.newest.document, "service": services}, key, after, START + number)
    return did, log


class Forge:
    """Writes whatever it is told, with hashes and proofs that fit. `key` signs all of it."""

    def __init__(self) -> None:
        self.key = new_key()
        self.did = ""
        self.entries: list[dict[str, Any]] = []

    def first(self, parameters: dict[str, Any] | None = None, **changes: Any) -> Forge:
        """The first entry: `parameters` besides those that it must have, `changes` to its members."""
        given = {
            "method": "did:webvh:1.0",
            "scid": PLACEHOLDER,
            "updateKeys": [multikey(self.key.public_key())],
            **(parameters or {}),
        }
        draft = {"versionId": PLACEHOLDER, "versionTime": "2026-09-21T00:00:00Z", "parameters": given}
        text = canonical({**draft, "state": document(), **changes})
        scid = base58.multihash(text)
        entry = json.loads(text.replace(PLACEHOLDER.encode(), scid.encode()))
        self.did = entry["state"]["id"]
        return self._add(entry, scid)

    def then(self, parameters: dict[str, Any] | None = None, number: int = 0, **changes: Any) -> Forge:
        """The next entry, of the same document unless `changes` says otherwise; `number` is its place if another."""
        before = self.entries[-1]
        at = f"2026-09-21T00:00:{len(self.entries):02}Z"
        entry = {"versionId": before["versionId"], "versionTime": at, "parameters": parameters or {}}
        return self._add({**entry, "state": before["state"], **changes}, before["versionId"], number)

    def signed(self, **changes: Any) -> Forge:
        """The newest entry again, its proof made with these members instead."""
        entry = {name: value for name, value in self.entries[-1].items() if name != "proof"}
        self.entries[-1] = {**entry, "proof": [{**prove(entry, self.key, entry["versionTime"]), **changes}]}
        return self

    @property
    def log(self) -> bytes:
        """The history as a file."""
        return b"".join(json.dumps(one).encode() + b"\n" for one in self.entries)

    def _add(self, entry: dict[str, Any], before: str, number: int = 0) -> Forge:
        place = number or len(self.entries) + 1
        hashed = {**entry, "versionId": f"{place}-{entry_hash(entry, before)}"}
        self.entries.append({**hashed, "proof": [prove(hashed, self.key, "2026-09-21T00:00:00Z")]})
        return self


def witnessed(entries: list[tuple[str, list[Ed25519PrivateKey]]]) -> bytes:
    """The file of witnesses: which versions these keys signed."""
    listed = [
        {"versionId": version, "proof": [prove({"versionId": version}, key, "2026-09-21T00:00:00Z") for key in keys]}
        for version, keys in entries
    ]
    return json.dumps(listed).encode()


def witness_of(key: Ed25519PrivateKey) -> str:
    """The did:key of a witness."""
    return did_key(multikey(key.public_key()))
