"""Pages of a list: rows in one order, how many there are in all, and where to go on."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Integer, String, func, select, tuple_
from sqlalchemy.sql.elements import KeyedColumnElement

from madang.kernel.errors import MadangError

MAX_PAGE = 500
MAX_PLACE = 200
"""Characters of a place, at most."""
R = TypeVar("R")


class Page(msgspec.Struct, Generic[R], frozen=True):
    """Rows, how many the question leaves in all, and what to hand in as `after` for the next page ('': the last)."""

    rows: list[R]
    total: int
    next: str


def bounded(limit: int) -> int:
    """How many rows a page may have, where so many were asked for: 1 to 500."""
    return min(max(limit, 1), MAX_PAGE)


def place_of(values: Sequence[Any]) -> str:
    """Where a page ends, as text."""
    return ",".join(str(one) for one in values)


def read_place(text: str, columns: Sequence[KeyedColumnElement[Any]]) -> list[Any]:
    """What `place_of` wrote for these columns. Raises `MadangError` (`records.page`)."""
    values = text.split(",")
    if len(values) != len(columns) or len(text) > MAX_PLACE:
        raise _not_a_place()
    return [_value(value, column) for value, column in zip(values, columns, strict=True)]


def page_of(
    connection: Connection,
    table: FromClause,
    row: type[R],
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[KeyedColumnElement[Any]],
    limit: int,
    after: str,
    *,
    newest_first: bool = False,
) -> Page[R]:
    """A page of the rows of a table that the conditions leave, in the order of these columns (backwards: newest first).

    Raises `MadangError` (`records.page`): `after` is not where a page of this list ended.
    """
    most = bounded(limit)
    total = connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
    ordered = [one.desc() for one in order] if newest_first else list(order)
    found = select(table).where(*conditions).order_by(*ordered).limit(most + 1)
    if after:
        place = tuple(read_place(after, order))
        found = found.where(tuple_(*order) < place if newest_first else tuple_(*order) > place)
    rows = connection.execute(found).mappings().all()
    fields = row.__struct_fields__  # type: ignore[attr-defined]
    shown = [row(**{name: one[name] for name in fields}) for one in rows[:most]]
    following = place_of([rows[most - 1][one.key] for one in order]) if len(rows) > most else ""
    return Page(shown, total, following)


def _value(text: str, column: KeyedColumnElement[Any]) -> Any:
    if isinstance(column.type, String):
        return text
    assert isinstance(column.type, Integer)
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise _not_a_place()
    return int(text)


def _not_a_place() -> MadangError:
    return MadangError("records.page", "This is not where a page of this list ended. Begin with the first page.")
