"""From an identifier to its document, as it is or was (did:webvh 1.0, "Read (Resolve)"; DID Resolution)."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from madang.identity.did.webvh.history import History, Version, read_history, read_time
from madang.identity.did.webvh.names import read_name
from madang.identity.fetching import HERE, fetch
from madang.kernel.errors import MadangError

LOG_TYPE = "text/jsonl"
Object = dict[str, Any]
Fetch = Callable[[str, str], bytes]
"""Gets what is under an address as a media type; raises `MadangError`."""


class Wanted(msgspec.Struct, frozen=True):
    """Which version: by `versionId`, by a time at which it was in force, by its number; else the newest."""

    id: str = ""
    time: str = ""
    number: int = 0


NEWEST = Wanted()


class Resolved(msgspec.Struct, frozen=True):
    """A document with what is known of it. None of a deactivated identifier, unless an older version was asked for."""

    document: Object | None
    metadata: Object


def fetcher_of(did: str) -> Fetch:
    """What gets the files beside a history. Only whoever asks for an identifier of `localhost` is led to this machine.

    Raises `MadangError` (`did.name`); what it gives raises `fetch.unavailable`.
    """
    return partial(fetch, reach="here" if read_name(did).host in HERE else "public")


def fetch_history(did: str, now: int, get: Fetch | None = None) -> History:
    """The history of an identifier from where it is published, verified; got by `fetcher_of` it unless told otherwise.

    Witnesses' proofs are fetched only where the history names witnesses. Raises `MadangError`: `did.unavailable`, and
    what `read_history` raises.
    """
    name = read_name(did)
    get = get or fetcher_of(did)
    log = _get(get, name.log, LOG_TYPE)
    witness = _get(get, name.witness, "application/json") if b'"threshold"' in log else None
    return read_history(did, log, now, witness)


def resolve(history: History, wanted: Wanted = NEWEST) -> Resolved:
    """The document of a version, and the metadata that the specification names.

    Raises `MadangError`: `did.not_found` (there is no such version), `did.time` (a time that can't be read).
    """
    version = find(history, wanted)
    newest = wanted == NEWEST
    after = version.parameters
    witness = (
        {"threshold": str(after.witness.threshold), "witnesses": [{"id": one} for one in after.witness.ids]}
        if after.witness.threshold
        else {}
    )
    metadata = {
        "versionId": version.id,
        "versionTime": version.time,
        "versionNumber": version.number,
        "created": history.versions[0].time,
        "updated": history.newest.time,
        "scid": history.scid,
        "portable": history.newest.parameters.portable,
        "deactivated": history.deactivated,
        "ttl": str(after.ttl),
        "witness": witness,
        "watchers": list(after.watchers),
    }
    return Resolved(None if newest and history.deactivated else version.document, metadata)


def find(history: History, wanted: Wanted) -> Version:
    """The version that is wanted. Raises `MadangError`: `did.not_found`, `did.time`."""
    found = list(history.versions)
    if wanted.id:
        found = [one for one in found if one.id == wanted.id]
    if wanted.number:
        found = [one for one in found if one.number == wanted.number]
    if wanted.time:
        at = read_time(wanted.time)
        found = [one for one in found if one.nanoseconds <= at]
    if not found:
        raise MadangError("did.not_found", "The identifier has no such version, or did not exist then.")
    return found[-1]


def _get(get: Fetch, uri: str, accept: str) -> bytes:
    try:
        return get(uri, accept)
    except MadangError:
        raise MadangError(
            "did.unavailable", f"{uri} can't be got within ten seconds and 2 MiB. Check the identifier, and try again."
        ) from None
