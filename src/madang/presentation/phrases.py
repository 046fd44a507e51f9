"""What an expression says, between its syntax and the sentences of a language.

Conditions hold no `not`: it is carried inwards, where each condition has its own opposite. Amounts know what they
count, and names what they are called.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from madang.presentation.labels import Label

Period = Literal["day", "month"]
Order = Literal["<", "<=", ">", ">="]


class Phrase(msgspec.Struct, frozen=True):
    """The base of all phrases."""


# ---------------------------------------------------------------------------------------------------------- values


class Named(Phrase, frozen=True):
    """Something that has a name; `value` is what it is in this programme, if it is fixed there."""

    label: Label
    value: Value | None = None


class Amount(Phrase, frozen=True):
    """A number and what it counts: won, int, date, time, month, hour, weekday, month_of_year, seconds, days, months."""

    number: int
    unit: str


class Quoted(Phrase, frozen=True):
    """A text, or the member of an enum."""

    label: Label


class Truth(Phrase, frozen=True):
    """Yes or no."""

    value: bool


class Listing(Phrase, frozen=True):
    """A written list."""

    items: tuple[Value, ...]


class Sum(Phrase, frozen=True):
    """All of these together."""

    parts: tuple[Value, ...]


class Difference(Phrase, frozen=True):
    """The first without the others."""

    whole: Value
    parts: tuple[Value, ...]


class Product(Phrase, frozen=True):
    """One times the other."""

    left: Value
    right: Value


class Quotient(Phrase, frozen=True):
    """One divided by the other, rounded towards zero."""

    left: Value
    right: Value


class Remainder(Phrase, frozen=True):
    """What division leaves."""

    left: Value
    right: Value


class Negative(Phrase, frozen=True):
    """Minus."""

    value: Value


class Percent(Phrase, frozen=True):
    """So many percent of something; `cut`: what is less than one is dropped."""

    rate: Value
    of: Value
    cut: bool


class Extreme(Phrase, frozen=True):
    """The smaller or larger of two."""

    larger: bool
    parts: tuple[Value, ...]


class Elapsed(Phrase, frozen=True):
    """The time from one moment to another."""

    start: Value
    end: Value


class Days(Phrase, frozen=True):
    """So many days of time, which the ledger counts in seconds."""

    number: Value


class Shifted(Phrase, frozen=True):
    """A moment, date or month so much later; `length` is a number of what `unit` counts, or `Days`."""

    moment: Value
    length: Value
    unit: str
    earlier: bool


class Part(Phrase, frozen=True):
    """The date, hour, weekday, month or month of the year of a moment. `now`: of the present."""

    function: str
    of: Value
    now: bool


class Counter(Phrase, frozen=True):
    """A counter that begins anew each day or month: 0 unless `of`, what it counts, is this one."""

    value: Value
    of: Value
    period: Period


class Choice(Phrase, frozen=True):
    """One value if a condition holds, else the other."""

    condition: Condition
    then: Value
    otherwise: Value


class Cell(Phrase, frozen=True):
    """A cell of a table, and the keys of its dimensions with their names."""

    table: Value
    keys: tuple[tuple[Label, Value], ...]


class Version(Phrase, frozen=True):
    """The version of a published list."""

    list: Value


class SumOfAll(Phrase, frozen=True):
    """The sum of a field over all records of its type."""

    field: Label


class Whether(Phrase, frozen=True):
    """Whether a condition holds, as a value."""

    condition: Condition


Value = (
    Named
    | Amount
    | Quoted
    | Truth
    | Listing
    | Sum
    | Difference
    | Product
    | Quotient
    | Remainder
    | Negative
    | Percent
    | Extreme
    | Elapsed
    | Days
    | Shifted
    | Part
    | Counter
    | Choice
    | Cell
    | Version
    | SumOfAll
    | Whether
)

# ------------------------------------------------------------------------------------------------------ conditions


class Compare(Phrase, frozen=True):
    """One value is less or more than another; `moments` are before or after each other."""

    order: Order
    left: Value
    right: Value
    moments: bool


class Same(Phrase, frozen=True):
    """Two values are the same, or (`negated`) are not."""

    left: Value
    right: Value
    negated: bool


class OneOf(Phrase, frozen=True):
    """A value is one of a list, or is not."""

    value: Value
    list: Value
    negated: bool


class Begins(Phrase, frozen=True):
    """A text begins with another, or with one of several (`any_of`), or does not."""

    text: Value
    prefix: Value
    any_of: bool
    negated: bool


class Listed(Phrase, frozen=True):
    """Something is on a published list, or is not."""

    value: Value
    list: Value
    negated: bool


class Flag(Phrase, frozen=True):
    """Something is so, or is not."""

    value: Value
    negated: bool


class Always(Phrase, frozen=True):
    """It is always so, or never."""

    value: bool


class Every(Phrase, frozen=True):
    """All of these."""

    parts: tuple[Condition, ...]


class Some(Phrase, frozen=True):
    """At least one of these."""

    parts: tuple[Condition, ...]


class Depends(Phrase, frozen=True):
    """One thing is demanded if a condition holds, and another if it does not."""

    condition: Condition
    then: Condition
    otherwise: Condition


Condition = Compare | Same | OneOf | Begins | Listed | Flag | Always | Every | Some | Depends
