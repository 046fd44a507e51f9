"""Payments of parties: pages, one line, and the newest, against a plain list in Python."""

import random

import pytest
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records.paymentlist import find_paid, find_payment, list_payments, payments_since
from madang.records.schema import NOTICES
from madang.records.shops import name_shops, shop_names

PEOPLE, SORTS = ["alice", "bora", "chul"], ["paid", "refunded", "granted"]


@pytest.fixture
def rows(database):
    """Two hundred notices, some of them in the same second."""
    chance = random.Random(7)
    made = [
        {
            "key": f"{number:064x}",
            "recipient": chance.choice(PEOPLE),
            "kind": chance.choice(SORTS),
            "at": 1_000 + chance.randrange(60),
            "programme": "coupon",
            "amount": number,
            "number": f"{number:04d}",
            "day": 0,
            "detail": "",
            "planned": 1,
        }
        for number in range(200)
    ]
    with database.writing() as connection:
        connection.execute(insert(NOTICES), made)
    return sorted(made, key=lambda row: (row["at"], row["key"]), reverse=True)


@pytest.mark.parametrize("parties", [[], ["alice"], ["alice", "chul"], ["nobody"]])
def test_payments_come_in_pages_the_newest_first(database, rows, parties):
    expected = [row["key"] for row in rows if row["recipient"] in parties and row["kind"] != "granted"]
    found, after = [], ""
    with database.reading() as connection:
        while True:
            page = list_payments(connection, parties, after, 13)
            assert page.total == len(expected)
            found += [row.key for row in page.rows]
            after = page.next
            if not after:
                break
    assert found == expected


def test_a_line_is_found_by_whoever_it_is_of(database, rows):
    paid = next(row for row in rows if row["kind"] == "paid")
    granted = next(row for row in rows if row["kind"] == "granted")
    with database.reading() as connection:
        found = find_payment(connection, [paid["recipient"]], paid["key"])
        assert (found.amount, found.number) == (paid["amount"], paid["number"])
        assert find_payment(connection, [one for one in PEOPLE if one != paid["recipient"]], paid["key"]) is None
        assert find_payment(connection, PEOPLE, granted["key"]) is None
        assert find_payment(connection, PEOPLE, "0") is None


def test_the_newest_since_a_second(database, rows):
    expected = [
        row["key"] for row in rows if (row["recipient"], row["kind"]) == ("bora", "paid") and row["at"] >= 1_030
    ]
    with database.reading() as connection:
        assert [row.key for row in payments_since(connection, "bora", 1_030, 500)] == expected
        assert [row.key for row in payments_since(connection, "bora", 1_030, 2)] == expected[:2]


def test_a_page_that_is_none_is_refused(database):
    with database.reading() as connection, pytest.raises(MadangError) as caught:
        list_payments(connection, ["alice"], "next")
    assert caught.value.code == "records.page"


def test_names_of_shops_are_those_of_the_directory(database):
    with database.writing() as connection:
        name_shops(connection, {"bakery": "동네 빵집", "grocer": "동네 슈퍼"})
    with database.reading() as connection:
        assert shop_names(connection, ["bakery", "unnamed"]) == {"bakery": "동네 빵집"}
        assert shop_names(connection, []) == {}


def test_what_was_paid_at_a_second_is_found_by_its_number(database, rows):
    paid = next(row for row in rows if row["kind"] == "paid")
    given_back = next(row for row in rows if row["kind"] == "refunded")
    with database.reading() as connection:
        found = find_paid(connection, [paid["recipient"]], "coupon", paid["number"], paid["at"])
        assert found is not None
        assert (found.key, found.position) == (paid["key"], -1)
        for parties, programme, number, at in (
            ([], "coupon", paid["number"], paid["at"]),
            (PEOPLE, "other", paid["number"], paid["at"]),
            (PEOPLE, "coupon", "none", paid["at"]),
            (PEOPLE, "coupon", paid["number"], paid["at"] + 1),
            (PEOPLE, "coupon", given_back["number"], given_back["at"]),
        ):
            assert find_paid(connection, parties, programme, number, at) is None
