"""A phone finds what its credentials qualify for, has a token signed blindly, and claims a voucher with it."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from madang.base.eligibility.transactions import Count, Open, Requirement
from madang.base.programmes.transactions import NameAuthorities
from madang.identity.eligibility.keys import make_key
from madang.kernel.transaction import Act
from tests.browser import ledger, town
from tests.browser.conftest import Served
from tests.browser.issuing import PASSPHRASE, Issuing
from tests.browser.test_credentials_first import receive
from tests.browser.visitor import Visitor
from tests.identity.issuer.scene import RESIDENT
from tests.support.cast import officer

FITS, OTHER = "busan-adults", "seoul-adults"


def opened(own: Path) -> Sequence[Act]:
    """The welfare authority opens two offers: for adults of Busan, and of Seoul in class B."""
    now = int(time.time()) - 3_000
    person = Requirement(credential="resident", claim="connecting_information", test="identifies")
    adult = Requirement(credential="resident", claim="age_over_18", test="equals", values=["true"])
    in_class = Requirement(credential="amount_class", claim="amount_class", test="equals", values=["b"])

    def offer(name: str, region: str, *more: Requirement) -> Open:
        living = Requirement(credential="resident", claim="province", test="equals", values=[region])
        return Open(
            by="welfare",
            programme=town.COUPON,
            offer=name,
            requirements=[person, adult, living, *more],
            amount=150_000,
            region=region,
            key=make_key(own, town.COUPON, name, PASSPHRASE),
            opens=now,
            closes=now + 30 * 86_400,
            most=100,
        )

    named = NameAuthorities(by="ministry", programme=town.COUPON, authorities=["welfare"])
    return [named, offer(FITS, "26"), offer(OTHER, "11", in_class)]


@pytest.fixture(scope="module")
def issuing(tmp_path_factory) -> Iterator[Issuing]:
    asks = {"resident": ["connecting_information", "age_over_18", "province"]}
    found = Issuing(tmp_path_factory.mktemp("for-me"), ["resident"], asks, opened, "welfare")
    found.served.start()
    yield found
    found.served.stop()


@pytest.fixture(scope="module")
def served(issuing: Issuing) -> Served:
    return issuing.served


def test_what_fits_is_found_on_the_phone_and_claimed_without_saying_by_whom(visit: Any, issuing: Issuing) -> None:
    person = issuing.enrol("P-9", {"resident": RESIDENT})
    one: Visitor = visit()
    page = one.page
    one.be("wallet", town.ALICE)
    one.enter("/wallet/for-me")
    page.locator("article.offer").first.wait_for()
    assert page.get_by_text("이 기기에 없습니다").count() > 0
    one.check_page()
    receive(one, issuing, person, "resident_sd_jwt")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    one.go("/wallet/for-me")
    fits = page.locator("article.offer", has_text="받을 수 있음")
    fits.wait_for()
    assert fits.count() == 1 and "150,000원" in fits.inner_text()
    assert page.locator("article.offer", has_text="조건이 맞지 않음").count() == 1
    assert "부산광역시" in fits.locator("ul").inner_text()
    assert not [url for url in asked if FITS in url or OTHER in url]
    one.check_page()

    fits.get_by_role("button", name="신청하기").click()
    page.locator("form.consent h3").first.wait_for()
    hidden = page.locator(".hidden-claims").inner_text()
    assert "생년월일" in hidden and "이름" in hidden and "1990" not in page.locator("form.consent").inner_text()
    one.check_page()
    page.click("form.consent button[type=submit]")
    page.wait_for_url("**/wallet/for-me/token")
    page.get_by_role("button", name="바우처 신청").wait_for()
    one.check_page()
    page.get_by_role("button", name="바우처 신청").click()
    page.get_by_text("모아서 알립니다").wait_for()
    one.check_page()

    counted = Count(by="welfare", programme=town.COUPON, offer=FITS, issued=1)
    ledger.send(issuing.served, counted, by=officer("welfare"))
    one.go("/wallet/for-me/token")
    page.get_by_role("button", name="바우처 신청").click()
    page.get_by_role("button", name="서명하고 신청").wait_for()
    one.check_page()
    page.get_by_role("button", name="서명하고 신청").click()
    page.wait_for_url("**/wallet/claims/*")
    page.get_by_text("150,000원").first.wait_for()

    one.go("/wallet/for-me")
    fits.get_by_role("button", name="신청하기").click()
    page.click("form.consent button[type=submit]")
    page.wait_for_url("**/wallet/for-me/token")
    page.get_by_text("한 사람이 한 번만").wait_for()
