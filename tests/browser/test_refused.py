"""Refused, appealed with a paper, and granted: a citizen's phone and three officers of the ministry."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Served
from tests.browser.holders import GAYUN, MEALS
from tests.browser.papers import PDF, file, served_with_vault
from tests.support.cast import officers

CODE = "ab" * 32


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A town whose server keeps a vault."""
    yield from served_with_vault(tmp_path_factory.mktemp("town"))


def at_console(visit, number: int, **how):
    """An officer of the ministry at the console."""
    found = visit(phone=False, **how)
    found.be("console", officers("ministry")[number])
    return found


def sign(visitor, to: str) -> None:
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url(f"**/{to}/done/*")


def open_first(visitor, path: str) -> None:
    """Open what stands first in a list, which is a moment behind the ledger."""
    visitor.go(path)
    row = visitor.page.locator("tbody a").first
    for _ in range(40):
        if row.count():
            break
        visitor.page.wait_for_timeout(250)
        visitor.page.reload()
    row.click()


def test_a_refused_application_is_appealed_with_a_paper_and_another_officer_grants_it(visit):
    gayun = visit()
    gayun.be("wallet", GAYUN)
    gayun.enter("/wallet")
    gayun.go("/wallet/applications")
    gayun.page.get_by_label("세대 확인 코드").fill(CODE)
    gayun.page.get_by_role("button", name="다음").click()
    sign(gayun, "wallet")

    first = at_console(visit, 0)
    open_first(first, "/console/applications")
    first.page.get_by_label("사유").last.select_option("evidence_missing")
    first.page.get_by_role("button", name="거절 결정").click()
    sign(first, "console")

    gayun.go("/wallet/applications")
    gayun.page.get_by_role("link", name="지급하지 않음").click()
    gayun.page.get_by_text("필요한 서류가 없었습니다").wait_for()
    gayun.check_page()
    gayun.page.get_by_role("link", name="이의신청").click()
    gayun.page.get_by_label("무엇에 대해, 어디에").select_option(f"{MEALS}/ministry")
    gayun.page.get_by_label("무엇이 사실과 다른가요?").select_option("refusal")
    gayun.page.locator("#evidence").set_input_files(file(PDF))
    gayun.page.locator("label[for=agree]").click()
    gayun.page.get_by_role("button", name="다음").click()
    sign(gayun, "wallet")

    open_first(first, "/console/appeals")
    with first.page.expect_download() as waiting:
        first.page.get_by_role("link", name="자료 1 내려받기").click()
    assert waiting.value.path().read_bytes() == PDF
    first.page.get_by_role("button", name="내가 맡기").click()
    sign(first, "console")
    open_first(first, "/console/appeals")
    first.page.get_by_text("결정은 다른 담당자가 합니다").wait_for()

    second = at_console(visit, 1)
    open_first(second, "/console/appeals?status=taken")
    second.page.get_by_role("link", name="자료 1 내려받기").wait_for()
    second.page.locator("#outcome").select_option("granted")
    second.page.locator("#reason").fill("서류를 확인했습니다.")
    second.page.get_by_text("인용할 때 함께 할 일").click()
    for field, value in {"reference": "appeal-1", "amount": "40,000", "region": "26", "subjects": CODE}.items():
        second.page.locator(f"#{field}").fill(value)
    second.check_page()
    second.page.locator("main form button[type=submit]").last.click()
    second.page.get_by_text("40,000원").first.wait_for()
    sign(second, "console")

    gayun.go("/wallet/appeals")
    gayun.page.get_by_role("link", name="받아들임").click()
    gayun.page.get_by_text("이의신청을 받아들여 지급했습니다").wait_for()
    gayun.check_page()
    gayun.go("/wallet")
    gayun.page.get_by_text("40,000원", exact=True).wait_for()
    gayun.go("/wallet/data")
    expect(gayun.page.get_by_text("ministry · 이의신청 심사")).to_have_count(1)
