"""What pages import: every read model brought up to date at once, and pages in one form."""

import pytest
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records import reading
from madang.records.noticemodel import insert_new, notice
from madang.records.schema import NOTICE_TITLES, NOTICES
from tests.crash import town
from tests.services.appeals.scene import lodge
from tests.services.vouchers.scene import COUPON, pay
from tests.support.cast import ALICE, BORA


def test_every_read_model_is_brought_up_to_date_and_read(yard, database):
    who = town.payer(0)
    voucher = town.vouchers(yard.node.state())[0]
    for person in (ALICE, BORA):
        yard.accept(lodge(by=person.party), by=person)
    yard.accept(pay({voucher: 4_000}, by=who.party), by=who)
    for _ in range(2):
        standings = reading.bring_up_to_date(database, yard.node.ledger.store.view())
        assert {one.height for one in standings} == {yard.height}
    wanted = reading.AppealFilter(office="desk")
    with database.reading() as connection:
        first = reading.appeals(connection, wanted, limit=1)
        second = reading.appeals(connection, wanted, first.next, 1)
        assert (first.total, len(first.rows), bool(first.next)) == (2, 1, True)
        assert {first.rows[0].appellant, second.rows[0].appellant} == {ALICE.party, BORA.party}
        assert second.next == ""
        assert reading.waiting(connection, "desk", yard.now).appeals == 2
        assert [one.amount for one in reading.spending(connection, COUPON, "day")] == [4_000]
        found = reading.shops(connection, yard.node.state(), COUPON, time=yard.now).rows
        assert [one.merchant for one in found] == ["centre", "bakery", "grocer"]
        page = reading.notices(connection, who.party)
        assert sorted(one.kind for one in page.rows) == ["granted", "paid"]
        assert "4,000원" in " ".join(one.body for one in page.rows)
        with pytest.raises(MadangError) as error:
            reading.appeals(connection, wanted, "x")
        assert error.value.code == "records.page"


@pytest.fixture
def told(database):
    rows = [notice("granted", "alice", at, (at,), {"programme": "coupon", "day": 86_400}) for at in range(5)]
    rows += [notice("key_frozen", "alice", 9, (9,), {}), notice("paid", "bora", 3, (3,), {"amount": 1})]
    with database.writing() as connection:
        connection.execute(insert(NOTICE_TITLES).values(programme="coupon", language="ko", title="소비쿠폰"))
        insert_new(connection, NOTICES, rows)
    return database


def test_my_notices_are_mine_newest_first_in_pages(told):
    seen: list[reading.NoticeRow] = []
    after = ""
    with told.reading() as connection:
        while len(seen) < 6:
            page = reading.notices(connection, "alice", after=after, limit=2)
            assert page.total == 6
            seen += page.rows
            after = page.next
        assert after == ""
        assert reading.notices(connection, "nobody") == reading.Page([], 0, "")
    assert [one.at for one in seen] == [9, 4, 3, 2, 1, 0]
    assert (seen[0].title, seen[1].title) == ("열쇠 정지", "바우처 지급")
    assert seen[1].body == "소비쿠폰: 바우처가 지급되었습니다. 1970년 1월 2일까지 쓸 수 있습니다."


def test_notices_are_said_in_both_languages_and_no_other(told):
    with told.reading() as connection:
        (first, *_) = reading.notices(connection, "alice", "en").rows
        assert (first.title, first.body.isascii()) == ("Key frozen", True)
        with pytest.raises(MadangError) as error:
            reading.notices(connection, "alice", "fr")  # type: ignore[arg-type]
        assert error.value.code == "notices.language"


def test_what_is_offered_is_what_is_there():
    assert all(hasattr(reading, name) for name in reading.__all__)
