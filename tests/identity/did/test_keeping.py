"""Identifiers in a folder: a crash leaves the key that the history commits to; what is damaged is never added to."""

from pathlib import Path

import pytest

from madang.base.anchors.state import Anchor
from madang.identity import jose
from madang.identity.catalogue.types import Words
from madang.identity.did import keeping
from madang.identity.did.anchoring import Confirmed, act_for, confirm
from madang.identity.did.changes import changes
from madang.identity.did.keeping import Subject
from madang.identity.did.webvh.history import History
from madang.identity.institution import Description
from madang.kernel.errors import MadangError
from tests.identity.did.histories import START
from tests.identity.institutions import new_key

OFFICE = Description("welfare", Words("사무소", "Office"), "https://id.example.kr")
PASSPHRASE = "a passphrase for tests"
JWK = jose.jwk_of(new_key().public_key())
SELF = Subject()


def same(document: dict, _number: int) -> dict:
    return document


def code(call, *given, **named) -> str:
    with pytest.raises(MadangError) as caught:
        call(*given, **named)
    return caught.value.code


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    keeping.create(folder, OFFICE, SELF, JWK, PASSPHRASE, START)
    return folder


def found(own: Path) -> History:
    return keeping.read(own, SELF, START + 100)


def test_what_is_made_names_its_party_and_its_key(own: Path) -> None:
    history = found(own)
    assert history.did.endswith(":id.example.kr:identity:office")
    assert keeping.party_of(history) == "welfare"
    assert history.newest.document["verificationMethod"][0]["publicKeyJwk"] == JWK
    assert keeping.subjects(own) == [SELF]


def test_a_key_signs_once_and_is_gone(own: Path) -> None:
    before = set((own / "dids" / "self" / "keys").iterdir())
    keeping.change(own, SELF, PASSPHRASE, START + 1, same)
    after = set((own / "dids" / "self" / "keys").iterdir())
    assert len(before) == len(after) == 1 and before != after


def test_a_crash_before_or_behind_the_new_history_loses_no_key(own: Path) -> None:
    folder = own / "dids" / "self"
    log, spent = (folder / "did.jsonl").read_bytes(), next((folder / "keys").iterdir())
    kept = spent.read_bytes()
    keeping.change(own, SELF, PASSPHRASE, START + 1, same)
    spent.write_bytes(kept)  # as if it had ended before the spent key was thrown away
    assert keeping.change(own, SELF, PASSPHRASE, START + 2, same).newest.number == 3
    (folder / "did.jsonl").write_bytes(log)  # as if it had ended before the new history was there
    spent.write_bytes(kept)
    assert keeping.change(own, SELF, PASSPHRASE, START + 3, same).newest.number == 2


def test_refusals(own: Path) -> None:
    thing = Subject("things", "meter-1")
    assert code(keeping.create, own, OFFICE, SELF, JWK, PASSPHRASE, START) == "did.exists"
    assert code(keeping.create, own.parent / "other", OFFICE, thing, JWK, PASSPHRASE, START) == "did.controller"
    assert code(keeping.create, own, OFFICE, thing, JWK, "short", START) == "keys.passphrase_short"
    assert keeping.read(own, thing, START) is None
    assert code(keeping.create, own, OFFICE, thing, {**JWK, "x": JWK["y"]}, PASSPHRASE, START) == "jose.key"
    assert code(keeping.change, own, thing, PASSPHRASE, START, same) == "did.unknown"
    assert code(keeping.change, own, SELF, "another passphrase", START + 1, same) == "keys.passphrase"
    for subject in (Subject("things"), Subject("self", "x"), Subject("things", "../x"), Subject("things", "a" * 49)):
        assert code(keeping.published, own, subject) == "did.subject"
    next((own / "dids" / "self" / "keys").iterdir()).unlink()
    assert code(keeping.change, own, SELF, PASSPHRASE, START + 1, same) == "did.key_missing"


@pytest.mark.parametrize("origin", ["https://localhost1", "http://127.0.0.1:8080"])
def test_an_address_in_digits_or_without_a_dot_has_no_identifier(tmp_path: Path, origin: str) -> None:
    office = Description("welfare", OFFICE.name, origin)
    assert code(keeping.create, tmp_path / "office", office, SELF, JWK, PASSPHRASE, START) == "did.name"


def test_a_damaged_history_is_never_added_to(own: Path) -> None:
    file = own / "dids" / "self" / "did.jsonl"
    file.write_bytes(file.read_bytes().replace(b"welfare", b"wellbad"))
    assert code(keeping.change, own, SELF, PASSPHRASE, START + 1, same) == "did.scid"
    file.write_bytes(b"{}\n")
    assert code(keeping.read, own, SELF, START) == "did.entry"


def test_each_change_is_told_in_words(own: Path) -> None:
    def both(document: dict, number: int) -> dict:
        return keeping.with_controller("did:web:ministry.example")(
            keeping.with_service("Page", "https://id.example.kr/page")(document, number), number
        )

    keeping.change(own, SELF, PASSPHRASE, START + 1, both)
    keeping.change(own, SELF, PASSPHRASE, START + 2, keeping.with_key(jose.jwk_of(new_key().public_key())))
    keeping.change(own, SELF, PASSPHRASE, START + 3, keeping.with_service("Page", ""))
    keeping.change(own, SELF, PASSPHRASE, START + 4, lambda document, _: {**document, "alsoKnownAs": ["did:web:a.kr"]})
    keeping.change(own, SELF, PASSPHRASE, START + 5, lambda document, _: {**document, "note": "more"})
    ended = keeping.change(own, SELF, PASSPHRASE, START + 6, same, end=True)
    assert [one.changes for one in changes(ended)] == [
        ("made",),
        ("signers", "controller", "services"),
        ("signers", "keys"),
        ("signers", "services"),
        ("signers", "document"),
        ("signers", "document"),
        ("signers", "ended"),
    ]


def test_the_service_that_names_the_ledger_stays(own: Path) -> None:
    assert code(keeping.with_service, keeping.LEDGER_SERVICE, "") == "did.service"


class TestWithoutProofs:
    def said(self, own: Path, *anchors: tuple[int, str, str]) -> list[str]:
        newest = Anchor(*anchors[0][:2], "", START, anchors[0][2], 7) if anchors else None
        return [one.standing for one in confirm(found(own), "welfare", newest, {}, None)]

    def test_the_ledgers_newest_and_the_one_before_are_compared(self, own: Path) -> None:
        keeping.change(own, SELF, PASSPHRASE, START + 1, same)
        first, second = (one.digest for one in found(own).versions)
        assert self.said(own) == ["unproven", "unproven"]
        assert self.said(own, (1, first, "")) == ["newest", "unproven"]
        assert self.said(own, (2, second, first)) == ["unproven", "newest"]
        assert self.said(own, (2, first, first)) == ["unproven", "other"]
        assert self.said(own, (2, second, second)) == ["other", "newest"]

    def test_a_history_that_was_cut_off_is_refused(self, own: Path) -> None:
        assert code(confirm, found(own), "welfare", Anchor(2, "0" * 64, "", START, "", 7), {}, None) == "did.cut"

    def test_a_proof_that_is_none_proves_nothing(self, own: Path) -> None:
        assert confirm(found(own), "welfare", None, {1: b"MDWP"}, None) == (Confirmed(1, "unproven"),)

    def test_the_act_anchors_the_digest_of_the_version(self, own: Path) -> None:
        act = act_for(found(own), found(own).newest, "welfare")
        assert (act.version, act.digest) == (1, found(own).newest.digest)
        assert act.uri == "https://id.example.kr/identity/office/did.jsonl"
