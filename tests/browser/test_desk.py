"""At the desk: a newcomer's key, a lost phone, a mandate of two officers; and no way to what a person has."""

import pytest

from tests.browser import town
from tests.support.cast import officers

ONE, TWO, _ = officers("desk")


@pytest.fixture
def officer(visit):
    found = visit(phone=False)
    found.be("desk", ONE)
    found.go("/desk")
    found.page.get_by_role("heading", name="무엇을 도와드릴까요?").wait_for()
    return found


def fill(visitor, task: str, **fields: str) -> None:
    """Fill in a task's form, and go on to what would be signed."""
    visitor.go(f"/desk/tasks/{task}")
    for name, value in fields.items():
        if visitor.page.locator(f"select#{name}").count():
            visitor.page.select_option(f"#{name}", value)
        else:
            visitor.page.fill(f"#{name}", value)
    visitor.page.get_by_role("button", name="확인").click()


def sign(visitor) -> None:
    visitor.page.locator("form.sign button[type=submit]").click()
    visitor.page.wait_for_url("**/desk/done/*")


def test_a_newcomers_key_is_registered_and_signs_in(visit, officer):
    newcomer = visit()
    newcomer.go("/wallet/key")
    newcomer.page.get_by_role("button", name="열쇠 만들기").click()
    newcomer.page.locator("summary").first.click()
    key = newcomer.page.locator("pre").first
    key.wait_for()
    officer.check_page()
    fill(officer, "register", public_key="too short")
    officer.page.locator("[aria-invalid=true]#public_key").wait_for()
    officer.check_page()
    fill(officer, "register", public_key=key.inner_text().strip())
    officer.check_page()
    sign(officer)
    officer.check_page()
    letters = newcomer.page.locator(".slip .letters").inner_text()
    assert len(letters) == 9
    newcomer.check_page()
    assert officer.page.locator(".slip .letters").inner_text() == letters
    newcomer.page.emulate_media(media="print")
    assert newcomer.page.evaluate("getComputedStyle(document.querySelector('h1')).visibility") == "hidden"
    assert newcomer.page.evaluate("getComputedStyle(document.querySelector('.slip')).visibility") == "visible"
    newcomer.page.emulate_media(media="screen")
    newcomer.go("/wallet")
    newcomer.page.get_by_role("heading", name="내 바우처").wait_for()


def test_a_lost_phone_stops_at_once(visit, officer):
    finder = visit()
    finder.be("wallet", town.CHUL)
    finder.go("/wallet")
    finder.page.get_by_role("heading", name="내 바우처").wait_for()
    number = town.CHUL.party
    for typed, said in (
        (number[:7], "여덟 글자 이상"),
        ("zzzz zzzz", "시작하는 분이 없습니다"),
        ("900101-1★", "영문자와 숫자"),
    ):
        fill(officer, "freeze", party=typed)
        officer.page.get_by_text(said).wait_for()
        officer.check_page()
    fill(officer, "freeze", party=f"{number[:4]} {number[4:8]}")
    officer.page.locator(
        ".notice", has_text=f"{number} · 사용 중 · 등록한 기관 bank-b · 지금 열쇠의 등록 20"
    ).wait_for()
    officer.check_page()
    sign(officer)
    finder.go("/wallet")
    finder.page.get_by_text("바우처와 돈은 없어지지 않고").first.wait_for()
    said = finder.page.locator(".stopped-key").inner_text()
    assert "72시간" in said
    assert "정지한 곳\ndesk" in said
    assert "등록한 기관\nbank-b" in said
    assert "정지된 때" in said
    assert finder.page.locator("nav.menu").count() == 0
    finder.check_page()
    officer.go("/desk/person")
    officer.check_page()
    officer.page.fill("#party", number[:8])
    officer.page.get_by_role("button", name="조회").click()
    officer.page.get_by_text("정지됨").first.wait_for()
    officer.check_page()
    assert "300,000" not in officer.page.locator("main").inner_text()


def test_a_mandate_takes_two_officers(visit, officer):
    fields = {"principal": town.ALICE.party, "delegate": town.BORA.party, "ground": "written", "days": "30"}
    officer.go("/desk/tasks/mandate")
    officer.check_page()
    officer.page.locator("label", has_text="이의신청").click()
    for name, value in fields.items():
        box = officer.page.locator(f"#{name}")
        box.select_option(value) if name == "ground" else box.fill(value)
    officer.page.fill("#evidence", "ab" * 32)
    officer.page.get_by_role("button", name="확인").click()
    sign(officer)
    second = visit(phone=False)
    second.be("desk", TWO)
    second.go("/desk")
    second.page.locator("a[href*='/desk/proposals/']").first.click()
    second.check_page()
    sign(second)
    second.go("/desk")
    assert second.page.locator("a[href*='/desk/proposals/']").count() == 0


@pytest.mark.parametrize(("phone", "language"), [(True, "ko"), (False, "en"), (True, "en")])
def test_every_page_of_the_desk(visit, phone, language):
    one = visit(phone=phone, language=language)
    one.be("desk", ONE)
    one.enter("/desk")
    for path in ("", "/person", "/waiting", "/tasks/card", "/tasks/apply", "/tasks/appeal", "/tasks/decide", "/key"):
        one.go(f"/desk{path}")
        one.check_page()


def test_a_ministrys_officer_is_not_at_the_desk(visit):
    stranger = visit(phone=False)
    stranger.be("desk", officers("ministry")[0])
    stranger.page.get_by_text("아직 등록되지 않았거나 정지되었습니다").wait_for()
    stranger.check_page()
