"""Values as they are written: by their declared type, never by how they look."""

from __future__ import annotations

import datetime
from typing import Final

from madang.contract.names import DIGITS
from madang.contract.syntax import Value
from madang.contract.valuetypes import Bool, Enum, Number, Type

_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()
_OFFSET: Final = "+09:00"


def read_integer(text: str) -> int | None:
    """`-30_000`: decimal digits with `_` between them, at most 19. None if it is something else."""
    digits = text.removeprefix("-")
    if not digits or digits[0] == "_" or digits[-1] == "_" or "__" in digits:
        return None
    digits = digits.replace("_", "")
    if not digits or len(digits) > 19 or any(digit not in DIGITS for digit in digits):
        return None
    if len(digits) > 1 and digits[0] == "0":
        return None
    return -int(digits) if text[0] == "-" else int(digits)


def read_value(text: str, type_: Type) -> Value | None:
    """The value that `text` writes for a type that is no list; None if it writes none. Ranges are checked later."""
    if isinstance(type_, Bool):
        return {"true": True, "false": False}.get(text)
    if not isinstance(type_, Number):
        return text
    if type_.unit == "date":
        return _date(text)
    if type_.unit == "time":
        return _time(text)
    if type_.unit == "month":
        date = _date(text + "-01")
        return None if date is None else (int(text[:4]) - 1970) * 12 + int(text[5:]) - 1
    return read_integer(text)


def some_value(type_: Type) -> Value:
    """Any value of a type, to stand for one that was reported as wrong."""
    if isinstance(type_, Number):
        return type_.low
    if isinstance(type_, Enum):
        return type_.members[0] if type_.members else ""
    return False if isinstance(type_, Bool) else "x"


def _shaped(text: str, shape: str) -> bool:
    """Whether `text` looks like `shape`, where 0 stands for any digit."""
    if len(text) != len(shape):
        return False
    return all(
        (found in DIGITS) if wanted == "0" else found == wanted for found, wanted in zip(text, shape, strict=True)
    )


def _date(text: str) -> int | None:
    """Days since 1970-01-01."""
    if not _shaped(text, "0000-00-00"):
        return None
    try:
        return datetime.date.fromisoformat(text).toordinal() - _EPOCH
    except ValueError:
        return None


def _time(text: str) -> int | None:
    """Seconds since 1970-01-01T00:00:00Z of a time that is written with the offset of Korea."""
    if not text.endswith(_OFFSET) or not _shaped(text.removesuffix(_OFFSET), "0000-00-00T00:00:00"):
        return None
    days = _date(text[:10])
    hours, minutes, seconds = int(text[11:13]), int(text[14:16]), int(text[17:19])
    if days is None or hours > 23 or minutes > 59 or seconds > 59:
        return None
    return days * 86_400 + (hours - 9) * 3_600 + minutes * 60 + seconds
