"""Texts as whole numbers, so that tests of prefixes and lists become tests of intervals.

The texts that a document names are sorted; a text that begins with another stands right behind it, so that everything
beginning with one of them is an interval of places. A text is its place (from 1) if it is named, else a larger number
with the place of the longest named text that it begins with (0: none). Of named texts this is exact: every combination
exists. Of two texts of which neither is named, `begins_with` is a relation with some of the facts of prefixes only:
more is allowed than can be, so what is proven of it holds of real texts, and what is found must be replayed.
"""

from __future__ import annotations

import bisect
import copy
from collections.abc import Iterable
from typing import Any

import z3

_LETTERS = [chr(code) for code in (ord("x"), *range(0x30, 0x7F), *range(0xAC00, 0xD7A4))]
"""More than there are named texts; the first one that will do is used."""


class Texts:
    """The named texts of one or two documents, and the terms of one formula that stand for texts."""

    def __init__(self, named: Iterable[str]) -> None:
        self.named = sorted(set(named))
        self._nearest = z3.Function("nearest", z3.IntSort(), z3.IntSort())
        self._begins = z3.Function("begins", z3.IntSort(), z3.IntSort(), z3.BoolSort())
        self._last = z3.Function("last", z3.IntSort(), z3.IntSort())
        self._terms: dict[int, Any] = {}
        self._pairs: dict[tuple[int, int], tuple[Any, Any]] = {}

    def branch(self) -> Texts:
        """The same for a longer formula."""
        branch = copy.copy(self)
        branch._terms, branch._pairs = dict(self._terms), dict(self._pairs)
        return branch

    def place(self, text: str) -> int:
        """The number of a named text."""
        return bisect.bisect_left(self.named, text) + 1

    def is_text(self, term: Any) -> Any:
        """What holds of every number that stands for a text."""
        return term >= 1

    def is_one_of(self, term: Any, texts: Iterable[str]) -> Any:
        """The text is one of these, which are named."""
        return _in_intervals(term, _merged([(self.place(text), self.place(text)) for text in texts]))

    def begins_with_one_of(self, term: Any, prefixes: Iterable[str]) -> Any:
        """The text begins with one of these, which are named."""
        intervals = _merged([self._interval(prefix) for prefix in prefixes])
        return _in_intervals(self._place_of(term), intervals)

    def begins_with(self, term: Any, prefix: Any) -> Any:
        """The text begins with another."""
        if z3.is_int_value(prefix):
            return self.begins_with_one_of(term, [self.named[prefix.as_long() - 1]])
        self._note(term)
        self._note(prefix)
        self._pairs[term.get_id(), prefix.get_id()] = (term, prefix)
        return self._begins(term, prefix)

    def facts(self, *, searching: bool = False) -> list[Any]:
        """What holds of the terms of this formula, whatever the texts are.

        `searching` for a run leaves out a few texts that could be, so that those of a model are easily written: what
        begins with a text that no document names is not named either, and begins with no more that is.
        """
        size = len(self.named)
        facts = []
        for term in self._terms.values():
            nearest = self._nearest(term)
            facts.append(z3.Or(term <= size, z3.And(nearest >= 0, nearest <= size)))
        pairs = list(self._pairs.values())
        if pairs:
            facts += [self._last(place) == self._interval(text)[1] for place, text in enumerate(self.named, start=1)]
        for text, prefix in pairs:
            begins, place, inside = self._begins(text, prefix), self._place_of(text), self._place_of(prefix)
            within = z3.And(place >= inside, place <= self._last(inside))
            facts.append(z3.Implies(text == prefix, begins))
            facts.append(z3.Implies(z3.And(begins, self._begins(prefix, text)), text == prefix))
            # A named prefix: exactly the texts whose place is in its interval.
            facts.append(z3.Implies(prefix <= size, begins == within))
            facts.append(z3.Implies(begins, z3.Or(inside == 0, within)))
            facts += [
                z3.Implies(z3.And(begins, self._begins(prefix, end)), self._begins(text, end))
                for start, end in pairs
                if start.eq(prefix)
            ]
            if searching:
                facts.append(z3.Implies(z3.And(begins, prefix > size), z3.And(text > size, place == inside)))
        return facts

    def read(self, model: Any, numbers: Iterable[int]) -> dict[int, str]:
        """Texts for numbers of a model: named ones as they are, others made up to begin with what they must."""
        size = len(self.named)
        begins: dict[int, list[int]] = {}
        for text, prefix in self._pairs.values():
            if z3.is_true(model.eval(self._begins(text, prefix), model_completion=True)):
                begins.setdefault(_value(model, text), []).append(_value(model, prefix))
        wanted = {each for number in numbers for each in (number, *_closure(number, begins))}
        known: dict[int, str] = {}
        for number in sorted(wanted, key=lambda each: (len(_closure(each, begins)), each)):
            if 1 <= number <= size:
                known[number] = self.named[number - 1]
                continue
            place = _value(model, self._nearest(z3.IntVal(number)))
            starts = [known[each] for each in begins.get(number, ()) if each in known]
            start = max([self.named[place - 1] if 1 <= place <= size else "", *starts], key=len)
            known[number] = f"{start}{self._free(start)}{len(known):03}"
        return known

    def _free(self, start: str) -> str:
        """A letter with which no named text goes on after `start`, so that what is made up begins with no more."""
        return next(letter for letter in _LETTERS if not any(text.startswith(start + letter) for text in self.named))

    def _note(self, term: Any) -> None:
        self._terms.setdefault(term.get_id(), term)

    def _place_of(self, term: Any) -> Any:
        if z3.is_int_value(term):
            return term
        self._note(term)
        return z3.If(term <= len(self.named), term, self._nearest(term))

    def _interval(self, prefix: str) -> tuple[int, int]:
        first = self.place(prefix)
        last = first
        while last < len(self.named) and self.named[last].startswith(prefix):
            last += 1
        return first, last


def _value(model: Any, term: Any) -> int:
    value: int = model.eval(term, model_completion=True).as_long()
    return value


def _closure(number: int, begins: dict[int, list[int]]) -> set[int]:
    """What a text begins with, and what that begins with."""
    found: set[int] = set()
    waiting = [number]
    while waiting:
        for each in begins.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _in_intervals(term: Any, intervals: tuple[tuple[int, int], ...]) -> Any:
    return z3.Or([term == low if low == high else z3.And(term >= low, term <= high) for low, high in intervals])
