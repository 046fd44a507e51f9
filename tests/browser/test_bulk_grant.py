"""Granting from a file at a desk: what is wrong is said row by row, what is right is granted, and never twice."""

import hashlib

from playwright.sync_api import expect

from tests.browser import town
from tests.support.cast import officer

PAGE = f"/console/programmes/{town.COUPON}/grants"
HEADER = "reference,amount,region,holder,code,subjects"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def row(number: int, amount: int = 150_000) -> str:
    return f"bulk-{number},{amount},26,,{digest(f'code {number}')},{digest(f'subject {number}')}"


def write(folder, name: str, *lines: str) -> str:
    file = folder / name
    file.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return str(file)


def upload(one, file: str) -> None:
    one.go(PAGE)
    one.page.locator("#file").set_input_files(file)
    one.page.locator("main form button").click()


def test_a_bad_file_is_told_row_by_row_and_nothing_is_granted(visit, tmp_path):
    one = visit(phone=False)
    one.be("console", officer("ministry"))
    one.go("/console")
    one.page.locator("#waiting").wait_for()
    one.go(PAGE)
    one.check_page()
    upload(one, write(tmp_path, "bad.csv", row(1), "bulk-2,150 000,26,,abc,", row(1), "=cmd,1,26,,,"))
    one.page.get_by_text("고칠 곳이").wait_for()
    report = one.page.locator("#report")
    expect(report.locator("tr", has_text="amount").first).to_contain_text("숫자만 적어 주세요")
    expect(report.locator("tr", has_text="reference.twice")).to_have_count(0)
    expect(report).to_contain_text("같은 관리번호가 앞에 이미 있습니다.")
    expect(report).to_contain_text("수식으로 실행할 칸")
    one.check_page()

    upload(one, write(tmp_path, "rules.csv", row(1), row(2, 151_000), row(3)))
    one.page.get_by_text("규칙에 맞지 않는 줄이 1개").wait_for()
    expect(one.page.locator("#report tbody tr")).to_have_count(1)
    expect(one.page.locator("#report")).to_contain_text("정해진 지급 금액이 아닙니다.")
    expect(one.page.locator("button.all")).to_have_count(0)
    one.check_page()


def test_a_good_file_is_granted_in_parts_and_gone_on_with(visit, tmp_path):
    one = visit(phone=False, language="en")
    one.be("console", officer("ministry"))
    one.go("/console")
    one.page.locator("#waiting").wait_for()
    upload(one, write(tmp_path, "first.csv", *[row(number) for number in range(10)]))
    one.page.get_by_text("10 rows, ₩1,500,000").first.wait_for()
    one.check_page()
    one.page.get_by_text("Exactly", exact=True).click()
    expect(one.page.locator("details.exact pre")).to_contain_text('"vouchers.grant"')
    one.page.locator("button.all").click()
    one.page.get_by_text("All rows are granted.").wait_for()
    expect(one.page.locator(".count")).to_have_text("10 of 10 granted")
    one.check_page()

    upload(one, write(tmp_path, "more.csv", *[row(number, 100_000 if number > 9 else 150_000) for number in range(12)]))
    one.page.get_by_text("2 rows, ₩200,000").wait_for()
    expect(one.page.locator(".count")).to_have_text("10 of 12 granted")
    one.page.locator("button.all").click()
    one.page.get_by_text("All rows are granted.").wait_for()
    with one.page.expect_download() as download:
        one.page.get_by_role("link", name="Download the report").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "row,reference,amount,status"
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == ["granted"] * 12
