"""From a wallet's first question to a voucher on the ledger, over HTTP, and what is refused on the way."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from madang.app import MODULES
from madang.base.eligibility import queries
from madang.base.eligibility.transactions import Open, Requirement
from madang.base.programmes.transactions import Approve, Draft, NameAuthorities, Publish
from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.client.keystore import Keystore
from madang.client.wallet import Wallet, make_payload
from madang.contract import canonical, digest
from madang.demo import stage
from madang.engine.node import Node
from madang.identity import institution
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of
from madang.identity.eligibility.holding import ask, token_of
from madang.identity.eligibility.keys import make_key
from madang.identity.institution import Description, Terms
from madang.identity.verifier import pending
from madang.identity.wallet.answering import Held, answer, choose, read_request
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from madang.kernel.transaction import Act
from madang.records.database import open_database
from madang.services.vouchers import queries as vouchers
from madang.services.vouchers.transactions import ClaimByToken
from madang.web.api.application import Additions, create
from madang.web.api.journal import FILE
from madang.web.api.limits import Limits
from madang.web.api.strangers import strangers
from madang.web.eligibility import serving
from madang.web.verifier import serving as verifying
from tests.browser import town
from tests.identity.institutions import Certified
from tests.identity.verifier.scene import CLAIMS, Scene, ToldStatuses
from tests.support.cast import ALICE, officer
from tests.support.proofs import vouched

PASSPHRASE = "of a test, twelve"
DAY = 86_400
OFFER = "busan-adults"
LEFT = "a-coupon-of-last-year"
REQUIREMENTS = [
    Requirement(credential="resident", claim="connecting_information", test="identifies"),
    Requirement(credential="resident", claim="age_over_18", test="equals", values=["true"]),
    Requirement(credential="resident", claim="province", test="equals", values=["26"]),
]


class Site:
    """A served authority whose ledger has an open offer, and somebody with a residence."""

    def __init__(self, folder: Path, client: Any, welfare: institution.Institution, app: Litestar, later: list) -> None:
        self.folder = folder
        self.client = client
        self.welfare = welfare
        self.state = app.state
        self.later = later

    @property
    def node(self) -> Node:
        found: Node = self.state.node
        return found

    @property
    def now(self) -> int:
        return self.node.clock()

    def post(self, what: str, content: dict[str, str], name: str = "welfare"):
        return self.client.post(f"/identity/{name}/eligibility/{what}", json=content)

    def begin(self) -> dict[str, str]:
        answered = self.post("begin", {"programme": town.COUPON, "offer": OFFER})
        assert answered.status_code == 200, answered.text
        found: dict[str, str] = answered.json()
        return found

    def held(self, **changed: Any) -> Held:
        office = Certified(None, self.welfare.root, None, self.welfare.credentials)
        return Scene().issue("resident", office=office, since=town.began(), **changed)

    def show(self, begun: dict[str, str], held: Held) -> str:
        """Answer the request as the wallet does; gives the code that it gets back."""
        path = urlsplit(begun["request_uri"]).path
        text = self.client.get(path).text
        grounds = self.state.verifiers.of("welfare")._grounds()
        request = read_request(text, begun["client_id"], grounds.trust, self.now)
        response = answer(request, choose(request, [held], lambda one: CLAIMS[one.type]), self.now)
        answered = self.client.post(path.replace("/request/", "/response/"), data={"response": response})
        assert answered.status_code == 200, answered.text
        back: str = answered.json()["redirect_uri"]
        return parse_qs(urlsplit(back).query)["response_code"][0]

    def sign(self, begun: dict[str, str], code: str, blinded: bytes, **changed: str):
        content = {"programme": town.COUPON, "offer": OFFER, "handle": begun["handle"], "secret": begun["secret"]}
        content |= {"response_code": code, "blinded": to_base64url(blinded)}
        return self.post("sign", content | changed)

    def view(self):
        return queries.offer(self.node.state(), town.COUPON, OFFER)

    def journal(self) -> list[str]:
        lines = [msgspec.json.decode(line) for line in (self.folder / FILE).read_bytes().splitlines()]
        return [line["code"] for line in lines if line["event"] == "eligibility"]


def opening(programme: str, key: str, since: int) -> Open:
    return Open(
        by="welfare",
        programme=programme,
        offer=OFFER,
        requirements=REQUIREMENTS,
        amount=150_000,
        region="26",
        key=key,
        opens=since,
        closes=since + 30 * DAY,
        most=100,
    )


def left_by_its_sponsor(key: str, since: int) -> list[Act]:
    """A programme whose sponsor names the authority, and after it has opened an offer no more."""
    kind, coupon = stage.coupon(since - stage.MORNING)
    programme = msgspec.structs.replace(coupon, programme=LEFT)
    digests = digest(kind).hex(), digest(programme).hex()
    texts = canonical(kind).decode(), canonical(programme).decode()
    return [
        Draft(by="ministry", programme=LEFT, bank="treasury-bank", kind=texts[0], document=texts[1]),
        Approve(by="ministry", programme=LEFT, bank="treasury-bank", kind=digests[0], document=digests[1]),
        Publish(by="operator", programme=LEFT, proof=vouched(*digests)),
        NameAuthorities(by="ministry", programme=LEFT, authorities=["welfare"]),
        opening(LEFT, key, since),
        NameAuthorities(by="ministry", programme=LEFT, authorities=[]),
    ]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder, since = tmp_path_factory.mktemp("eligibility"), town.began()
    terms = {"resident": Terms()}
    description = Description("welfare", Words("복지 기관", "Welfare"), "http://localhost:8420", terms)
    identity = folder / "identity"
    institution.make_institution(identity, "welfare", description, PASSPHRASE, since)
    Keystore(identity / "welfare").store("officer", Wallet(officer("welfare")._key), PASSPHRASE)
    key = make_key(identity / "welfare", town.COUPON, OFFER, PASSPHRASE)
    welfare = institution.open_institution(identity, "welfare", PASSPHRASE)
    named: dict[str, Any] = {"by": "ministry", "credential": "resident", "since": since, "until": since + 300 * DAY}
    acts = [
        NameAuthorities(by="ministry", programme=town.COUPON, authorities=["welfare"]),
        DefineType(by="operator", credential="resident", governor="ministry", description="dd" * 32),
        NameIssuer(**named, issuer="welfare", anchors=[welfare.anchor]),
        NameVerifier(
            **named,
            verifier="welfare",
            purpose="claims/coupon",
            claims=["connecting_information", "age_over_18", "province"],
            certificates=[digest_of(welfare.requests.certificate)],
            origins=["https://welfare.example.kr"],
        ),
        opening(town.COUPON, key, since),
        *left_by_its_sponsor(make_key(identity / "welfare", LEFT, OFFER, PASSPHRASE), since),
    ]
    Node.create(folder / "node", MODULES, town.document("http://localhost:8420", acts), town.LOG)
    apps: list[Litestar] = []
    later = [0]

    @asynccontextmanager
    async def known(app: Litestar) -> AsyncIterator[None]:
        apps.append(app)
        yield

    @contextmanager
    def opened():
        with Node(folder / "node", MODULES, lambda: int(time.time()) + later[0]) as node:
            yield node

    database = f"sqlite:///{folder / 'records.sqlite'}"
    parts = [
        verifying.additions({"welfare": welfare}, [welfare.root], ToldStatuses()),
        serving.additions({"welfare": welfare}, identity, PASSPHRASE, open_database(database)),
    ]
    served = Additions(
        [route for part in parts for route in part.routes], [one for part in parts for one in part.lifespans] + [known]
    )
    application: Any = create(opened, Limits(), served)
    with TestClient(application) as client:
        yield Site(folder / "node", client, welfare, apps[0], later)


def test_a_person_is_signed_one_token_and_claims_a_voucher_that_nobody_connects_with_them(site):
    view = site.view()
    asked = ask(view, ALICE.party)
    begun = site.begin()
    code = site.show(begun, site.held())
    signed = site.sign(begun, code, asked.blinded)
    assert signed.status_code == 200, signed.text
    token, signature = token_of(view, asked, from_base64url(signed.json()["signature"], "it"))
    claim = ClaimByToken(by=ALICE.party, programme=town.COUPON, offer=OFFER, token=token, signature=signature)

    before = len(vouchers.own_vouchers(site.node.state(), ALICE.party, town.COUPON))
    office = site.state.authorities["welfare"]
    assert serving.publish_counts(office, site.node) == 0, "the hour is not over, and one token would stand alone"
    site.later[0] = 26 * 3_600
    assert serving.publish_counts(office, site.node) == 1
    assert site.view().tally.issued == 1
    payload = make_payload("madang-town", [claim], site.now + 300)
    (result,) = site.node.engine.submit([Wallet(ALICE._key).jws(payload)]).result(10)
    assert getattr(result, "outcome", "") == "accepted", result
    assert len(vouchers.own_vouchers(site.node.state(), ALICE.party, town.COUPON)) == before + 1

    again = site.begin()
    second = site.sign(again, site.show(again, site.held()), ask(view, ALICE.party).blinded)
    assert (second.status_code, second.json()) == (400, {"error": "eligibility.already"})


def test_who_does_not_fulfil_it_is_told_so(site):
    begun = site.begin()
    young = site.held(age_over_18=False, connecting_information="y" * 86)
    path = urlsplit(begun["request_uri"]).path
    text = site.client.get(path).text
    trust = site.state.verifiers.of("welfare")._grounds().trust
    request = read_request(text, begun["client_id"], trust, site.now)
    with pytest.raises(MadangError, match="wallet.nothing_fits"):
        choose(request, [young], lambda one: {**CLAIMS[one.type], "age_over_18": False})


def test_a_request_that_was_sent_to_somebody_else_signs_nothing_of_theirs(site):
    begun = site.begin()
    code = site.show(begun, site.held(connecting_information="v" * 86))
    mine = ask(site.view(), ALICE.party).blinded
    for wrong in ("", "guessed"):
        assert site.sign(begun, wrong, mine).json() == {"error": "presentation.refused"}
    assert site.sign(begun, code, mine, secret="another").json() == {"error": "presentation.refused"}
    assert site.journal()[-3:] == ["request.code", "request.code", "request.unknown"]


def test_what_is_not_there_or_not_answered(site):
    begun = site.begin()
    blinded = ask(site.view(), ALICE.party).blinded
    assert site.sign(begun, "x", blinded).json() == {"error": "eligibility.waiting"}
    assert site.sign(begun, "x", blinded, offer="another").json() == {"error": "eligibility.unknown"}
    assert site.post("begin", {"programme": town.COUPON, "offer": "x-x"}).json() == {"error": "eligibility.unknown"}
    assert site.post("begin", {"programme": town.COUPON, "offer": OFFER}, "village").status_code == 400
    for content in ({}, {"programme": "A B", "offer": OFFER}, {"programme": town.COUPON, "offer": OFFER, "more": "x"}):
        assert site.post("begin", content).json() == {"error": "eligibility.form"}
    assert site.client.post("/identity/welfare/eligibility/begin", content=b"x" * 20_000).json() == {
        "error": "eligibility.form"
    }


def test_a_message_that_is_no_blinded_token_uses_nobody_up(site):
    begun = site.begin()
    code = site.show(begun, site.held(connecting_information="w" * 86))
    assert site.sign(begun, code, b"short").json() == {"error": "blind.length"}
    again = site.begin()
    code = site.show(again, site.held(connecting_information="w" * 86))
    assert site.sign(again, code, ask(site.view(), ALICE.party).blinded).status_code == 200


def test_an_address_and_all_together_begin_no_more_than_they_may(site, monkeypatch):
    asked = {"programme": town.COUPON, "offer": OFFER}
    monkeypatch.setattr(pending, "MOST", 0)
    crowded = site.post("begin", asked)
    assert (crowded.status_code, crowded.json()) == (429, {"error": "temporarily_unavailable"})
    assert crowded.headers["retry-after"] == str(pending.SECONDS)
    monkeypatch.undo()
    monkeypatch.setattr(site.state, "strangers", strangers(Limits(kept_rate=1, kept_burst=2)))
    assert [site.post("begin", asked).status_code for _ in range(3)] == [200, 200, 429]
    assert site.journal()[-2:] == ["request.crowded", "http.rate"]


def test_where_the_register_is_away_a_wallet_is_told_to_come_again(site, monkeypatch):
    def away(*_: Any) -> None:
        raise MadangError("records.database", "The database failed (OperationalError). See its own log.")

    begun = site.begin()
    code = site.show(begun, site.held(connecting_information="z" * 86))
    monkeypatch.setattr(site.state.authorities["welfare"].register, "take", away)
    answered = site.sign(begun, code, ask(site.view(), ALICE.party).blinded)
    assert (answered.status_code, answered.json()) == (503, {"error": "temporarily_unavailable"})
    assert int(answered.headers["retry-after"]) >= 1 and site.journal()[-1] == "records.database"


def test_a_programme_that_has_left_the_authority_keeps_no_other_from_its_count(site):
    office, before = site.state.authorities["welfare"], site.view().tally.issued
    for programme in (LEFT, town.COUPON):
        view = queries.offer(site.node.state(), programme, OFFER)
        office.register.take(view, [f"somebody of {programme}"], b"blinded", site.now)
    site.later[0] += 26 * 3_600
    with pytest.raises(MadangError, match=r"eligibility\.not_authority"):
        serving.publish_counts(office, site.node)
    assert site.view().tally.issued > before
