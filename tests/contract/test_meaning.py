"""What expressions mean: arithmetic, calendar, intervals, values as they are written."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang import contract
from madang.contract import OutOfRange, Refused, Unbalanced
from madang.contract.generator import remainder
from madang.contract.intervals import combine, quotient
from madang.contract.months import MONTHS, month_of
from madang.contract.names import is_id, is_text
from madang.contract.values import read_value
from madang.contract.valuetypes import BOOL, DATE, MONTH, TIME, Number
from tests.contract.support import SMALL_PROGRAMME, korea, small

AT = korea("2025-03-01T00:30")


def decide(clause: str, number: int = 0, note: str = "11", at: int = AT, **expressions: str) -> Any:
    """Run `pay` of the small kind; both ways, which must agree."""
    kind = contract.read_kind(small(clause, **expressions))
    programme = contract.read_programme(SMALL_PROGRAMME, kind)
    ready = contract.compile(kind, programme)
    purse = ready.records["purse"](owner="a", left=500, status="on", day=20_000, seen=AT, count=-3)
    records = (purse, None, ready.facts["Shop"](region="11680", size="little", open=True))
    arguments = (records, (100, "a", note, True, number), at)
    found: list[Any] = []
    for run in (ready.actions["pay"].run, lambda *each: contract.interpret(kind, programme, "pay", *each)):
        try:
            found.append(run(*arguments))
        except contract.RunError as error:
            found.append((type(error), str(error)))
    assert found[0] == found[1]
    return found[0]


def holds(clause: str, **inputs: Any) -> bool:
    result = decide(clause, **inputs)
    if result[0] is Refused:
        return False
    assert isinstance(result[0], tuple), result
    return True


@pytest.mark.parametrize(
    "clause",
    [
        "-7 / 2 == -3",
        "-7 % 2 == -1",
        "7 / -2 == -3",
        "7 % -2 == 1",
        "(number - 7) / 2 == -3 && (number - 7) % 2 == -1",
        "(number - 7) / (step - 10) == 1 && (number - 7) % (step - 10) == 0",
        "1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && 10 - 4 - 3 == 3 && 100 / 10 / 5 == 2",
        "!false && !(true && false) && (false || true)",
        "false && false || true",
        "true ? true : false ? false : false",
        "- -5 == 5 && -number == 0",
        "min(-3, x.count) == -3 && max(x.count, 2) == 2",
        "amount * 70 / 100 == 70 && amount / cap == 0 && cap / amount == 5",
        "hour(at) == 0 && month_of_year(at) == 3 && weekday(at) == 6",
        "day(at) - 1 < day(at) && day(at) - x.day == 148 && day(at) + 1 > day(x.seen) && x.seen + 1 > at",
        "month(at) == paid + 1 && month(born) < paid && month(day(at)) == month(at)",
        "at - opens == 5_099_400",
        'has_prefix(shop.region, regions) && !has_prefix(\'1\', regions) && has_prefix("2", ["2"])',
        'starts_with(shop.region, note) && !starts_with(note, shop.region) && starts_with("a", "a")',
        'note in ["11", "12"] && note in regions && !("1" in regions) && x.count in [-3]',
        'x.status in ["on"] && x.status == (true ? "on" : "off") && (true ? "on" : "off") == x.status',
        'x.owner == who && "on" != "off" && shop.open && shop.size == "little"',
        "9_223_372_036_854_775_807 > 0",
    ],
)
def test_true(clause: str) -> None:
    assert holds(clause)
    assert not holds(f"!({clause})")


def test_day_boundaries_are_those_of_korea() -> None:
    midnight = korea("2025-03-01T00:00")
    for moment, hour in ((midnight - 1, 23), (midnight, 0), (midnight + 3_599, 0), (midnight + 3_600, 1)):
        assert holds(f"hour(at) == {hour}", at=moment)


def test_what_stops_a_run_after_the_clauses() -> None:
    assert decide("true", left="x.left - amount * 6") == (OutOfRange, "pay: x.left is out of range")
    assert decide("true", amount="x.left - 501", left="x.left - 5") == (OutOfRange, "pay: post 1 is out of range")
    assert decide("true", amount="min(amount, 99)") == (
        Unbalanced,
        "pay: the postings of issued differ from the change of its records",
    )
    assert decide("true", amount="amount - 100", left="x.left - (amount - 100)")[1] == ((3, 0, 0),), "nothing may move"
    assert decide("true", invariant="purse.left < 400") == (
        contract.Violated,
        "pay: x would break the invariant rule",
    )


@pytest.mark.parametrize("at", [-1, 253_402_268_400, True, 1.0, None])
def test_the_time_is_checked(at: Any) -> None:
    assert decide("true", at=at) == (OutOfRange, "pay: at is out of range")


def test_many_prefixes_are_looked_up_by_length() -> None:
    many = ", ".join(f'"{number}"' for number in (*range(100, 400, 7), 5, 12345))
    for note in ("1", "100", "1001", "101", "5", "59", "1234", "12345", "123456", "가"):
        expected = any(note.startswith(item.strip('"')) for item in many.split(", "))
        assert holds(f"has_prefix(note, [{many}])", note=note) is expected


def test_months_of_every_day() -> None:
    day = datetime.date(1970, 1, 1)
    for number in range(0, 2_932_897, 13):
        date = day + datetime.timedelta(days=number)
        assert month_of(number) == (date.year - 1970) * 12 + date.month - 1
    for year in (1970, 1999, 2000, 2024, 2100, 9999):
        for month in range(1, 13):
            first = datetime.date(year, month, 1)
            number = (first - day).days
            assert month_of(number) == (year - 1970) * 12 + month - 1
            if number:
                assert month_of(number - 1) == month_of(number) - 1


def test_months_that_are_written_out() -> None:
    assert tuple([month_of(day) for day in range(len(MONTHS))]) == MONTHS
    last, next_day = "2199-12-31T12:00", "2200-01-01T12:00"
    for moment, month, since_paid in ((last, 12, 2_098), (next_day, 1, 2_099)):
        assert holds(f"month_of_year(at) == {month} && month(at) - paid == {since_paid}", at=korea(moment))


SMALL_INTEGERS = st.integers(-40, 40)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["+", "-", "*", "/", "%", "min", "max"]),
    st.tuples(SMALL_INTEGERS, SMALL_INTEGERS).map(sorted),
    st.tuples(SMALL_INTEGERS, SMALL_INTEGERS).map(sorted),
)
def test_intervals_hold_every_result(operator: str, left: list[int], right: list[int]) -> None:
    if operator in ("/", "%") and right[0] <= 0 <= right[1]:
        return
    low, high = combine(operator, (left[0], left[1]), (right[0], right[1]))
    calculate: Any = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: int(a / b),
        "%": lambda a, b: a - b * int(a / b),
        "min": min,
        "max": max,
    }[operator]
    results = []
    for a in {left[0], left[1], 0, -1, 1, (left[0] + left[1]) // 2}:
        for b in {right[0], right[1], -1, 1, (right[0] + right[1]) // 2}:
            if left[0] <= a <= left[1] and right[0] <= b <= right[1]:
                results.append(calculate(a, b))
    assert low <= min(results) and max(results) <= high


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1).filter(bool))
def test_division_rounds_towards_zero(left: int, right: int) -> None:
    whole, rest = quotient(left, right), remainder(left, right)
    assert whole * right + rest == left
    assert abs(rest) < abs(right)
    assert rest == 0 or (rest < 0) == (left < 0)


INT = Number("int", -100, 100)


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("true", BOOL, True),
        ("yes", BOOL, None),
        ("True", BOOL, None),
        ("-30_0", INT, -300),
        ("+3", INT, None),
        ("3_", INT, None),
        ("_3", INT, None),
        ("-_3", INT, None),
        ("03", INT, None),
        ("0", INT, 0),
        ("1e3", INT, None),
        ("٣", INT, None),
        ("", INT, None),
        ("-", INT, None),
        ("9" * 20, INT, None),
        ("1970-01-01", DATE, 0),
        ("2000-02-29", DATE, 11_016),
        ("2001-02-29", DATE, None),
        ("2000-2-29", DATE, None),
        ("20000229", DATE, None),
        ("1970-01-01T09:00:00+09:00", TIME, 0),
        ("2025-12-01T00:00:00+09:00", TIME, 1_764_514_800),
        ("2025-12-01T00:00:00+00:00", TIME, None),
        ("2025-12-01 00:00:00+09:00", TIME, None),
        ("2025-12-01T23:59:60+09:00", TIME, None),
        ("2025-12-01", TIME, None),
        ("1970-01", MONTH, 0),
        ("2025-12", MONTH, 671),
        ("2025-13", MONTH, None),
        ("2025-1", MONTH, None),
    ],
)
def test_values_as_written(text: str, type_: Any, value: Any) -> None:
    found = read_value(text, type_)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["", "a" * 129, "a\n", "a\u0000", "a\u007f", "\u0085", "\ud800", "\u202e", "\ufeff", 1, None]
)
def test_what_is_no_text(text: Any) -> None:
    assert not is_text(text)
    assert not is_id(text)


def test_what_is_a_text_or_id() -> None:
    assert is_text("가나 다") and is_text("a b") and is_text("a" * 128)
    assert is_id("a-b_c.d~e:1") and is_id("a" * 128)
    assert not is_id("가") and not is_id("a b")
