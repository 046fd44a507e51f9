"""Accesses of officers, against a plain filter in Python."""

import pytest
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records.accesslist import list_accesses
from madang.records.schema import VAULT_ACCESSES

OFFICERS = ["one", "two", "three"]


@pytest.fixture
def rows(database):
    """Forty accesses in turn."""
    made = [
        {
            "at": 1_000 + at // 2,
            "officer": OFFICERS[at % 3],
            "why": "issuance",
            "what": "read",
            "person": f"p-{at}",
            "item": "",
        }
        for at in range(40)
    ]
    with database.writing() as connection:
        connection.execute(insert(VAULT_ACCESSES), made)
    return made


@pytest.mark.parametrize("officers", [["one"], ["one", "three"], ["nobody"], []])
def test_pages_hold_all_of_these_officers_newest_first_and_of_nobody_else(database, rows, officers):
    found, after = [], ""
    with database.reading() as connection:
        while True:
            page = list_accesses(connection, officers, after, limit=7)
            found += page.rows
            after = page.next
            if not after:
                break
    wanted = [one for one in rows if one["officer"] in officers]
    assert [(one.at, one.officer) for one in found] == [(one["at"], one["officer"]) for one in reversed(wanted)]
    assert page.total == len(wanted)


def test_a_row_does_not_say_whose_data_it_was(database, rows):
    with database.reading() as connection:
        (row, *_) = list_accesses(connection, ["one"]).rows
    assert not any("p-" in str(getattr(row, name)) for name in row.__struct_fields__)


def test_a_place_that_is_none_is_refused(database):
    for after in ("x", "1,2", "-"):
        with database.reading() as connection, pytest.raises(MadangError) as caught:
            list_accesses(connection, ["one"], after)
        assert caught.value.code == "records.page"
