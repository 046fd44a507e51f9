"""madang identity receive, cards and claim: from an office's offer to a voucher, at a node that is served.

An adult of Busan claims with the residence shown and the age proven, or shown where that is wanted; who has a token
gets no second one, and where the offer does not take an age unnamed it is for a desk.
"""

import io
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from madang.base.eligibility.transactions import Count, Open, Requirement
from madang.base.programmes.transactions import NameAuthorities
from madang.client.keystore import Keystore
from madang.client.wallet import Wallet
from madang.identity.eligibility.keys import make_key
from madang.kernel.transaction import Act
from tests.browser import ledger, town
from tests.browser.issuing import PASSPHRASE, Issuing
from tests.cli.running import Run, Said
from tests.identity.conftest import longfellow
from tests.identity.issuer.scene import RESIDENT
from tests.support.cast import ALICE, CHUL, officer
from tests.support.signing import Wallet as Signing

__all__ = ["longfellow"]
UNNAMED, NAMED = "adults", "adults-in-person"
PEOPLE: dict[str, Signing] = {"alice": ALICE, "chul": CHUL}


def opened(own: Path) -> Sequence[Act]:
    """The welfare authority opens two offers, of which one takes the age unnamed."""
    now = int(time.time()) - 3_000
    person = Requirement(credential="resident", claim="connecting_information", test="identifies")
    living = Requirement(credential="resident", claim="province", test="equals", values=["26"])

    def offer(name: str, unnamed: bool) -> Open:
        adult = Requirement(credential="age", claim="age_over_19", test="equals", values=["true"], unnamed=unnamed)
        return Open(
            by="welfare",
            programme=town.COUPON,
            offer=name,
            requirements=[person, living, adult],
            amount=150_000,
            region="26",
            key=make_key(own, town.COUPON, name, PASSPHRASE),
            opens=now,
            closes=now + 30 * 86_400,
            most=100,
        )

    named = NameAuthorities(by="ministry", programme=town.COUPON, authorities=["welfare"])
    return [named, offer(UNNAMED, True), offer(NAMED, False)]


@pytest.fixture(scope="module")
def issuing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuing]:
    asks = {"resident": ["connecting_information", "province"], "age": ["age_over_19"]}
    found = Issuing(tmp_path_factory.mktemp("claiming"), ["resident", "age"], asks, opened, "welfare")
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuing: Issuing) -> None:
    monkeypatch.chdir(tmp_path)
    Path("passphrase").write_text("correct horse battery\n")
    monkeypatch.setenv("MADANG_PASSPHRASE_FILE", "passphrase")
    monkeypatch.setenv("MADANG_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("MADANG_URL", issuing.served.url)


def receive(run: Run, link: str, digits: str) -> Said:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{digits}\n"))
        return run("identity", "receive", "wallet", link)


def received(run: Run, issuing: Issuing, name: str, born: str = "1990-02-28") -> None:
    """Somebody takes a residence and an age into their wallet."""
    people = {"resident": {**RESIDENT, "connecting_information": name[0] * 86}, "age": {"birth_date": born}}
    offer = issuing.offer(issuing.enrol(f"P-{name}", people), "resident_sd_jwt", "age_mdoc")
    said = receive(run, offer.link, offer.spoken)
    assert said.status == 0, said.err


def own_key(name: str) -> None:
    """The key that they had registered."""
    Keystore(Path("keys")).store(name, Wallet(PEOPLE[name]._key), "correct horse battery")


def claim(run: Run, name: str, *more: str) -> Said:
    return run("identity", "claim", "wallet", town.COUPON, "--key", name, "--yes", *more)


def count(issuing: Issuing, issued: int) -> None:
    """The authority's officer counts so many tokens."""
    act = Count(by="welfare", programme=town.COUPON, offer=UNNAMED, issued=issued)
    ledger.send(issuing.served, act, by=officer("welfare"))


@pytest.mark.parametrize(("name", "more", "issued"), [("alice", [], 1), ("chul", ["--shown"], 2)])
def test_an_adult_claims_once_by_a_proof_or_by_what_it_shows(
    run: Run, issuing: Issuing, longfellow: None, name: str, more: list[str], issued: int
) -> None:
    own_key(name)
    received(run, issuing, name)
    held = {one["type"]: one for one in run("identity", "cards", "wallet", "--json").json}
    assert {kind: one["format"] for kind, one in held.items()} == {"resident": "dc+sd-jwt", "age": "mso_mdoc"}
    asked = claim(run, name, "--offer", UNNAMED, *more, "--json")
    assert asked.status == 0, asked.err
    assert asked.json == {"offer": UNNAMED, "claimed": False}
    left = {one["type"]: one["copies"] for one in run("identity", "cards", "wallet", "--json").json}
    assert left == {kind: one["copies"] - 1 for kind, one in held.items()}

    count(issuing, issued)
    assert claim(run, name, "--json").json == {"offer": UNNAMED, "claimed": True}
    assert "[eligibility.spent]" in claim(run, name).err
    Path("wallet").unlink()
    received(run, issuing, name)
    assert "[eligibility.already]" in claim(run, name, "--offer", UNNAMED, *more).err


def test_where_the_offer_does_not_take_it_unnamed_it_is_for_a_desk(run: Run, issuing: Issuing) -> None:
    own_key("chul")
    received(run, issuing, "chul")
    assert "[eligibility.desk]" in claim(run, "chul", "--offer", NAMED).err


def test_whom_no_offer_fits_shows_nothing(run: Run, issuing: Issuing) -> None:
    own_key("chul")
    assert "You hold no age, resident that counts now" in claim(run, "chul").err
    received(run, issuing, "chul", born="2015-02-28")
    assert "[wallet.nothing_fits]" in claim(run, "chul").err
    assert {one["copies"] for one in run("identity", "cards", "wallet", "--json").json} == {10, 20}


def test_what_is_no_offer_or_no_wallet_is_refused(run: Run, issuing: Issuing) -> None:
    assert "[wallet.no_code]" in receive(run, "haip-vci://?credential_offer_uri=https://example.kr/offer", "").err
    assert "[offer.form]" in receive(run, "https://example.kr", "123456").err
    gone = f"haip-vci://?credential_offer_uri={issuing.served.url}/identity/office/offer/none"
    assert "[offer.gone]" in receive(run, gone, "123456").err
    far = "haip-vci://?credential_offer_uri=http://198.51.100.1/offer"
    assert "[wallet.unreachable]" in receive(run, far, "123456").err
    people = {"resident": {**RESIDENT, "connecting_information": "d" * 86}}
    offer = issuing.offer(issuing.enrol("P-dan", people), "resident_sd_jwt")
    assert "[issuer.refused]" in receive(run, offer.link, "000000x").err
    assert not Path("wallet").exists()
    Path("wallet").write_bytes(b"something else")
    assert "[wallet.file]" in run("identity", "cards", "wallet").err
    Path("wallet").unlink()
    received(run, issuing, "chul")
    assert Path("wallet").stat().st_mode & 0o077 == 0
    assert b"resident" not in Path("wallet").read_bytes()
    Path("passphrase").write_text("another passphrase\n")
    assert "[wallet.passphrase]" in run("identity", "cards", "wallet").err
