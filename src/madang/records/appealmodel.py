"""The read model of appeals: one row an appeal, as the ledger has it now."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from madang.engine.store import View
from madang.records.following import Written
from madang.records.rowmodel import Rows
from madang.records.schema import APPEALS
from madang.services.appeals.state import APPEALS as ON_LEDGER
from madang.services.appeals.state import Appeal


class Appeals(Rows[Appeal]):
    """The projection."""

    name = "appeals"
    version = 1
    source = ON_LEDGER
    target = APPEALS

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Take in some blocks."""
        self.take_in(connection, blocks)

    def row(self, parts: tuple[Any, ...], record: Appeal) -> dict[str, object]:
        """An appeal as a row."""
        (number,) = parts
        return {
            "number": number,
            "programme": record.programme,
            "appellant": record.appellant,
            "matter": record.matter,
            "ground": record.ground,
            "office": record.office,
            "channel": record.channel,
            "status": record.status,
            "handler": record.handlers[-1] if record.handlers else "",
            "outcome": record.outcome,
            "follows": record.follows,
            "evidence": len(record.evidence),
            "lodged_at": record.lodged_at,
            "deadline": record.deadline,
            "closed_at": record.closed_at,
        }
