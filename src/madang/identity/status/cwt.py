"""Status List Tokens as CWT (draft-ietf-oauth-status-list, sections 4.3 and 5.2): made, and read strictly.

The same list as the JWT of `token`, under the same address, for wallets and verifiers that know CBOR alone. Signed by
ES256 as COSE_Sign1, with the certificates of the key (RFC 9360, `x5chain`), as an mdoc is.
"""

from typing import Any

import msgspec

from madang.identity.mdoc.cbor import decode, encode
from madang.identity.mdoc.cose import TYPE, X5CHAIN, headers_of, is_signed, read_sign1, sign1
from madang.identity.signer import Signer
from madang.identity.status.packing import Bits, compress, decompress
from madang.identity.status.token import MAX_TOKEN_BYTES, Claims, Follow, StatusListToken, check_claims
from madang.kernel.errors import MadangError

MEDIA_TYPE = "application/statuslist+cwt"
MAX_CHAIN = 4
_SUBJECT, _EXPIRES, _BEGINS, _ISSUED, _TTL, _LIST = 2, 4, 5, 6, 65_534, 65_533
_NAMES = {_SUBJECT: "sub", _EXPIRES: "exp", _BEGINS: "nbf", _ISSUED: "iat", _TTL: "ttl", _LIST: "status_list"}
_SIGN1, _CWT = b"\xd2", b"\xd8\x3d"
"""The tags of COSE_Sign1 (18) and, before it, of a CWT (61). Both may be left out."""
_ARRAY_OF_FOUR = b"\x84"
_WHAT = "The status list"


class _List(msgspec.Struct, frozen=True):
    bits: Bits
    lst: bytes
    aggregation_uri: str = ""


class _Claims(Claims, frozen=True, kw_only=True):
    status_list: _List


def is_cwt(content: bytes) -> bool:
    """Whether a file begins as a CWT does, and so is no JWT, which is text."""
    return content.startswith((_SIGN1, _CWT, _ARRAY_OF_FOUR))


def make(
    signer: Signer, uri: str, packed: bytes, bits: Bits, now: int, ttl: int, life: int, aggregation: str = ""
) -> bytes:
    """What `token.make` makes, as CWT."""
    listed: dict[str, Any] = {"bits": bits, "lst": compress(packed)}
    if aggregation:
        listed["aggregation_uri"] = aggregation
    claims = {_SUBJECT: uri, _ISSUED: now, _EXPIRES: now + life, _TTL: ttl, _LIST: listed}
    chain = signer.chain[0] if len(signer.chain) == 1 else list(signer.chain)
    return _SIGN1 + encode(sign1(encode(claims), signer.sign, {X5CHAIN: chain}, kind=MEDIA_TYPE))


def read(content: bytes, uri: str, follow: Follow, now: int) -> StatusListToken:
    """The list in a token that was got from `uri` (sections 8.3 and 11).

    Raises what `token.read` raises, in the same order.
    """
    try:
        message = read_sign1(decode(_untagged(content), _WHAT, MAX_TOKEN_BYTES), _WHAT, "status.form")
        headers = headers_of(message, _WHAT)
    except MadangError as error:
        raise MadangError("status.form", error.message) from None
    chain = headers.get(X5CHAIN)
    certificates = tuple(chain) if type(chain) is list else (chain,)
    if headers.get(TYPE) != MEDIA_TYPE or message.payload is None:
        raise MadangError("status.form", f"The status list is of another type than {MEDIA_TYPE}.")
    if not 1 <= len(certificates) <= MAX_CHAIN or not all(type(one) is bytes for one in certificates):
        raise MadangError("status.form", "The status list does not bring the certificates of its key (x5chain).")
    followed = follow(certificates)
    if not is_signed(message, message.payload, followed.key):
        raise MadangError("status.signature", "The signature of the status list does not hold.")
    claims = _claims(message.payload)
    ends, ttl = check_claims(claims, uri, now)
    packed = decompress(claims.status_list.lst)
    return StatusListToken(uri, claims.status_list.bits, packed, followed.anchor, claims.iat, ends, ttl)


def _untagged(content: bytes) -> bytes:
    if content.startswith(_CWT + _SIGN1):
        content = content.removeprefix(_CWT)
    return content.removeprefix(_SIGN1)


def _claims(payload: bytes) -> _Claims:
    try:
        members = decode(payload, "What the status list says", MAX_TOKEN_BYTES)
        named = {_NAMES[key]: value for key, value in members.items() if key in _NAMES}
        return msgspec.convert(named, _Claims, builtin_types=(bytes,))
    except AttributeError:
        raise MadangError("status.claims", "The status list holds no claims.") from None
    except msgspec.ValidationError as error:
        raise MadangError("status.claims", f"The status list lacks a claim that it must have: {error}.") from None
    except MadangError as error:
        raise MadangError("status.claims", error.message) from None
