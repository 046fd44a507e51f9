"""Credentials and presentations as JWT (VC-JOSE-COSE, sections 3.1 and 3.2): made and verified, ES256 alone.

Status lists bear the same media type as credentials: here nobody signs one, and nobody believes one (`status.bitstring`
does both).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.vcdm.contexts import BASE, names_of_types
from madang.identity.vcdm.credential import check_credential, issuer_url, subjects_of, times_of
from madang.identity.vcdm.forms import Object
from madang.identity.vcdm.presentation import check_presentation, credentials_of, envelope, opened
from madang.kernel.errors import MadangError

TYP, PRESENTATION_TYP = "vc+jwt", "vp+jwt"
SKEW_SECONDS = 60
PRESENTATION_SECONDS = 600
"""For how long a holder's signature for a request counts."""
_WHAT, _PRESENTATION_WHAT = "the credential", "the presentation"
_encode = msgspec.json.Encoder().encode

SHORT_LIVED_SECONDS = 86_400
"""Who lives no longer needs no status: it ends about as soon as a revocation would be known."""
_LIST_TYPES = frozenset({"BitstringStatusListCredential", "BitstringStatusList"})


class Speaker(msgspec.Struct, frozen=True):
    """The key that speaks for an issuer, and the anchor that its certificates lead to (`Followed.anchor`).

    A key that a DID names has no anchor: then no list is signed below the same, and only what is short-lived counts.
    """

    key: ec.EllipticCurvePublicKey
    anchor: str = ""


class Statuses(Protocol):
    """Reads status lists, as `status.checking.Statuses` does."""

    def check_entries(self, status: Any, anchor: str, now: int) -> None:
        """Refuse a credential unless each entry says that it is valid. Raises `MadangError` (`status.*`)."""


IssuerOf = Callable[[str, jose.Jws], Speaker]
"""From the URL of an issuer, and the JWS with its header (`x5c` or `kid`), to what speaks for it.

Raises `MadangError` for whom it does not trust or know."""
KeyOf = Callable[[str, jose.Jws], ec.EllipticCurvePublicKey]
"""The same for a holder: the key that speaks for it."""


class Secured(msgspec.Struct, frozen=True):
    """A credential that counts: all that it says, and the URL of its issuer."""

    credential: Object
    issuer: str


def issue(credential: Object, sign_with: Callable[[bytes], bytes], header: Mapping[str, Any]) -> str:
    """A credential, signed. `header` names the key, by `x5c` or `kid`; `sign_with` gives r and s of bytes (ES256).

    Raises `MadangError`: what `check_credential` raises, `vcdm.status_list`, `vcdm.proof` (it bears a proof already),
    `vcdm.claims`, `vcdm.payload` (a value that JSON can't carry), `vcdm.size`.
    """
    check_credential(credential)
    _check_no_list(credential)
    if "proof" in credential:
        raise MadangError("vcdm.proof", "The credential bears a proof already. Give it without.")
    _check_no_wrapping(credential)
    text = jose.sign(TYP, _encoded(credential), sign_with, {"cty": "vc", **header})
    if len(text) > jose.MAX_BYTES:
        raise MadangError("vcdm.size", f"The credential would be longer than {jose.MAX_BYTES:,} characters. Say less.")
    return text


def verify(text: str, issuer_of: IssuerOf, statuses: Statuses, now: int) -> Secured:
    """What a credential says, once its issuer's signature holds, it is valid now, and its status is good.

    `now` in seconds. A credential without a status counts only if it lives for a day at most.

    Raises `MadangError`, in this order: `jose.size`, `.form`, `.header`, `.typ`, `.algorithm`; `vcdm.payload`,
    `vcdm.claims` (a `vc` or `vp` inside, or claims that contradict); what `check_credential` raises;
    `vcdm.status_list`; what `issuer_of` raises; `jose.signature`; `vcdm.not_yet_valid`, `vcdm.expired`;
    `vcdm.status_missing`; what `statuses` raises.
    """
    jws = jose.read(text, TYP, _WHAT)
    credential = _read(jws, "vc", _WHAT)
    check_credential(credential)
    _check_no_list(credential)
    issuer = issuer_url(credential)
    if credential.get("iss", issuer) != issuer or credential.get("jti", credential.get("id")) != credential.get("id"):
        raise MadangError("vcdm.claims", "The JWT says another issuer or id than the credential in it.")
    speaker = issuer_of(issuer, jws)
    jose.check(jws, speaker.key, _WHAT)
    begins, ends = _check_times(credential, now)
    if "credentialStatus" in credential:
        statuses.check_entries(credential["credentialStatus"], speaker.anchor, now)
    elif ends - begins > SHORT_LIVED_SECONDS:
        raise MadangError("vcdm.status_missing", "The credential has no status, and lives for more than a day.")
    return Secured(credential, issuer)


def present(
    credentials: Sequence[str],
    holder: str,
    audience: str,
    nonce: str,
    now: int,
    sign_with: Callable[[bytes], bytes],
    header: Mapping[str, Any],
) -> str:
    """Credentials (`vc+jwt`) presented by their subject to the verifier `audience`, who asked with `nonce`.

    `holder` is the URL of the subject, whose key `header` names by `x5c` or `kid`; `sign_with` gives r and s of bytes.
    Raises `MadangError`: what `check_presentation` raises.
    """
    presentation = {
        "@context": [BASE],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [envelope(one) for one in credentials],
        "aud": audience,
        "nonce": nonce,
        "iat": now,
    }
    check_presentation(presentation)
    return jose.sign(PRESENTATION_TYP, _encode(presentation), sign_with, {"cty": "vp", **header})


def verify_presentation(
    text: str, holder_key: KeyOf, issuer_of: IssuerOf, statuses: Statuses, audience: str, nonce: str, now: int
) -> list[Secured]:
    """What a holder presents of itself to the verifier `audience`, who asked with `nonce`.

    Raises `MadangError`, in this order: what reading a JWT raises; `vcdm.payload`, `vcdm.claims`; what
    `check_presentation` raises; `vcdm.holder` (nobody presents); what `holder_key` raises; `jose.signature`;
    `vcdm.audience`, `vcdm.nonce`, `vcdm.old`, `vcdm.future`; for each credential `vcdm.unsecured` (in no envelope),
    what `verify` raises, and `vcdm.holder` (it is about somebody else).
    """
    jws = jose.read(text, PRESENTATION_TYP, _PRESENTATION_WHAT)
    presentation = _read(jws, "vp", _PRESENTATION_WHAT)
    check_presentation(presentation)
    holder = presentation.get("holder")
    holder = holder["id"] if isinstance(holder, dict) else holder
    if holder is None:
        raise MadangError("vcdm.holder", "The presentation does not say who presents it.")
    jose.check(jws, holder_key(holder, jws), _PRESENTATION_WHAT)
    _check_request(presentation, audience, nonce, now)
    found = []
    for one in credentials_of(presentation):
        if one.get("type") not in ("EnvelopedVerifiableCredential", ["EnvelopedVerifiableCredential"]):
            raise MadangError("vcdm.unsecured", "A credential in the presentation is in no envelope, and so unsigned.")
        secured = verify(opened(one), issuer_of, statuses, now)
        if any(subject.get("id") != holder for subject in subjects_of(secured.credential)):
            raise MadangError("vcdm.holder", "A credential is about somebody else than who presents it.")
        found.append(secured)
    return found


def _encoded(credential: Object) -> bytes:
    """The bytes that are signed, if they say just what was given: JSON has no infinity, and no half of a character."""
    try:
        data = _encode(credential)
        same = jose.read_object(data, _WHAT, "vcdm.payload") == credential
    except (TypeError, ValueError):
        same, data = False, b""
    if not same:
        raise MadangError("vcdm.payload", "The credential holds a value that JSON can't carry.")
    return data


def _read(jws: jose.Jws, content: str, what: str) -> jose.Object:
    if jws.header.get("cty", content) not in (content, f"application/{content}"):
        raise MadangError("jose.typ", f"The content of {what} is of another type than {content}.")
    document = jose.read_object(jws.payload, what, "vcdm.payload")
    _check_no_wrapping(document)
    return document


def _check_no_wrapping(document: Object) -> None:
    """The claims `vc` and `vp` of the first data model are not allowed any more (VC-JOSE-COSE, section 3.1.3)."""
    if "vc" in document or "vp" in document:
        raise MadangError("vcdm.claims", "The JWT holds a vc or vp claim. The credential itself is the payload.")


def _check_no_list(credential: Object) -> None:
    things = [credential, *subjects_of(credential)]
    if any(_LIST_TYPES.intersection(names_of_types(one)) for one in things):
        raise MadangError(
            "vcdm.status_list", "This is a status list, and no credential that says something of somebody."
        )


def _check_times(credential: Object, now: int) -> tuple[float, float]:
    """From when until when the credential and its signature are valid (section 3.1.3), as far as they say so."""
    times = times_of(credential)
    begins = [_seconds(credential, name) for name in ("iat", "nbf") if name in credential]
    ends = [_seconds(credential, "exp")] if "exp" in credential else []
    begins += [times.since.timestamp()] if times.since is not None else []
    ends += [times.until.timestamp()] if times.until is not None else []
    if any(one > now + SKEW_SECONDS for one in begins):
        raise MadangError("vcdm.not_yet_valid", "The credential is not valid yet.")
    if any(one <= now for one in ends):
        raise MadangError("vcdm.expired", "The credential has expired. Its issuer can give a new one.")
    return max(begins, default=-math.inf), min(ends, default=math.inf)


def _check_request(presentation: Object, audience: str, nonce: str, now: int) -> None:
    if presentation.get("aud") != audience:
        raise MadangError("vcdm.audience", "The holder presents to another verifier.")
    if presentation.get("nonce") != nonce:
        raise MadangError("vcdm.nonce", "The holder answers another request.")
    at = _seconds(presentation, "iat")
    if at < now - PRESENTATION_SECONDS or _seconds({"exp": now + 1, **presentation}, "exp") <= now:
        raise MadangError("vcdm.old", "The holder signed more than ten minutes ago. Ask again.")
    if at > now + SKEW_SECONDS:
        raise MadangError("vcdm.future", "The holder's clock is more than a minute ahead of ours.")


def _seconds(document: Object, name: str) -> float:
    """A NumericDate (RFC 7519, section 2), which may be a fraction."""
    value = document.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise MadangError("vcdm.claims", f"The claim {name} is missing, or is no number of seconds.")
    return value
