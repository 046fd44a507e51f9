"""The read model of what shops hold until they deliver: a row for each part of a payment of which something is held."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, tuple_

from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.kernel.state import State
from madang.records.contracts import Contracts
from madang.records.following import Written
from madang.records.rowmodel import MOST_AT_ONCE
from madang.records.schema import HELD_PARTS


class Held:
    """The projection."""

    name = "held"
    version = 1

    def clear(self, connection: Connection) -> None:
        """Remove all rows."""
        connection.execute(delete(HELD_PARTS))

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """The last that was written of each part counts; of what was delivered or let go nothing stays."""
        contracts = Contracts(State(Durable(view)))
        parts: dict[tuple[str, str], dict[str, object] | None] = {}
        for writes in [writes for block in blocks for writes in block.writes]:
            present = [(key, value) for key, value in writes if value is not None]
            for programme, part, record in contracts.records(present, "payment"):
                merchant, payment, _ = part.split("/")
                row = {"merchant": merchant, "payment": payment, "at": record.at, "held": record.held}
                parts[programme, part] = {"programme": programme, "part": part, **row} if record.held else None
        places = list(parts)
        for start in range(0, len(places), MOST_AT_ONCE):
            some = places[start : start + MOST_AT_ONCE]
            same = tuple_(HELD_PARTS.c.programme, HELD_PARTS.c.part)
            connection.execute(delete(HELD_PARTS).where(same.in_(some)))
            new = [held for place in some if (held := parts[place]) is not None]
            if new:
                connection.execute(insert(HELD_PARTS), new)
