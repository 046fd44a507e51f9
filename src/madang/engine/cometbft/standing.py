"""How a transaction stands on committed state, before it is ordered: what admission and the gateway ask.

Expiry goes by the time of committed blocks: once that has passed `not_after`, no later block can hold the
transaction, and before that one might. A transaction that is too far ahead is measured by this machine's clock,
since the last block of an idle chain may be hours old.
"""

from collections.abc import Callable

import msgspec

from madang.engine import entries
from madang.engine.cometbft.record import read_progress
from madang.engine.ledger import Durable, find
from madang.engine.store import View
from madang.kernel import authority
from madang.kernel.errors import Malformed
from madang.kernel.machine import Machine, Result
from madang.kernel.state import State
from madang.kernel.transaction import MAX_AHEAD, Transaction

Clock = Callable[[], int]


class Standing:
    """Committed state of one moment, and questions to it."""

    def __init__(self, machine: Machine, view: View, clock: Clock) -> None:
        reader = Durable(view)
        self.state = State(reader)
        self._machine = machine
        self._view = view
        # Height and time are those of the view: a time that is ahead of it would call expired what it has not seen.
        tip = entries.read_tip(view.log_get(entries.TIP) or b"")
        self._block = machine.open(reader, tip.height + 1, read_progress(view).time)
        self._clock = clock

    def of(self, transaction: Transaction) -> Result | Malformed | None:
        """The first outcome of what was ordered already, why it can't be any more, or None: it may be ordered."""
        try:
            return self._block.check(transaction)
        except Malformed as error:
            ahead = transaction.payload.not_after - self._clock()
            if error.code == "payload.too_far" and ahead <= MAX_AHEAD:
                return None
            return (self._first_outcome(transaction) if error.code == "payload.expired" else None) or error

    def turned_away(self, transaction: Transaction) -> Malformed | None:
        """Why what may be ordered is not sent to be: a key was revoked. Of what was sent before this says nothing."""
        try:
            authority.refuse_revoked(self._block.keys(transaction))
        except Malformed as error:
            return error
        return None

    def _first_outcome(self, transaction: Transaction) -> Result | None:
        """How it ended if it was ordered, although its mark is gone: who asks late must not hear that it never was."""
        found = find(self._view, transaction.payload.id)
        if found is None or not found[1].signed:
            return None
        if self._machine.read(found[1].signed).payload_hash != transaction.payload_hash:
            return None
        return msgspec.structs.replace(found[1].result(), message="", repeated=True)
