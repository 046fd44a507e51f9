"""What issuers remember (`identity.issuer.store.Store`), in the database of records."""

from collections.abc import Sequence

import msgspec

from madang.identity.issuer.store import Issued, Sort, Standing
from madang.records.database import Database
from madang.records.issuing import Issuing
from madang.records.vault import Access


class SqlStore:
    """The store of all issuers of a server."""

    def __init__(self, database: Database) -> None:
        self._tables = Issuing(database)

    def put(self, place: bytes, sort: Sort, content: bytes, until: int) -> None:
        """Keep something until a second, in place of what is there."""
        self._tables.put(place, sort, content, until)

    def find(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, if its time is not over."""
        return self._tables.find(place, now)

    def take(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, for the first who takes it."""
        return self._tables.take(place, now)

    def use(self, place: bytes, sort: Sort, until: int) -> bool:
        """Use a one-time value up until a second: whether it was not used before."""
        return self._tables.use(place, sort, until)

    def count(self, place: bytes, now: int, most: int) -> bytes | None:
        """What is kept there, with one more use counted before it is looked at; None after `most` uses."""
        return self._tables.count(place, now, most)

    def record(self, issued: Sequence[Issued]) -> None:
        """Remember what was issued: all of it, or none."""
        self._tables.record([msgspec.structs.asdict(one) for one in issued])

    def issued_to(self, institution: str, subject: str) -> list[Issued]:
        """What an institution issued to a person, what can still be revoked first; at most a thousand."""
        return [Issued(**row) for row in self._tables.issued_to(institution, subject)]

    def issued_in(self, institution: str, delivery: str, numbers: Sequence[str] = ()) -> list[Issued]:
        """What an institution issued in a delivery: all of it, or these alone."""
        return [Issued(**row) for row in self._tables.issued_in(institution, delivery, numbers)]

    def stand(self, institution: str, numbers: Sequence[str], standing: Standing, now: int) -> None:
        """Change the standing of credentials."""
        self._tables.stand(institution, numbers, standing, now)

    def note(self, access: Access, what: str, subject: str, number: str, now: int) -> None:
        """Put into the access log that an officer did something to a person's credential, or to the person ('')."""
        self._tables.note(access, what, subject, number, now)

    def prune(self, now: int) -> int:
        """Forget everything whose time is over; how many there were."""
        return self._tables.prune(now)
