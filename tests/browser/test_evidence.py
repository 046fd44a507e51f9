"""Evidence: from a phone into the vault, to the officer who decides, and what its person sees, takes and has erased."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser import town
from tests.browser.conftest import Served
from tests.browser.holders import DAHYE, GAYUN, HANA
from tests.browser.papers import PAGE, PDF, PNG, file, served_with_vault
from tests.support.cast import officer


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A town whose server keeps a vault."""
    yield from served_with_vault(tmp_path_factory.mktemp("town"))


def enter_as(visitor, wallet):
    visitor.be("wallet", wallet)
    visitor.enter("/wallet")
    return visitor


def appeal(visitor, content=None):
    """Fill in an appeal about the coupon's amount at the desk, with a file if there is one."""
    visitor.go("/wallet/appeals")
    visitor.page.get_by_label("무엇에 대해, 어디에").select_option(f"{town.COUPON}/desk")
    visitor.page.get_by_label("무엇이 사실과 다른가요?").select_option("amount")
    if content is not None:
        visitor.page.locator("#evidence").set_input_files(content)
        visitor.page.locator("label[for=agree]").click()
    visitor.page.get_by_role("button", name="다음").click()


def sign(visitor, said):
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.get_by_role("heading", name=said).wait_for()


def give(visitor, content, *, agreed=True):
    """Add a file on the page of an appeal."""
    visitor.page.locator("#evidence").set_input_files(content)
    if agreed:
        visitor.page.locator("label[for=agree]").click()
    visitor.page.get_by_role("button", name="자료 올리기").click()


def test_a_paper_goes_from_the_phone_to_the_officer_who_decides_and_its_person_sees_who_looked(visit):
    dahye = enter_as(visit(), DAHYE)
    dahye.go("/wallet/appeals")
    dahye.check_page()
    appeal(dahye, file(PDF))
    dahye.page.get_by_text("PDF, 1 KB").wait_for()
    dahye.check_page()
    sign(dahye, "이의신청했습니다")
    dahye.page.get_by_role("link", name="확인").click()
    dahye.page.get_by_role("link", name="접수됨").click()
    dahye.check_page()
    for content, said in ((PAGE, "망가진 파일입니다"), (PDF[:-8], "망가진 파일입니다")):
        give(dahye, file(content))
        dahye.page.get_by_text(said).wait_for()
    give(dahye, file(PNG, "photo.png", "image/png"), agreed=False)
    assert dahye.page.evaluate("document.getElementById('agree').validity.valueMissing"), "nothing is sent before a yes"
    give(dahye, file(PNG, "letter.txt", "text/plain"))
    dahye.page.get_by_role("heading", name="자료를 더할까요?").wait_for()
    sign(dahye, "자료를 더했습니다")

    clerk = visit(phone=False)
    clerk.be("console", officer("desk"))
    clerk.go("/console/appeals")
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    clerk.page.locator("tbody a").click()
    with clerk.page.expect_download() as waiting:
        clerk.page.get_by_role("link", name="자료 1 내려받기").click()
    assert waiting.value.suggested_filename == "evidence-1.pdf"
    assert waiting.value.path().read_bytes() == PDF
    clerk.check_page()
    second = clerk.page.get_by_role("link", name="자료 2 내려받기").get_attribute("href")
    answer = clerk.context.request.get(f"{clerk.url}{second}")
    assert answer.body() == PNG
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="evidence-2.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert clerk.context.request.get(f"{clerk.url}{second[:-1]}7").status == 404
    stranger = visit(phone=False)
    stranger.be("console", officer("welfare"))
    assert stranger.context.request.get(f"{clerk.url}{second}").status == 404, "another office decides nothing here"

    dahye.go("/wallet/data")
    dahye.page.get_by_text("desk · 이의신청 심사").first.wait_for()
    assert dahye.page.get_by_text("자료를 봄").count() == 2
    dahye.check_page()
    mine = dahye.page.get_by_role("link", name="내려받기", exact=True).first.get_attribute("href")
    hana = enter_as(visit(), HANA)
    assert hana.context.request.get(f"{hana.url}{mine}").status == 404, "what is kept of another is nobody else's"
    hana.go("/wallet/data")
    hana.page.get_by_text("나에 대해 보관하는 것이 없습니다").wait_for()
    hana.check_page()
    dahye.go("/wallet/data/consents")
    assert dahye.page.get_by_text("결정하는 기관이 이 자료를").count() == 2
    dahye.check_page()
    with dahye.page.expect_download() as waiting:
        dahye.go("/wallet/data")
        dahye.page.get_by_role("link", name="모두 한 파일로").click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as taken:
        said = json.loads(taken.read("data.json"))
        contents = [taken.read(one) for one in taken.namelist()]
    assert PDF in contents
    assert PNG in contents
    assert {one["what"] for one in said["people"][0]["accesses"]} >= {"enrol", "put", "read", "export"}
    assert len(said["people"][0]["on_the_ledger"]) == 2

    dahye.page.get_by_role("button", name="지워 달라고").click()
    dahye.page.get_by_text("공공 재정의 결정은 다시 살펴볼").wait_for()
    dahye.check_page()
    dahye.page.get_by_role("button", name="지우기", exact=True).click()
    dahye.page.get_by_text("보관해야 합니다").wait_for()
    dahye.check_page()
    clerk.page.reload()
    clerk.page.get_by_role("link", name="자료 1 내려받기").wait_for()


def test_what_was_not_handed_in_goes_and_the_vault_proves_it(visit):
    gayun = enter_as(visit(), GAYUN)
    appeal(gayun, file(PDF))
    gayun.page.get_by_role("heading", name="이대로 이의신청할까요?").wait_for()
    gayun.go("/wallet/data")
    gayun.page.get_by_text("올렸지만 내지 않은 자료입니다").wait_for()
    gayun.check_page()
    gayun.page.get_by_role("button", name="지우기", exact=True).click()
    gayun.page.get_by_text("지금 보관하는 자료가 없습니다").wait_for()
    appeal(gayun, file(PDF))
    gayun.page.get_by_role("heading", name="이대로 이의신청할까요?").wait_for()
    gayun.go("/wallet/data")
    gayun.page.get_by_role("button", name="지워 달라고").click()
    gayun.page.get_by_text("모두 지우고 나만의 열쇠를 없앱니다").wait_for()
    gayun.page.get_by_role("button", name="지우기", exact=True).click()
    gayun.page.get_by_text("이제 아무도 내 자료를 열 수 없습니다").wait_for()
    gayun.check_page()
    gayun.page.get_by_role("link", name="지워졌다는 증명").click()
    gayun.page.get_by_text("원장에는 요약값도 없습니다").wait_for()
    gayun.check_page()
    with gayun.page.expect_download() as waiting:
        gayun.page.get_by_role("link", name="증명 내려받기").click()
    proof = json.loads(waiting.value.path().read_bytes())
    assert (proof["keys_destroyed"], proof["items_left"], proof["parties_left"]) == (True, 0, 0)
    assert proof["kept_by"] == ["ministry", "desk"]
    gayun.go("/wallet/data/proof/" + "A" * 22)
    assert gayun.page.locator("dl.facts").count() == 0
    gayun.go("/wallet/data")
    gayun.page.get_by_text("나에 대해 보관하는 것이 없습니다").wait_for()


def test_the_pages_of_my_data_are_in_english_and_in_the_dark(visit):
    hana = visit(phone=False, language="en")
    hana.page.emulate_media(color_scheme="dark")
    enter_as(hana, HANA)
    hana.go("/wallet/applications")
    hana.page.get_by_label("Household code").fill("ab" * 32)
    hana.page.locator("#evidence").set_input_files(file(PDF))
    hana.page.locator("label[for=agree]").click()
    hana.page.get_by_role("button", name="Next").click()
    sign(hana, "You have applied")
    hana.page.get_by_role("link", name="Go on").click()
    hana.page.get_by_role("link", name="Being looked at").click()
    hana.check_page()
    give_again = hana.page.get_by_role("button", name="Give the file")
    hana.page.locator("#evidence").set_input_files(file(PNG, "photo.png", "image/png"))
    hana.page.locator("label[for=agree]").click()
    give_again.click()
    hana.check_page()
    sign(hana, "The evidence is added")
    for path in ("/wallet/data", "/wallet/data/consents"):
        hana.go(path)
        hana.page.get_by_text("an application").first.wait_for() if path.endswith("consents") else None
        hana.check_page()
    clerk = visit(phone=False, language="en")
    clerk.be("console", officer("ministry"))
    clerk.go("/console/applications")
    clerk.page.locator("tbody a").first.click()
    with clerk.page.expect_download() as waiting:
        clerk.page.get_by_role("link", name="Download piece 2").click()
    assert waiting.value.path().read_bytes() == PNG
    hana.go("/wallet/data")
    hana.page.get_by_text("ministry · for an application").wait_for()
