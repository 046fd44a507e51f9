"""What governs a history: who may sign its next entry, who must witness it (did:webvh 1.0, "DID Method Parameters")."""

from collections.abc import Callable
from typing import Any

import msgspec

from madang.identity.did import base58
from madang.identity.did.multikey import read_did_key, read_multikey
from madang.kernel.errors import MadangError

METHOD = "did:webvh:1.0"
MAX_KEYS, MAX_HASHES, MAX_WITNESSES, MAX_WATCHERS = 16, 32, 32, 32
MAX_TTL = 2**31
Object = dict[str, Any]


class Witnesses(msgspec.Struct, frozen=True):
    """Who must witness an entry (did:key), and how many of them at least. Nobody: `threshold` 0."""

    ids: tuple[str, ...] = ()
    threshold: int = 0


class Parameters(msgspec.Struct, frozen=True):
    """The parameters in force behind an entry."""

    update_keys: tuple[str, ...]
    next_key_hashes: tuple[str, ...] = ()
    witness: Witnesses = Witnesses()
    watchers: tuple[str, ...] = ()
    portable: bool = False
    deactivated: bool = False
    ttl: int = 3_600


def first(given: Object) -> tuple[str, Parameters]:
    """The SCID and the parameters that a first entry sets. Raises `MadangError` (`did.parameters`)."""
    _check_names(given)
    if given.get("method") != METHOD:
        raise _wrong(f"method is not {METHOD}, the only version known here")
    scid = given.get("scid")
    if not isinstance(scid, str) or not base58.is_multihash(scid):
        raise _wrong("scid is missing")
    if "updateKeys" not in given:
        raise _wrong("updateKeys is missing")
    return scid, _changed(Parameters(update_keys=()), given)


def following(before: Parameters, given: Object) -> Parameters:
    """The parameters behind a later entry that gives these. Raises `MadangError` (`did.parameters`)."""
    _check_names(given)
    if given.get("method", METHOD) != METHOD:
        raise _wrong(f"method is not {METHOD}, the only version known here")
    if "scid" in given:
        raise _wrong("scid is given again")
    if given.get("portable") is True:
        raise _wrong("portable is set behind the first entry")
    if before.next_key_hashes:
        if "updateKeys" not in given or "nextKeyHashes" not in given:
            raise _wrong("updateKeys and nextKeyHashes are not both given, although keys were committed to")
        after = _changed(before, given)
        if not all(base58.multihash(key.encode()) in before.next_key_hashes for key in after.update_keys):
            raise _wrong("a key of updateKeys is none that the entry before committed to")
        return after
    return _changed(before, given)


def signers(before: Parameters | None, after: Parameters) -> tuple[str, ...]:
    """The multikeys of which one must sign an entry between these ("Authorized Keys")."""
    return after.update_keys if before is None or before.next_key_hashes else before.update_keys


def approvers(before: Parameters | None, after: Parameters) -> Witnesses:
    """Who must witness an entry between these: whoever was named before it, or those whom it names first."""
    return before.witness if before is not None and before.witness.threshold else after.witness


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "updateKeys": ("update_keys", lambda value: _strings(value, MAX_KEYS, read_multikey)),
    "nextKeyHashes": ("next_key_hashes", lambda value: _strings(value, MAX_HASHES, str)),
    "witness": ("witness", lambda value: _witnesses(value)),
    "watchers": ("watchers", lambda value: _strings(value, MAX_WATCHERS, str)),
    "portable": ("portable", lambda value: _flag(value)),
    "deactivated": ("deactivated", lambda value: _flag(value)),
    "ttl": ("ttl", lambda value: _seconds(value)),
}
_NULL_MEANS: Object = {"updateKeys": [], "nextKeyHashes": [], "witness": {}, "watchers": [], "ttl": 3_600}
"""Early implementations wrote null, which the specification asks resolvers to read on."""


def _changed(before: Parameters, given: Object) -> Parameters:
    changes = {}
    for name, (field, read) in _READERS.items():
        if name in given:
            value = given[name]
            try:
                changes[field] = read(_NULL_MEANS.get(name) if value is None else value)
            except (ValueError, MadangError):
                raise _wrong(f"{name} has a value that it can't have") from None
    return msgspec.structs.replace(before, **changes)


def _check_names(given: Object) -> None:
    unknown = given.keys() - _READERS.keys() - {"method", "scid"}
    if unknown:
        raise _wrong("one of them is not known in this version")


def _strings(value: Any, most: int, check: Callable[[str], object]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most:
        raise ValueError
    for one in value:
        if not isinstance(one, str) or len(one) > 2_048:
            raise ValueError
        check(one)
    return tuple(value)


def _witnesses(value: Any) -> Witnesses:
    if value == {}:
        return Witnesses()
    if not isinstance(value, dict) or value.keys() != {"threshold", "witnesses"}:
        raise ValueError
    threshold, listed = value["threshold"], value["witnesses"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_WITNESSES or type(threshold) is not int:
        raise ValueError
    ids = []
    for one in listed:
        if not isinstance(one, dict) or one.keys() != {"id"} or not isinstance(one["id"], str):
            raise ValueError
        read_did_key(one["id"])
        ids.append(one["id"])
    if len(set(ids)) != len(ids) or not 1 <= threshold <= len(ids):
        raise ValueError
    return Witnesses(tuple(ids), threshold)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _seconds(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_TTL:
        raise ValueError
    return value


def _wrong(why: str) -> MadangError:
    return MadangError("did.parameters", f"The parameters of an entry can't be followed: {why}.")
