"""Read models from committed blocks: each resumes where it stood, and made again from nothing it is the same.

A projection is a function of what was written, in order: no rule runs, no clock is read. Its tables and how far it has
come change in one transaction, so that a killed process neither loses nor repeats anything. Two processes that run
the same projection do not mix: the slower one's transaction is undone.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from madang.engine.store import View
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.following import Written, blocks_after, chain_of
from madang.records.schema import PROJECTIONS

TOGETHER = 2_000
"""Entries that are written in one transaction, at least; a block has at most 1,001."""


class Projection(Protocol):
    """A read model. `version` is raised when it comes to mean something else: then it is made again."""

    name: str
    version: int

    def clear(self, connection: Connection) -> None:
        """Remove everything it made."""

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Take in some blocks, which follow those before. `view` is for what was written under its own digest."""


class Standing(msgspec.Struct, frozen=True):
    """How far a projection has come."""

    name: str
    height: int


class _Cursor(msgspec.Struct, frozen=True):
    height: int
    root: bytes


def project(database: Database, view: View, projection: Projection) -> Standing:
    """Take in every whole block that the view shows and the projection has not seen.

    Raises `MadangError`: `records.other_ledger`, `records.other_log`, `records.damaged`, `records.raced`,
    `records.database`.
    """
    chain = chain_of(view)
    cursor = _start(database, projection, chain)
    for group in _groups(blocks_after(view, cursor.height, cursor.root)):
        with database.writing() as connection:
            projection.apply(connection, view, group)
            cursor = _advance(connection, projection, cursor, group[-1])
    return Standing(projection.name, cursor.height)


def rebuild(database: Database, view: View, projection: Projection) -> Standing:
    """Forget what the projection made and make it again from the first block. Raises what `project` does."""
    with database.writing() as connection:
        _forget(connection, projection)
    return project(database, view, projection)


def standings(database: Database) -> list[Standing]:
    """How far each projection has come, by name."""
    with database.reading() as connection:
        rows = connection.execute(select(PROJECTIONS.c.name, PROJECTIONS.c.height).order_by(PROJECTIONS.c.name))
        return [Standing(name, height) for name, height in rows]


def _start(database: Database, projection: Projection, chain: str) -> _Cursor:
    with database.writing() as connection:
        row = connection.execute(select(PROJECTIONS).where(PROJECTIONS.c.name == projection.name)).one_or_none()
        if row is not None and row.chain != chain:
            raise MadangError(
                "records.other_ledger",
                f"These records are of the ledger {row.chain}, the node of {chain}. Use its own.",
            )
        if row is not None and row.version == projection.version:
            return _Cursor(row.height, row.root)
        _forget(connection, projection)
        start = _Cursor(-1, bytes(32))
        connection.execute(
            insert(PROJECTIONS).values(
                name=projection.name, version=projection.version, chain=chain, height=start.height, root=start.root
            )
        )
        return start


def _forget(connection: Connection, projection: Projection) -> None:
    projection.clear(connection)
    connection.execute(delete(PROJECTIONS).where(PROJECTIONS.c.name == projection.name))


def _advance(connection: Connection, projection: Projection, before: _Cursor, last: Written) -> _Cursor:
    moved = connection.execute(
        update(PROJECTIONS)
        .where(PROJECTIONS.c.name == projection.name, PROJECTIONS.c.height == before.height)
        .values(height=last.height, root=last.root)
    )
    if moved.rowcount != 1:
        raise MadangError("records.raced", f"Another process projects {projection.name} too. Let one of them run.")
    return _Cursor(last.height, last.root)


def _groups(blocks: Iterator[Written]) -> Iterator[list[Written]]:
    group: list[Written] = []
    entries = 0
    for block in blocks:
        group.append(block)
        entries += len(block.writes)
        if entries >= TOGETHER:
            yield group
            group, entries = [], 0
    if group:
        yield group
