"""Credentials about things, data sets and contracts: the claim `subject` is the identifier of what they are about.

They are for everybody, so nobody presents them: they lie in the open beside the subject's history, with all that they
say. Each is bound (`cnf`) to the key in the subject's document when it was issued: a device's own, or its institution's
where it has none. That binds it to the history, and lets a device show its certificate by OpenID4VP besides.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from madang.identity import certificates, sdjwt
from madang.identity.catalogue import by_vct
from madang.identity.catalogue.encoding import from_json
from madang.identity.certificates import Followed
from madang.identity.did.webvh.history import History
from madang.identity.issuer.configurations import configurations
from madang.identity.issuer.making import Order, make
from madang.identity.issuer.office import Office
from madang.identity.verified import Claims, StatusReference
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId

MAX_CERTIFICATES = 100
ABOUT = ("thing", "data", "contract")
SKEW_SECONDS = 60


class Certificate(msgspec.Struct, frozen=True):
    """A certificate that counts: its type in the catalogue, who issued it, what it says; times in seconds."""

    type: str
    issuer: PartyId
    claims: Claims
    valid_from: int
    valid_until: int


class Statuses(Protocol):
    """Reads status lists."""

    def check(self, reference: StatusReference, anchor: str, now: int) -> None:
        """Refuse what is not valid by a list signed below the same anchor. Raises `MadangError` (`status.*`)."""


class Grounds(msgspec.Struct, frozen=True):
    """On what a certificate is believed: known roots (DER), who may issue a type below an anchor at a time according to
    the ledger (as `Trust.issuer_of`), and status lists.
    """

    roots: Sequence[bytes]
    issuer_of: Callable[[str, str, int], PartyId]
    statuses: Statuses


def certify(office: Office, history: History, kind: str, claims: Claims, now: int) -> str:
    """A certificate of the subject of a history, on record and with a place in the office's status lists.

    `subject` need not be among the claims. Raises `MadangError`: `did.ended`, `did.certificate` (a type that the office
    does not issue, or not about such a subject), `did.document` (no key), what `issuer.making.make` raises.
    """
    if history.deactivated:
        raise MadangError("did.ended", "The identifier has ended. Nothing is certified of it any more.")
    found = next((one for one in configurations(office.institution.description).values() if one.of.id == kind), None)
    if found is None or found.of.about not in ABOUT:
        raise MadangError(
            "did.certificate", "The institution does not issue such a type about a thing, data or contract."
        )
    keys = _keys(history.newest.document)
    if not keys:
        raise MadangError("did.document", "The subject's document has no P-256 key to bind the certificate to.")
    order = Order(found, history.did, keys[:1], "")
    return make(office, order, {**claims, "subject": history.did}, now).credentials[0]


def verify(text: str, history: History, grounds: Grounds, now: int) -> Certificate:
    """What a certificate says of the subject of a verified history.

    Raises `MadangError`, in this order: what `sdjwt.accept` and `certificates.follow` raise, `credential.*`,
    `did.certificate` (a type about people, or one that lives too long), `did.subject_other` (about another),
    `did.bound` (bound to no key that the subject ever had), `trust.*`, `did.status_missing`, `status.*`.
    """

    def follow(chain: tuple[bytes, ...]) -> Followed:
        return certificates.follow(chain, grounds.roots, "credential", now)

    issued = sdjwt.accept(text, follow, now)
    of = by_vct(issued.type)
    claims = from_json(of, issued.claims)
    if of.about not in ABOUT or issued.valid_until - issued.valid_from > of.lives + SKEW_SECONDS:
        raise MadangError("did.certificate", "This is no certificate of a thing, a data set or a contract.")
    if claims.get("subject") != history.did:
        raise MadangError("did.subject_other", "The certificate is about another subject.")
    if not any(issued.holder in _keys(version.document) for version in history.versions):
        raise MadangError("did.bound", "The certificate is bound to no key that its subject ever had.")
    issuer = grounds.issuer_of(issued.issuer.anchor, of.id, issued.signed)
    if issued.status is None:
        raise MadangError("did.status_missing", "The certificate has no status, as one of its type has.")
    grounds.statuses.check(issued.status, issued.issuer.anchor, now)
    return Certificate(of.id, issuer, claims, issued.valid_from, issued.valid_until)


def check_file(certificate: Certificate, file: Path) -> None:
    """That a file is the one whose digest a certificate states. Raises `MadangError` (`did.digest`); `OSError`."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    if certificate.claims.get("digest") != digest:
        raise MadangError("did.digest", "The file is not the one that is certified: its SHA-256 digest is another.")


def check_contract(certificate: Certificate, document: str | None, proofs: Sequence[tuple[str, str]]) -> None:
    """That a certified contract is a document of this ledger, and was proven as stated.

    `document` is what the ledger has under the certified digest, `proofs` the digests of document and receipt of what
    was proven of its programme. Raises `MadangError`: `did.contract` (the ledger has no such document),
    `did.contract_proof` (nor such a proof).
    """
    digest, proof = certificate.claims.get("digest"), certificate.claims.get("proof")
    if document is None or hashlib.sha256(document.encode()).hexdigest() != digest:
        raise MadangError("did.contract", "This ledger has no document with the certified digest.")
    if proof is not None and (digest, proof) not in proofs:
        raise MadangError("did.contract_proof", "This ledger has no such proof of the certified document.")


def read_published(content: bytes) -> list[str]:
    """The certificates in a file as it is published. Raises `MadangError` (`did.certificates`)."""
    try:
        found = msgspec.json.decode(content, type=list[str])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = None
    if found is None or len(found) > MAX_CERTIFICATES:
        raise MadangError("did.certificates", "The file of certificates can't be read.")
    return found


def _keys(document: dict[str, Any]) -> list[dict[str, str]]:
    """The P-256 keys in a document."""
    methods = document.get("verificationMethod")
    found = []
    for one in methods if isinstance(methods, list) else []:
        jwk = one.get("publicKeyJwk") if isinstance(one, dict) else None
        if isinstance(jwk, dict) and jwk.get("crv") == "P-256":
            found.append({name: jwk.get(name, "") for name in ("kty", "crv", "x", "y")})
    return found
