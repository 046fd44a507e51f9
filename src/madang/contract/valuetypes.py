"""Types of values. Every scalar is typed by its declaration; nothing is guessed from how it is written.

The checker uses the same classes for what it infers: a `Number` then carries the interval that an expression can take.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from madang.contract.limits import DATE_HIGH, INTEGER_HIGH, INTEGER_LOW, MONTH_HIGH, TIME_HIGH, VERSION_HIGH

Integer = Annotated[int, Meta(ge=INTEGER_LOW, le=INTEGER_HIGH)]

Unit = Literal["won", "int", "date", "time", "month", "literal"]
"""What a number counts. `literal` is a bare number in an expression, which fits won and int; it is never declared."""


class Type(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """The base of all types."""


class Bool(Type, frozen=True, tag="bool"):
    """true or false."""


class Number(Type, frozen=True, tag="number"):
    """A whole number from `low` to `high`, both included.

    won: Korean won. int: a plain number. date: days since 1970-01-01 in Korea. time: seconds since
    1970-01-01T00:00:00Z. month: months since January 1970 in Korea.
    """

    unit: Unit
    low: Integer
    high: Integer


class Enum(Type, frozen=True, tag="enum"):
    """One of a closed set of names."""

    members: tuple[str, ...]


class Text(Type, frozen=True, tag="text"):
    """1 to 128 characters without control characters. Never empty: an empty prefix would fit everything."""


class Id(Type, frozen=True, tag="id"):
    """An opaque name of something: 1 to 128 visible ASCII characters. It is only compared."""


class List(Type, frozen=True, tag="list"):
    """A constant list. Only parameters have this type."""

    element: "Scalar"


class Dimension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One dimension of a table: what its keys are called, and every value that they can have, in order."""

    name: str
    type: "Number | Enum"

    def keys(self) -> "Sequence[int | str]":
        """The keys in order: whole numbers from low to high, or the members of an enum."""
        return range(self.type.low, self.type.high + 1) if isinstance(self.type, Number) else self.type.members

    def size(self) -> int:
        """How many keys there are."""
        if isinstance(self.type, Number):
            return self.type.high - self.type.low + 1
        return len(self.type.members)


class Table(Type, frozen=True, tag="table"):
    """A value `of` one type for each combination of keys `by` one to three dimensions. Only parameters have this type.

    The value of such a parameter is a flat tuple with one cell for every combination, the last dimension running
    fastest: a table of n cells without a hole, so that a look-up always finds one. Of language 2.
    """

    by: tuple[Dimension, ...]
    of: "Bool | Number | Enum | Text"

    def cells(self) -> int:
        """How many cells the value of such a parameter has."""
        return math.prod([dimension.size() for dimension in self.by])


class Published(Type, frozen=True, tag="published"):
    """A list that is published outside the document, in versions. Only parameters have this type.

    The value of such a parameter is the name of the list. What is on it can change from one block to the next; a
    document only asks whether something is on it (`listed`) and which version it has (`version`). Of language 2.
    """

    element: "Text | Id"


class Unknown(Type, frozen=True, tag="unknown"):
    """The type of what was already reported as wrong. No document holds it: the decoder does not know it."""


Scalar = Bool | Number | Enum | Text | Id
Declared = Bool | Number | Enum | Text | Id | List | Table | Published

BOOL = Bool()
TEXT = Text()
ID = Id()
DATE = Number("date", 0, DATE_HIGH)
TIME = Number("time", 0, TIME_HIGH)
MONTH = Number("month", 0, MONTH_HIGH)
VERSION = Number("int", 0, VERSION_HIGH)
"""The version of a published list; 0 before its first."""
UNKNOWN = Unknown()

UNIT_WORDS: dict[str, str] = {
    "won": "an amount of won",
    "int": "a whole number",
    "date": "a date",
    "time": "a time",
    "month": "a month",
    "literal": "a number",
}


def describe(type_: Type) -> str:
    """The type in words, for messages."""
    if isinstance(type_, Number):
        return UNIT_WORDS[type_.unit]
    if isinstance(type_, Enum):
        return f"one of {', '.join(type_.members[:6])}{', …' if len(type_.members) > 6 else ''}"
    if isinstance(type_, List):
        return f"a list ({describe(type_.element)})"
    if isinstance(type_, Table):
        return f"a table of {describe(type_.of)} by {', '.join([dimension.name for dimension in type_.by])}"
    if isinstance(type_, Published):
        return f"the name of a published list ({describe(type_.element)})"
    if isinstance(type_, Bool):
        return "true or false"
    if isinstance(type_, Id):
        return "an id"
    if isinstance(type_, Text):
        return "a text"
    return "unknown"
