"""Verifying what a holder presents, in a fixed order, each refusal with its own code (RFC 9901, section 7).

What is not in this file: whether the issuer may issue this type, and the credential's status. The caller asks the
ledger and the status list.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.certificates import Followed
from madang.identity.sdjwt import disclosures
from madang.identity.sdjwt.forms import (
    ALWAYS_SHOWN,
    BINDING_TYP,
    HASH,
    TYP,
    Object,
    read_jws,
    renamed,
    split,
)
from madang.identity.sdjwt.resolving import resolve
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

SKEW_SECONDS = 60
"""How far the clocks of issuer and holder may run ahead of ours."""
BINDING_SECONDS = 600
"""For how long a holder's signature for a request counts."""
_ISSUER_WHAT = "the issuer's JWT"
_BINDING_WHAT = "the holder's key-binding JWT"
_ABOUT_THE_CREDENTIAL = ALWAYS_SHOWN | {"iat"}

Trust = Callable[[tuple[bytes, ...]], Followed]
"""Follows a chain of certificates (DER, the key's own first) to an anchor, or raises `MadangError`."""


class Issued(msgspec.Struct, frozen=True):
    """What an issuer signed, as far as it was disclosed. `type` is its `vct`, `claims` are what it says of the holder,
    and `holder` is the holder's public JWK. Times in seconds; `signed` is its `iat`, or `nbf` where it has none.
    Whether the status is good is for the caller to find out.
    """

    type: str
    claims: Object
    issuer: Followed
    holder: dict[str, str]
    status: StatusReference | None
    signed: int
    valid_from: int
    valid_until: int


def verify(text: str, trust: Trust, audience: str, nonce: str, now: int) -> Issued:
    """What a presentation proves to the verifier `audience`, who asked with `nonce`.

    Raises `MadangError`, in this order: what `read_issued` raises; then, of the key binding, `sdjwt.binding_missing`,
    `sdjwt.binding_form`, `_header`, `_typ`, `_algorithm`, `_signature`, `_payload`, `_audience`, `_nonce`, `_old`
    (more than ten minutes), `_future` (more than a minute), `_hash` (signed for other disclosures); then what
    `check_validity` raises. What `trust` raises goes before the issuer's signature.
    """
    issued, holder = read_issued(text, trust)
    shown, _, binding = text.rpartition("~")
    if not binding:
        raise MadangError("sdjwt.binding_missing", "The holder did not sign for this request. Ask the wallet again.")
    _check_binding(binding, holder, f"{shown}~", audience, nonce, now)
    check_validity(issued, now)
    return issued


def read_issued(text: str, trust: Trust) -> tuple[Issued, ec.EllipticCurvePublicKey]:
    """What an issuer signed as far as it is disclosed, and the holder's key; whatever the time and whoever holds it.

    Raises `MadangError`: `sdjwt.size`, `sdjwt.form`, `sdjwt.disclosures`; `sdjwt.issuer_form`, `_header`, `_typ`,
    `_algorithm`, `_chain`, `_signature`, `_payload`; `sdjwt.hash` (of digests, other than SHA-256); what
    `disclosures.read_all` and `resolve` raise; `sdjwt.always_shown`; `sdjwt.type`, `sdjwt.holder_key`,
    `sdjwt.validity`, `sdjwt.status` (members without which nobody can judge).
    """
    jwt, texts, _ = split(text)
    jws = read_jws(jwt, TYP, _ISSUER_WHAT, "sdjwt.issuer_")
    try:
        chain = jose.chain_of(jws, _ISSUER_WHAT)
    except MadangError as error:
        raise renamed(error, "sdjwt.issuer_") from None
    followed = trust(chain)
    try:
        jose.check(jws, followed.key, _ISSUER_WHAT)
    except MadangError as error:
        raise renamed(error, "sdjwt.issuer_") from None
    payload = jose.read_object(jws.payload, _ISSUER_WHAT, "sdjwt.issuer_payload")
    if payload.get("_sd_alg", HASH) != HASH:
        raise MadangError("sdjwt.hash", "The credential's digests are not SHA-256, the only hash that counts here.")
    resolved = resolve(payload, disclosures.read_all(texts))
    if any(path[0] in ALWAYS_SHOWN for path in resolved.places):
        raise MadangError("sdjwt.always_shown", "The credential hides a claim that every verifier must see.")
    return _issued(resolved.claims, followed)


def check_validity(issued: Issued, now: int) -> None:
    """Refuse what does not count at `now` (seconds).

    Raises `MadangError`: `sdjwt.not_yet_valid` (by more than a minute), `sdjwt.expired`, `sdjwt.signed_outside` (at a
    time at which the certificate of its key was not valid).
    """
    if issued.valid_from > now + SKEW_SECONDS:
        raise MadangError("sdjwt.not_yet_valid", "The credential is not valid yet.")
    if issued.valid_until <= now:
        raise MadangError("sdjwt.expired", "The credential has expired. The holder can ask its issuer for a new one.")
    if not issued.issuer.since <= issued.signed < issued.issuer.until:
        raise MadangError("sdjwt.signed_outside", "The credential was signed while its certificate was not valid.")


def _issued(claims: Object, issuer: Followed) -> tuple[Issued, ec.EllipticCurvePublicKey]:
    """The members that every credential needs, each in its form."""
    kind = claims.get("vct")
    if not isinstance(kind, str) or not kind:
        raise MadangError("sdjwt.type", "The credential does not say of which type it is (vct).")
    binding = claims.get("cnf")
    try:
        jwk = binding.get("jwk", {}) if isinstance(binding, dict) else {}
        key = jose.public_key(jwk, "cnf.jwk")
    except MadangError as error:
        raise MadangError("sdjwt.holder_key", error.message) from None
    begins = _seconds(claims, "nbf", 0)
    signed = _seconds(claims, "iat", begins)
    issued = Issued(
        type=kind,
        claims={name: value for name, value in claims.items() if name not in _ABOUT_THE_CREDENTIAL},
        issuer=issuer,
        holder={name: jwk[name] for name in ("kty", "crv", "x", "y")},
        status=_status(claims),
        signed=signed,
        valid_from=max(signed, begins),
        valid_until=_seconds(claims, "exp", None),
    )
    return issued, key


def _seconds(claims: Mapping[str, Any], name: str, absent: int | None) -> int:
    """A time of the credential. One without an end is refused: nobody could ever say that it is over."""
    value = claims.get(name, absent)
    if type(value) is not int or not 0 <= value < 2**53:
        raise MadangError("sdjwt.validity", f"The credential's {name} is missing, or is not whole seconds.")
    return value


def _status(claims: Mapping[str, Any]) -> StatusReference | None:
    """Where the status stands (Token Status List, section 6). A status of another kind is refused."""
    if "status" not in claims:
        return None
    status = claims["status"]
    reference = status.get("status_list") if isinstance(status, dict) else None
    uri, index = (reference.get("uri"), reference.get("idx")) if isinstance(reference, dict) else (None, None)
    if not isinstance(uri, str) or not uri or type(index) is not int or index < 0:
        raise MadangError("sdjwt.status", "The credential's status is not a place in a Token Status List.")
    return StatusReference(uri, index)


def _check_binding(text: str, key: ec.EllipticCurvePublicKey, shown: str, audience: str, nonce: str, now: int) -> None:
    """That the holder signed for this verifier, request and selection, just now (sections 4.3 and 7.3)."""
    jws = read_jws(text, BINDING_TYP, _BINDING_WHAT, "sdjwt.binding_")
    try:
        jose.check(jws, key, _BINDING_WHAT)
    except MadangError as error:
        raise renamed(error, "sdjwt.binding_") from None
    said = jose.read_object(jws.payload, _BINDING_WHAT, "sdjwt.binding_payload")
    at, ends, begins = said.get("iat"), said.get("exp", now + 1), said.get("nbf", now)
    if not (_is_time(at) and _is_time(ends) and _is_time(begins)):
        raise MadangError("sdjwt.binding_payload", "The key binding does not say when it was made, in seconds.")
    if said.get("aud") != audience:
        raise MadangError("sdjwt.binding_audience", "The holder signed for another verifier.")
    if said.get("nonce") != nonce:
        raise MadangError("sdjwt.binding_nonce", "The holder signed for another request.")
    if at < now - BINDING_SECONDS or ends <= now:
        raise MadangError("sdjwt.binding_old", "The holder signed more than ten minutes ago. Ask again.")
    if max(at, begins) > now + SKEW_SECONDS:
        raise MadangError("sdjwt.binding_future", "The holder's clock is more than a minute ahead of ours.")
    if said.get("sd_hash") != disclosures.digest_of(shown):
        raise MadangError("sdjwt.binding_hash", "The holder signed for another selection of claims.")


def _is_time(value: object) -> TypeGuard[float]:
    """Whether it is a NumericDate (RFC 7519, section 2). Wallets do write fractions."""
    return isinstance(value, int | float) and not isinstance(value, bool)
