"""A phone: a residence in two formats, a licence by signing in with it, requests that are refused, no connection."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Route

from madang.identity import jose
from madang.identity.issuer.offers import SCHEME
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.request import MEDIA_TYPE, Question, client_id, sign_request
from tests.browser.conftest import Served
from tests.browser.issuing import NAME, Issuing
from tests.browser.test_credentials_first import receive
from tests.browser.visitor import Visitor
from tests.identity.institutions import new_key
from tests.identity.issuer.scene import LICENCE, RESIDENT

HELD = """async () => {
    const asked = indexedDB.open("madang-credentials");
    await new Promise(go => asked.onsuccess = go);
    const read = asked.result.transaction("credentials").objectStore("credentials").getAll();
    await new Promise(go => read.onsuccess = go);
    asked.result.close();
    return read.result.flatMap(one => one.copies.map(copy => [copy.text, copy.key.extractable]));
}"""
"""The copies in a browser, and whether their keys could be taken out."""
LATER = """async () => {
    const asked = indexedDB.open("madang-credentials");
    await new Promise(go => asked.onsuccess = go);
    const store = asked.result.transaction("begun", "readwrite").objectStore("begun"), read = store.getAll();
    await new Promise(go => read.onsuccess = go);
    await new Promise(go => store.put({ ...read.result[0], next: 0 }).onsuccess = go);
    asked.result.close();
}"""
"""Lets the time go by that an issuer asks a wallet to wait."""
PERSON = {"resident": RESIDENT, "driving_licence": LICENCE}


@pytest.fixture(scope="module")
def issuing(tmp_path_factory) -> Iterator[Issuing]:
    asks = {"resident": ["connecting_information"], "driving_licence": ["age_over_19"]}
    found = Issuing(tmp_path_factory.mktemp("issuing"), ["resident", "driving_licence"], asks)
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(scope="module")
def served(issuing: Issuing) -> Served:
    return issuing.served


@pytest.fixture(scope="module")
def person(issuing: Issuing) -> str:
    return issuing.enrol("P-7", PERSON)


@pytest.fixture
def phone(visit: Any, issuing: Issuing, person: str) -> Visitor:
    """A phone with a residence in both formats."""
    found: Visitor = visit(language="en")
    receive(found, issuing, person, "resident_sd_jwt", "resident_mdoc")
    return found


def requested(one: Visitor, issuing: Issuing, *asks: Ask) -> list[str]:
    """A request that the ministry's key signed, whatever the ledger says, is opened; what is sent back."""
    opened, now, sent = issuing.institution(), int(time.time()), list[str]()
    key = jose.jwk_of(new_key().public_key())
    there = f"{one.url}/identity/{NAME}/presentations"
    asked = Question(asks, "n" * 32, "s" * 32, f"{there}/response/x", key, now, now + 300)
    text = sign_request(asked, opened.requests)

    def respond(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=200, json={})

    one.page.route("**/request/x", lambda route: route.fulfill(status=200, body=text, content_type=MEDIA_TYPE))
    one.page.route("**/response/x", respond)
    query = {"client_id": client_id(opened.requests.certificate), "request_uri": f"{there}/request/x"}
    one.go("/wallet/present")
    one.page.fill("#request", f"haip-vp://?{urlencode(query)}")
    one.page.click("form.link button[type=submit]")
    return sent


def test_a_licence_is_received_by_signing_in_with_a_residence(phone, issuing):
    page = phone.page
    phone.go("/wallet/credentials/receive")
    link = issuing.invite("driving_licence_mdoc")
    assert link.startswith(SCHEME)
    page.fill("#offer", link)
    page.click("form.link button[type=submit]")
    page.locator("form.agree .what ul").wait_for()
    phone.check_page()
    page.click("form.agree button[type=submit]")
    page.locator("a[href^='/wallet/present']").click()
    page.locator("form.consent fieldset").wait_for()
    assert "Connecting information" in page.locator("form.consent").inner_text()
    assert "Date of birth" in page.locator(".hidden-claims").inner_text()
    phone.check_page()
    page.locator("form.consent fieldset label", has_text="mdoc").click()
    page.click("form.consent button[type=submit]")
    page.locator("button[value=agree]").click()
    page.wait_for_url("**/wallet/credentials/back*")
    page.locator(".notice.success").wait_for()
    phone.go("/wallet/credentials")
    page.locator("a.card", has_text="Mobile driver's licence").click()
    page.locator("img.portrait").wait_for()
    assert "25-01-123456-78" in page.locator(".credential").inner_text()
    assert "10 of 10" in page.locator("#card").inner_text()
    phone.check_page()
    page.get_by_role("button", name="Delete from this device").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_url("**/wallet/credentials")
    page.locator("a.card[href^='/wallet/credentials/card']").first.wait_for()
    assert page.locator("a.card", has_text="licence").count() == 0


def test_what_is_still_being_prepared_comes_by_itself(visit: Any, issuing: Issuing):
    one: Visitor = visit()
    person = issuing.enrol("P-8", {"resident": "waiting"})
    receive(one, issuing, person, "resident_sd_jwt")
    assert "준비하고 있습니다" in one.page.locator("#receive").inner_text()
    one.go("/wallet/credentials")
    one.page.get_by_text("담당자가 확인하고").wait_for()
    one.check_page()
    issuing.enrol("P-8", {"resident": {**RESIDENT, "connecting_information": "e" * 86}})
    one.page.evaluate(LATER)
    one.go("/wallet/credentials")
    one.page.locator("a.card", has_text="주민등록 확인").wait_for()
    assert one.page.get_by_text("담당자가 확인하고").count() == 0


def test_whoever_asks_for_too_much_is_refused_and_learns_nothing(phone, issuing):
    sent = requested(phone, issuing, Ask("resident", ("province", "connecting_information", "birth_date")))
    phone.page.locator(".notice.danger").wait_for()
    said = phone.page.locator("#present").inner_text()
    assert "Date of birth" in said and "Province" in said
    assert "1990" not in said and "Connecting" not in said
    assert not sent
    phone.check_page()


def test_saying_no_tells_nothing_but_that(phone, issuing):
    sent = requested(phone, issuing, Ask("resident", ("connecting_information",)))
    phone.page.get_by_role("button", name="Decline").click()
    phone.page.locator(".notice.success").wait_for()
    assert sent == [urlencode({"error": "access_denied", "state": "s" * 32})]
    phone.go("/wallet/credentials/shown")
    phone.page.get_by_text("Declined").wait_for()


def test_who_has_nothing_that_fits_is_told_and_nobody_else_is(phone, issuing):
    sent = requested(phone, issuing, Ask("driving_licence", ("age_over_19",)))
    phone.page.get_by_text("Nothing here fits").wait_for()
    assert not sent
    phone.check_page()


def test_nothing_that_is_sent_holds_a_credential_in_the_clear(visit, issuing, person):
    one: Visitor = visit(language="en")
    bodies: list[str] = []
    one.page.on("request", lambda request: bodies.append(f"{request.url} {request.post_data or ''} {request.headers}"))
    receive(one, issuing, person, "resident_sd_jwt")
    held = one.page.evaluate(HELD)
    assert len(held) == 10 and not any(extractable for _, extractable in held)
    requested(one, issuing, Ask("resident", ("connecting_information",)))
    one.page.locator("form.consent button[type=submit]").click()
    one.page.locator(".notice.success").wait_for()
    everything = "\n".join(bodies)
    parts = {part for text, _ in held for part in text.split("~") if part}
    assert len(parts) > 100 and not [part for part in parts if part in everything]
    assert RESIDENT["connecting_information"] not in everything
    one.go("/wallet/credentials")
    one.page.locator("a.card[href^='/wallet/credentials/card']").click()
    one.page.get_by_text("9 of 10").wait_for()


def test_off_line_credentials_are_shown_and_showing_them_to_others_waits(phone):
    phone.go("/wallet/credentials")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.page.wait_for_function("navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.go("/wallet/credentials")
    phone.page.locator("a.card[href^='/wallet/credentials/card']").first.click()
    phone.page.locator(".credential", has_text="2635010100").wait_for()
    phone.check_page()
    phone.go("/wallet/present")
    phone.page.get_by_role("heading", name="You are off line").wait_for()
    phone.context.set_offline(False)
    phone.complaints[:] = [one for one in phone.complaints if "net::ERR_" not in one]
