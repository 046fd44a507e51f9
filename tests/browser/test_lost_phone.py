"""A second device is enrolled and freezes the lost one; a new key by others is vetoed; storage that was cleared."""

import re

from madang.base.parties.transactions import NewKey, Recover
from tests.browser import ledger
from tests.browser.holders import DAHYE, DAHYE_MEALS, HANA
from tests.support.cast import quorum
from tests.support.signing import wallet


def _new_device(visit, *, keys=1, **more):
    """A device with new keys; what it shows to be scanned."""
    found = visit(**more)
    found.go("/wallet")
    found.page.get_by_role("link", name="열쇠 만들기").click()
    found.page.get_by_role("button", name="열쇠 만들기").click()
    found.page.locator(".code-picture svg").wait_for()
    found.check_page()
    if keys > 1:
        found.page.get_by_text("글자로 보기, 열쇠 더 만들기").click()
        found.page.get_by_role("button", name="열쇠 하나 더 만들기").click()
        found.page.locator("pre").filter(has_text=re.compile(r"\S \S")).wait_for()
    return found, found.page.locator("pre").text_content()


def _enrol(old, shown):
    old.go("/wallet/devices")
    old.page.get_by_label("새 기기의 공개 열쇠").fill(shown)
    old.page.get_by_role("button", name="다음").click()


def test_a_second_device_is_enrolled_and_freezes_the_lost_one(visit):
    phone = visit()
    phone.be("wallet", HANA)
    phone.go("/wallet/more")
    phone.page.get_by_role("link", name="기기와 열쇠").wait_for()
    phone.check_page()
    phone.page.get_by_role("link", name="기기와 열쇠").click()
    phone.check_page()
    _enrol(phone, "not a key")
    phone.page.get_by_text("공개 열쇠가 아닙니다").wait_for()
    _enrol(phone, "A" * 86)
    phone.page.get_by_text("공개 열쇠가 아닙니다").wait_for()
    tablet, shown = _new_device(visit, phone=False)
    mark = tablet.page.locator(".mark").inner_text()
    _enrol(phone, shown)
    phone.page.get_by_text(mark).wait_for()
    phone.check_page()
    phone.page.get_by_role("button", name="서명하고 등록").click()
    phone.page.get_by_role("heading", name="기기를 등록했습니다").wait_for()
    phone.check_page()
    tablet.page.get_by_role("link", name="등록했어요, 들어가기").click()
    tablet.page.get_by_text("150,000원", exact=True).wait_for()
    tablet.go("/wallet/devices")
    tablet.page.get_by_role("button", name="잃어버렸어요").click()
    tablet.check_page()
    tablet.page.get_by_role("button", name="서명하고 정지").click()
    tablet.page.get_by_role("heading", name="기기를 정지했습니다").wait_for()
    phone.go("/wallet")
    phone.page.get_by_text("이 기기의 열쇠는 더 쓸 수 없습니다").wait_for()
    assert "등록한 기관\nbank-a" in phone.page.locator(".stopped-key").inner_text()
    phone.check_page()
    tablet.go("/wallet")
    tablet.page.get_by_text("150,000원", exact=True).wait_for()


def test_a_wallet_of_two_keys_needs_two_in_the_new_device(visit):
    phone = visit()
    phone.be("wallet", DAHYE)
    phone.be("wallet", DAHYE_MEALS)
    phone.go("/wallet")
    phone.page.get_by_text("마을 급식 바우처").first.wait_for()
    _, shown = _new_device(visit)
    _enrol(phone, shown)
    phone.page.get_by_text("열쇠가 2개 필요한데 1개를 읽었습니다").wait_for()
    both, shown = _new_device(visit, keys=2)
    _enrol(phone, shown)
    phone.page.get_by_role("button", name="서명하고 등록").click()
    phone.page.get_by_role("heading", name="기기를 등록했습니다").wait_for()
    both.go("/wallet")
    both.page.get_by_text("마을 급식 바우처").first.wait_for()
    both.page.get_by_text("100,000원", exact=True).wait_for()


def test_a_new_key_that_somebody_else_named_is_shown_and_vetoed(visit, served):
    hana = visit(phone=False, language="en")
    hana.be("wallet", DAHYE)
    hana.go("/wallet")
    stranger = NewKey(public_key=wallet("a stranger").public_key, sort="jws")
    ledger.send_quorum(served, Recover(by="bank-a", party=DAHYE.party, key=stranger), by=quorum("bank-a"))
    hana.go("/wallet")
    hana.page.get_by_text("A new key was named for you").wait_for()
    hana.check_page()
    hana.page.get_by_role("button", name="It was not me: veto").click()
    hana.check_page()
    hana.page.get_by_role("button", name="It was not me: veto").click()
    hana.page.get_by_role("heading", name="The new key is vetoed").wait_for()
    hana.go("/wallet")
    hana.page.get_by_role("heading", name="My vouchers").wait_for()
    assert hana.page.get_by_text("A new key was named for you").count() == 0


def test_when_the_browser_has_cleared_its_storage_the_page_says_what_to_do(visit):
    dahye = visit()
    dahye.be("wallet", DAHYE)
    dahye.go("/wallet")
    dahye.page.get_by_role("heading", name="내 바우처").wait_for()
    dahye.page.evaluate("new Promise((done) => { indexedDB.deleteDatabase('madang').onsuccess = done; })")
    dahye.context.clear_cookies()
    dahye.go("/wallet")
    dahye.page.get_by_text("브라우저가 저장 내용을 지운 것입니다").wait_for()
    dahye.check_page()
