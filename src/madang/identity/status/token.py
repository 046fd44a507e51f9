"""Status List Tokens as JWT (draft-ietf-oauth-status-list, sections 4.2 and 5.1): made, and read strictly.

Signed by ES256 with the certificates of the key (`x5c`), as credentials are. Beyond the draft, a token without `exp`
counts for a day after `iat`, since else an old one could be shown for ever.
"""

from collections.abc import Callable

import msgspec

from madang.identity import jose
from madang.identity.certificates import Followed
from madang.identity.signer import Signer
from madang.identity.status.packing import Bits, compress, decompress
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

TYP = "statuslist+jwt"
MEDIA_TYPE = "application/statuslist+jwt"
MAX_TOKEN_BYTES = 2 * 1024 * 1024
NO_END_SECONDS = 86_400
SKEW_SECONDS = 60
MAX_TTL = 86_400
_WHAT = "The status list"

Follow = Callable[[tuple[bytes, ...]], Followed]
"""Follows a chain of certificates (DER, the key's own first) to an anchor, or raises `MadangError`."""


class StatusListToken(msgspec.Struct, frozen=True):
    """A list whose signature holds: its statuses as packed bits, until when it counts, and for how long it may be kept
    (`ttl`, seconds).
    """

    uri: str
    bits: Bits
    packed: bytes
    anchor: str
    issued_at: int
    expires_at: int
    ttl: int


class _List(msgspec.Struct, frozen=True):
    bits: Bits
    lst: str
    aggregation_uri: str = ""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of the claims beside the list itself, as JWT or as CWT (`cwt`); there may be others."""

    sub: str
    iat: int
    exp: int | None = None
    nbf: int | None = None
    ttl: int | None = None


class _Claims(Claims, frozen=True, kw_only=True):
    status_list: _List


_encode = msgspec.json.Encoder().encode


def make(
    signer: Signer, uri: str, packed: bytes, bits: Bits, now: int, ttl: int, life: int, aggregation: str = ""
) -> str:
    """A token of these statuses under `uri`, that may be kept for `ttl` seconds and counts for `life`.

    `aggregation` is where the addresses of all lists stand (section 9), if anywhere.
    """
    listed = {"bits": bits, "lst": to_base64url(compress(packed))}
    if aggregation:
        listed["aggregation_uri"] = aggregation
    claims = {"sub": uri, "iat": now, "exp": now + life, "ttl": ttl, "status_list": listed}
    return jose.sign(TYP, _encode(claims), signer.sign, {"x5c": jose.x5c(signer.chain)})


def read(text: str, uri: str, follow: Follow, now: int) -> StatusListToken:
    """The list in a token that was got from `uri` (sections 8.3 and 11).

    Raises `MadangError`, in this order: `status.form` (size, no such JWT, header), what `follow` raises of the chain,
    `status.signature`, `status.claims`, `status.subject` (of another address), `status.stale` (expired, or from the
    future), `status.list` (what it holds is no list).
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
    claims = _claims(jws.payload)
    ends, ttl = check_claims(claims, uri, now)
    packed = unpack(claims.status_list.lst)
    return StatusListToken(uri, claims.status_list.bits, packed, followed.anchor, claims.iat, ends, ttl)


def check_claims(claims: Claims, uri: str, now: int) -> tuple[int, int]:
    """Until when a list counts, and for how long it may be kept (seconds).

    Raises `MadangError`: `status.claims`, `status.subject`, `status.stale`.
    """
    if claims.iat < 0 or (claims.ttl is not None and claims.ttl <= 0):
        raise MadangError("status.claims", "The status list has a time that is none, or a ttl that is not positive.")
    if claims.sub != uri:
        raise MadangError("status.subject", "The status list is of another address than the credential names.")
    ends = claims.iat + NO_END_SECONDS if claims.exp is None else claims.exp
    check_time(max(claims.iat, claims.nbf or 0), ends, now)
    return ends, MAX_TTL if claims.ttl is None else min(claims.ttl, MAX_TTL)


def check_time(begins: int, ends: int, now: int) -> None:
    """Refuse what does not count now. Raises `MadangError` (`status.stale`)."""
    if begins > now + SKEW_SECONDS:
        raise MadangError("status.stale", "The status list is from the future. Compare the issuer's clock with yours.")
    if ends <= now:
        raise MadangError("status.stale", "The status list has expired. Its issuer must publish a new one.")


def unpack(lst: str) -> bytes:
    """The packed statuses in a list's member `lst`. Raises `MadangError` (`status.list`)."""
    try:
        compressed = from_base64url(lst, _WHAT)
    except MadangError as error:
        raise MadangError("status.list", error.message) from None
    return decompress(compressed)


def _claims(payload: bytes) -> _Claims:
    try:
        members = jose.read_object(payload, _WHAT, "status.claims")
        return msgspec.convert(members, _Claims)
    except msgspec.ValidationError as error:
        raise MadangError("status.claims", f"The status list lacks a claim that it must have: {error}.") from None
