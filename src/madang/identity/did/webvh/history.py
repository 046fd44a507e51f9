"""A history of a did:webvh, read and verified whole (did:webvh 1.0, "Read (Resolve)").

Nothing of a history counts unless all of it holds: the identifier is the digest of its first entry, each entry names
the digest of itself and of the one before, is later than it, and is signed by a key that the one before allowed. What
may follow is said in `parameters`; what witnesses must have signed in `witnesses`.

Stricter than the specification: a history that goes wrong somewhere is refused whole; members twice, fractions, and
anything behind a deactivation are refused; bounds are those below.
"""

import datetime
import hashlib
import re
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.did import base58
from madang.identity.did.canonical import canonical
from madang.identity.did.proofs import check_proof
from madang.identity.did.webvh import parameters
from madang.identity.did.webvh.names import PLACEHOLDER, Name, read_name
from madang.identity.did.webvh.parameters import Parameters
from madang.identity.did.webvh.witnesses import Entry, check_witnesses
from madang.kernel.errors import MadangError

MAX_BYTES = 2 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_ENTRY_BYTES = 64 * 1024
MAX_PROOFS = 8
SKEW_SECONDS = 300
"""How far ahead of ours a controller's clock may be."""
Object = dict[str, Any]
_MEMBERS = {"versionId", "versionTime", "parameters", "state", "proof"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)\Z", re.ASCII)
_VERSION = re.compile(r"([1-9][0-9]{0,5})-([1-9A-HJ-NP-Za-km-z]{46})\Z")


class Version(msgspec.Struct, frozen=True):
    """An entry that holds: its place from 1, `versionId`, when its controller says it was made (as written, and in
    nanoseconds), which parameters it gives, those in force behind it, the document, and the SHA-256 digest of the
    history up to it.
    """

    number: int
    id: str
    time: str
    nanoseconds: int
    given: Object
    parameters: Parameters
    document: Object
    digest: str

    @property
    def seconds(self) -> int:
        """When it was made, in seconds."""
        return self.nanoseconds // 10**9


class History(msgspec.Struct, frozen=True):
    """A history that holds, oldest version first; `did` is what it was read for."""

    did: str
    scid: str
    versions: tuple[Version, ...]

    @property
    def newest(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def deactivated(self) -> bool:
        """Whether it ended."""
        return self.newest.parameters.deactivated


def read_history(did: str, log: bytes, now: int, witness: bytes | None = None) -> History:
    """The history of an identifier from its file, as of `now` (seconds); `witness` is the file of witnesses' proofs.

    Raises `MadangError`: `did.name`, `did.size`, then of the first entry that is wrong `did.entry`, `did.version`,
    `did.ended`, `did.parameters`, `did.number`, `did.scid`, `did.hash`, `did.time`, `did.proof`, `did.key`,
    `did.document`; `did.mismatch` (of another identifier), `did.witness`.
    """
    name = read_name(did)
    lines = _lines(log)
    digest, versions, entries = hashlib.sha256(), list[Version](), list[Entry]()
    scid = ""
    for line in lines:
        digest.update(line + b"\n")
        entry = _read(line)
        before = versions[-1] if versions else None
        earlier = before.parameters if before is not None else None
        hashed = _number(entry, before)
        if before is None:
            scid, after = parameters.first(entry["parameters"])
            _check_scid(entry, scid)
        else:
            if before.parameters.deactivated:
                raise MadangError("did.ended", "The history goes on behind its end. It is refused.")
            after = parameters.following(before.parameters, entry["parameters"])
        if hashed != entry_hash(entry, before.id if before else scid):
            raise MadangError("did.hash", "An entry of the history was altered, or its predecessor was.")
        at = _time(entry, before, now)
        _check_proofs(entry, parameters.signers(earlier, after))
        _check_document(entry["state"], scid, before, after)
        entries.append(Entry(entry["versionId"], parameters.approvers(earlier, after)))
        versions.append(
            Version(
                number=len(versions) + 1,
                id=entry["versionId"],
                time=entry["versionTime"],
                nanoseconds=at,
                given=entry["parameters"],
                parameters=after,
                document=entry["state"],
                digest=digest.hexdigest(),
            )
        )
    if name.scid != scid or all(one.document["id"] != did for one in versions):
        raise MadangError("did.mismatch", "The history that was found is that of another identifier.")
    check_witnesses(entries, witness)
    return History(did, scid, tuple(versions))


def entry_hash(entry: Object, before: str) -> str:
    """The hash of an entry whose predecessor's `versionId` (of the first: the SCID) is `before`."""
    bare = {name: value for name, value in entry.items() if name != "proof"}
    return base58.multihash(canonical({**bare, "versionId": before}))


def _lines(log: bytes) -> list[bytes]:
    if len(log) > MAX_BYTES:
        raise MadangError("did.size", f"The history has more than {MAX_BYTES:,} bytes.")
    lines = log.removesuffix(b"\n").split(b"\n")
    if len(lines) > MAX_ENTRIES or any(len(line) > MAX_ENTRY_BYTES for line in lines):
        raise MadangError(
            "did.size", f"The history has more than {MAX_ENTRIES:,} entries, or one of more than {MAX_ENTRY_BYTES:,}."
        )
    return lines


def _read(line: bytes) -> Object:
    entry = jose.read_object(line, "an entry of the history", "did.entry")
    proofs = entry.get("proof")
    right = (
        entry.keys() == _MEMBERS
        and isinstance(entry["versionId"], str)
        and isinstance(entry["versionTime"], str)
        and isinstance(entry["parameters"], dict)
        and isinstance(entry["state"], dict)
        and isinstance(proofs, list)
        and 1 <= len(proofs) <= MAX_PROOFS
    )
    if not right:
        raise MadangError("did.entry", "An entry of the history lacks a member, or has one that it should not.")
    return entry


def _check_scid(entry: Object, scid: str) -> None:
    bare = {name: value for name, value in entry.items() if name != "proof"}
    text = canonical({**bare, "versionId": PLACEHOLDER}).replace(scid.encode(), PLACEHOLDER.encode())
    if base58.multihash(text) != scid:
        raise MadangError("did.scid", "The identifier is not the digest of its first entry: it was replaced.")


def _number(entry: Object, before: Version | None) -> str:
    """The hash that an entry says it has, if its number is the next."""
    found = _VERSION.match(entry["versionId"])
    if found is None or int(found.group(1)) != (before.number + 1 if before else 1):
        raise MadangError("did.version", "The versions of the history do not follow each other one by one.")
    return found.group(2)


def _time(entry: Object, before: Version | None, now: int) -> int:
    at = read_time(entry["versionTime"])
    if before is not None and at <= before.nanoseconds:
        raise MadangError("did.time", "An entry of the history is no later than the one before.")
    if at > (now + SKEW_SECONDS) * 10**9:
        raise MadangError("did.time", "An entry of the history is from the future. Compare clocks, and try again.")
    return at


def read_time(text: str) -> int:
    """The nanoseconds of a time in UTC (ISO 8601). Raises `MadangError` (`did.time`)."""
    found = _TIME.match(text)
    try:
        moment = datetime.datetime.fromisoformat(f"{found.group(1) if found else ''}+00:00")
    except ValueError:
        raise MadangError("did.time", "A time of the identifier is not written as 2026-11-22T09:00:00Z.") from None
    fraction = (found.group(2) if found else None) or "0"
    return int(moment.timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def _check_proofs(entry: Object, allowed: tuple[str, ...]) -> None:
    for proof in entry["proof"]:
        if check_proof(entry, proof) not in allowed:
            raise MadangError("did.key", "An entry of the history is signed by a key that was not allowed to.")


def _check_document(document: Object, scid: str, before: Version | None, after: Parameters) -> None:
    found = document.get("id")
    try:
        name: Name | None = read_name(found) if isinstance(found, str) else None
    except MadangError:
        name = None
    if name is None or name.scid != scid:
        raise MadangError("did.document", "A document of the history is not that of its identifier.")
    if before is not None and found != before.document["id"]:
        known = document.get("alsoKnownAs")
        if not before.parameters.portable or not after.portable:
            raise MadangError("did.document", "The identifier moved, which its first entry did not allow.")
        if not isinstance(known, list) or before.document["id"] not in known:
            raise MadangError("did.document", "The identifier moved, and does not say from where (alsoKnownAs).")
