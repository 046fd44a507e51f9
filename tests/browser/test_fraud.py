"""From a fraud flag to money that is paid back: case, hearing, decision by another officer, debt, instalments."""

import hashlib
import time
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from madang.base.money.transactions import IssueTokens
from madang.client.wallet import make_payload
from madang.engine.node import Node
from madang.services.fraud import queries
from madang.services.fraud.transactions import FlagRow, OpenCase, RaiseFlags
from tests.browser import town
from tests.browser.conftest import Served
from tests.support.cast import officers
from tests.support.signing import envelope

ONE, TWO, _ = officers("ministry")
DAY = 86_400


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def happen(node, act, by):
    payload = make_payload(town.CHAIN, [act], node.clock() + 300)
    (result,) = node.engine.submit([envelope(payload, [by])]).result(60)
    assert result.outcome == "accepted", result


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A town of last month, in which a case was opened against the bakery twenty days ago; the grocer is flagged."""
    start = int(time.time()) - 30 * DAY
    money = IssueTokens(by="bank-a", account="bakery", amount=50_000, reference="b-1")
    found = Served(tmp_path_factory.mktemp("town") / "node", [money], start=start)
    rows = [
        FlagRow(sort="merchant", subject=shop, reason="burst", evidence=digest(shop)) for shop in ("bakery", "grocer")
    ]
    with Node(found.folder, town.MODULES, lambda: start + 10 * DAY) as node:
        happen(node, RaiseFlags(by="ministry", programme=town.COUPON, rows=rows), ONE)
        flags = queries.flags(node.state(), ONE.party, town.COUPON)
        flag = next(number for number, one in flags if one.subject == "bakery")
        case = OpenCase(
            by=ONE.party,
            programme=town.COUPON,
            party="bakery",
            flags=[flag],
            conduct_at=start + 9 * DAY,
            notice=digest("notice"),
        )
        happen(node, case, ONE)
    found.start()
    yield found
    found.stop()


def at_console(visitor, wallet):
    visitor.be("console", wallet)
    visitor.go("/console")
    visitor.page.locator("#waiting").wait_for()
    return visitor


def at_shop(visitor, wallet):
    visitor.be("shop", wallet)
    visitor.enter("/shop/duties")
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")


def test_a_flagged_shop_is_heard_before_anything_is_decided(visit):
    officer = at_console(visit(phone=False), ONE)
    deadline = time.monotonic() + 60
    while officer.page.locator("tbody tr").count() != 1 and time.monotonic() < deadline:
        officer.go("/console/flags?standing=waiting")
    officer.page.locator("tbody a").click()
    officer.page.locator("#day").fill((date.today() - timedelta(days=15)).isoformat())
    officer.page.locator("#reason-open").fill("At noon on that day forty payments came within a minute. Please answer.")
    officer.page.locator("form", has=officer.page.locator("#reason-open")).get_by_role("button").click()
    officer.check_page()
    sign(officer)

    grocer = at_shop(visit(phone=True, language="en"), town.GROCER)
    grocer.check_page()
    grocer.page.locator("a.card[href*='/cases/']").click()
    grocer.page.get_by_role("heading", name="A case of suspected wrong use").wait_for()
    grocer.check_page()
    grocer.page.get_by_label("Your answer").fill("It was the village fair: see the enclosed programme of the day.")
    grocer.page.get_by_role("button", name="Next").click()
    grocer.page.get_by_role("heading", name="Send your answer").wait_for()
    grocer.check_page()
    with grocer.page.expect_download() as download:
        grocer.page.get_by_role("link", name="Save the text").click()
    assert "village fair" in download.value.path().read_text(encoding="utf-8")
    grocer.page.get_by_role("button", name="Sign and send").click()
    grocer.page.get_by_role("heading", name="Answers given").wait_for()

    other = at_console(visit(phone=False, language="en"), TWO)
    other.go("/console/cases")
    other.check_page()
    other.page.locator("tbody tr", has_text="grocer").locator("a").click()
    expect(other.page.locator("dl.facts")).to_contain_text("Statements1")
    other.page.get_by_label("Outcome").select_option("dismiss")
    other.page.locator("#reason").fill("The fair explains it.")
    other.page.get_by_role("button", name="Next").click()
    other.page.get_by_text("after the hearing has ended").wait_for()


def test_a_decision_is_paid_back_by_instalments(visit):
    officer = at_console(visit(phone=False), TWO)
    officer.go("/console/cases")
    officer.page.locator("tbody tr", has_text="bakery").locator("a").click()
    officer.page.get_by_label("결정", exact=True).select_option("decide")
    officer.page.locator("#reason").fill("영수증과 맞지 않는 결제가 세 건 확인되었습니다.")
    officer.page.locator("summary", has_text="처분").click()
    officer.page.locator("#principal").fill("30,000")
    officer.page.locator("#due").fill((date.today() + timedelta(days=40)).isoformat())
    officer.check_page()
    officer.page.get_by_role("button", name="다음").click()
    sign(officer)

    bakery = at_shop(visit(phone=True), town.BAKERY)
    bakery.check_page()
    bakery.page.locator("a.card[href*='/debts/']").click()
    bakery.page.get_by_role("heading", name="환수금", exact=True).wait_for()
    bakery.page.locator("summary", has_text="나누어 내고 싶어요").click()
    bakery.page.fill("#count", "0")
    bakery.page.fill("#first", (date.today() + timedelta(days=45)).isoformat())
    bakery.page.locator("form", has=bakery.page.locator("#count")).get_by_role("button").click()
    bakery.page.get_by_text("달 수와 첫 번째 낼 날을 확인해 주세요").wait_for()
    bakery.check_page()
    bakery.page.locator("summary", has_text="나누어 내고 싶어요").click()
    bakery.page.fill("#count", "3")
    bakery.page.fill("#first", (date.today() + timedelta(days=45)).isoformat())
    bakery.page.locator("form", has=bakery.page.locator("#count")).get_by_role("button").click()
    expect(bakery.page.locator("main dl.facts dd", has_text="10,000원")).to_have_count(3)
    bakery.check_page()
    bakery.page.get_by_role("button", name="서명하고 제안").click()
    bakery.page.get_by_text("소관부처의 동의를 기다립니다").wait_for()
    bakery.check_page()

    officer.go("/console/debts")
    officer.check_page()
    officer.page.locator("tbody a").click()
    officer.page.get_by_role("heading", name="bakery의 분할 납부 제안").wait_for()
    officer.check_page()
    officer.page.get_by_role("button", name="이 계획에 동의").click()
    sign(officer)

    bakery.enter("/shop/duties")
    bakery.page.locator("a.card[href*='/debts/']").click()
    bakery.page.fill("#amount", "30,001")
    bakery.page.locator("form", has=bakery.page.locator("#amount")).get_by_role("button").click()
    bakery.page.get_by_text("1원에서 30,000원까지").wait_for()
    bakery.page.fill("#amount", "10,000")
    bakery.page.locator("form", has=bakery.page.locator("#amount")).get_by_role("button").click()
    bakery.page.get_by_role("button", name="서명하고 내기").click()
    bakery.page.locator(".total .amount", has_text="20,000원").wait_for()
    officer.go("/console/debts")
    expect(officer.page.locator("tbody tr")).to_contain_text("20,000원")


def test_a_case_of_another_shop_is_nobody_elses(visit):
    grocer = at_shop(visit(phone=True), town.GROCER)
    assert grocer.page.locator("a.card[href*='/debts/']").count() == 0
    answer = grocer.go(f"/shop/duties/cases/{town.COUPON}/{'0' * 32}")
    assert answer is not None
    assert answer.status == 404
