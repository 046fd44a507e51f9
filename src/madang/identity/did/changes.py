"""What changed from version to version, for people: each change is a code whose words the caller has."""

from typing import Any, Literal

import msgspec

from madang.identity.did.webvh.history import History, Version

Code = Literal["made", "signers", "keys", "controller", "services", "moved", "witnesses", "document", "ended"]
WORDS: dict[Code, str] = {
    "made": "made",
    "signers": "the key that signs changes was replaced",
    "keys": "its own keys changed",
    "controller": "another controls it",
    "services": "its services changed",
    "moved": "it moved to another address",
    "witnesses": "other witnesses",
    "document": "something else in its document changed",
    "ended": "it ended",
}
"""In English, for the command line."""
_MEMBERS: dict[Code, tuple[str, ...]] = {
    "keys": ("verificationMethod", "authentication", "assertionMethod", "keyAgreement"),
    "controller": ("controller",),
    "services": ("service",),
    "moved": ("id",),
}


class Changed(msgspec.Struct, frozen=True):
    """A version, and what is new in it."""

    version: Version
    changes: tuple[Code, ...]


def changes(history: History) -> tuple[Changed, ...]:
    """What each version changed, oldest first."""
    before = (None, *history.versions)
    return tuple(Changed(one, _between(then, one)) for then, one in zip(before, history.versions, strict=False))


def _between(before: Version | None, after: Version) -> tuple[Code, ...]:
    if before is None:
        return ("made",)
    found: list[Code] = [code for code, names in _MEMBERS.items() if _differs(before.document, after.document, names)]
    if before.parameters.update_keys != after.parameters.update_keys:
        found.insert(0, "signers")
    if before.parameters.witness != after.parameters.witness:
        found.append("witnesses")
    known = {name for names in _MEMBERS.values() for name in names}
    others = tuple((before.document.keys() | after.document.keys()) - known)
    if _differs(before.document, after.document, others):
        found.append("document")
    if after.parameters.deactivated:
        found.append("ended")
    return tuple(found)


def _differs(before: dict[str, Any], after: dict[str, Any], names: tuple[str, ...]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)
