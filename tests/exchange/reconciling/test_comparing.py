"""Both sides of a day: what agrees agrees, and every difference has its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.exchange.books import Movement
from madang.exchange.reconciling import DIFFERENCES, Booking, difference_sheet, reconcile

TODAY, YESTERDAY = "2026-11-20", "2026-11-19"


def moved(reference: str = "a", amount: int = 100, direction: str = "issue", day: str = TODAY) -> Movement:
    return Movement("", reference, direction, amount, day, "t" * 32)  # type: ignore[arg-type]


def booked(reference: str = "a", amount: int = 100, direction: str = "issue", day: str = TODAY) -> Booking:
    return Booking(reference, direction, amount, day)  # type: ignore[arg-type]


def kinds(movements: list[Movement], bookings: list[Booking]) -> list[str]:
    return [one.kind for one in reconcile("bank-a", TODAY, movements, bookings).differences]


@pytest.mark.parametrize(
    ("movements", "bookings", "expected"),
    [
        ([], [], []),
        ([moved()], [booked()], []),
        ([moved(), moved(direction="redemption")], [booked(direction="redemption"), booked()], []),
        ([moved(day=YESTERDAY)], [], []),
        ([], [booked()], ["missing_on_ledger"]),
        ([moved()], [], ["missing_at_bank"]),
        ([moved()], [booked(amount=99)], ["amount"]),
        ([moved(day=YESTERDAY)], [booked()], ["wrong_day"]),
        ([moved()], [booked(day=YESTERDAY)], ["wrong_day"]),
        ([moved(day="")], [booked()], ["wrong_day"]),
        ([moved(day=YESTERDAY)], [booked(amount=99)], ["amount", "wrong_day"]),
        ([moved()], [booked(direction="redemption")], ["wrong_direction"]),
        ([moved()], [booked(), booked()], ["duplicate_at_bank"]),
        ([moved()], [booked(), booked(amount=99)], ["duplicate_at_bank"]),
        ([moved()], [booked(amount=99), booked()], ["duplicate_at_bank"]),
        ([], [booked(), booked()], ["duplicate_at_bank", "missing_on_ledger"]),
        ([moved(), moved()], [booked()], ["duplicate_on_ledger"]),
        ([moved(), moved()], [], ["duplicate_on_ledger", "missing_at_bank"]),
        ([moved(), moved()], [booked(), booked()], []),
        ([moved(), moved(day=YESTERDAY)], [booked()], []),
        ([moved()], [booked(), booked(direction="redemption")], ["missing_on_ledger"]),
        ([moved("a")], [booked("b")], ["missing_at_bank", "missing_on_ledger"]),
    ],
)
def test_every_difference_is_named(movements: list[Movement], bookings: list[Booking], expected: list[str]) -> None:
    assert sorted(kinds(movements, bookings)) == sorted(expected)


def test_a_difference_tells_both_sides() -> None:
    (one,) = reconcile("bank-a", TODAY, [moved(amount=100)], [booked(amount=99)]).differences
    assert (one.ledger_amount, one.bank_amount, one.ledger_day, one.bank_day) == (100, 99, TODAY, TODAY)
    assert one.transaction == "t" * 32
    (one,) = reconcile("bank-a", TODAY, [], [booked(direction="redemption")]).differences
    assert (one.ledger_amount, one.ledger_day, one.direction, one.transaction) == (None, "", "redemption", "")


def test_sums_are_of_the_day_on_the_ledger_and_of_the_file_at_the_bank() -> None:
    found = reconcile(
        "bank-a",
        TODAY,
        [moved("a"), moved("b", 40, "redemption"), moved("c", 7, day=YESTERDAY)],
        [booked("a"), booked("b", 40, "redemption")],
    )
    assert found.agrees and found.matched == 2
    assert (found.ledger.count, found.ledger.issued, found.ledger.redeemed) == (2, 100, 40)
    assert found.ledger == found.at_bank


references = st.sampled_from("abc")
directions = st.sampled_from(["issue", "redemption"])
days = st.sampled_from([TODAY, YESTERDAY])
ledgers = st.lists(st.builds(moved, references, st.integers(1, 3), directions, days), max_size=8)
banks = st.lists(st.builds(booked, references, st.integers(1, 3), directions, days), max_size=8)


@given(ledgers, banks)
def test_agreement_means_that_both_sides_are_the_same(movements: list[Movement], bookings: list[Booking]) -> None:
    found = reconcile("bank-a", TODAY, movements, bookings)
    todays = sorted((one.reference, one.direction, one.amount) for one in movements if one.day == TODAY)
    at_bank = sorted((one.reference, one.direction, one.amount) for one in bookings)
    if all(one.day == TODAY for one in bookings):
        assert found.agrees == (todays == at_bank)


@given(ledgers)
def test_a_faithful_file_never_differs(movements: list[Movement]) -> None:
    bookings = [booked(one.reference, one.amount, one.direction) for one in movements if one.day == TODAY]
    assert reconcile("bank-a", TODAY, movements, bookings[::-1]).agrees


@given(ledgers, banks)
def test_the_order_of_a_file_changes_no_verdict(movements: list[Movement], bookings: list[Booking]) -> None:
    found = reconcile("bank-a", TODAY, movements, bookings)
    turned = reconcile("bank-a", TODAY, movements[::-1], bookings[::-1])
    assert (found.agrees, found.matched) == (turned.agrees, turned.matched)


def test_every_kind_has_words_and_the_sheet_shows_them() -> None:
    found = reconcile("bank-a", TODAY, [moved("a"), moved("b")], [booked("a", 99), booked("c")])
    text = difference_sheet(found).decode("utf-8-sig")
    for one in found.differences:
        assert DIFFERENCES[one.kind][0] in text
    assert text.count("\r\n") == 1 + len(found.differences)
