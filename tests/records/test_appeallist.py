"""The office's list: every filter against a plain one in Python, pages that meet, CSV that no spreadsheet runs."""

import csv
import io
import random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from madang.records.appeallist import AppealFilter, Place, count_by_status, list_appeals, write_csv
from madang.records.schema import APPEALS

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
STATUSES = [("lodged", ""), ("taken", ""), ("decided", "granted"), ("decided", "dismissed"), ("withdrawn", "withdrawn")]


def appeals(count: int) -> list[dict[str, Any]]:
    """So many rows, from a seed."""
    chance = random.Random(5)
    rows: list[dict[str, Any]] = []
    for number in range(count):
        status, outcome = chance.choice(STATUSES)
        lodged_at = 1_753_056_000 + chance.randrange(20) * 86_400
        rows.append(
            {
                "number": "".join(chance.choices(LETTERS, k=22)),
                "programme": chance.choice(["coupon", "meals"]),
                "appellant": "".join(chance.choices(LETTERS, k=43)),
                "matter": chance.choice(["refusal", "amount", "region"]),
                "ground": chance.choice(["birth", "move", "return_from_abroad"]),
                "office": chance.choice(["jongno", "busan"]),
                "channel": chance.choice(["own", "desk"]),
                "status": status,
                "handler": "officer" if status == "taken" else "",
                "outcome": outcome,
                "follows": f"ref-{number}" if outcome == "granted" else "",
                "evidence": chance.randrange(3),
                "lodged_at": lodged_at,
                "deadline": lodged_at + 14 * 86_400,
                "closed_at": lodged_at + 5 if status in ("decided", "withdrawn") else 0,
            }
        )
    return rows


ROWS = appeals(400)


@pytest.fixture
def filled(database):
    with database.writing() as connection:
        connection.execute(insert(APPEALS), ROWS)
    return database


def plainly(wanted: AppealFilter) -> list[dict]:
    """The same filter, as anybody would write it."""
    found = []
    for one in ROWS:
        is_open = one["status"] in ("lodged", "taken")
        keep = one["office"] == wanted.office
        keep &= wanted.status in (None, one["status"]) or (wanted.status == "open" and is_open)
        for name in ("programme", "matter", "ground", "outcome", "handler"):
            keep &= getattr(wanted, name) in (None, one[name])
        keep &= wanted.lodged_from is None or one["lodged_at"] >= wanted.lodged_from
        keep &= wanted.lodged_before is None or one["lodged_at"] < wanted.lodged_before
        keep &= wanted.overdue_at is None or (is_open and one["deadline"] < wanted.overdue_at)
        names = ("number", "appellant", "follows")
        keep &= wanted.search is None or any(str(one[name]).startswith(wanted.search) for name in names)
        if keep:
            found.append(one)
    return sorted(found, key=lambda one: (one["deadline"], one["number"]))


def every_page(connection, wanted, limit):
    rows, after, totals = [], None, set()
    while True:
        page = list_appeals(connection, wanted, limit, after)
        totals.add(page.total)
        rows += page.rows
        if page.next is None:
            return rows, totals
        assert len(page.rows) == limit
        after = page.next


def maybe(*values):
    return st.sampled_from([None, *values])


TIMES = [one["lodged_at"] for one in ROWS[:6]]
WANTED = st.builds(
    AppealFilter,
    office=st.sampled_from(["jongno", "busan", "nowhere"]),
    programme=maybe("coupon", "meals"),
    status=maybe("open", "lodged", "taken", "decided", "withdrawn"),
    matter=maybe("refusal", "amount", "region"),
    ground=maybe("birth", "move", "return_from_abroad"),
    outcome=maybe("granted", "dismissed", "withdrawn"),
    handler=maybe("officer"),
    lodged_from=maybe(*TIMES),
    lodged_before=maybe(*TIMES),
    overdue_at=maybe(*[time + 14 * 86_400 for time in TIMES]),
    search=maybe(ROWS[0]["number"][:4], ROWS[1]["appellant"][:6], "ref-1", "zzzz"),
)


@settings(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(WANTED, st.sampled_from([7, 50, 500]))
def test_filters_and_pages_are_those_of_a_plain_one(filled, wanted, limit):
    expected = plainly(wanted)
    with filled.reading() as connection:
        rows, totals = every_page(connection, wanted, limit)
        counts = count_by_status(connection, wanted)
    assert [msgspec.structs.asdict(one) for one in rows] == expected
    assert totals == {len(expected)}
    assert sum(counts.values()) == len(expected)


def test_another_offices_appeals_are_in_no_list(filled):
    with filled.reading() as connection:
        rows, _ = every_page(connection, AppealFilter(office="jongno"), 100)
        lines = list(write_csv(connection, AppealFilter(office="jongno")))
    assert {one.office for one in rows} == {"jongno"}
    assert "busan" not in "".join(lines)


def test_csv_is_read_back_and_no_cell_runs(filled):
    wanted = AppealFilter(office="busan")
    with filled.reading() as connection:
        text = "".join(write_csv(connection, wanted))
    header, *lines = list(csv.reader(io.StringIO(text)))
    expected = plainly(wanted)
    assert header[0] == "number"
    assert len(lines) == len(expected)
    assert any(str(one["number"]).startswith("-") for one in expected)
    for line, one in zip(lines, expected, strict=True):
        assert [cell.removeprefix("'") for cell in line] == [str(one[name]) for name in header]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)


BAD = [
    {"office": "jongno", "search": "abc"},
    {"office": "jongno", "search": "a%' OR 1=1 --"},
    {"office": "jongno' --"},
    {"office": "jongno", "status": "lost"},
    {"office": "jongno", "lodged_from": -1},
    {"office": "jongno", "columns": "*"},
    {},
]


@pytest.mark.parametrize("values", BAD)
def test_a_filter_of_another_form_is_refused(values):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, AppealFilter)


@pytest.mark.parametrize("value", [{"deadline": 1, "number": "x' OR ''='"}, {"deadline": -1, "number": "A" * 22}])
def test_a_place_of_another_form_is_refused(value):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, Place)


def test_a_page_is_never_larger_than_five_hundred(filled):
    with filled.reading() as connection:
        assert len(list_appeals(connection, AppealFilter(office="busan"), 0).rows) == 1
        assert len(list_appeals(connection, AppealFilter(office="busan"), 10**9).rows) <= 500
