"""Verifies certificates about a subject with what anybody can get: its files, its issuers' roots, a node's ledger."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from madang.base.trust.state import Issuer
from madang.client import Client
from madang.identity import certificates as chains
from madang.identity import jose
from madang.identity.certificates import Followed
from madang.identity.did.certificates import Certificate, Grounds, check_contract, check_file, read_published, verify
from madang.identity.did.keeping import CERTIFICATES
from madang.identity.did.webvh.names import read_name
from madang.identity.did.webvh.resolving import Fetch, fetch_history, fetcher_of
from madang.identity.status.checking import Statuses
from madang.identity.trust import check_record
from madang.kernel.errors import MadangError

MAX_PAGES = 20


class Checked(msgspec.Struct, frozen=True):
    """A certificate that counts, or the code of why it does not."""

    certificate: Certificate | None
    code: str = ""


def certificates(client: Client, did: str, now: int, file: Path | None, programme: str) -> list[Checked]:
    """Every certificate that is published beside a subject's history, verified by the ledger of a node.

    Those of data sets are compared with `file` if one is given; those of contracts with the ledger's documents, and
    with the proofs of `programme` where they state one. Raises `MadangError`: what `fetch_history` raises,
    `did.unavailable`, `did.certificates`, `client.unreachable`.
    """
    get = fetcher_of(did)
    history = fetch_history(did, now, get)
    try:
        content = get(f"{read_name(did).folder}/{CERTIFICATES}", "application/json")
    except MadangError:
        return []
    found = []
    for text in read_published(content):
        try:
            certificate = verify(text, history, _grounds(client, text, get), now)
            if certificate.type == "dataset_certificate" and file is not None:
                check_file(certificate, file)
            if certificate.type == "contract_certificate":
                check_contract(certificate, *_contract(client, certificate.claims, programme))
            found.append(Checked(certificate))
        except MadangError as error:
            found.append(Checked(None, error.code))
    return found


def _grounds(client: Client, text: str, get: Fetch) -> Grounds:
    """The root is where the issuer says; it counts because the ledger names its digest, or not at all."""
    payload = jose.read(text.partition("~")[0], "dc+sd-jwt", "the certificate").payload
    issuer = jose.read_object(payload, "the certificate", "did.certificate").get("iss")
    root = get(f"{issuer}/root.cer", "application/pkix-cert")

    def follow(chain: tuple[bytes, ...], at: int) -> Followed:
        return chains.follow(chain, [root], "credential", at)

    return Grounds([root], _issuer_of(client), Statuses(follow, get))


def _issuer_of(client: Client) -> Callable[[str, str, int], str]:
    def issuer_of(anchor: str, kind: str, at: int) -> str:
        after = ""
        for _ in range(MAX_PAGES):
            page = client.query("trust", "issuers", {"type": kind, "after": after, "limit": 500})
            for one in page:
                record = _record(one)
                if anchor in record.anchors:
                    party = str(one["issuer"])
                    _check_active(client, party)
                    check_record(party, record, at, "issuer", f"issue {kind}")
                    return party
            if len(page) < 500:
                break
            after = page[-1]["issuer"]
        raise MadangError("trust.issuer", f"Nobody with this anchor may issue {kind} on this ledger.")

    return issuer_of


def _check_active(client: Client, party: str) -> None:
    found = client.query("parties", "institution", {"name": party})
    if found is None or found["standing"] != "active":
        raise MadangError("trust.issuer_suspended", f"{party} is suspended, and may not issue.")


def _record(one: Mapping[str, Any]) -> Issuer:
    try:
        return msgspec.convert([one["record"][name] for name in Issuer.__struct_fields__], Issuer)
    except (msgspec.ValidationError, KeyError, TypeError):
        raise MadangError("client.answer", "The node did not answer with an issuer. Is it a newer version?") from None


def _contract(client: Client, claims: Mapping[str, Any], programme: str) -> tuple[str | None, list[tuple[str, str]]]:
    document = client.query("programmes", "document", {"digest": claims["digest"]})
    proofs = client.query("programmes", "proofs", {"name": programme}) if programme else []
    return document, [(one["document"], one["receipt"]) for one in proofs]
