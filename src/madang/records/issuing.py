"""What issuers of credentials remember, on SQLite and PostgreSQL alike: values that are good for a while, and what was
issued under which number. `identity.issuer.store` says what is kept, and nothing here holds a claim.

It lies with the records and not in a database of its own: one backup, one schema, and the handle of a person means the
same here as in the vault.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Delete, Row, Select, Update, case, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from madang.identity.issuer.store import Issued, Sort, Standing
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.schema import ISSUER_CREDENTIALS, ISSUER_KEPT, VAULT_ACCESSES
from madang.records.vault import Access

MOST_LISTED = 1_000
REMEMBERED_SECONDS = 90 * 86_400
"""How long after its end a credential stays on record: a person who asks what was issued is told of it so long."""
AT_ONCE, TURNS = 1_000, 100
"""How many rows one transaction forgets, and how many such transactions one call makes at most."""


class Issuing:
    """The tables of all issuers of a server. Each method is one transaction, durable when it returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, place: bytes, sort: Sort, content: bytes, until: int) -> None:
        """Keep something until a second, in place of what is there."""
        with self._database.writing() as connection:
            connection.execute(delete(ISSUER_KEPT).where(ISSUER_KEPT.c.place == place))
            connection.execute(insert(ISSUER_KEPT).values(_row(place, sort, content, until)))

    def find(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, if its time is not over."""
        with self._database.reading() as connection:
            found = select(ISSUER_KEPT.c.content).where(ISSUER_KEPT.c.place == place, ISSUER_KEPT.c.until > now)
            return _content(connection.execute(found).one_or_none())

    def take(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, for the first who takes it."""
        taken = delete(ISSUER_KEPT).where(ISSUER_KEPT.c.place == place, ISSUER_KEPT.c.until > now)
        return self._first(taken.returning(ISSUER_KEPT.c.content))

    def use(self, place: bytes, sort: Sort, until: int) -> bool:
        """Use a one-time value up until a second: whether it was not used before."""
        try:
            with self._database.writing() as connection:
                connection.execute(insert(ISSUER_KEPT).values(_row(place, sort, b"", until)))
        except MadangError as error:
            if isinstance(error.__cause__, IntegrityError) or _lost(error):
                return False
            raise
        return True

    def count(self, place: bytes, now: int, most: int) -> bytes | None:
        """What is kept there, with one more use counted before it is looked at; None after `most` uses."""
        counted = (
            update(ISSUER_KEPT)
            .where(ISSUER_KEPT.c.place == place, ISSUER_KEPT.c.until > now, ISSUER_KEPT.c.uses < most)
            .values(uses=ISSUER_KEPT.c.uses + 1)
        )
        return self._first(counted.returning(ISSUER_KEPT.c.content))

    def record(self, issued: Sequence[Issued]) -> None:
        """Remember what was issued: all of it, or none."""
        with self._database.writing() as connection:
            connection.execute(insert(ISSUER_CREDENTIALS), [msgspec.structs.asdict(one) for one in issued])

    def issued_to(self, institution: str, subject: str) -> list[Issued]:
        """What an institution issued to a person, at most a thousand: what was revoked last, of the rest first what is
        valid longest, then newest. Nobody hides a licence from an officer by having a thousand newer ones made.
        """
        found = _issued(institution).where(ISSUER_CREDENTIALS.c.subject == subject).limit(MOST_LISTED)
        columns = ISSUER_CREDENTIALS.c
        revoked = case((columns.standing == "revoked", 1), else_=0)
        return self._listed(
            found.order_by(revoked, columns.valid_until.desc(), columns.issued_at.desc(), columns.number)
        )

    def issued_in(self, institution: str, delivery: str, numbers: Sequence[str] = ()) -> list[Issued]:
        """What an institution issued in a delivery: all of it, or these alone."""
        found = _issued(institution).where(ISSUER_CREDENTIALS.c.delivery == delivery)
        return self._listed(found.where(ISSUER_CREDENTIALS.c.number.in_(numbers)) if numbers else found)

    def stand(self, institution: str, numbers: Sequence[str], standing: Standing, now: int) -> None:
        """Change the standing of credentials."""
        changed = update(ISSUER_CREDENTIALS).where(
            ISSUER_CREDENTIALS.c.institution == institution, ISSUER_CREDENTIALS.c.number.in_(numbers)
        )
        with self._database.writing() as connection:
            connection.execute(changed.values(standing=standing, changed_at=now))

    def note(self, access: Access, what: str, subject: str, number: str, now: int) -> None:
        """Put into the access log that an officer did something to a person's credential, or to the person ('')."""
        values = {"at": now, "officer": access.officer, "why": access.why, "what": what}
        with self._database.writing() as connection:
            connection.execute(insert(VAULT_ACCESSES).values(**values, person=subject, item=number))

    def prune(self, now: int) -> int:
        """Forget what is over, up to 100,000 rows; how many there were. What is left over waits for the next call.

        Credentials go 90 days after their end: until then they can be revoked, or told of. In transactions of a
        thousand rows each, so that nobody waits long behind one. No place in a status list becomes free by it: lists
        keep their own record.
        """
        ended = ISSUER_CREDENTIALS.c.valid_until <= now - REMEMBERED_SECONDS
        gone = self._forget(ISSUER_KEPT.c.place, ISSUER_KEPT.c.until <= now, TURNS)
        return gone + self._forget(ISSUER_CREDENTIALS.c.number, ended, TURNS - gone // AT_ONCE)

    def pending(self, sorts: Sequence[Sort], now: int) -> int:
        """How many values of these sorts are kept whose time is not over."""
        counted = select(func.count()).where(ISSUER_KEPT.c.sort.in_(sorts), ISSUER_KEPT.c.until > now)
        with self._database.reading() as connection:
            return int(connection.execute(counted).scalar_one())

    def _forget(self, key: Column[Any], over: ColumnElement[bool], turns: int) -> int:
        gone = 0
        for _ in range(turns):
            some = select(key).where(over).limit(AT_ONCE)
            with self._database.writing() as connection:
                count = connection.execute(delete(key.table).where(key.in_(some))).rowcount
            gone += count
            if count < AT_ONCE:
                break
        return gone

    def _first(self, changing: Delete | Update) -> bytes | None:
        """The content that a statement took; None for whoever came at the same moment as somebody else."""
        try:
            with self._database.writing() as connection:
                return _content(connection.execute(changing).one_or_none())
        except MadangError as error:
            if _lost(error):
                return None
            raise

    def _listed(self, found: Select[Any]) -> list[Issued]:
        with self._database.reading() as connection:
            return [Issued(**row) for row in connection.execute(found).mappings()]


def _issued(institution: str) -> Select[Any]:
    return select(ISSUER_CREDENTIALS).where(ISSUER_CREDENTIALS.c.institution == institution)


def _row(place: bytes, sort: str, content: bytes, until: int) -> dict[str, Any]:
    return {"place": place, "sort": sort, "until": until, "uses": 0, "content": content}


def _content(row: Row[Any] | None) -> bytes | None:
    return None if row is None else bytes(row[0])


def _lost(error: MadangError) -> bool:
    """Whether PostgreSQL let another transaction on the same row go first (serialization failure)."""
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", "") == "40001"
