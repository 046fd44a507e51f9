"""Officers show an employee credential beside their passkey, where the ledger has it so, whoever signs in with them."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from madang.app import MODULES
from madang.base.trust.transactions import DefineType, NameIssuer, NameVerifier
from madang.engine.node import Node
from madang.identity import institution, jose
from madang.identity.catalogue import type_of
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of
from madang.identity.institution import Description, Institution, Terms
from madang.identity.sdjwt import issuing
from madang.identity.trust import Trust
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.verifier import Begun
from madang.identity.wallet.answering import Held, answer, choose, read_request
from madang.web import console, explorer
from madang.web.api.application import Additions, create
from madang.web.api.limits import Limits
from madang.web.nodes import open_node
from madang.web.site.routes import pages
from madang.web.verifier.serving import additions
from madang.web.verifier.verifiers import Verifiers
from tests.identity.institutions import new_key
from tests.identity.verifier.scene import STATUS, ToldStatuses
from tests.support.cast import ALICE, officers, passkey, quorum
from tests.support.signing import ORIGIN, Wallet, envelope
from tests.web.serving import CHAIN, make_node
from tests.web.signing import payload

PASSPHRASE = "of a test, twelve"
DAY = 86_400
CLERK, COLLEAGUE = officers("bank-a")[:2]
OTHER = officers("bank-b")[0]
ENTRIES = "/explorer/entries/" + "0" * 32


class Site:
    """A server of a bank that asks its officers for employee credentials, and issues them."""

    def __init__(self, client: Any, bank: Institution, other: Institution, app: Litestar, now: int) -> None:
        self.client = client
        self.bank = bank
        self.other = other
        self.node: Node = app.state.node
        self.verifiers: Verifiers = app.state.verifiers
        self.now = now

    def sign_in(self, area: str, *signers: Wallet) -> str:
        """The cookie of a session of all these keys."""
        asked = self.client.get(f"/{area}/challenge").json()
        members = {"chain": CHAIN, "method": "GET", "path": asked["path"], "not_after": asked["now"] + 100}
        signed = [envelope(json.dumps(members).encode(), [one]).decode() for one in signers]
        body = {"challenge": asked["challenge"], "signed": signed}
        made = self.client.post(f"/{area}/sign-in", json=body, headers={"origin": ORIGIN})
        assert made.status_code == 200, made.text
        return _cookie(made)

    def get(self, path: str, *cookies: str) -> httpx.Response:
        headers = {"cookie": "; ".join(cookies), "accept": "text/html"}
        found: httpx.Response = self.client.get(path, headers=headers, follow_redirects=False)
        return found

    def show(self, page: httpx.Response, whose: Wallet, issuer: Institution | None = None) -> tuple[str, str]:
        """Answer the request of a page that asks with this officer's credential; where to go on, and the cookie."""
        link = re.search(r'href="(/wallet/present\?[^"]+)"', page.text)
        assert link is not None, page.text
        wanted = parse_qs(urlsplit(unescape(link[1])).query)
        back = urlsplit(self._answer(wanted["request_uri"][0], wanted["client_id"][0], whose, issuer)["redirect_uri"])
        return f"{back.path}?{back.query}", _cookie(page)

    def answer(self, begun: Begun, whose: Wallet) -> None:
        """Answer a request that was begun beside any page."""
        self._answer(begun.request_uri, begun.client, whose)

    def _answer(
        self, request_uri: str, client: str, whose: Wallet, issuer: Institution | None = None
    ) -> dict[str, str]:
        path = urlsplit(request_uri).path
        trust, now = Trust(self.node.state()), int(time.time())
        request = read_request(self.client.get(path).text, client, trust, now)
        held = self._credential(whose, issuer or self.bank)
        chosen = choose(request, [held], lambda _: {"party": "bank-a", "officer": whose.party})
        given = self.client.post(path.replace("request", "response"), data={"response": answer(request, chosen, now)})
        found: dict[str, str] = given.json()
        return found

    def _credential(self, whose: Wallet, issuer: Institution) -> Held:
        of, key = type_of("employee_id"), new_key()
        claims = {
            "family_name": "홍",
            "given_name": "길동",
            "institution": "은행",
            "party": "bank-a",
            "officer": whose.party,
            "employee_number": "A-1234",
        }
        payload = {
            "vct": of.vct,
            "cnf": {"jwk": jose.jwk_of(key.public_key())},
            "iat": self.now,
            "exp": self.now + of.lives,
            "status": {"status_list": {"idx": STATUS.index, "uri": STATUS.uri}},
            **claims,
        }
        text = issuing.issue(payload, [(name,) for name in claims], issuer.credentials)
        return Held("employee_id", "dc+sd-jwt", text, key)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder, now = tmp_path_factory.mktemp("identified"), int(time.time()) - 120
    description = Description("bank-a", Words("은행", "Bank"), ORIGIN, {"employee_id": Terms()})
    institution.make_institution(folder / "identity", "bank", description, PASSPHRASE, now)
    bank = institution.open_institution(folder / "identity", "bank", PASSPHRASE)
    elsewhere = Description("ministry", Words("부처", "Ministry"), ORIGIN, {"employee_id": Terms()})
    institution.make_institution(folder / "elsewhere", "ministry", elsewhere, PASSPHRASE, now)
    other = institution.open_institution(folder / "elsewhere", "ministry", PASSPHRASE)
    named: dict[str, Any] = {"credential": "employee_id", "by": "ministry", "since": now, "until": now + 300 * DAY}
    acts: list[Any] = [
        DefineType(by="operator", credential="employee_id", governor="ministry", description="dd" * 32),
        NameIssuer(**named, issuer="bank-a", anchors=[bank.anchor]),
        NameIssuer(**named, issuer="ministry", anchors=[other.anchor]),
        NameVerifier(
            **named,
            verifier="bank-a",
            purpose="staff",
            claims=["party", "officer"],
            certificates=[digest_of(bank.requests.certificate)],
            origins=["https://bank.example.kr"],
        ),
    ]
    # Its certificate is at no server, as after one that was renewed and not named.
    acts.append(msgspec.structs.replace(acts[-1], verifier="bank-b", certificates=["aa" * 32]))
    make_node(folder / "node", acts)
    verifying = additions({"bank": bank}, [bank.root, other.root], ToldStatuses())
    apps: list[Litestar] = []

    @asynccontextmanager
    async def known(app: Litestar) -> AsyncIterator[None]:
        apps.append(app)
        yield

    served = Additions([*verifying.routes, *pages([console.AREA, explorer.AREA])], [*verifying.lifespans, known])
    application: Any = create(lambda: open_node(folder / "node", MODULES), Limits(), served)
    with TestClient(application) as client:
        for one in (CLERK, COLLEAGUE, OTHER):
            enrol = {"type": "parties.enrol_key", "by": one.party, "key": passkey(one).new}
            sent = envelope(payload(enrol), [one])
            headers = {"content-type": "application/jose"}
            assert client.post("/transactions", content=sent, headers=headers).status_code < 300
        yield Site(client, bank, other, apps[0], now)


def _cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def _asks(page: httpx.Response) -> bool:
    return page.status_code == 200 and "/wallet/present?" in page.text


def test_an_officer_shows_a_credential_and_goes_on(site):
    session = site.sign_in("explorer", passkey(CLERK))
    page = site.get(ENTRIES, session)
    assert _asks(page)
    back, asked = site.show(page, CLERK)
    assert site.get(back, session, asked).status_code == 303
    assert not _asks(site.get(ENTRIES, session))


def test_a_colleagues_credential_identifies_nobody(site):
    session = site.sign_in("explorer", passkey(CLERK))
    back, asked = site.show(site.get(ENTRIES, session), COLLEAGUE)
    assert site.get(back, session, asked).status_code == 403
    assert _asks(site.get(ENTRIES, session))


@pytest.mark.parametrize(
    "signers", [(ALICE, passkey(CLERK)), (passkey(CLERK), ALICE)], ids=["a person first", "an officer first"]
)
def test_another_key_beside_it_spares_no_officer_the_credential(site, signers):
    session = site.sign_in("explorer", *signers)
    assert _asks(site.get(ENTRIES, session))


def test_each_officer_of_a_session_shows_an_own_credential(site):
    session = site.sign_in("explorer", passkey(CLERK), passkey(COLLEAGUE))
    for one in (CLERK, COLLEAGUE):
        page = site.get(ENTRIES, session)
        assert _asks(page), one
        back, asked = site.show(page, one)
        assert site.get(back, session, asked).status_code == 303
    assert not _asks(site.get(ENTRIES, session))


def test_another_issuers_word_lets_no_officer_in_before_the_institution_named_it(site):
    session = site.sign_in("explorer", passkey(CLERK))
    back, asked = site.show(site.get(ENTRIES, session), CLERK, site.other)
    refused = site.get(back, session, asked)
    assert refused.status_code == 403
    assert "이 기관이 인정하는 발급 기관" in refused.text
    assert _asks(site.get(ENTRIES, session))
    named = {"type": "trust.name_staff_issuers", "by": "bank-a", "issuers": ["ministry"]}
    sent = envelope(payload(named), quorum("bank-a"))
    headers = {"content-type": "application/jose+json"}
    assert site.client.post("/transactions", content=sent, headers=headers).status_code < 300
    back, asked = site.show(site.get(ENTRIES, session), CLERK, site.other)
    assert site.get(back, session, asked).status_code == 303
    assert not _asks(site.get(ENTRIES, session))


def test_where_a_credential_is_to_be_asked_for_and_cannot_be_nobody_gets_in(site):
    page = site.get(ENTRIES, site.sign_in("explorer", passkey(OTHER)))
    assert page.status_code == 403
    assert "sign_in.unasked" in page.text or "모바일 공무원증" in page.text


def test_what_another_page_asked_for_lets_no_officer_in(site):
    verifier = site.verifiers.of("bank")
    begun = verifier.begin([Ask("employee_id", ("party",))], int(time.time()))
    session = site.sign_in("explorer", passkey(CLERK))
    cookie = f"__Host-madang-asked={begun.handle}.{begun.secret}"
    site.answer(begun, CLERK)
    assert verifier.standing(begun.handle, begun.secret, int(time.time())) == "shown"
    assert site.get("/explorer/identified", session, cookie).status_code == 303
    assert _asks(site.get(ENTRIES, session)), "the answer to another question is none to this one"
