"""The read model of appeals: one row an appeal, as the ledger has it now."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert

from madang.engine.store import View
from madang.records.following import Written
from madang.records.schema import APPEALS
from madang.services.appeals.state import APPEALS as ON_LEDGER
from madang.services.appeals.state import Appeal

MOST_AT_ONCE = 500
"""Rows in one statement: SQLite takes 32,766 values in one."""


class Appeals:
    """The projection."""

    name = "appeals"
    version = 1

    def clear(self, connection: Connection) -> None:
        """Remove all rows."""
        connection.execute(delete(APPEALS))

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """The last that was written of each appeal is its row."""
        changed: dict[str, Appeal] = {}
        for writes in [writes for block in blocks for writes in block.writes]:
            for key, value in writes:
                if key.startswith(ON_LEDGER.prefix) and value is not None:
                    (number,) = ON_LEDGER.split(key)
                    changed[number] = ON_LEDGER.decode(value)
        rows = [row(number, appeal) for number, appeal in changed.items()]
        for start in range(0, len(rows), MOST_AT_ONCE):
            some = rows[start : start + MOST_AT_ONCE]
            connection.execute(delete(APPEALS).where(APPEALS.c.number.in_([one["number"] for one in some])))
            connection.execute(insert(APPEALS), some)


def row(number: str, appeal: Appeal) -> dict[str, object]:
    """An appeal as a row."""
    return {
        "number": number,
        "programme": appeal.programme,
        "appellant": appeal.appellant,
        "matter": appeal.matter,
        "ground": appeal.ground,
        "office": appeal.office,
        "channel": appeal.channel,
        "status": appeal.status,
        "handler": appeal.handlers[-1] if appeal.handlers else "",
        "outcome": appeal.outcome,
        "follows": appeal.follows,
        "evidence": len(appeal.evidence),
        "lodged_at": appeal.lodged_at,
        "deadline": appeal.deadline,
        "closed_at": appeal.closed_at,
    }
