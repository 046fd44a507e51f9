"""Bank codes of the Korea Financial Telecommunications and Clearings Institute (금융결제원): three digits each."""

import csv
from functools import cache
from importlib import resources

import msgspec

from madang.kernel.errors import MadangError


class Bank(msgspec.Struct, frozen=True):
    """A bank's code, and its name in Korean and English."""

    code: str
    korean: str
    english: str


@cache
def _banks() -> dict[str, Bank]:
    text = (resources.files(__package__) / "codes.csv").read_text(encoding="utf-8")
    return {row["code"]: Bank(**row) for row in csv.DictReader(text.splitlines())}


def all_banks() -> list[Bank]:
    """Every bank that is known, by code."""
    return list(_banks().values())


def find_bank(code: str) -> Bank:
    """The bank of a code. Raises `MadangError` (`bank.unknown`)."""
    found = _banks().get(code)
    if found is None:
        raise MadangError("bank.unknown", "No bank has this code at the clearing house. Write three digits, as 004.")
    return found
