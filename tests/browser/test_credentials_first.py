"""A credential is received by an officer's offer, looked at, shown to an office on the same device, and deleted."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Served
from tests.browser.issuing import Issuing
from tests.browser.visitor import Visitor
from tests.support.cast import officer

OFFICER = officer("ministry")
EMPLOYEE = {
    "family_name": "홍",
    "given_name": "길동",
    "institution": "행정안전부",
    "officer": OFFICER.party,
    "department": "지역경제과",
    "position": "주무관",
    "employee_number": "2025-0042",
}


@pytest.fixture(scope="module")
def issuing(tmp_path_factory) -> Iterator[Issuing]:
    found = Issuing(tmp_path_factory.mktemp("issuing"), ["employee_id"], {"employee_id": ["party", "officer"]})
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(scope="module")
def served(issuing: Issuing) -> Served:
    return issuing.served


def receive(one: Visitor, issuing: Issuing, person: str, *configurations: str) -> None:
    """Receive what an officer offers, with the code that the officer says."""
    offer = issuing.offer(person, *configurations)
    one.go("/wallet/credentials/receive")
    one.page.fill("#offer", offer.link)
    one.page.click("form.link button[type=submit]")
    one.page.fill("#spoken", offer.spoken)
    one.page.click("form.agree button[type=submit]")
    one.page.locator(".notice.success").wait_for()


def test_an_officer_receives_an_employee_id_and_signs_in_with_it(visit, issuing: Issuing):
    person = issuing.enrol("P-1", {"employee_id": EMPLOYEE})
    one = visit(phone=False)
    one.go("/wallet/credentials")
    one.page.locator(".empty").wait_for()
    one.check_page()
    receive(one, issuing, person, "employee_id_sd_jwt")
    one.check_page()
    one.go("/wallet/credentials")
    one.page.locator(".standing", has_text="유효").wait_for()
    assert "행정안전부" in one.page.locator("a.card[href^='/wallet/credentials/card']").inner_text()
    one.check_page()
    one.page.click("a.card")
    one.page.locator(".credential", has_text="2025-0042").wait_for()
    one.check_page()

    one.be("console", OFFICER)
    one.page.locator("a", has_text="이 기기").first.click()
    asked = one.page.locator("form.consent")
    asked.locator("h3").first.wait_for()
    text = asked.inner_text()
    assert "행정안전부" in text and OFFICER.party in text and "staff/sign-in" in text
    assert "공무원 번호" in asked.locator(".hidden-claims").inner_text()
    assert "2025-0042" not in text
    one.check_page()
    one.page.click("form.consent button[type=submit]")
    one.page.wait_for_url("**/console*")
    one.page.locator("nav.menu").wait_for()
    assert one.page.locator("h1").inner_text() != ""

    one.go("/wallet/credentials/shown")
    one.page.locator("article", has_text="행정안전부").wait_for()
    assert OFFICER.party in one.page.locator("article").inner_text()
    one.check_page()
