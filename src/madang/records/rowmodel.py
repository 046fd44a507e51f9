"""Read models that have one row for each record of a table of the ledger, as it is now."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Connection, delete, insert, tuple_
from sqlalchemy import Table as SqlTable

from madang.kernel.state import Table
from madang.records.following import Written

MOST_AT_ONCE = 500
"""Rows in one statement: SQLite takes 32,766 values in one."""
R = TypeVar("R")


class Rows(Generic[R]):
    """What copies a table: `source` on the ledger to `target`, each record made a row by `row`."""

    source: ClassVar[Table[Any]]
    target: ClassVar[SqlTable]

    def row(self, parts: tuple[Any, ...], record: R) -> dict[str, object]:
        """A record under these key parts as a row."""
        raise NotImplementedError

    def key(self, parts: tuple[Any, ...]) -> tuple[object, ...]:
        """The primary key of the row of a record under these key parts."""
        return parts

    def clear(self, connection: Connection) -> None:
        """Remove all rows."""
        connection.execute(delete(self.target))

    def take_in(self, connection: Connection, blocks: Sequence[Written]) -> None:
        """The last that was written of each record is its row; one that was deleted has none."""
        changed: dict[tuple[Any, ...], R | None] = {}
        for writes in [writes for block in blocks for writes in block.writes]:
            for key, value in writes:
                if key.startswith(self.source.prefix):
                    changed[self.source.split(key)] = None if value is None else self.source.decode(value)
        primary = list(self.target.primary_key.columns)
        places = list(changed)
        for start in range(0, len(places), MOST_AT_ONCE):
            some = places[start : start + MOST_AT_ONCE]
            connection.execute(delete(self.target).where(tuple_(*primary).in_([self.key(parts) for parts in some])))
            rows = [self.row(parts, record) for parts in some if (record := changed[parts]) is not None]
            if rows:
                connection.execute(insert(self.target), rows)
