"""From a form's fields to typed acts: what does not fit is said at its field."""

import re
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from madang.kernel.fields import MAX_WON

T = TypeVar("T")
MOST_DIGITS = 16
"""Of an amount: that of `MAX_WON`."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What nobody types: control characters other than those of lines and columns."""
_FIELD = re.compile(r"`\$\.([a-z_]+)")


class Invalid(Exception):  # noqa: N818  an answer, named as the answer
    """A field does not fit: its name, '' where it is not one field alone."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def built(kind: type[T], **values: Any) -> T:
    """An act (or part of one) of these values, each of which may be text. Raises `Invalid`."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error))
        missing = re.search(r"required field `([a-z_]+)`", str(error))
        raise Invalid(found.group(1) if found else missing.group(1) if missing else "") from None


def words_in(text: str) -> list[str]:
    """What stands in a field of several lines or words, each once and in order."""
    return list(dict.fromkeys(re.split(r"[\s,]+", text.strip()))) if text.strip() else []


def read_amount(text: str, most: int = MAX_WON) -> int | None:
    """Whole won from 1 to `most` as people type them (`12,000원`, `₩12,000`); None for anything else."""
    plain = digits(text.strip().removeprefix("₩"))
    if not (plain.isascii() and plain.isdigit() and len(plain) <= MOST_DIGITS):
        return None
    return int(plain) if 1 <= int(plain) <= most else None


def digits(text: str) -> str:
    """An amount as people write it, as digits: `12,000원` is `12000`. Other text stays as it is."""
    return text.replace(",", "").removesuffix("원").strip()


def literals(wanted: Any) -> list[str]:
    """The texts that a type of a few texts allows, within unions, lists and aliases too."""
    if get_origin(wanted) is Literal:
        return [one for one in get_args(wanted) if isinstance(one, str) and one]
    return [one for part in get_args(wanted) for one in literals(part)]


def chosen(fields: Mapping[str, str], *names: str) -> dict[str, str]:
    """Those of these fields that are not empty."""
    return {name: fields[name] for name in names if fields.get(name)}
