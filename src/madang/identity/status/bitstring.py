"""W3C Bitstring Status List v1.0: one signed credential for each purpose, made, and read strictly.

Signed as JOSE (Securing Verifiable Credentials using JOSE and COSE, section 3.1): `typ` vc+jwt, with the certificates
of the key (`x5c`). Of the purposes only `revocation` and `suspension` are known here, of one bit; an entry with another
is refused, since nobody here could say what it means.
"""

import datetime
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from madang.identity import jose
from madang.identity.signer import Signer
from madang.identity.status.packing import compress_bitstring, decompress_bitstring
from madang.identity.status.token import MAX_TOKEN_BYTES, MAX_TTL, NO_END_SECONDS, Follow, check_time
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

TYP = "vc+jwt"
MEDIA_TYPE = "application/vc+jwt"
CONTEXT = "https://www.w3.org/ns/credentials/v2"
LEAST_PLACES = 131_072
"""16 kB, the least that a list of one bit must have (section 3.3)."""
Purpose = Literal["revocation", "suspension"]
PURPOSES: tuple[Purpose, ...] = ("revocation", "suspension")
_WHAT = "The status list"


class Entry(msgspec.Struct, frozen=True):
    """Where a credential's status for one purpose stands (section 2.1)."""

    uri: str
    index: int
    purpose: Purpose


class BitstringList(msgspec.Struct, frozen=True):
    """A list whose signature holds, as packed bits, and for which purposes; times as in a Status List Token."""

    uri: str
    purposes: tuple[str, ...]
    packed: bytes
    anchor: str
    issued_at: int
    expires_at: int
    ttl: int


class _Subject(msgspec.Struct, frozen=True):
    type: str
    statusPurpose: str | list[str]  # noqa: N815  the standard's name
    encodedList: str  # noqa: N815
    ttl: int | None = None


class _Credential(msgspec.Struct, frozen=True):
    """What is read of the credential; it may hold more."""

    context: list[str] = msgspec.field(name="@context")
    type: list[str]
    issuer: str | dict[str, Any]
    credentialSubject: _Subject  # noqa: N815
    id: str = ""
    validFrom: str = ""  # noqa: N815
    validUntil: str = ""  # noqa: N815


_encode = msgspec.json.Encoder().encode


def make(signer: Signer, issuer: str, uri: str, purpose: Purpose, packed: bytes, now: int, ttl: int, life: int) -> str:
    """The credential of a list under `uri`, signed for `issuer` (a URL): to be kept for `ttl` seconds, good for `life`.

    `packed` has at least 131,072 places.
    """
    if len(packed) * 8 < LEAST_PLACES:
        raise ValueError("a list of fewer places than the standard asks for")
    credential = {
        "@context": [CONTEXT],
        "id": uri,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _written(now),
        "validUntil": _written(now + life),
        "credentialSubject": {
            "id": f"{uri}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode_list(packed),
            "ttl": ttl * 1000,
        },
    }
    return jose.sign(TYP, _encode(credential), signer.sign, {"cty": "vc", "x5c": jose.x5c(signer.chain)})


def entry(uri: str, index: int, purpose: Purpose) -> dict[str, str]:
    """What a credential says of its status in its member `credentialStatus` (section 2.1)."""
    return {
        "id": f"{uri}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": uri,
    }


def read_entries(status: Any) -> tuple[Entry, ...]:
    """The entries in a credential's member `credentialStatus`: one, or a list of at most two.

    Raises `MadangError` (`status.entry`): not of this kind, of an unknown purpose, a purpose twice, malformed.
    """
    given = status if isinstance(status, list) else [status]
    found = tuple(_read_entry(one) for one in given)
    if not 1 <= len(found) <= len(PURPOSES) or len({one.purpose for one in found}) != len(found):
        raise MadangError("status.entry", "The credential has no status, too many, or one purpose twice.")
    return found


def _read_entry(given: Any) -> Entry:
    match given:
        case {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation" | "suspension" as purpose,
            "statusListIndex": str() as index,
            "statusListCredential": str() as uri,
        } if index.isascii() and index.isdigit() and len(index) <= 12 and str(int(index)) == index:
            # Of one bit there is nothing more to be told: what a set bit means, the purpose says.
            if type(given.get("statusSize", 1)) is int and given.get("statusSize", 1) == 1:
                return Entry(uri, int(index), purpose)
    raise MadangError("status.entry", "The credential's status is no entry of a Bitstring Status List known here.")


def read(text: str, uri: str, follow: Follow, now: int) -> BitstringList:
    """The list in a credential that was got from `uri` (section 3.2).

    Raises `MadangError`, in this order: `status.form`, what `follow` raises, `status.signature`, `status.claims` (no
    such credential), `status.subject`, `status.stale`, `status.list` (also: too short).
    """
    try:
        jws = jose.read(text, TYP, _WHAT, MAX_TOKEN_BYTES)
        chain = jose.chain_of(jws, _WHAT)
    except MadangError as error:
        raise MadangError("status.form", error.message) from None
    followed = follow(chain)
    try:
        jose.check(jws, followed.key, _WHAT)
    except MadangError as error:
        raise MadangError("status.signature", error.message) from None
    credential = _credential(jose.read_object(jws.payload, _WHAT, "status.claims"))
    subject = credential.credentialSubject
    if credential.id != uri:
        raise MadangError("status.subject", "The status list is of another address than the credential names.")
    begins = _seconds(credential.validFrom)
    ends = _seconds(credential.validUntil) if credential.validUntil else begins + NO_END_SECONDS
    check_time(begins, ends, now)
    purposes = (subject.statusPurpose,) if isinstance(subject.statusPurpose, str) else tuple(subject.statusPurpose)
    ttl = MAX_TTL if subject.ttl is None else min(subject.ttl // 1000, MAX_TTL)
    packed = decode_list(subject.encodedList)
    return BitstringList(uri, purposes, packed, followed.anchor, begins, ends, ttl)


def encode_list(packed: bytes) -> str:
    """The member `encodedList`: multibase of base64url, without padding, of what gzip makes of the bits."""
    return f"u{to_base64url(compress_bitstring(packed))}"


def decode_list(encoded: str) -> bytes:
    """The packed bits in a member `encodedList`. Raises `MadangError` (`status.list`): no such list, or too short."""
    if not encoded.startswith("u"):
        raise MadangError("status.list", "The status list is not in base64url with the letter u before it.")
    try:
        compressed = from_base64url(encoded[1:], _WHAT)
    except MadangError as error:
        raise MadangError("status.list", error.message) from None
    packed = decompress_bitstring(compressed)
    if len(packed) * 8 < LEAST_PLACES:
        raise MadangError("status.list", f"The status list has fewer than {LEAST_PLACES:,} places: too small a herd.")
    return packed


def _credential(members: Mapping[str, Any]) -> _Credential:
    try:
        credential = msgspec.convert(members, _Credential)
    except msgspec.ValidationError as error:
        raise MadangError("status.claims", f"The status list is no credential of one: {error}.") from None
    subject = credential.credentialSubject
    named = {"VerifiableCredential", "BitstringStatusListCredential"} <= set(credential.type)
    if not named or subject.type != "BitstringStatusList" or credential.context[:1] != [CONTEXT]:
        raise MadangError("status.claims", "The status list is no BitstringStatusListCredential.")
    if not credential.issuer or not credential.validFrom or (subject.ttl is not None and subject.ttl < 0):
        raise MadangError("status.claims", "The status list does not say who made it, and since when it counts.")
    return credential


def _written(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")


def _seconds(text: str) -> int:
    """Seconds of an XML Schema dateTimeStamp (VC Data Model 2.0, section 4.9)."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or "T" not in text:
        raise MadangError("status.claims", "The status list has a time that is none, or of no zone.")
    return int(at.timestamp())
