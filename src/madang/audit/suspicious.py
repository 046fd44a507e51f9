"""Which movements on a bank's accounts somebody should look at: many won, or many movements, within a window of time.

For a bank's compliance officer or an appointed auditor, who reports to the Financial Intelligence Unit what people then
find suspicious (Act on Reporting and Using Specified Financial Transaction Information, Articles 4 and 4-2). It reads
what was written to the accounts of that one bank, in the order of the log, from a folder that its reader holds anyway:
the node does not know that it was asked, nothing is refused, and no holder can tell. The same folder, bank and
thresholds give the same bytes on every machine.

A movement is what one transaction changed of one account's balance: `in`, `out`, or `through` where it wrote the
account and left the balance as it was, as when money is passed on within one transaction. Escrow is left out: it is no
customer's.
"""

import csv
import hashlib
import io
from collections import deque
from collections.abc import Iterator
from typing import Literal

import msgspec

from madang.audit.layouts import ACCOUNT, ACCOUNT_BALANCE, ACCOUNT_BANK, LAYOUTS, fields
from madang.audit.stored import stored_blocks, tip_of
from madang.engine.entries import read_writes
from madang.engine.store import View
from madang.kernel.errors import MadangError
from madang.kernel.machine import CHAIN
from madang.log.leaf import Kind
from madang.log.tree import leaf_hash

Direction = Literal["in", "out", "through"]
Why = Literal["amount", "count"]
ESCROW = "escrow:"
_CONVERTED = LAYOUTS[ACCOUNT].index("converted")


class Thresholds(msgspec.Struct, frozen=True):
    """From how many won, or how many movements, in one direction within `window` seconds an account is named."""

    amount: int
    count: int
    window: int


class Movement(msgspec.Struct, frozen=True):
    """What a transaction moved (won): its id, place and time, its leaf's hash in the log, and the other accounts."""

    transaction: str
    height: int
    index: int
    time: int
    amount: int
    leaf: str
    others: tuple[str, ...]


class Finding(msgspec.Struct, frozen=True):
    """An account that reached a threshold, and the movements by which it did; `total` in won."""

    account: str
    direction: Direction
    reason: Why
    total: int
    movements: tuple[Movement, ...]


class Export(msgspec.Struct, frozen=True):
    """What was found on one bank's accounts from block `since` to block `until`, and in which ledger, at which root."""

    chain: str
    bank: str
    since: int
    until: int
    root: str
    thresholds: Thresholds
    findings: tuple[Finding, ...]

    def as_json(self) -> bytes:
        """The export for programs: the same bytes for the same content."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    def as_csv(self) -> bytes:
        """The export for people: a line a movement (RFC 4180). No cell is a formula to a spreadsheet."""
        text = io.StringIO()
        writer = csv.writer(text)
        columns = ("finding", "account", "direction", "reason", "total")
        writer.writerow((*columns, *Movement.__struct_fields__))
        for number, finding in enumerate(self.findings, 1):
            about = (number, _cell(finding.account), finding.direction, finding.reason, finding.total)
            for one in finding.movements:
                values = msgspec.structs.astuple(one)
                writer.writerow((*about, *values[:-1], _cell(" ".join(one.others))))
        return text.getvalue().encode()


def _cell(text: str) -> str:
    """An account as text: a thumbprint may begin with a dash, which spreadsheets take for a formula."""
    return f"'{text}" if text.startswith("-") else text


def digest(export: bytes) -> str:
    """SHA-256 of an export as it was written, in hexadecimal: what `money.record_export` records."""
    return hashlib.sha256(export).hexdigest()


def look_through(view: View, bank: str, thresholds: Thresholds, since: int = 0, until: int | None = None) -> Export:
    """Look through the movements of a bank's accounts from block `since` to block `until` (default: the last).

    Raises `MadangError` (`suspicious.range`), `Diverged` and `StoreFailure` where the folder can't be read.
    """
    tip = tip_of(view)
    last = tip.height if until is None else until
    if not 0 <= since <= last <= tip.height:
        raise MadangError(
            "suspicious.range", f"This ledger has blocks 0 to {tip.height}. Name a first and a last one of these."
        )
    watches: dict[tuple[str, Direction, Why], _Watch] = {}
    for account, direction, movement in _movements(view, bank, since, last):
        for reason in ("amount", "count"):
            watch = watches.setdefault((account, direction, reason), _Watch(reason, thresholds))
            watch.add(movement)
    found = [
        Finding(account, direction, reason, sum(one.amount for one in episode), tuple(episode))
        for (account, direction, reason), watch in watches.items()
        for episode in watch.episodes
    ]
    found.sort(
        key=lambda one: (one.movements[0].height, one.movements[0].index, one.account, one.direction, one.reason)
    )
    stored = view.get(CHAIN.key())
    chain = CHAIN.decode(stored).name if stored is not None else ""
    return Export(chain, bank, since, last, tip.root.hex(), thresholds, tuple(found))


class _Watch:
    """One account in one direction, by one threshold: the movements within the window, and those that reached it."""

    def __init__(self, reason: Why, thresholds: Thresholds) -> None:
        self._reason = reason
        self._thresholds = thresholds
        self._within: deque[Movement] = deque()
        self._total = 0
        self._goes_on = False
        self.episodes: list[list[Movement]] = []

    def add(self, movement: Movement) -> None:
        """A movement more, never earlier than the one before."""
        self._within.append(movement)
        self._total += movement.amount
        while self._within[0].time <= movement.time - self._thresholds.window:
            self._total -= self._within.popleft().amount
        if not self._reached():
            self._goes_on = False
            return
        if self._goes_on:
            self.episodes[-1].append(movement)
        else:
            self.episodes.append(list(self._within))
        self._goes_on = True

    def _reached(self) -> bool:
        if self._reason == "amount":
            return self._total >= self._thresholds.amount
        return len(self._within) >= self._thresholds.count


def _movements(view: View, bank: str, since: int, until: int) -> Iterator[tuple[str, Direction, Movement]]:
    """Movements on the accounts of a bank in the order of the log; balances are followed from genesis on."""
    known: dict[str, tuple[str, int, int]] = {}
    for block in stored_blocks(view):
        if block.height > until:
            return
        for entry, leaf in zip(block.entries, block.leaves, strict=True):
            if leaf.kind != Kind.ACCEPTED:
                continue
            changed = _changed(known, entry.writes)
            if block.height < since or not block.height:
                continue
            for account, (owner, amount) in changed.items():
                if owner != bank or account.startswith(ESCROW):
                    continue
                direction: Direction = "in" if amount > 0 else "out" if amount else "through"
                others = tuple(name for name, (_, other) in changed.items() if name != account and other * amount <= 0)
                yield (
                    account,
                    direction,
                    Movement(
                        entry.id,
                        leaf.height,
                        leaf.index,
                        block.opening.time,
                        abs(amount),
                        leaf_hash(entry.leaf).hex(),
                        others,
                    ),
                )


def _changed(known: dict[str, tuple[str, int, int]], writes: bytes) -> dict[str, tuple[str, int]]:
    """The accounts that a transaction wrote in key order: their bank, and by how much the balance changed (won).

    What opened or closed an account moved nothing, and is left out.
    """
    prefix = ACCOUNT + b"\0"
    changed: dict[str, tuple[str, int]] = {}
    for key, value in read_writes(writes):
        if not key.startswith(prefix) or value is None:
            continue
        name, record = key[len(prefix) :].decode(), fields(value)
        now = (record[ACCOUNT_BANK], record[ACCOUNT_BALANCE], record[_CONVERTED])
        before = known.get(name, ("", 0, 0))
        known[name] = now
        if now[1] != before[1] or now[0] == before[0] != "":
            changed[name] = (now[0], now[1] - before[1])
    return changed
