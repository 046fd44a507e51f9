"""Signing: one credential for each of a wallet's keys, of which none tells that it belongs to the others.

Each has its own salts and its own place in a status list. Times are rounded down to the day (to the hour, for types
that live for a day), so that everybody who was served that day has the same ones.
"""

import secrets
from collections.abc import Sequence

import msgspec
from cryptography import x509

from madang.identity import jose, mdoc, sdjwt
from madang.identity.catalogue import CredentialType
from madang.identity.catalogue.encoding import to_json
from madang.identity.certificates import digest_of
from madang.identity.issuer.configurations import Configuration
from madang.identity.issuer.office import Office
from madang.identity.issuer.preparing import check_officer, last_second, prepare
from madang.identity.issuer.store import Issued
from madang.identity.mdoc.claims import to_elements
from madang.identity.mdoc.issuing import Validity
from madang.identity.verified import Claims, StatusReference
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

HOUR, DAY = 3_600, 86_400


class Order(msgspec.Struct, frozen=True):
    """What is to be made: of which configuration, for whom, bound to which keys, in which delivery."""

    configuration: Configuration
    subject: str
    keys: Sequence[dict[str, str]]
    delivery: str


class Made(msgspec.Struct, frozen=True):
    """Credentials as wallets get them, and the numbers under which they are on record."""

    credentials: list[str]
    numbers: tuple[str, ...]


def make(office: Office, order: Order, known: Claims, now: int) -> Made:
    """Credentials of what the register knows, one a key. They are on record before they go out.

    Raises `MadangError`: what `prepare` raises, `trust.*` (the ledger does not name this institution for the type, or
    has no such officer),
    `making.ended` (no time is left for it), what the formats raise.
    """
    of = order.configuration.of
    claims = prepare(office.institution, of, known, now)
    check_officer(office.institution, claims, office.trust())
    since, until = _times(office, of, claims, now)
    places: Sequence[StatusReference | None] = [None] * len(order.keys)
    if not of.short_lived:
        places = office.statuses.allocate(len(order.keys), until, now)
    made = [
        _sign(office, order.configuration, claims, key, Validity(since, since, until), place)
        for key, place in zip(order.keys, places, strict=True)
    ]
    issued = [_issued(office, order, key, place, until, now) for key, place in zip(order.keys, places, strict=True)]
    office.store.record(issued)
    return Made(made, tuple(one.number for one in issued))


def _times(office: Office, of: CredentialType, claims: Claims, now: int) -> tuple[int, int]:
    """Since and until when it is valid: within the certificate's time, and in what the ledger says of this issuer."""
    leaf = x509.load_der_x509_certificate(office.institution.credentials.certificate)
    begins, ends = (int(one.timestamp()) for one in (leaf.not_valid_before_utc, leaf.not_valid_after_utc))
    step = HOUR if of.short_lived else DAY
    trust, anchor = office.trust(), digest_of(office.institution.root)
    trust.issuer_of(anchor, of.id, now)
    since = max(now // step * step, begins)
    try:
        trust.issuer_of(anchor, of.id, since)
    except MadangError:
        since = now  # named for it later today
    until = min(since + of.lives, ends, last_second(claims) or ends)
    if until <= now:
        raise MadangError("making.ended", "The institution's certificate ends before a credential could. Renew it.")
    return since, until


def _sign(
    office: Office,
    configuration: Configuration,
    claims: Claims,
    key: dict[str, str],
    validity: Validity,
    place: StatusReference | None,
) -> str:
    of, signer = configuration.of, office.institution.credentials
    if configuration.format == "mso_mdoc":
        return to_base64url(mdoc.issue(signer, of.doctype, to_elements(of, claims), key, validity, place))
    status = {} if place is None else {"status": {"status_list": {"idx": place.index, "uri": place.uri}}}
    payload = {
        "iss": office.url,
        "vct": of.vct,
        "cnf": {"jwk": key},
        "iat": validity.signed,
        "nbf": validity.since,
        "exp": validity.until,
        **status,
        **to_json(of, claims),
    }
    hidden = [(name,) for name in claims if not of.claims[name].open]
    return sdjwt.issue(payload, hidden, signer)


def _issued(
    office: Office, order: Order, key: dict[str, str], place: StatusReference | None, until: int, now: int
) -> Issued:
    return Issued(
        number=secrets.token_urlsafe(16),
        institution=office.institution.identifier,
        subject=order.subject,
        type=order.configuration.of.id,
        format=order.configuration.format,
        holder=jose.thumbprint(key),
        delivery=order.delivery,
        status_uri="" if place is None else place.uri,
        status_index=0 if place is None else place.index,
        issued_at=now,
        valid_until=until,
        changed_at=now,
    )
