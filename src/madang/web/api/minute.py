"""Public totals, as they were when this minute was first asked for.

Totals of every block would tell what each payment was: on a ledger with one payment a block, the difference between two
readings is that payment. So whoever asks without a signature gets totals that are renewed once a minute at most, the
same for everybody; officers of auditors, operators and central banks sign and get those of the last block. Everything
else of a state is as it is now.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from madang.base.eligibility.state import TALLIES
from madang.base.money.ledger import escrow_of
from madang.base.money.state import ACCOUNTS, BANKS, POSITIONS, SUPPLY, WINDOW
from madang.base.parties.queries import has_role, institution_of
from madang.base.programmes.state import PROGRAMMES, TOTALS
from madang.engine.entries import TIP, read_tip
from madang.engine.ledger import Durable
from madang.engine.node import Node
from madang.kernel.authority import is_officer
from madang.kernel.errors import StoreFailure
from madang.kernel.state import Reader, State, Table

R = TypeVar("R")
SECONDS = 60
"""How long one reading of the totals is shown."""
TABLES: Sequence[Table[Any]] = (SUPPLY, BANKS, WINDOW, POSITIONS, TOTALS, TALLIES)
"""What changes with payments and claims, and is public. Escrow accounts are taken with it, for the explorer's laws."""
PREFIXES = (*(table.prefix for table in TABLES), ACCOUNTS.key(escrow_of("")))
LIVE = ("auditor", "operator", "central_bank")
"""Roles of institutions whose officers read totals of the last block, where they sign."""


class Taken(msgspec.Struct, frozen=True):
    """Totals of one moment: of which minute of the clock, up to which block, that block's time (seconds), records."""

    minute: int
    height: int
    time: int
    records: dict[bytes, bytes]
    keys: list[bytes]


class Totals:
    """The public totals of a node, renewed once a minute."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._lock = threading.Lock()
        self._taken: Taken | None = None

    def taken(self) -> Taken:
        """Those of this minute: taken for whoever asks first in it, the same for everybody."""
        minute = int(self._node.clock()) // SECONDS
        with self._lock:
            if self._taken is None or minute != self._taken.minute:
                self._taken = take(self._node, minute)
            return self._taken


def take(node: Node, minute: int) -> Taken:
    """The totals of the last block. Raises `StoreFailure` (`store.corrupt`)."""
    view = node.ledger.store.view()
    state = State(Durable(view))
    records = {table.key(*parts): table.encode(record) for table in TABLES for parts, record in state.scan(table)}
    for (name,), _ in state.scan(PROGRAMMES):
        account = state.get(ACCOUNTS, escrow_of(name))
        if account is not None:
            records[ACCOUNTS.key(escrow_of(name))] = ACCOUNTS.encode(account)
    tip = view.log_get(TIP)
    if tip is None:
        raise StoreFailure("store.corrupt", "the ledger has lost its tip. Restore a backup.")
    found = read_tip(tip)
    return Taken(minute, found.height, found.time, records, sorted(records))


class Lagging:
    """A `Reader` that answers totals from what was taken and all else from the node; `used` where it did the first."""

    def __init__(self, live: Reader, taken: Taken) -> None:
        self._live = live
        self._taken = taken
        self.used = False

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key`, or None."""
        if not key.startswith(PREFIXES):
            return self._live.read(table, key)
        self.used = True
        data = self._taken.records.get(key)
        return None if data is None else table.decode(data)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys from `start` up to, not including, `stop` in order, with their encoded records."""
        if not start.startswith(PREFIXES):
            yield from self._live.scan(start, stop)
            return
        self.used = True
        keys = self._taken.keys
        for key in keys[bisect_left(keys, start) : bisect_left(keys, stop)]:
            yield key, self._taken.records[key]


def sees_live(state: State, reader: str) -> bool:
    """Whether this party, or the institution that it is an officer of, reads totals of the last block."""
    parent = institution_of(state, reader)
    names = (reader, parent) if is_officer(state, reader, parent) else (reader,)
    return any(has_role(state, name, role) for name in names for role in LIVE)
