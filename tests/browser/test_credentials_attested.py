"""Credentials for wallets that somebody vouches for: the browser's wallet gets those that take keys in software."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import town
from tests.browser.conftest import Served
from tests.browser.issuing import Issuing
from tests.browser.test_credentials_first import receive
from tests.browser.visitor import Visitor
from tests.identity.issuer.scene import LICENCE, RESIDENT

PERSON = {"resident": RESIDENT, "driving_licence": LICENCE}


@pytest.fixture(scope="module")
def issuing(tmp_path_factory) -> Iterator[Issuing]:
    folder = tmp_path_factory.mktemp("attested")
    found = Issuing(folder, [], {}, attested={"resident": "software", "driving_licence": "high"})
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(scope="module")
def served(issuing: Issuing) -> Served:
    return issuing.served


@pytest.fixture(scope="module")
def person(issuing: Issuing) -> str:
    return issuing.enrol("P-3", PERSON)


def opened(one: Visitor, link: str) -> None:
    """An offer is looked at."""
    one.go("/wallet/credentials/receive")
    one.page.fill("#offer", link)
    one.page.click("form.link button[type=submit]")


def test_who_is_signed_in_gets_a_credential_that_only_vouched_for_wallets_get(visit, issuing, person):
    one: Visitor = visit(language="en")
    opened(one, issuing.offer(person, "resident_sd_jwt").link)
    one.page.get_by_text("Sign in to your wallet first").wait_for()
    one.check_page()
    one.be("wallet", town.ALICE)
    one.page.get_by_role("link", name="Sign in to the wallet").click()
    one.page.get_by_role("button", name="Sign out").wait_for()
    sent: list[dict[str, Any]] = []
    one.page.on("request", lambda request: sent.append({"url": request.url, **request.headers}))
    receive(one, issuing, person, "resident_sd_jwt")
    assert {one["url"] for one in sent if "oauth-client-attestation" in one} == {f"{issuing.institution().url}/token"}
    one.go("/wallet/credentials")
    one.page.locator("a.card", has_text="Valid").wait_for()


def test_the_offer_says_who_vouches_and_for_what(visit, issuing, person):
    one: Visitor = visit()
    one.be("wallet", town.ALICE)
    one.enter("/wallet")
    opened(one, issuing.offer(person, "resident_sd_jwt").link)
    one.page.get_by_text("행정안전부가 보증합니다").wait_for()
    one.check_page()


def test_what_is_for_keys_in_hardware_is_refused_in_plain_words(visit, issuing, person):
    one: Visitor = visit(language="en")
    one.be("wallet", town.ALICE)
    one.enter("/wallet")
    opened(one, issuing.offer(person, "driving_licence_mdoc").link)
    one.page.locator(".notice.danger", has_text="security chip").wait_for()
    one.check_page()


ASK = """async ([what, content]) => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const options = { method: "POST", headers, body: JSON.stringify(content) };
    return (await fetch(`/wallet/credentials/attested/${what}`, options)).status;
}"""
KEY = {"kty": "EC", "crv": "P-256", **dict.fromkeys("xy", "A" * 43)}
FORMS = [
    ("wallet", {}),
    ("wallet", {"key": KEY, "more": 1}),
    ("wallet", {"key": {**KEY, "d": "A" * 43}}),
    ("wallet", {"key": KEY}),  # a point off the curve
    ("keys", {"keys": [], "nonce": "n"}),
    ("keys", {"keys": [KEY] * 21, "nonce": "n"}),
    ("keys", {"keys": [KEY], "nonce": "n" * 513}),
    ("keys", {"keys": [KEY], "nonce": "two words"}),
]


def test_what_is_no_form_is_vouched_for_by_nobody(visit):
    one: Visitor = visit()
    one.go("/wallet")
    assert one.page.evaluate(ASK, ["wallet", {"key": KEY}]) == 401
    one.be("wallet", town.ALICE)
    one.enter("/wallet")
    assert [one.page.evaluate(ASK, list(form)) for form in FORMS] == [400] * len(FORMS)
