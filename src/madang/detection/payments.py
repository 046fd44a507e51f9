"""Payments as they were committed, in order, read from what each accepted transaction wrote."""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from madang.audit.stored import stored_blocks
from madang.base.merchants.state import MERCHANTS, Merchant
from madang.base.programmes.state import PROGRAMMES, RECORDS, compiled
from madang.engine import entries
from madang.engine.store import View
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.state import State, Table
from madang.log.leaf import Kind
from madang.services.vouchers.state import KINDS

R = TypeVar("R")


class Payment(msgspec.Struct, frozen=True):
    """One payment with vouchers: won from all of them together, at a block time in seconds; `payer` is a key's name.

    `order` is the shop's own reference of it.
    """

    payment: str
    merchant: str
    payer: str
    order: str
    amount: int
    at: int


class _Reader:
    """A view of a store as queries read it."""

    def __init__(self, view: View) -> None:
        self._view = view

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key`, or None."""
        stored = self._view.get(key)
        return None if stored is None else table.decode(stored)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Encoded records in key order."""
        return self._view.scan(start, stop)


class Ledger:
    """What a detector may ask of a stored ledger about one programme of vouchers.

    Raises `MadangError` (`detection.programme`) where there is none of this name.
    """

    def __init__(self, view: View, programme: str) -> None:
        self._view = view
        self._state = State(_Reader(view))
        self.programme = programme
        found = self._state.get(PROGRAMMES, programme)
        if found is None or found.kind not in KINDS:
            raise MadangError(
                "detection.programme", f"This ledger has no programme {programme} of vouchers. Check its name."
            )
        tables = compiled(self._state, found).tables
        self._parts, self._vouchers = tables["payment"], tables["voucher"]

    def merchant(self, name: str) -> Merchant | None:
        """A shop's facts as they are listed now; None for one that never was."""
        return self._state.get(MERCHANTS, name)

    def payments(self) -> Iterator[Payment]:
        """Every payment of the programme, in the order in which they were committed.

        Raises `StoreFailure` where an entry is not what its leaf says.
        """
        seen: set[bytes] = set()
        now = -1
        for block in stored_blocks(self._view):
            if block.opening.time != now:
                now = block.opening.time
                seen.clear()
            for entry, leaf in zip(block.entries, block.leaves, strict=True):
                if leaf.kind is not Kind.ACCEPTED:
                    continue
                if entries.digest(entry.writes) != leaf.writes_hash:
                    message = f"What transaction {leaf.index} of block {block.height} wrote is not what its leaf says."
                    raise StoreFailure("store.corrupt", f"{message} Verify the folder, and restore a backup.")
                yield from self._of(entries.read_writes(entry.writes), now, seen)

    def _of(self, writes: entries.Writes, now: int, seen: set[bytes]) -> Iterator[Payment]:
        """The payments that a transaction made. A later refund writes the parts of one again: those are passed over."""
        parts_prefix = RECORDS.range(self.programme, "payment")[0]
        vouchers_prefix = RECORDS.range(self.programme, "voucher")[0]
        holders: dict[str, str] = {}
        made: dict[tuple[str, str], list[Any]] = {}
        for key, value in writes:
            if value is None:
                continue
            if key.startswith(vouchers_prefix):
                voucher = self._vouchers.decode(value)
                holders[voucher.number] = voucher.holder
            elif key.startswith(parts_prefix):
                part = self._parts.decode(value)
                if part.at == now and part.refunded == 0 and key not in seen:
                    seen.add(key)
                    merchant, payment, _ = key[len(parts_prefix) :].decode().split("/")
                    made.setdefault((merchant, payment), []).append(part)
        for (merchant, payment), parts in made.items():
            first = parts[0]
            amount = sum(part.amount for part in parts)
            yield Payment(payment, merchant, holders.get(first.voucher, ""), first.order, amount, now)
