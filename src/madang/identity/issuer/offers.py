"""Credential offers: an officer who knows who stands before the desk hands over a code, and tells another one by word
of mouth or letter (OpenID4VCI 1.0, section 4.1, and section 3.5 on the pre-authorized code).

The code alone is worth nothing: whoever finds the picture of a QR code lacks the transaction code, and gets five tries.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from madang.identity.issuer.granting import Asked, Grant, known_of
from madang.identity.issuer.metadata import PRE_AUTHORIZED
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.wire import Reply, as_json
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

DESK_SECONDS, LETTER_SECONDS = 15 * 60, 14 * 86_400
"""How long an offer lasts: while somebody stands there, or until a letter has come."""
DIGITS, TRIES = 6, 5
SCHEME = "haip-vci://"
"""What opens a wallet of a phone (HAIP 1.0, section 4.2)."""


class Offer(msgspec.Struct, frozen=True):
    """An offer that was made. `link` opens a wallet, also as QR code; `spoken` is the transaction code for the person.

    `uri` is where a wallet fetches the offer itself.
    """

    uri: str
    link: str
    spoken: str
    until: int


class Handed(msgspec.Struct, frozen=True):
    """What is kept behind a pre-authorized code."""

    grant: Grant
    spoken: bytes


def make_offer(office: Office, subject: str, wanted: Sequence[str], now: int, seconds: int = DESK_SECONDS) -> Offer:
    """Offer configurations to a person. That somebody saw who it is, is for the caller to have checked.

    Raises `MadangError`: `grant.withdrawn`, `offer.nothing` (the register has nothing to issue).
    """
    asked = Asked(tuple(wanted), False)
    for one in known_of(office, asked):
        if office.register.known(subject, one.of.id) is None:
            raise MadangError("offer.nothing", f"The register knows nothing of this person for {one.of.id}.")
    handle = secrets.token_urlsafe(24)
    code = _code(office, handle)
    spoken = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    handed = Handed(Grant(subject, asked, "", now), _digest(office, code, spoken))
    until = now + seconds
    identifier = office.institution.identifier
    office.store.put(place_of(identifier, "offer", code), "offer", msgspec.json.encode(handed), until)
    office.store.put(place_of(identifier, "offered", handle), "offered", msgspec.json.encode(wanted), until)
    uri = office.endpoint(f"offer/{handle}")
    return Offer(uri, f"{SCHEME}?{urlencode({'credential_offer_uri': uri})}", spoken, until)


def invite(office: Office, wanted: Sequence[str]) -> str:
    """A link by which a wallet begins on its own: the person signs in then (section 4.1.1). It says nothing of anybody.

    Raises `MadangError` (`grant.withdrawn`).
    """
    known_of(office, Asked(tuple(wanted), False))
    document = {
        "credential_issuer": office.url,
        "credential_configuration_ids": list(wanted),
        "grants": {"authorization_code": {}},
    }
    return f"{SCHEME}?{urlencode({'credential_offer': msgspec.json.encode(document).decode()})}"


def read_offer(office: Office, handle: str, now: int) -> Reply | None:
    """The offer as a wallet fetches it (section 4.1.3); None where there is none, or its time is over."""
    found = office.store.find(place_of(office.institution.identifier, "offered", handle), now)
    if found is None:
        return None
    return as_json(_document(office, msgspec.json.decode(found, type=list[str]), _code(office, handle)))


def take_offer(office: Office, code: str, spoken: str, now: int) -> Grant | None:
    """What was offered, for the first who knows both codes; None for whoever does not. Five tries, then it is gone."""
    place = place_of(office.institution.identifier, "offer", code)
    found = office.store.count(place, now, TRIES)
    if found is None:
        return None
    handed = msgspec.json.decode(found, type=Handed)
    if not hmac.compare_digest(handed.spoken, _digest(office, code, spoken)):
        return None
    return handed.grant if office.store.take(place, now) is not None else None


def offered(office: Office, code: str, now: int) -> Asked | None:
    """What a code would be good for, whoever has it; nothing of it is used up."""
    found = office.store.find(place_of(office.institution.identifier, "offer", code), now)
    return None if found is None else msgspec.json.decode(found, type=Handed).grant.asked


def _code(office: Office, handle: str) -> str:
    """The pre-authorized code of an offer: made from its handle, so that the store need not hold it."""
    return to_base64url(hmac.digest(office.institution.secret, f"madang offer\0{handle}".encode(), hashlib.sha256))


def _digest(office: Office, code: str, spoken: str) -> bytes:
    return hmac.digest(office.institution.secret, f"madang tx_code\0{code}\0{spoken}".encode(), hashlib.sha256)


def _document(office: Office, wanted: Sequence[str], code: str) -> dict[str, Any]:
    described = {"length": DIGITS, "input_mode": "numeric", "description": "창구나 우편으로 받은 숫자 6자리"}
    return {
        "credential_issuer": office.url,
        "credential_configuration_ids": list(wanted),
        "grants": {PRE_AUTHORIZED: {"pre-authorized_code": code, "tx_code": described}},
    }
