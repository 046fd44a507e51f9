"""What an institution's officers did stands on record, under their names: on the ledger, and with people's data."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import insert

from madang.base.registers.transactions import Publish
from madang.records.database import open_database
from madang.records.schema import VAULT_ACCESSES
from tests.browser import ledger
from tests.browser.conftest import Served
from tests.browser.visitor import PHONE, Visitor
from tests.support.cast import officer, officers

ONE, TWO, THREE = officers("operator")
CODES = [f"26{number:08}" for number in range(40)]


@pytest.fixture(scope="module")
def published(served: Served) -> list[str]:
    """Forty lists that two officers of the operator published together, by the ids of their transactions."""
    return [
        ledger.send_quorum(
            served, Publish(by="operator", register=f"list-{at:02}", version=1, codes=[code], since=0), by=[ONE, TWO]
        )
        for at, code in enumerate(CODES)
    ]


def record(visit, **options) -> Visitor:
    one: Visitor = visit(**options)
    one.be("console", ONE)
    one.page.locator("nav.menu").wait_for()
    return one


def test_officers_read_what_all_of_them_signed_in_words_and_exactly(visit, served, published):
    one = record(visit, phone=False)
    rows = one.page.locator("tbody tr")
    for _ in range(40):
        one.go("/console/record")
        if rows.count() >= 30:
            break
        one.page.wait_for_timeout(250)
    # The passkey that signed in here was enrolled last.
    first = rows.first.inner_text()
    assert "내 열쇠 추가" in first and ONE.party in first and "처리됨" in first and TWO.party not in first
    second = rows.nth(1).inner_text()
    assert "목록 공표" in second and ONE.party in second and TWO.party in second and THREE.party not in second
    one.check_page()
    one.page.get_by_role("button", name="이전 기록 보기").click()
    one.page.get_by_role("link", name="처음으로").wait_for()
    assert rows.count() == len(published) + 1 - 30
    one.page.get_by_role("link", name="목록 공표").last.click()
    main = one.page.locator("main")
    expect(main.locator(".told").first).to_contain_text("list-00")
    for shown in (published[0], ONE.party, TWO.party):
        assert shown in main.inner_text()
    one.page.locator("details summary").click()
    assert f'"{CODES[0]}"' in main.locator("pre").inner_text()
    one.check_page()
    one.page.set_viewport_size(PHONE)
    one.check_page()


def test_nobody_reads_the_record_of_another_institution(visit, published):
    one: Visitor = visit(phone=False, language="en")
    one.be("console", officer("welfare"))
    one.page.locator("nav.menu").wait_for()
    for identifier in (published[0], "0" * 32, "nonsense"):
        answer = one.go(f"/console/record/entry/{identifier}")
        assert answer is not None and answer.status == 404
    one.go("/console/record")
    assert ONE.party not in one.page.locator("main").inner_text()


def test_what_was_done_with_peoples_data_is_listed_by_officer_and_names_nobody(visit, served):
    database = open_database(f"sqlite:///{served.folder / 'records.db'}")
    made = {"at": 1_790_000_000, "why": "issuance", "person": "somebody", "item": ""}
    done = [(ONE.party, "offer"), (TWO.party, "revoked"), ("operator", "read"), (officer("welfare").party, "erase")]
    with database.writing() as connection:
        connection.execute(insert(VAULT_ACCESSES), [{**made, "officer": who, "what": what} for who, what in done])
    database.close()
    one = record(visit, phone=False)
    one.go("/console/record")
    one.page.get_by_role("link", name="개인정보 처리 기록").click()
    rows = one.page.locator("tbody tr")
    assert [rows.nth(at).locator("td").nth(1).inner_text() for at in range(rows.count())] == [
        "조회",
        "신분증 폐지",
        "신분증 발급",
    ]
    text = one.page.locator("main").inner_text()
    assert ONE.party in text and TWO.party in text and "somebody" not in text
    one.check_page()
