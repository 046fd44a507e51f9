"""People from a sheet (CSV): one type, a row a person, looked at as a whole before any of it is kept.

The first row names the columns: `reference`, the institution's own number for a person, then claims of the type. Not
those that the issuer works out. An empty cell says nothing. Lists of codes are separated by ';', lists of records are
JSON, images base64. What is wrong is told by row and code, never with what stands there.
"""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity.catalogue import CredentialType
from madang.identity.institution import Institution
from madang.identity.issuer.preparing import check_officer, derived_claims, prepare
from madang.identity.trust import Trust
from madang.identity.verified import Claims
from madang.kernel.errors import MadangError
from madang.records.vault import Access
from madang.web.issuer.people import CONNECTING, People, read_claim, to_entry

MAX_BYTES, MAX_ROWS, MAX_TOLD = 16 * 1024 * 1024, 5_000, 100
REFERENCE = "reference"
_REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with a row (counted from 2, as spreadsheets show it): a code, and what to do in English."""

    row: int
    code: str
    message: str


class Sheet(msgspec.Struct, frozen=True):
    """A sheet that was read: claims by reference if nothing is wrong, else what is, up to a hundred rows of it."""

    people: Mapping[str, Claims]
    wrong: tuple[Wrong, ...]


def read_sheet(institution: Institution, of: CredentialType, data: bytes, now: int, trust: Trust | None) -> Sheet:
    """Read and check a sheet of a type. Officers are looked up on the ledger; where none is at hand (None), at issue.

    Raises `MadangError` for what is wrong with it as a whole: `sheet.size`, `sheet.text` (no UTF-8, or no CSV),
    `sheet.columns`, `sheet.empty`.
    """
    if len(data) > MAX_BYTES:
        raise MadangError("sheet.size", f"A sheet has at most {MAX_BYTES // 1024**2} MiB. Divide it.")
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise MadangError("sheet.text", "The sheet is no CSV in UTF-8. Save it as that.") from None
    if not rows or len(rows) < 2:
        raise MadangError("sheet.empty", "The sheet has no row of a person.")
    if len(rows) - 1 > MAX_ROWS:
        raise MadangError("sheet.size", f"A sheet has at most {MAX_ROWS:,} people. Divide it.")
    columns = [one.strip() for one in rows[0]]
    _check_columns(of, columns)
    people: dict[str, Claims] = {}
    connected: set[str] = set()
    wrong: list[Wrong] = []
    for number, row in enumerate(rows[1:], 2):
        try:
            reference, claims = _read_row(of, columns, row)
            if reference in people:
                raise MadangError("sheet.twice", "The reference is there twice.")
            prepare(institution, of, claims, now)
            if trust is not None:
                check_officer(institution, claims, trust)
            if CONNECTING in claims:
                if claims[CONNECTING] in connected:
                    raise MadangError("sheet.connected", "Another row has the same connecting information.")
                connected.add(claims[CONNECTING])
            people[reference] = claims
        except MadangError as error:
            wrong.append(Wrong(number, error.code, error.message))
    return Sheet({} if wrong else people, tuple(wrong[:MAX_TOLD]))


def keep_sheet(register: People, of: CredentialType, sheet: Sheet, access: Access) -> int:
    """Keep all people of a sheet in which nothing is wrong; how many.

    Raises what `People.keep` raises: `people.connected` before anything of it is kept.
    """
    for reference, claims in sheet.people.items():
        register.check(reference, of.id, to_entry(of, claims), access)
    for reference, claims in sheet.people.items():
        register.keep(reference, of.id, to_entry(of, claims), access)
    return len(sheet.people)


def columns_of(of: CredentialType) -> list[str]:
    """The columns that a sheet of this type can have."""
    return [REFERENCE, *(name for name in of.known if name not in derived_claims(of))]


def _check_columns(of: CredentialType, columns: list[str]) -> None:
    known = columns_of(of)
    if REFERENCE not in columns or len(set(columns)) != len(columns) or not set(columns) <= set(known):
        raise MadangError("sheet.columns", f"The first row names columns among: {', '.join(known)}. Each at most once.")


def _read_row(of: CredentialType, columns: list[str], row: list[str]) -> tuple[str, Claims]:
    if len(row) != len(columns):
        raise MadangError("sheet.row", "The row has not as many cells as there are columns.")
    cells: dict[str, Any] = {name: cell.strip() for name, cell in zip(columns, row, strict=True) if cell.strip()}
    reference = cells.pop(REFERENCE, "")
    if not _REFERENCE.match(reference):
        raise MadangError("sheet.reference", "The reference is missing, or not of A-Z, a-z, 0-9 and '._-'.")
    return reference, {name: read_claim(of.known[name], cell) for name, cell in cells.items()}
