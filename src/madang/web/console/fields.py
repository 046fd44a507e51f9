"""Reading what officers type into forms: shares, days, and names of institutions."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from madang.web.site.formats import KOREA

_SEPARATED = re.compile(r"[\s,]+")
_PARTY = re.compile(r"[A-Za-z0-9_-]{2,43}\Z")
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\Z")


def read_share(text: str) -> int | None:
    """Per cent with at most two places, as basis points; None for anything else."""
    found = _SHARE.match(text.strip().removesuffix("%").strip())
    if found is None:
        return None
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    return points if points <= 10_000 else None


def read_names(text: str, most: int) -> list[str] | None:
    """Short names that are separated by commas, spaces or lines, each once; None where one is none, or too many."""
    names = list(dict.fromkeys(one for one in _SEPARATED.split(text.strip()) if one))
    if len(names) > most or not all(_PARTY.match(one) for one in names):
        return None
    return names


def read_day(text: str) -> date | None:
    """A day as a date field sends it; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def midnight(day: date) -> int:
    """The first second of a day in Korea."""
    return int(datetime(day.year, day.month, day.day, tzinfo=KOREA).timestamp())


def chosen(text: str, choices: Sequence[str]) -> str | None:
    """What was chosen, or None where it is none of the choices, or nothing."""
    return text if text in choices else None
