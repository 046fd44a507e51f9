"""Who has been given a token: keyed digests in SQL, each once for a purpose and instalment (SQLite or PostgreSQL).

Whoever reads it, and has the authority's key, learns who has asked. It holds no time but the number of an hour, and of
what was signed only a digest, so that a request that is repeated is known again.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, and_, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from madang.base.eligibility.queries import OfferView
from madang.identity.eligibility.register import BATCH_SECONDS
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.schema import ELIGIBILITY_ISSUES as ISSUES
from madang.records.schema import ELIGIBILITY_OFFERS as OFFERS
from madang.records.schema import ELIGIBILITY_SUBJECTS as SUBJECTS

_TRIES = 8
T = TypeVar("T")


class TokenRegister:
    """The register in a database of records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, view: OfferView, subjects: Sequence[str], blinded: bytes, now: int) -> None:
        """Write down that these subjects have a token, all of them or none, unless this very request was before.

        Durable when it returns: give out the signature after it. Raises `MadangError`: `eligibility.already` (one of
        them was given something), `eligibility.request` (somebody else has handed in this request),
        `eligibility.exhausted` (as many were signed as the offer is for).
        """
        request = request_digest(view, blinded)
        self._write(lambda connection: _take(connection, view, subjects, request, now // BATCH_SECONDS))

    def exclude(self, purpose: str, instalment: int, subjects: Sequence[str]) -> None:
        """Write down that these subjects are given it another way, as by a desk. Once for each.

        Raises `MadangError` (`eligibility.already`): one of them has a token, or was excluded before.
        """
        self._write(lambda connection: _lock(connection, purpose, instalment, subjects, ""))

    def counted(self, view: OfferView, now: int) -> int:
        """How many tokens of an offer were signed in hours that are over."""
        own = and_(ISSUES.c.programme == view.programme, ISSUES.c.offer == view.name)
        over = select(func.count()).select_from(ISSUES).where(own, ISSUES.c.batch < now // BATCH_SECONDS)
        with self._database.reading() as connection:
            return int(connection.execute(over).scalar_one())

    def oldest(self, view: OfferView, counted: int) -> int | None:
        """The hour of the first token behind so many, or None where there are no more."""
        own = and_(ISSUES.c.programme == view.programme, ISSUES.c.offer == view.name)
        behind = select(ISSUES.c.batch).where(own).order_by(ISSUES.c.batch).offset(counted).limit(1)
        with self._database.reading() as connection:
            found = connection.execute(behind).scalar_one_or_none()
        return None if found is None else int(found)

    def _write(self, work: Callable[[Connection], T]) -> T:
        """Do it in a transaction of its own, again where another one was in its way."""
        for _ in range(_TRIES):
            try:
                with self._database.writing() as connection:
                    return work(connection)
            except DBAPIError:
                continue
            except MadangError as error:
                if not isinstance(error.__cause__, DBAPIError):
                    raise
        with self._database.writing() as connection:
            return work(connection)


def request_digest(view: OfferView, blinded: bytes) -> str:
    """The name of a request: SHA-256 of offer and blinded token, in hexadecimal."""
    return hashlib.sha256(f"{view.programme}\0{view.name}\0".encode() + blinded).hexdigest()


def _take(connection: Connection, view: OfferView, subjects: Sequence[str], request: str, batch: int) -> None:
    known = connection.execute(select(ISSUES.c.batch).where(ISSUES.c.request == request)).first() is not None
    purpose, instalment = view.purpose, view.offer.instalment
    if known:
        if {*_requests(connection, purpose, instalment, subjects)} != {request}:
            raise MadangError("eligibility.request", "This request was handed in by somebody else. Blind a new token.")
        return
    _lock(connection, purpose, instalment, subjects, request)
    own = and_(OFFERS.c.programme == view.programme, OFFERS.c.offer == view.name)
    if connection.execute(select(OFFERS.c.issued).where(own)).first() is None:
        connection.execute(insert(OFFERS).values(programme=view.programme, offer=view.name, issued=0))
    more = update(OFFERS).where(own, OFFERS.c.issued < view.offer.most).values(issued=OFFERS.c.issued + 1)
    if connection.execute(more).rowcount != 1:
        raise MadangError(
            "eligibility.exhausted", "As many tokens were signed as this offer is for. Ask the office for another one."
        )
    values = {"request": request, "programme": view.programme, "offer": view.name, "batch": batch}
    connection.execute(insert(ISSUES).values(**values))


def _lock(connection: Connection, purpose: str, instalment: int, subjects: Sequence[str], request: str) -> None:
    if _requests(connection, purpose, instalment, subjects):
        raise MadangError(
            "eligibility.already", "Somebody here has been given this already. Who thinks not asks at a desk."
        )
    for subject in subjects:
        values = {"purpose": purpose, "instalment": instalment, "subject": subject, "request": request}
        connection.execute(insert(SUBJECTS).values(**values))


def _requests(connection: Connection, purpose: str, instalment: int, subjects: Sequence[str]) -> list[str]:
    """With which requests these subjects were given something."""
    own = and_(
        SUBJECTS.c.purpose == purpose,
        SUBJECTS.c.instalment == instalment,
        SUBJECTS.c.subject.in_(subjects),
    )
    return [str(found) for found in connection.execute(select(SUBJECTS.c.request).where(own)).scalars()]
