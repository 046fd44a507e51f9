"""Entries by party, act and time: every filter against a plain one in Python."""

import random

import pytest
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records.entrylist import EntryFilter, list_entries
from madang.records.schema import ENTRIES

PARTIES, ACTS = ["alice", "bakery", "ministry"], ["money.pay", "vouchers.pay", "vouchers.grant"]


@pytest.fixture
def rows(database):
    """Three hundred entries of one to three acts, three of them in each second."""
    chance = random.Random(5)
    made = [
        {
            "position": position,
            "number": number,
            "party": chance.choice(PARTIES),
            "act": chance.choice(ACTS),
            "at": 1_000 + position // 3,
            "height": position // 3,
            "id": f"{position:032x}",
            "outcome": chance.choice(["accepted", "rejected"]),
            "code": "",
        }
        for position in range(300)
        for number in range(chance.randrange(1, 4))
    ]
    with database.writing() as connection:
        connection.execute(insert(ENTRIES), made)
    return made


@pytest.mark.parametrize(
    ("filtered", "keeps"),
    [
        ({"parties": None}, lambda row: True),
        ({"parties": ()}, lambda row: False),
        ({"parties": ("alice",)}, lambda row: row["party"] == "alice"),
        ({"parties": ("alice", "ministry")}, lambda row: row["party"] in ("alice", "ministry")),
        ({"parties": None, "act": "money.pay"}, lambda row: row["act"] == "money.pay"),
        ({"parties": ("bakery",), "since": 1_040}, lambda row: row["party"] == "bakery" and row["at"] >= 1_040),
        ({"parties": None, "until": 1_010}, lambda row: row["at"] < 1_010),
        ({"parties": None, "since": 1_010, "until": 1_011}, lambda row: row["at"] == 1_010),
        ({"parties": None, "since": 5_000}, lambda row: False),
        ({"parties": None, "until": 10}, lambda row: False),
    ],
)
def test_each_filter_in_pages(database, rows, filtered, keeps):
    expected = [(row["position"], row["number"]) for row in reversed(rows) if keeps(row)]
    found, after = [], ""
    with database.reading() as connection:
        while True:
            page = list_entries(connection, EntryFilter(**filtered), after, 37)
            found += [(row.position, row.number) for row in page.rows]
            after = page.next
            if not after:
                break
            assert len(page.rows) == 37
    assert found == expected


def test_a_place_that_is_none_is_refused(database):
    for after in ("x", "1", "1,2,3", "-1,2"):
        with database.reading() as connection, pytest.raises(MadangError) as caught:
            list_entries(connection, EntryFilter(parties=None), after)
        assert caught.value.code == "records.page"
