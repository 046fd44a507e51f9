"""Two officers in two browsers reach m of n with passkeys: one proposes, the other reads the same and approves."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import town
from tests.browser.visitor import Visitor
from tests.support.cast import officers
from tests.support.signing import Wallet


def officer_with_passkey(visit: Callable[..., Visitor], wallet: Wallet, **wanted: object) -> Visitor:
    """An officer at a desk who made a passkey, enrolled it by signature, and has no other key in this browser."""
    one = visit(phone=False, **wanted)
    one.passkeys()
    one.be("console", wallet)
    one.go("/console")
    one.page.locator("h1", has_text="ministry").wait_for()
    one.check_page()
    one.go("/console/key")
    one.page.locator(".make-passkey").click()
    passkey = one.page.locator("#keys li", has=one.page.locator("form:not([hidden])"))
    passkey.locator("form button").click()
    one.check_page()
    one.page.locator("form.sign button[type=submit]").click()
    one.page.wait_for_url("**/console/done/*")
    one.check_page()
    one.go("/console/key")
    known = one.page.locator("#keys li", has=one.page.locator("form[hidden]"))
    expect(known).to_have_count(2)
    known.first.locator("summary").click()
    known.first.locator(".forget").click()
    expect(one.page.locator("#keys li")).to_have_count(1)
    one.check_page()
    one.page.locator("header form[action$='/sign-out'] button").click()
    one.page.get_by_role("heading", name=re.compile("어디로|Where")).wait_for()
    one.go("/console")
    one.page.locator(".with-key button").click()
    one.page.locator("h1", has_text="ministry").wait_for()
    return one


def test_two_officers_name_an_authority_with_their_passkeys(visit):
    first = officer_with_passkey(visit, officers("ministry")[0])
    second = officer_with_passkey(visit, officers("ministry")[1], language="en")
    first.check_page()

    first.go(f"/console/programmes/{town.COUPON}/authorities")
    first.check_page()
    first.page.get_by_label("자격심사기관").fill("welfare")
    first.page.get_by_role("button", name="다음").click()
    first.page.get_by_text("담당자 2명의 승인이 필요합니다").wait_for()
    first.check_page()
    first.page.get_by_role("button", name="서명하고 제안").click()
    first.page.wait_for_url("**/console/done/*")
    first.page.get_by_role("heading", name="제안했습니다").wait_for()
    first.check_page()
    first.page.get_by_role("link", name="승인 상황 보기").click()
    first.page.get_by_text("2명 중 1명 승인").wait_for()
    first.check_page()

    second.go("/console")
    second.page.get_by_role("link", name=re.compile("Name eligibility authorities")).click()
    second.page.get_by_text("1 of 2 approved").wait_for()
    second.page.get_by_text("Exactly what goes on the ledger").click()
    expect(second.page.locator("pre.text")).to_contain_text('"programmes.name_authorities"')
    expect(second.page.locator("pre.text")).to_contain_text('"welfare"')
    second.check_page()
    second.page.get_by_role("button", name="Sign and approve").click()
    second.page.wait_for_url("**/console/done/*")
    second.go(f"/console/programmes/{town.COUPON}")
    second.page.get_by_text("welfare").first.wait_for()
    second.check_page()
