"""What officers did with people's data, the newest first: the vault's access log as an institution reads of its own.

Of whom the data are is left out: the person reads that (`Vault.accesses`), and an institution has its own registers.
Whose accesses may be read is for the caller to have checked.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from madang.kernel.fields import PartyId
from madang.records.paging import Page, page_of
from madang.records.schema import VAULT_ACCESSES


class AccessRow(msgspec.Struct, frozen=True):
    """One access: when (seconds), by which officer, for what, and what was done."""

    access: int
    at: int
    officer: str
    why: str
    what: str


def list_accesses(
    connection: Connection, officers: Sequence[PartyId], after: str = "", limit: int = 50
) -> Page[AccessRow]:
    """A page of what these parties did. Raises `MadangError` (`records.page`)."""
    column = VAULT_ACCESSES.c
    conditions = [column.officer.in_(officers)]
    return page_of(connection, VAULT_ACCESSES, AccessRow, conditions, [column.access], limit, after, newest_first=True)
