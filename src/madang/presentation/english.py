"""Phrases in English."""

from __future__ import annotations

from typing import Final, NamedTuple

from madang.presentation import phrases as say
from madang.presentation.dates import MONTHS, WEEKDAYS_EN, moment_of_date, moment_of_time, year_and_month
from madang.presentation.phrases import Condition, Value

_NUMBERS: Final = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_MOMENTS: Final = {"<": "before", "<=": "at or before", ">": "after", ">=": "at or after"}
_PARTS: Final = {
    "day": "the date", "hour": "the hour", "month": "the month", "month_of_year": "the month of the year",
    "weekday": "the day of the week",
}  # fmt: skip
_NOW: Final = {
    "day": "today", "hour": "the present hour", "month": "this month", "month_of_year": "the present month of the year",
    "weekday": "today's day of the week",
}  # fmt: skip
TYPES: Final = {
    "bool": "yes or no", "date": "a date", "time": "a time", "month": "a month", "text": "a text or code",
    "id": "an identifier", "list": "a list", "table": "a table", "published": "the name of a published list",
}  # fmt: skip
_COUNTERS: Final = {"day": "today", "month": "this month"}


class Forms(NamedTuple):
    """A condition as what must be and as what is."""

    must: str
    is_: str


# ------------------------------------------------------------------------------------------------------ conditions


def must(condition: Condition) -> str:
    """The condition as what is demanded: one sentence for each part that must hold."""
    if isinstance(condition, say.Every):
        return " ".join(map(must, condition.parts))
    if isinstance(condition, say.Some):
        cases = [f"({number}) {forms(part).is_}" for number, part in enumerate(condition.parts, start=1)]
        return f"One of these must hold: {'; '.join(cases)}."
    return f"{capital(forms(condition).must)}."


def holds(condition: Condition) -> str:
    """The condition as what is always so."""
    if isinstance(condition, say.Every):
        return " ".join(map(holds, condition.parts))
    return f"Always: {forms(condition).is_}."


def forms(condition: Condition) -> Forms:
    """The condition in its forms."""
    match condition:
        case say.Compare():
            words = (_MOMENTS if condition.moments else _NUMBERS)[condition.order]
            return _be(_side(condition.left), f"{words} {_side(condition.right)}", negated=False)
        case say.Same():
            if isinstance(condition.right, say.Amount | say.Quoted | say.Truth):
                return _be(_side(condition.left), _side(condition.right), condition.negated)
            return _be(_side(condition.left), f"the same as {_side(condition.right)}", condition.negated)
        case say.OneOf():
            return _be(value(condition.value), _choices(condition.list), condition.negated)
        case say.Begins():
            prefix = value(condition.prefix)
            if condition.any_of:
                prefix = f"{'any' if condition.negated else 'one'} of {prefix}"
            text = value(condition.text)
            if condition.negated:
                return Forms(f"{text} must not begin with {prefix}", f"{text} does not begin with {prefix}")
            return Forms(f"{text} must begin with {prefix}", f"{text} begins with {prefix}")
        case say.Listed():
            return _be(value(condition.value), f"on {value(condition.list)}", condition.negated)
        case say.Flag():
            return _be(value(condition.value), "“no”" if condition.negated else "“yes”", negated=False)
        case say.Always():
            allowed = "allowed" if condition.value else "refused"
            return Forms(f"this is always {allowed}", f"this is always {allowed}")
        case say.Every():
            return Forms(
                _and([forms(part).must for part in condition.parts]), _and([_part(one) for one in condition.parts])
            )
        case say.Some():
            cases = " or ".join([_part(one) for one in condition.parts])
            return Forms(f"it must be that {cases}", cases)
        case say.Depends():
            if_, then, otherwise = (_part(one) for one in (condition.condition, condition.then, condition.otherwise))
            return Forms(
                f"if {if_}, it must be that {then}; otherwise, that {otherwise}",
                f"{then} if {if_}, and {otherwise} otherwise",
            )
        case _:
            raise TypeError(f"{type(condition).__name__} has no English yet")


def _be(who: str, what: str, negated: bool) -> Forms:
    no = "not " if negated else ""
    return Forms(f"{who} must {no}be {what}", f"{who} is {no}{what}")


def _part(condition: Condition) -> str:
    """A condition inside another one, in brackets where it has parts of its own."""
    is_ = forms(condition).is_
    return f"({is_})" if isinstance(condition, say.Every | say.Some | say.Depends) else is_


def _choices(phrase: Value) -> str:
    if not isinstance(phrase, say.Listing):
        return f"one of {value(phrase)}"
    *others, last = map(value, phrase.items)
    return f"{', '.join(others)} or {last}" if others else last


def move(amount: str, source: str, target: str) -> str:
    """A posting: what moves from where to where."""
    return f"{capital(amount)} moves from {source} to {target}."


# ---------------------------------------------------------------------------------------------------------- values


def value(phrase: Value) -> str:
    """A value as a noun."""
    match phrase:
        case say.Named():
            return phrase.label.en if phrase.value is None else f"{phrase.label.en} ({value(phrase.value)})"
        case say.Amount():
            return amount(phrase.number, phrase.unit)
        case say.Quoted():
            return f"“{phrase.label.en}”"
        case say.Truth():
            return "“yes”" if phrase.value else "“no”"
        case say.Listing():
            return f"[{', '.join(map(value, phrase.items))}]"
        case say.Part():
            return _NOW[phrase.function] if phrase.now else f"{_PARTS[phrase.function]} of {_inner(phrase.of)}"
        case say.Counter():
            return f"{value(phrase.value)} (0 unless {value(phrase.of)} is {_COUNTERS[phrase.period]})"
        case say.Choice():
            condition = forms(phrase.condition).is_
            return f"{value(phrase.then)} if {condition}, otherwise {value(phrase.otherwise)}"
        case say.Cell():
            keys = ", ".join([_key(label.en, value(key)) for label, key in phrase.keys])
            return f"the value in the table of {value(phrase.table)} ({keys})"
        case say.Version():
            return f"the version of {value(phrase.list)}"
        case say.SumOfAll():
            return f"the sum of {phrase.field.en} over all of them"
        case say.Whether():
            return f"whether {forms(phrase.condition).is_}"
        case _:
            return _calculated(phrase)


def _calculated(phrase: Value) -> str:
    match phrase:
        case say.Sum():
            return " plus ".join(map(_inner, phrase.parts))
        case say.Difference():
            return " minus ".join(map(_inner, (phrase.whole, *phrase.parts)))
        case say.Product():
            return f"{_inner(phrase.left)} times {_inner(phrase.right)}"
        case say.Quotient():
            return f"{_inner(phrase.left)} divided by {_inner(phrase.right)} (rounded towards zero)"
        case say.Remainder():
            return f"what is left of {_inner(phrase.left)} divided by {_inner(phrase.right)}"
        case say.Negative():
            return f"minus {_inner(phrase.value)}"
        case say.Percent():
            cut = " (rounded down)" if phrase.cut else ""
            literal = isinstance(phrase.rate, say.Amount)
            rate = f"{value(phrase.rate)} %" if literal else f"{_inner(phrase.rate)} percent"
            return f"{rate} of {_inner(phrase.of)}{cut}"
        case say.Extreme():
            return f"the {'larger' if phrase.larger else 'smaller'} of {_and(list(map(_inner, phrase.parts)))}"
        case say.Elapsed():
            return f"the time from {_inner(phrase.start)} to {_inner(phrase.end)}"
        case say.Days():
            number = value(phrase.number)
            return f"{number} days" if isinstance(phrase.number, say.Amount) else f"as many days as {number}"
        case say.Shifted():
            length = value(phrase.length) if isinstance(phrase.length, say.Days) else _inner(phrase.length)
            if not isinstance(phrase.length, say.Days | say.Amount):
                length += {"time": " seconds", "date": " days", "month": " months"}[phrase.unit]
            return f"{length} {'before' if phrase.earlier else 'after'} {_inner(phrase.moment)}"
        case _:
            raise TypeError(f"{type(phrase).__name__} has no English yet")


def _key(dimension: str, key: str) -> str:
    """A key of a table with the name of its dimension, which is said once where both are called the same."""
    return key if key.startswith(dimension) else f"{dimension}: {key}"


_WHOLE: Final = (say.Named, say.Amount, say.Quoted, say.Truth, say.Listing, say.Part, say.Counter, say.Days)


def _inner(phrase: Value) -> str:
    """A value inside another one, in brackets where it has parts of its own."""
    return value(phrase) if isinstance(phrase, _WHOLE) else f"({value(phrase)})"


def _side(phrase: Value) -> str:
    """One side of a comparison; one that has conditions of its own stands in brackets."""
    return f"({value(phrase)})" if isinstance(phrase, say.Choice) else value(phrase)


def _and(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def amount(number: int, unit: str) -> str:
    """A number with what it counts."""
    match unit:
        case "date":
            moment = moment_of_date(number)
            return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"
        case "time":
            moment = moment_of_time(number)
            second = f":{moment:%S}" if moment.second else ""
            return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}{second}"
        case "month":
            year, month = year_and_month(number)
            return f"{MONTHS[month - 1]} {year}"
        case "month_of_year" if 1 <= number <= 12:
            return MONTHS[number - 1]
        case "weekday" if 1 <= number <= 7:
            return WEEKDAYS_EN[number - 1]
        case "hour":
            return f"{number}:00"
        case "won":
            return f"{number:,} won"
        case "days" | "seconds" | "months":
            return f"{number:,} {unit.removesuffix('s') if number == 1 else unit}"
        case _:
            return f"{number:,}"
