"""Officers sign in with a passkey and an employee credential, shown by a phone that reads the code of the page.

(On the same device, in the wallet of the same browser: `test_credentials_first`.)
"""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from madang.app import MODULES
from madang.engine.node import Node
from madang.identity import jose
from madang.identity.catalogue import type_of
from madang.identity.sdjwt import issuing as sdjwt
from madang.identity.signer import Signer
from madang.identity.status.register import Status, StatusRegister
from madang.identity.trust import Trust
from madang.identity.verified import StatusReference
from madang.identity.wallet.answering import Held, answer, choose, read_request
from tests.browser.conftest import Served
from tests.browser.issuing import NAME, Issuing
from tests.browser.visitor import Visitor
from tests.identity.institutions import certified, new_key
from tests.support.cast import officer, officers

PARTY = "ministry"
ONE, TWO, _ = officers(PARTY)
DAY = 86_400


class Phones:
    """Employee credentials in phones, and the way they answer what a page asks."""

    def __init__(self, issuing: Issuing, copy: Path) -> None:
        self.issuing = issuing
        shutil.copytree(issuing.served.folder, copy)
        self.node = Node(copy, MODULES)
        self.office = issuing.institution()
        with StatusRegister(issuing.identity / NAME / "status", f"{self.office.url}/status") as statuses:
            now = int(time.time())
            self.places = statuses.allocate(4, now + 90 * DAY, now)
            statuses.change(self.places[1], Status.REVOKED, now)
            statuses.change(self.places[2], Status.SUSPENDED, now)

    def employee(
        self, who: str, place: int = 0, institution: str = PARTY, by: Signer | None = None, since: int = 0
    ) -> Held:
        """An employee credential of an officer, with one of the places in the status list."""
        of, key = type_of("employee_id"), new_key()
        reference: StatusReference = self.places[place]
        begins = (since or int(time.time())) - 600
        claims = {"family_name": "홍", "institution": "행정안전부", "party": institution, "officer": who}
        payload = {
            "vct": of.vct,
            "cnf": {"jwk": jose.jwk_of(key.public_key())},
            "iat": begins,
            "exp": begins + DAY,
            "status": {"status_list": {"idx": reference.index, "uri": reference.uri}},
            **claims,
        }
        text = sdjwt.issue(payload, [(one,) for one in claims], by or self.office.credentials)
        return Held("employee_id", "dc+sd-jwt", text, key)

    def show(self, held: Held, link: str) -> int:
        """Fetch the request behind a link, and answer it; the status of what the server says to the answer."""
        query = parse_qs(urlsplit(link).query)
        now = int(time.time())
        with urlopen(query["request_uri"][0], timeout=10) as fetched:
            text = fetched.read().decode()
        request = read_request(text, query["client_id"][0], Trust(self.node.state()), now)
        chosen = choose(request, [held], lambda _: {"party": "", "officer": ""})
        body = urlencode({"response": answer(request, chosen, now)}).encode()
        try:
            with urlopen(request.answer_to, body, timeout=10) as answered:
                # Nothing to go on to: the page that waits is on another device.
                assert json.loads(answered.read()) == {}
                return int(answered.status)
        except HTTPError as refused:
            return refused.code


@pytest.fixture(scope="module")
def phones(tmp_path_factory) -> Iterator[Phones]:
    folder = tmp_path_factory.mktemp("staff")
    issuing = Issuing(folder, ["employee_id"], {"employee_id": ["party", "officer"]})
    found = Phones(issuing, folder / "copy")
    issuing.served.start()
    yield found
    issuing.served.stop()
    found.node.close()


@pytest.fixture(scope="module")
def served(phones: Phones) -> Served:
    return phones.issuing.served


def link_of(one: Visitor) -> str:
    """What the code of the page says."""
    return one.page.locator("#across pre").text_content() or ""


def asked(visit, area: str = "console", **options) -> Visitor:
    """An officer who has signed in with a passkey, and is asked for the credential."""
    one: Visitor = visit(phone=False, **options)
    one.be(area, ONE)
    expect(one.page.locator("#across")).to_be_visible()
    return one


def test_an_officer_shows_the_credential_with_a_phone_and_gets_in(visit, phones):
    one = asked(visit)
    text = one.page.locator("main").inner_text()
    assert "소속 기관" not in text and "원장에서의 담당자" in text
    one.check_page()
    # The passkey alone opens no page.
    for path in ("/console", "/console/officers", "/console/health"):
        one.go(path)
        expect(one.page.locator("#across")).to_be_visible()
    assert phones.show(phones.employee(ONE.party), link_of(one)) == 200
    one.page.wait_for_url("**/console")
    one.page.locator("main a[href^='/console']").first.wait_for()
    one.go("/console/officers")
    assert ONE.party in one.page.locator("main").inner_text()
    one.page.locator("header form.leave button").click()
    one.page.wait_for_url(lambda path: not path.endswith("/console/officers"))
    one.go("/console")
    expect(one.page.locator("#sign-in")).to_be_visible()


def test_a_credential_that_does_not_count_lets_nobody_in(visit, phones):
    stranger = certified("Somebody else", "credential", now=int(time.time()) - DAY).signer
    cases = {
        "revoked": phones.employee(ONE.party, 1),
        "suspended": phones.employee(ONE.party, 2),
        "expired": phones.employee(ONE.party, since=int(time.time()) - 2 * DAY),
        "of an issuer that nobody named": phones.employee(ONE.party, by=stranger),
    }
    one = asked(visit)
    for what, held in cases.items():
        assert phones.show(held, link_of(one)) == 400, what
        one.page.locator("#across .notice").wait_for()
        one.go("/console/officers")
        expect(one.page.locator("#across")).to_be_visible()


def test_somebody_elses_credential_lets_nobody_in(visit, phones):
    one = asked(visit, language="en")
    for held in (phones.employee(TWO.party), phones.employee(ONE.party, institution="welfare")):
        assert phones.show(held, link_of(one)) == 200
        one.page.get_by_text("This credential is not yours at this institution").wait_for()
        one.check_page()
        one.go("/console/officers")
        expect(one.page.locator("#across")).to_be_visible()


def test_the_desk_that_issues_asks_too(visit, phones):
    one = asked(visit, area="issuer")
    assert phones.show(phones.employee(ONE.party), link_of(one)) == 200
    one.page.get_by_role("link", name="행정안전부").click()
    one.page.locator("#reference").wait_for()


def test_an_institution_that_is_not_named_asks_nothing(visit):
    one = visit(phone=False)
    one.be("console", officer("welfare"))
    one.page.locator("nav.menu").wait_for()
    assert one.page.locator("#across").count() == 0
    one.go("/console/officers")
    assert officer("welfare").party in one.page.locator("main").inner_text()
