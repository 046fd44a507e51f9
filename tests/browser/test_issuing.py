"""An office issues: from a sheet of people to a wallet, by a code and by signing in, and back until nothing counts."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from madang.identity.catalogue import type_of
from madang.web.api.journal import FILE
from tests.browser.conftest import Served
from tests.browser.issuing import NAME, Issuing
from tests.browser.visitor import Visitor
from tests.identity.issuer.scene import LICENCE, RESIDENT
from tests.support.cast import officer
from tests.web.issuer.sheets import sheet_of

OFFICER = officer("ministry")
OTHER = {**RESIDENT, "family_name": "김", "given_name": "하나", "connecting_information": "h" * 86}


@pytest.fixture(scope="module")
def issuing(tmp_path_factory) -> Iterator[Issuing]:
    asks = {"resident": ["connecting_information"]}
    found = Issuing(tmp_path_factory.mktemp("issuing"), ["resident", "driving_licence"], asks)
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(scope="module")
def served(issuing: Issuing) -> Served:
    return issuing.served


def upload(desk: Visitor, kind: str, people: Mapping[str, Mapping[str, Any]]) -> None:
    """An officer uploads a sheet of people."""
    desk.go(f"/issuer/office/{NAME}")
    desk.page.select_option("#type", kind)
    content = sheet_of(type_of(kind), people).encode()
    desk.page.set_input_files("#sheet", {"name": "people.csv", "mimeType": "text/csv", "buffer": content})
    desk.page.locator("form[action$='/sheet'] button").click()
    desk.page.locator("main .notice").wait_for()


def find(desk: Visitor, reference: str) -> None:
    """An officer looks at a person."""
    desk.go(f"/issuer/office/{NAME}")
    desk.page.fill("#reference", reference)
    desk.page.locator("form[action$='/person'] button").click()
    desk.page.locator("#offer").wait_for()


def receive(phone: Visitor, link: str, spoken: str) -> None:
    """A wallet takes the offer that an officer shows, with the digits that the officer says."""
    phone.go("/wallet/credentials/receive")
    phone.page.fill("#offer", link)
    phone.page.click("form.link button[type=submit]")
    phone.page.fill("#spoken", spoken)
    phone.page.click("form.agree button[type=submit]")
    phone.page.locator(".notice.success").wait_for()


def change(desk: Visitor, served: Served, label: str) -> None:
    """An officer changes what a person has, and the node is restarted: then the lists are published and read anew.

    Without that everybody knows within five minutes, for which no test waits.
    """
    find(desk, "P-1")
    desk.page.get_by_role("button", name=label).last.click()
    desk.page.get_by_text("건을 바꾸었습니다").wait_for()
    desk.check_page()
    served.stop()
    served.start()
    desk.go("/issuer")
    desk.page.locator(".with-key button").click()
    desk.page.locator("nav.menu").wait_for()


def sign_in(phone: Visitor, issuing: Issuing) -> None:
    """A wallet takes an invitation, and its holder says by the residence who they are."""
    page = phone.page
    phone.go("/wallet/credentials/receive")
    page.fill("#offer", issuing.invite("driving_licence_mdoc"))
    page.click("form.link button[type=submit]")
    page.locator("form.agree .what ul").wait_for()
    page.click("form.agree button[type=submit]")
    page.locator("a[href^='/wallet/present']").wait_for()
    phone.check_page()
    page.locator("a[href^='/wallet/present']").click()
    page.locator("form.consent .hidden-claims").wait_for()
    page.click("form.consent button[type=submit]")


def refused(phone: Visitor, issuing: Issuing, code: str) -> None:
    """The issuer, which verifies the residence at its own page, does not accept it, and tells its operator why."""
    sign_in(phone, issuing)
    phone.page.get_by_text("It was not accepted").wait_for()
    phone.check_page()
    assert f'"{code}"' in (issuing.served.folder / FILE).read_text().splitlines()[-1]


def revoke_own(phone: Visitor) -> None:
    """A person says by the residence who they are, sees what was issued and nothing of what it says, and revokes some.

    It is the licence, which was issued last; the residence goes on.
    """
    page = phone.page
    phone.go("/issuer/own")
    phone.check_page()
    page.locator("ul.cards a").click()
    page.locator("a[href^='/wallet/present']").click()
    page.locator("form.consent .hidden-claims").wait_for()
    page.click("form.consent button[type=submit]")
    page.get_by_role("heading", name="What was issued to me").wait_for()
    text = page.locator("main").inner_text()
    assert "Mobile driver's licence" in text and "Residence" in text and "길동" not in text and "25-01" not in text
    phone.check_page()
    page.locator("li details summary").first.click()
    page.locator("li details button").first.click()
    page.get_by_text("10 were revoked").wait_for()
    assert page.locator(".bg-light-danger", has_text="Revoked").count() == 1
    assert page.locator(".bg-light-success", has_text="Valid").count() == 1
    phone.check_page()


def test_from_a_sheet_of_people_to_a_wallet_and_back_until_nothing_counts(visit, issuing, served):
    desk, phone = visit(phone=False), visit(language="en")
    desk.be("issuer", OFFICER)
    desk.go("/issuer")
    desk.check_page()
    desk.page.click("ul.cards a")
    desk.check_page()
    upload(desk, "resident", {"P-1": RESIDENT, "P-2": {**OTHER, "birth_date": "2100-01-01"}})
    assert "prepare.dates" in desk.page.locator("main").inner_text()
    desk.check_page()
    upload(desk, "resident", {"P-1": RESIDENT, "P-2": OTHER})
    assert "2명을 저장했습니다" in desk.page.locator("main").inner_text()
    desk.check_page()
    upload(desk, "driving_licence", {"P-1": LICENCE})

    find(desk, "P-1")
    desk.check_page()
    desk.page.locator("label[for=resident_sd_jwt]").click()
    desk.page.locator("form[action$='/offer'] button").click()
    desk.page.locator("img.qr").first.wait_for()
    desk.check_page()
    desk.page.locator("details summary").click()
    receive(phone, desk.page.locator("details pre").first.inner_text(), desk.page.locator("dd").first.inner_text())

    sign_in(phone, issuing)
    phone.page.locator("button[value=agree]").wait_for()
    assert "Mobile driver's licence" in phone.page.locator("main").inner_text()
    phone.check_page()
    phone.page.locator("button[value=agree]").click()
    phone.page.wait_for_url("**/wallet/credentials/back*")
    phone.page.locator(".notice.success").wait_for()
    phone.go("/wallet/credentials")
    phone.page.locator("a.card", has_text="Mobile driver's licence").wait_for()

    find(desk, "P-1")
    assert "사본 10개" in desk.page.locator("main").inner_text()
    desk.check_page()
    change(desk, served, "모두 정지")
    refused(phone, issuing, "status.suspended")
    change(desk, served, "정지 풀기")  # the residence is the older of both, and stands last
    sign_in(phone, issuing)
    phone.page.locator("button[value=decline]").click()
    phone.page.get_by_text("You did not agree").wait_for()
    revoke_own(phone)
    change(desk, served, "모두 폐지")
    refused(phone, issuing, "status.revoked")


def test_an_officer_works_in_english_on_a_phone(visit, issuing):
    desk = visit(language="en")
    desk.be("issuer", OFFICER)
    for path in ("/issuer", f"/issuer/office/{NAME}"):
        desk.go(path)
        desk.check_page()
    find(desk, "P-1")
    desk.check_page()
    desk.page.locator("form[action$='/offer'] button").click()
    desk.page.get_by_text("Choose what to issue").wait_for()
    desk.check_page()
