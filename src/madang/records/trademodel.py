"""The read model of trade: which shops there are, and what vouchers paid where and when, added up.

Won are counted in the hour (Seoul) in which they were paid, and in the district and industry that the shop had then;
what is given back later is taken off there, too. Own money of payers is not counted. Of single payments is kept how
much of each part was given back, under a digest of its key; of payers nothing.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from madang.base.merchants.state import MERCHANTS, Merchant
from madang.engine.entries import Writes
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.kernel.state import State
from madang.records.contracts import Contracts
from madang.records.following import Written
from madang.records.rowmodel import MOST_AT_ONCE, Rows
from madang.records.schema import SHOPS, SPENDING, SPENT_PARTS

SEOUL = 9 * 3_600


class Cell(NamedTuple):
    """Where a payment is counted."""

    programme: str
    day: str
    hour: int
    region: str
    industry: str


class _Part(msgspec.Struct):
    """What some blocks wrote of a part of a payment, last; its place is of the shop when it was first seen."""

    programme: str
    first: bool
    at: int
    amount: int
    refunded: int
    region: str
    industry: str


class _Sum(msgspec.Struct):
    """What some blocks add to a cell."""

    payments: int = 0
    amount: int = 0
    refunded: int = 0


class Trade(Rows[Merchant]):
    """The projection."""

    name = "trade"
    version = 1
    source = MERCHANTS
    target = SHOPS

    def clear(self, connection: Connection) -> None:
        """Remove all that was made. What shops are called stays: it was entered."""
        super().clear(connection)
        for table in (SPENDING, SPENT_PARTS):
            connection.execute(delete(table))

    def row(self, parts: tuple[Any, ...], record: Merchant) -> dict[str, object]:
        """A shop as a row."""
        (merchant,) = parts
        same = [column.name for column in SHOPS.columns if column.name != "merchant"]
        return {"merchant": merchant} | {name: getattr(record, name) for name in same}

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Count what the blocks paid and gave back, then take in the shops."""
        contracts = Contracts(State(Durable(view)))
        places = _Places(connection)
        parts: dict[bytes, _Part] = {}
        for writes in [writes for block in blocks for writes in block.writes]:
            for digest, part in _parts(contracts, places, writes):
                known = parts.get(digest)
                if known is not None:
                    part.region, part.industry = known.region, known.industry
                parts[digest] = part
        sums: dict[Cell, _Sum] = {}
        digests = list(parts)
        for start in range(0, len(digests), MOST_AT_ONCE):
            _count(connection, {one: parts[one] for one in digests[start : start + MOST_AT_ONCE]}, sums)
        for cell, added in sums.items():
            _add(connection, cell, added)
        self.take_in(connection, blocks)


class _Places:
    """Where shops are and what they do, as of the transaction that is looked at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, tuple[str, str]] = {}

    def learn(self, merchant: str, record: Merchant) -> None:
        self._known[merchant] = (record.region[:5], record.industry[:2])

    def of(self, merchant: str) -> tuple[str, str]:
        if merchant not in self._known:
            found = select(SHOPS.c.region, SHOPS.c.industry).where(SHOPS.c.merchant == merchant)
            row = self._connection.execute(found).one_or_none()
            self._known[merchant] = (row.region[:5], row.industry[:2]) if row is not None else ("", "")
        return self._known[merchant]


def _parts(contracts: Contracts, places: _Places, writes: Writes) -> Iterator[tuple[bytes, _Part]]:
    """The parts of payments that a transaction wrote, by digest, after the shops that it wrote."""
    present = [(key, value) for key, value in writes if value is not None]
    for key, value in present:
        if key.startswith(MERCHANTS.prefix):
            (merchant,) = MERCHANTS.split(key)
            places.learn(merchant, MERCHANTS.decode(value))
    for programme, name, record in contracts.records(present, "payment"):
        merchant, _, number = name.split("/")
        digest = hashlib.sha256(f"{programme}\0{name}".encode()).digest()
        counted = (record.at, record.amount, record.refunded, *places.of(merchant))
        yield digest, _Part(programme, number == "0", *counted)


def _count(connection: Connection, parts: dict[bytes, _Part], sums: dict[Cell, _Sum]) -> None:
    """Add to the sums what is new of these parts, and remember it."""
    table = SPENT_PARTS.c
    known = {row.part: row for row in connection.execute(select(SPENT_PARTS).where(table.part.in_(list(parts))))}
    new = []
    for digest, part in parts.items():
        before = known.get(digest)
        region, industry = (part.region, part.industry) if before is None else (before.region, before.industry)
        refunded = part.refunded - (0 if before is None else before.refunded)
        if before is not None and not refunded:
            continue
        day, hour = _day_and_hour(part.at)
        added = sums.setdefault(Cell(part.programme, day, hour, region, industry), _Sum())
        added.refunded += refunded
        if before is None:
            added.payments += part.first
            added.amount += part.amount
            new.append({"part": digest, "region": region, "industry": industry, "refunded": part.refunded})
        else:
            connection.execute(update(SPENT_PARTS).where(table.part == digest).values(refunded=part.refunded))
    if new:
        connection.execute(insert(SPENT_PARTS), new)


def _add(connection: Connection, cell: Cell, added: _Sum) -> None:
    table = SPENDING.c
    same = [table[name] == value for name, value in cell._asdict().items()]
    more = {name: table[name] + value for name, value in msgspec.structs.asdict(added).items()}
    if not connection.execute(update(SPENDING).where(*same).values(**more)).rowcount:
        connection.execute(insert(SPENDING).values(**cell._asdict(), **msgspec.structs.asdict(added)))


def _day_and_hour(moment: int) -> tuple[str, int]:
    """The day and hour in Seoul."""
    local = time.gmtime(moment + SEOUL)
    return time.strftime("%Y-%m-%d", local), local.tm_hour
