"""Pages meet: put together they are the list, whatever their size; what is no place is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records.officelists import FlagRow
from madang.records.paging import page_of, place_of, read_place
from madang.records.schema import APPEALS, FLAGS

ORDER = (APPEALS.c.deadline, APPEALS.c.number)
COUNT = 23


@pytest.fixture
def filled(database):
    rows = [
        {
            "number": f"{number:032x}",
            "programme": "coupon",
            "sort": "payment",
            "subject": "s",
            "reason": "burst",
            "source": "report",
            "raised_by": "somebody",
            "raised_at": number // 3,
            "case": "",
            "standing": "waiting",
        }
        for number in range(COUNT)
    ]
    with database.writing() as connection:
        connection.execute(insert(FLAGS), rows)
    return database


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 7, COUNT - 1, COUNT, 500])
def test_pages_together_are_the_list(filled, limit, newest_first):
    order = (FLAGS.c.raised_at, FLAGS.c.number)
    seen, after, pages = [], "", 0
    with filled.reading() as connection:
        while pages == 0 or after:
            page = page_of(connection, FLAGS, FlagRow, [], order, limit, after, newest_first=newest_first)
            assert page.total == COUNT
            seen += [one.number for one in page.rows]
            after, pages = page.next, pages + 1
    assert seen == sorted(seen, reverse=newest_first)
    assert len(seen) == COUNT
    assert pages == -(-COUNT // limit)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (10_000, COUNT)])
def test_a_page_is_never_empty_or_unbounded_for_what_was_asked(filled, asked, given):
    with filled.reading() as connection:
        assert len(page_of(connection, FLAGS, FlagRow, [], (FLAGS.c.number,), asked, "").rows) == given


BAD = ["1", "1,a,b", "x,a", "-1,a", "1.5,a", "9" * 16 + ",a", "١,a", " 1,a", "1," + "a" * 200]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_place_is_refused(text):
    with pytest.raises(MadangError) as error:
        read_place(text, ORDER)
    assert error.value.code == "records.page"
    assert text not in error.value.message


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=60))
def test_whatever_is_handed_in_it_is_a_place_or_refused(text):
    deadline, comma, number = text.partition(",")
    is_place = bool(comma) and deadline.isascii() and deadline.isdigit() and len(deadline) <= 15 and "," not in number
    if is_place:
        assert read_place(text, ORDER) == [int(deadline), number]
    else:
        with pytest.raises(MadangError, match=r"records\.page"):
            read_place(text, ORDER)


def test_a_place_is_read_as_it_was_written():
    assert read_place(place_of((1_753_056_000, "A_-b")), ORDER) == [1_753_056_000, "A_-b"]
