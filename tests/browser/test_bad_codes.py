"""What goes wrong at a till: codes, amounts, cameras, clocks, taps, tabs, networks. Nobody pays twice."""

import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.browser import town
from tests.browser.codes import code, film
from tests.browser.visitor import Visitor

CODE = "가맹점 QR에 적힌 글자"
DAY = 86_400


@pytest.fixture
def alice(visit):
    """Alice on her phone, signed in."""
    found = visit()
    found.be("wallet", town.ALICE)
    found.go("/wallet")
    found.page.get_by_role("heading", name="내 바우처").wait_for()
    yield found
    # That a network is away is what some of these tests want to see.
    found.complaints[:] = [one for one in found.complaints if "net::ERR_" not in one]


def _enter(visitor, text):
    visitor.go("/wallet/pay")
    visitor.page.get_by_label(CODE).fill(text)
    visitor.page.get_by_role("button", name="다음").click()


def _confirm(visitor, text):
    _enter(visitor, text)
    visitor.page.get_by_role("heading", name="결제 확인").wait_for()


def _payments(visitor):
    """How many payments the history shows once it has come up with the ledger."""
    time.sleep(1)
    visitor.go("/wallet/payments")
    visitor.page.get_by_role("heading", name="결제 내역").wait_for()
    return visitor.page.locator(".rows a").count()


def test_a_code_that_can_not_be_paid_says_why_and_what_to_do(alice):
    cases = {
        "https://pay.example/shop": "가맹점 결제 코드가 아닙니다",
        "WIFI:S:free;T:WPA;P:12345678;;": "가맹점 결제 코드가 아닙니다",
        "000201" + "0" * 590: "이 앱의 가맹점 코드가 아닙니다",
        "00020101021226370014A00000072799950120": "코드가 중간에 끊겼습니다",
        "MDPC1.madang-town.village-meals.ABCDEFGHIJKLMNOPQRSTUVWX22": "가맹점 결제 코드가 아닙니다",
        code(order="o-x")[:-4] + "0000": "잘못 읽혔거나 바뀐 코드입니다",
        code(order="o-x", expires=-5): "시간이 지난 코드입니다",
        code(order="o-x", expires=3_000): "3분까지만 쓸 수 있습니다",
    }
    for text, said in cases.items():
        _enter(alice, text)
        alice.page.get_by_text(said).wait_for()
        assert alice.page.locator("form.sign").count() == 0
    alice.check_page()


def test_an_amount_that_is_none_is_said_at_its_field(alice):
    _enter(alice, code(amount=None))
    for typed in ("0", "-5", "9" * 17, "1.5", "만원"):
        alice.page.get_by_label("결제 금액").fill(typed)
        alice.page.get_by_role("button", name="다음").click()
        alice.page.get_by_text("1원 이상의 금액을 숫자로만").wait_for()
        assert alice.page.get_by_label("결제 금액").get_attribute("aria-invalid") == "true"
    alice.check_page()


def test_ten_to_the_fifteenth_is_more_than_there_is(alice):
    _enter(alice, code(amount=None))
    alice.page.get_by_label("결제 금액").fill("1" + "0" * 15)
    alice.page.get_by_role("button", name="다음").click()
    alice.page.get_by_text("모자랍니다").wait_for()
    alice.page.get_by_text("아무것도 결제되지 않았습니다").wait_for()
    alice.check_page()


def test_a_double_tap_pays_once_and_a_screenshot_of_the_code_not_again(alice):
    before = _payments(alice)
    shown = code(amount=1_000, order="o-twice")
    _confirm(alice, shown)
    alice.page.get_by_role("button", name="서명하고 결제").dblclick()
    alice.page.wait_for_url("**/wallet/payments/*")
    number = alice.page.locator(".number").inner_text()
    assert _payments(alice) == before + 1
    _enter(alice, shown)
    alice.page.get_by_role("heading", name="이미 결제한 코드입니다").wait_for()
    alice.page.get_by_text(number).wait_for()
    alice.check_page()


def test_back_after_paying_leads_to_no_second_payment(alice):
    _confirm(alice, code(amount=1_100, order="o-back"))
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.wait_for_url("**/wallet/payments/*")
    before = _payments(alice)
    alice.page.go_back()
    alice.page.go_back()
    alice.page.wait_for_timeout(500)
    assert alice.page.get_by_role("button", name="서명하고 결제").count() == 0
    assert _payments(alice) == before


def test_two_tabs_with_one_code_pay_once(alice):
    before = _payments(alice)
    shown = code(amount=1_200, order="o-tabs")
    _confirm(alice, shown)
    other = alice.context.new_page()
    other.goto("/wallet/pay")
    other.get_by_label(CODE).fill(shown)
    other.get_by_role("button", name="다음").click()
    other.get_by_role("button", name="서명하고 결제").click()
    other.wait_for_url("**/wallet/payments/*")
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.wait_for_url(other.url)
    other.close()
    assert _payments(alice) == before + 1


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_wrong_by_a_day_changes_nothing(visit, days):
    alice = visit()
    alice.page.clock.set_fixed_time(time.time() + days * DAY)
    alice.be("wallet", town.ALICE)
    alice.go("/wallet")
    alice.page.get_by_role("heading", name="내 바우처").wait_for()
    _confirm(alice, code(amount=1_300 + days, order=f"o-clock{days}"))
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.wait_for_url("**/wallet/payments/*")
    assert alice.page.locator(".number").inner_text().isdigit()


def test_when_the_network_is_lost_after_sending_the_answer_is_found(alice):
    before = _payments(alice)
    _confirm(alice, code(amount=1_400, order="o-lost"))
    sent: list[int] = []

    def lose(route):
        # The server gets it; its answer never comes back, and nothing else goes through.
        if not sent:
            sent.append(route.fetch().status)
        route.abort("connectionreset")

    alice.page.route("**/transactions**", lose)
    alice.page.get_by_role("button", name="서명하고 결제").click()
    alice.page.get_by_text("보냈지만 답을 받지 못했습니다").wait_for(timeout=30_000)
    assert sent == [200]
    alice.check_page()
    alice.page.unroute("**/transactions**")
    alice.go("/wallet")
    alice.page.wait_for_url("**/wallet/payments/*")
    alice.page.get_by_text("1,400원").first.wait_for()
    assert _payments(alice) == before + 1


@contextmanager
def _with_camera(browser: Browser, served, playwright_program, *options):
    """A phone whose camera sees a film."""
    started = browser.browser_type.launch(
        executable_path=playwright_program,
        args=["--no-sandbox", "--use-fake-device-for-media-stream", *options],
    )
    visitor = Visitor(started, served.url, phone=True, language="ko")
    visitor.be("wallet", town.ALICE)
    visitor.go("/wallet")
    visitor.page.get_by_role("heading", name="내 바우처").wait_for()
    visitor.go("/wallet/pay")
    yield visitor
    visitor.tell()
    assert not visitor.complaints, visitor.complaints
    started.close()


def test_the_camera_reads_a_shops_code(chromium, served, needs, tmp_path):
    seen = film(tmp_path / "till.y4m", code(amount=1_500, order="o-seen"))
    options = ("--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={seen}")
    with _with_camera(chromium, served, str(needs("chromium")), *options) as alice:
        alice.page.get_by_role("button", name="카메라로 읽기").click()
        alice.page.get_by_role("heading", name="결제 확인").wait_for()
        alice.page.get_by_text("1,500원").first.wait_for()


def test_a_refused_camera_says_what_to_do_and_typing_goes_on(chromium, served, needs):
    with _with_camera(chromium, served, str(needs("chromium")), "--deny-permission-prompts") as alice:
        alice.page.get_by_role("button", name="카메라로 읽기").click()
        alice.page.get_by_text("브라우저 주소창의 자물쇠를 눌러").wait_for()
        alice.check_page()
        alice.page.get_by_label(CODE).fill(code(amount=1_600, order="o-typed"))
        alice.page.get_by_role("button", name="다음").click()
        alice.page.get_by_role("heading", name="결제 확인").wait_for()
