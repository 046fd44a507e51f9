"""The read model of what offices work off: applications, flags, disputes, and who decides on which programme."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert

from madang.base.programmes.state import PROGRAMMES, Programme
from madang.engine.store import View
from madang.records.following import Written
from madang.records.rowmodel import Rows
from madang.records.schema import APPLICATIONS, DECIDING, DISPUTES, FLAGS
from madang.services.applications.state import APPLICATIONS as APPLICATIONS_ON_LEDGER
from madang.services.applications.state import AUTHORITIES, Application, Authority
from madang.services.disputes.state import CASES, Dispute
from madang.services.fraud.state import FLAGS as FLAGS_ON_LEDGER
from madang.services.fraud.state import Flag


class OfficeWork:
    """The projection."""

    name = "offices"
    version = 1

    def __init__(self) -> None:
        self._parts: tuple[Rows[Any], ...] = (_Applications(), _Authorities(), _Sponsors(), _Flags(), _Disputes())

    def clear(self, connection: Connection) -> None:
        """Remove all rows."""
        for part in self._parts:
            part.clear(connection)

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Take in some blocks."""
        for part in self._parts:
            part.take_in(connection, blocks)


class _Applications(Rows[Application]):
    source = APPLICATIONS_ON_LEDGER
    target = APPLICATIONS

    def row(self, parts: tuple[Any, ...], record: Application) -> dict[str, object]:
        (number,) = parts
        same = [column.name for column in self.target.columns if column.name not in ("number", "evidence")]
        return {"number": number, "evidence": len(record.evidence)} | {name: getattr(record, name) for name in same}


class _Authorities(Rows[Authority]):
    source = AUTHORITIES
    target = DECIDING

    def key(self, parts: tuple[Any, ...]) -> tuple[object, ...]:
        return (*parts, "authority")

    def row(self, parts: tuple[Any, ...], record: Authority) -> dict[str, object]:
        programme, office = parts
        return {"programme": programme, "office": office, "role": "authority"}


class _Sponsors(Rows[Programme]):
    source = PROGRAMMES
    target = DECIDING

    def take_in(self, connection: Connection, blocks: Sequence[Written]) -> None:
        """A draft may be given up and its name be taken by another sponsor: so by programme, not by row."""
        sponsors: dict[str, str] = {}
        for writes in [writes for block in blocks for writes in block.writes]:
            for key, value in writes:
                if key.startswith(self.source.prefix):
                    (programme,) = self.source.split(key)
                    sponsors[programme] = "" if value is None else self.source.decode(value).sponsor
        for programme, sponsor in sponsors.items():
            own = (self.target.c.programme == programme, self.target.c.role == "sponsor")
            connection.execute(delete(self.target).where(*own))
            if sponsor:
                row = {"programme": programme, "office": sponsor, "role": "sponsor"}
                connection.execute(insert(self.target).values(**row))


class _Flags(Rows[Flag]):
    source = FLAGS_ON_LEDGER
    target = FLAGS

    def key(self, parts: tuple[Any, ...]) -> tuple[object, ...]:
        return parts[1:]

    def row(self, parts: tuple[Any, ...], record: Flag) -> dict[str, object]:
        programme, number = parts
        standing = "in_case" if record.case else "set_aside" if record.reasons else "waiting"
        same = ("sort", "subject", "reason", "source", "raised_by", "raised_at", "case")
        row: dict[str, object] = {"number": number, "programme": programme, "standing": standing}
        return row | {name: getattr(record, name) for name in same}


class _Disputes(Rows[Dispute]):
    source = CASES
    target = DISPUTES

    def row(self, parts: tuple[Any, ...], record: Dispute) -> dict[str, object]:
        (case,) = parts
        same = [column.name for column in self.target.columns if column.name != "case"]
        return {"case": case} | {name: getattr(record, name) for name in same}
