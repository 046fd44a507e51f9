"""How a transaction stands on committed state, before it is ordered: what admission and the gateway ask.

Expiry goes by the time of committed blocks: once that has passed `not_after`, no later block can hold the
transaction, and before that one might. A transaction that is too far ahead is measured by this machine's clock,
since the last block of an idle chain may be hours old.
"""

from collections.abc import Callable

from madang.engine.cometbft.record import Progress
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.kernel.errors import Malformed
from madang.kernel.machine import Machine, Result
from madang.kernel.state import State
from madang.kernel.transaction import MAX_AHEAD, Transaction

Clock = Callable[[], int]


class Standing:
    """Committed state of one moment, and questions to it."""

    def __init__(self, machine: Machine, view: View, height: int, progress: Progress, clock: Clock) -> None:
        reader = Durable(view)
        self.state = State(reader)
        self._block = machine.open(reader, height + 1, progress.time)
        self._clock = clock

    def of(self, transaction: Transaction) -> Result | Malformed | None:
        """The first outcome of what was ordered already, why it can't be any more, or None: it may be ordered."""
        try:
            return self._block.check(transaction)
        except Malformed as error:
            ahead = transaction.payload.not_after - self._clock()
            if error.code == "payload.too_far" and ahead <= MAX_AHEAD:
                return None
            return error
