"""Certificates about things, data sets and contracts: what counts, and every refusal."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from madang.identity import jose, sdjwt
from madang.identity.catalogue import TYPES
from madang.identity.did import keeping
from madang.identity.did.certificates import (
    Certificate,
    Grounds,
    check_contract,
    check_file,
    read_published,
    verify,
)
from madang.identity.did.keeping import Subject
from madang.identity.did.webvh.history import History
from madang.kernel.errors import MadangError
from tests.identity.did.test_keeping import JWK, OFFICE, PASSPHRASE
from tests.identity.institutions import NOW, certified, new_key

MAKER = certified()
THING = Subject("things", "meter-1")
SAID = {"maker": "Maker", "model": "M-1", "serial_number": "S-1"}


class Statuses:
    """Says what it is told to."""

    def __init__(self, code: str = "") -> None:
        self.code = code

    def check(self, _reference: object, _anchor: str, _now: int) -> None:
        if self.code:
            raise MadangError(self.code, "")


def issuer_of(_anchor: str, _kind: str, _at: int) -> str:
    return "welfare"


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    own = tmp_path_factory.mktemp("institutions") / "office"
    keeping.create(own, OFFICE, Subject(), JWK, PASSPHRASE, NOW - 100)
    keeping.create(own, OFFICE, THING, JWK, PASSPHRASE, NOW - 100)
    later = jose.jwk_of(new_key().public_key())
    return keeping.change(own, THING, PASSPHRASE, NOW - 50, keeping.with_key(later))


def made(history: History, **changes: Any) -> str:
    of = TYPES[changes.pop("type", "thing_certificate")]
    payload = {
        "iss": "https://id.example.kr/identity/office",
        "vct": of.vct,
        "cnf": {"jwk": JWK},
        "iat": NOW,
        "exp": NOW + 1_000,
        "status": {"status_list": {"idx": 1, "uri": "https://id.example.kr/1"}},
        "subject": history.did,
        **SAID,
        **changes,
    }
    return sdjwt.issue({name: value for name, value in payload.items() if value is not None}, [], MAKER.signer)


def grounds(**changes: Any) -> Grounds:
    return Grounds(**{"roots": [MAKER.root], "issuer_of": issuer_of, "statuses": Statuses(), **changes})


def test_a_certificate_says_what_its_issuer_signed_of_the_subject(history: History) -> None:
    found = verify(made(history), history, grounds(), NOW)
    assert (found.type, found.issuer) == ("thing_certificate", "welfare")
    assert found.claims == {"subject": history.did, **SAID}


def nobody(_anchor: str, _kind: str, _at: int) -> str:
    raise MadangError("trust.issuer", "")


REFUSED: list[tuple[dict[str, Any], dict[str, Any], int, str]] = [
    ({}, {"roots": []}, NOW, "certificate.anchor"),
    ({}, {}, NOW + 2_000, "sdjwt.expired"),
    ({"vct": "urn:another"}, {}, NOW, "credential.unknown_type"),
    ({"maker": 1}, {}, NOW, "credential.claim"),
    ({"type": "employee_id"}, {}, NOW, "did.certificate"),
    ({"exp": NOW + 40_000_000}, {}, NOW, "did.certificate"),
    ({"subject": "did:web:example.com"}, {}, NOW, "did.subject_other"),
    ({"cnf": {"jwk": jose.jwk_of(new_key().public_key())}}, {}, NOW, "did.bound"),
    ({}, {"issuer_of": nobody}, NOW, "trust.issuer"),
    ({"status": None}, {}, NOW, "did.status_missing"),
    ({}, {"statuses": Statuses("status.revoked")}, NOW, "status.revoked"),
]


@pytest.mark.parametrize(
    ("changes", "by", "now", "code"), REFUSED, ids=[f"{at} {one[3]}" for at, one in enumerate(REFUSED)]
)
def test_what_does_not_count_is_refused(
    history: History, changes: dict[str, Any], by: dict[str, Any], now: int, code: str
) -> None:
    with pytest.raises(MadangError) as caught:
        verify(made(history, **changes), history, grounds(**by), now)
    assert caught.value.code == code


def contract(document: str, **more: str) -> Certificate:
    digest = hashlib.sha256(document.encode()).hexdigest()
    return Certificate("contract_certificate", "welfare", {"digest": digest, **more}, NOW, NOW + 1)


def test_a_contract_is_a_document_of_the_ledger_and_its_proof_is_there() -> None:
    plain, proven = contract("rules"), contract("rules", proof="f" * 64)
    digest = plain.claims["digest"]
    check_contract(plain, "rules", [])
    check_contract(proven, "rules", [(digest, "f" * 64)])
    for certificate, document, proofs, code in (
        (plain, None, [], "did.contract"),
        (plain, "other rules", [], "did.contract"),
        (proven, "rules", [], "did.contract_proof"),
        (proven, "rules", [("0" * 64, "f" * 64)], "did.contract_proof"),
    ):
        with pytest.raises(MadangError) as caught:
            check_contract(certificate, document, proofs)
        assert caught.value.code == code


def test_a_data_set_is_the_file_with_the_certified_digest(tmp_path: Path) -> None:
    file = tmp_path / "set.csv"
    file.write_text("rules")
    check_file(contract("rules"), file)
    with pytest.raises(MadangError) as caught:
        check_file(contract("other"), file)
    assert caught.value.code == "did.digest"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'["a"' + b',"a"' * 100 + b"]"])
def test_a_file_of_certificates_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(MadangError) as caught:
        read_published(content)
    assert caught.value.code == "did.certificates"
