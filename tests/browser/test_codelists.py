"""A list that rules look into: a version is uploaded, compared with the present one, and published by two officers."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from madang.base.registers.transactions import Publish
from madang.web.site.formats import KOREA
from tests.browser import ledger, town
from tests.support.cast import officers, quorum


def at_console(visitor, wallet):
    visitor.be("console", wallet)
    visitor.go("/console/lists")
    visitor.page.locator("nav.menu").wait_for()
    return visitor


def sign(visitor):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/console/done/*")


def upload(visitor, text):
    visitor.page.locator("#file").set_input_files({"name": "list.csv", "mimeType": "text/csv", "buffer": text.encode()})
    visitor.page.locator("form[enctype] button[type=submit]").click()


def test_a_version_is_compared_proposed_and_published(served, visit):
    first = Publish(by="ministry", register="ministry-markets", version=1, codes=["old", "bakery"], since=0)
    ledger.send_quorum(served, first, by=quorum("ministry"))
    one = at_console(visit(phone=False), officers("ministry")[0])
    one.check_page()
    one.page.get_by_role("link", name="ministry-markets").click()
    one.page.get_by_role("heading", name="ministry-markets").wait_for()
    one.check_page()
    upload(one, "code\nbakery\ntwo words\n\ngrocer\ngrocer\n")
    rows = one.page.locator("#report tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("이 열에 맞지 않는 값입니다")
    one.check_page()
    upload(one, "code\nbakery\n")
    one.page.get_by_role("heading", name="새 판에서 달라지는 점").wait_for()
    one.go("/console/lists/ministry-markets")
    upload(one, "code\nbakery\ngrocer\nnew\n")
    facts = one.page.locator("main dl.facts").first
    expect(facts).to_contain_text("더해지는 항목")
    expect(one.page.locator("pre").nth(0)).to_have_text("grocer\nnew")
    expect(one.page.locator("pre").nth(1)).to_have_text("old")
    one.check_page()
    one.page.fill("#day", "2020-01-01")
    one.page.get_by_role("button", name="다음", exact=True).click()
    one.page.get_by_text("내일이나 그 뒤의 날").wait_for()
    tomorrow = (datetime.now(KOREA) + timedelta(days=1)).date().isoformat()
    one.page.fill("#day", tomorrow)
    one.page.get_by_role("button", name="다음", exact=True).click()
    one.page.get_by_role("heading", name="목록에서 빼기").wait_for()
    sign(one)

    other = at_console(visit(phone=True, language="en"), officers("ministry")[1])
    other.go("/console")
    other.page.locator("a[href^='/console/proposals/']").click()
    expect(other.page.locator("main")).to_contain_text("grocer, new")
    sign(other)
    other.go("/console/lists/ministry-markets")
    expect(other.page.locator("dl.facts").first).to_contain_text("2")
    other.check_page()
    assert ledger.read(served, "/registers/version?register=ministry-markets", town.ALICE) == 2

    # Once more: the code that ends tomorrow is kept on, and the same list changes nothing.
    other.go("/console/lists/ministry-markets")
    upload(other, "code\nbakery\ngrocer\nnew\nold\n")
    expect(other.page.locator("main")).to_contain_text("Kept on that were to end")
    other.go("/console/lists/ministry-markets")
    upload(other, "code\nbakery\ngrocer\nnew\n")
    other.page.get_by_text("the same as the present version").wait_for()
    other.check_page()


def test_a_list_of_another_institution_is_read_and_not_written(visit):
    one = at_console(visit(phone=False, language="en"), officers("ministry")[0])
    one.page.get_by_role("link", name="legal-dong").click()
    one.page.get_by_text(town.BUSAN).wait_for()
    assert one.page.locator("#file").count() == 0
    one.go("/console/lists/someone-elses")
    one.page.get_by_text("What you are looking for is not here").wait_for()
