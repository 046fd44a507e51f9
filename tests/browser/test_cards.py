"""Somebody without a phone pays by card: the desk issues it, the person chooses a PIN at the pad, the till collects."""

import pytest
from playwright.sync_api import expect

from madang.base.cards.transactions import Bind
from tests.browser import ledger, town
from tests.browser.cards import served_with_cards
from tests.support.cast import officers

ONE, TWO, _ = officers("desk")
PIN, WRONG = "480266", "735591"


@pytest.fixture(scope="module")
def town_with_cards(tmp_path_factory):
    with served_with_cards(tmp_path_factory.mktemp("cards"), 3) as found:
        ledger.add_till(found[0])
        yield found


@pytest.fixture(scope="module")
def served(town_with_cards):
    return town_with_cards[0]


@pytest.fixture(scope="module")
def cards(town_with_cards):
    return town_with_cards[1]


def press(visitor, digits, button):
    """Type on the pad with fingers, and go on."""
    for digit in digits:
        visitor.page.locator(f".pad [data-key='{digit}']").click()
    visitor.page.get_by_role("button", name=button, exact=True).click()


def choose(desk, number, *pins):
    """At the desk's pad: this card, and these PINs one after the other."""
    desk.go("/desk/pad")
    desk.page.fill("#number", number)
    desk.page.get_by_role("button", name="다음").click()
    desk.page.locator(".pad").wait_for()
    for pin in pins:
        press(desk, pin, "확인")


def show_card(till, number, amount):
    till.go("/shop/collect")
    till.page.fill("#amount", amount)
    till.page.fill("#code", number)
    till.page.locator("form#collect button[type=submit]").click()


def at_desk(visitor, wallet):
    visitor.be("desk", wallet)
    visitor.go("/desk")
    visitor.page.get_by_role("heading", name="무엇을 도와드릴까요?").wait_for()
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/done/*")


def test_a_card_pays_with_the_pin_that_its_holder_typed(served, cards, visit):
    card = cards[0]
    bind = Bind(by="desk", card=card.name, holder=town.ALICE.party, per_payment=10_000, per_day=30_000)
    ledger.send_quorum(served, bind, by=[ONE, town.ALICE])
    desk = at_desk(visit(phone=False), ONE)
    desk.go("/desk/pad")
    desk.check_page()
    desk.page.fill("#number", "AAAAAAAAAAAAAAAAAAAAAA")
    desk.page.get_by_role("button", name="다음").click()
    desk.page.get_by_text("이런 카드가 없습니다").wait_for()
    choose(desk, card.number, PIN, WRONG)
    desk.page.get_by_text("두 번호가 다릅니다").wait_for()
    press(desk, "123456", "확인")
    press(desk, "123456", "확인")
    desk.page.get_by_text("쉽게 맞힐 수 있는 번호").wait_for()
    desk.check_page()
    press(desk, PIN, "확인")
    press(desk, PIN, "확인")
    desk.page.get_by_role("heading", name="비밀번호를 정했습니다").wait_for()
    desk.check_page()

    till = visit(phone=True)
    till.be("shop", town.TILL)
    till.enter("/shop/collect")
    show_card(till, card.number, "4,500")
    till.page.get_by_role("heading", name="카드로 내기").wait_for()
    till.check_page()
    press(till, WRONG, "4,500원 내기")
    till.page.get_by_text("카드나 비밀번호가 맞지 않거나").wait_for()
    till.page.keyboard.type(PIN)
    expect(till.page.locator(".pad .dots i.on")).to_have_count(6)
    assert PIN not in till.page.content()
    till.page.keyboard.press("Enter")
    till.page.get_by_role("button", name="4,500원 받기").click()
    till.page.get_by_role("heading", name="결제되었습니다").wait_for()
    assert till.page.evaluate("sessionStorage.length + localStorage.length") == 0
    told = "".join(file.read_text() for file in served.folder.glob("node.log*"))
    assert PIN not in told
    assert card.number not in told


def test_what_a_card_may_not_pay_is_said_without_telling_how_much_is_left(served, cards, visit):
    till = visit(phone=False, language="en")
    till.be("shop", town.TILL)
    till.enter("/shop/collect")
    show_card(till, cards[0].number, "10,001")
    till.page.get_by_role("heading", name="Pay by card").wait_for()
    till.check_page()
    press(till, PIN, "Pay ₩10,001")
    till.page.get_by_text("more than the card pays at once").wait_for()
    assert "25,500" not in till.page.content()


def test_after_five_wrong_tries_the_desk_helps(served, cards, visit):
    till = visit(phone=False)
    till.be("shop", town.TILL)
    till.enter("/shop/collect")
    show_card(till, cards[0].number, "1,000")
    for _ in range(5):
        press(till, WRONG, "1,000원 내기")
        till.page.get_by_text("카드나 비밀번호가 맞지 않거나").wait_for()
    press(till, PIN, "1,000원 내기")
    till.page.get_by_text("카드나 비밀번호가 맞지 않거나").wait_for()

    desk = at_desk(visit(phone=False), ONE)
    desk.go("/desk/person")
    desk.page.fill("#party", town.ALICE.party)
    desk.page.get_by_role("button", name="조회").click()
    desk.page.get_by_role("button", name="새 카드로 바꾸기").wait_for()
    desk.check_page()
    desk.page.get_by_role("button", name="비밀번호 오류 풀기").click()
    sign(desk)
    press(till, PIN, "1,000원 내기")
    till.page.get_by_role("button", name="1,000원 받기").click()
    till.page.get_by_role("heading", name="결제되었습니다").wait_for()


def test_two_officers_replace_a_lost_card_which_waits(served, cards, visit):
    desk, other = at_desk(visit(phone=False), ONE), at_desk(visit(phone=False), TWO)
    desk.go("/desk/person")
    desk.page.fill("#party", town.ALICE.party)
    desk.page.get_by_role("button", name="조회").click()
    desk.page.get_by_role("button", name="새 카드로 바꾸기").click()
    expect(desk.page.locator("#holder")).to_have_value(town.ALICE.party)
    desk.check_page()
    desk.page.fill("#card", cards[1].number)
    desk.page.fill("#per_payment", "20,000")
    desk.page.fill("#per_day", "50,000")
    desk.page.locator("form[action='/desk/tasks/card'] button[type=submit]").click()
    desk.page.get_by_text(cards[1].name).first.wait_for()
    sign(desk)
    other.go("/desk")
    other.page.locator("a[href^='/desk/proposals/']").click()
    sign(other)
    choose(desk, cards[1].number, PIN, PIN)
    desk.page.get_by_role("heading", name="비밀번호를 정했습니다").wait_for()

    till = visit(phone=True)
    till.be("shop", town.TILL)
    till.enter("/shop/collect")
    show_card(till, cards[0].number, "1,000")
    press(till, PIN, "1,000원 내기")
    till.page.get_by_text("카드나 비밀번호가 맞지 않거나").wait_for()
    show_card(till, cards[1].number, "1,000")
    press(till, PIN, "1,000원 내기")
    till.page.get_by_text("72시간이 지나야").wait_for()
