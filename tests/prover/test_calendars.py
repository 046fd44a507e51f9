"""Months: exact arithmetic is that of the calendar, and what is known of the quick function is true of it."""

import datetime

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.contract.limits import DATE_HIGH, TIME_HIGH
from madang.contract.typed import Calendar, Constant
from madang.contract.valuetypes import DATE, TIME, Number
from madang.prover.calendars import Calendars

START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
days = st.integers(0, DATE_HIGH)
TYPES = Number("int", 0, DATE_HIGH)


def part(function, type_):
    return Calendar(function, Constant(0, type_), TYPES)


def months(day: int) -> int:
    date = START + datetime.timedelta(days=day)
    return (date.year - 1970) * 12 + date.month - 1


def number(term) -> int:
    return int(z3.simplify(term).as_long())


@settings(max_examples=300)
@given(days)
def test_the_month_of_a_day_is_exact(day):
    exact = Calendars(exact=True)
    assert number(exact.part(part("month", DATE), z3.IntVal(day))) == months(day)
    assert number(exact.part(part("month_of_year", DATE), z3.IntVal(day))) == months(day) % 12 + 1


@settings(max_examples=200)
@given(st.integers(0, TIME_HIGH))
def test_parts_of_a_time_are_those_of_korea(time):
    moment = START + datetime.timedelta(seconds=time, hours=9)
    exact = Calendars(exact=True)
    said = {name: number(exact.part(part(name, TIME), z3.IntVal(time))) for name in ("day", "hour", "weekday", "month")}
    assert said == {
        "day": (moment - START).days,
        "hour": moment.hour,
        "weekday": moment.isoweekday(),
        "month": months((moment - START).days),
    }


@settings(max_examples=300, deadline=None)
@given(days, st.one_of(days, st.integers(-32, 32)))
def test_what_is_assumed_of_the_quick_month_is_true(first, second):
    second = min(max(first + second, 0), DATE_HIGH) if abs(second) <= 32 else second
    quick = Calendars(exact=False)
    terms = {z3.Int("first"): first, z3.Int("second"): second}
    solver = z3.Solver()
    for term, day in terms.items():
        solver.add(term == day, quick.part(part("month", DATE), term) == months(day))
    solver.add(quick.facts())
    assert solver.check() == z3.sat
    assert quick.approximated


@settings(max_examples=60, deadline=None)
@given(days, st.integers(0, 400), days, st.booleans())
def test_months_that_are_written_out_are_exact_inside_and_outside(first, length, day, inside):
    last = min(first + length, DATE_HIGH)
    day = first + day % (last - first + 1) if inside else day
    written = Calendars(exact=True, between=(first, last))
    assert number(written.part(part("month", DATE), z3.IntVal(day))) == months(day)
    assert not written.approximated


@pytest.mark.parametrize("day", [0, 30, 31, 58, 59, 11016, DATE_HIGH])
def test_the_ends_of_months(day):
    assert number(Calendars(exact=True).part(part("month", DATE), z3.IntVal(day))) == months(day)
