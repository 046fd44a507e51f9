"""Whether the writes of one transaction balance: what appears in one place has left another.

Deltas only, from the records before and after: tokens on a bank's accounts against what it owes, currency held
against currency issued, a programme's totals against its records and its escrow account, net positions against zero.
"""

from collections import defaultdict
from collections.abc import Callable

from madang.audit.layouts import (
    ACCOUNT,
    ACCOUNT_BALANCE,
    ACCOUNT_BANK,
    BANK,
    BANK_FREE,
    BANK_LIABILITY,
    BANK_LOCKED,
    POSITION,
    POSITION_NET,
    PROGRAMME,
    RECORD,
    SUPPLY,
    SUPPLY_ISSUED,
    TOTALS,
    TOTALS_AMOUNTS,
    Fields,
    Sums,
    fields,
)

Read = Callable[[bytes], bytes | None]
MONEY = frozenset((ACCOUNT, BANK, SUPPLY, POSITION, TOTALS, RECORD, PROGRAMME))


class Balance:
    """The deltas of one transaction. `sums` is shared by all and filled as programmes are met."""

    def __init__(self, read: Read, sums: dict[str, Sums]) -> None:
        self._read = read
        self._sums = sums
        self._tokens: defaultdict[str, int] = defaultdict(int)
        self._owed: defaultdict[str, int] = defaultdict(int)
        self._currency = self._issued = self._net = 0
        self._totals: dict[str, list[int]] = {}
        self._records: dict[str, defaultdict[int, int]] = {}
        self._escrow: defaultdict[str, int] = defaultdict(int)

    def write(self, key: bytes, value: bytes | None) -> None:
        """Take in one write. The record before it must still be there to read."""
        table, _, rest = key.partition(b"\0")
        if table not in MONEY:
            return
        if table == PROGRAMME:
            if value is not None:
                self._sums[rest.decode()] = Sums(fields(value))
            return
        stored = self._read(key)
        before = fields(stored) if stored is not None else None
        after = fields(value) if value is not None else None
        if table == RECORD:
            self._record(rest, before, after)
        elif table == TOTALS:
            self._total(rest.decode(), before, after)
        elif table == ACCOUNT:
            self._account(rest.decode(), before, after)
        elif table == BANK:
            self._owed[rest.decode()] += _change(before, after, BANK_LIABILITY)
            self._currency += _change(before, after, BANK_FREE) + _change(before, after, BANK_LOCKED)
        elif table == SUPPLY:
            self._issued += _change(before, after, SUPPLY_ISSUED)
        else:
            self._net += _change(before, after, POSITION_NET)

    def problem(self) -> str:
        """What does not balance, in words; '' where all does."""
        for bank in sorted(self._tokens.keys() | self._owed.keys()):
            tokens, owed = self._tokens[bank], self._owed[bank]
            if tokens != owed:
                return f"Tokens on accounts at {bank or 'no bank'} change by {tokens}, what it owes by {owed}."
        if self._currency != self._issued:
            return f"Currency held changes by {self._currency}, currency issued by {self._issued}."
        if self._net:
            return f"Net positions change by {self._net} in all."
        for name in sorted(self._totals.keys() | self._records.keys() | self._escrow.keys()):
            found = self._programme_problem(name)
            if found:
                return found
        return ""

    def _record(self, rest: bytes, before: Fields | None, after: Fields | None) -> None:
        name, _, following = rest.partition(b"\0")
        sort, _, _ = following.partition(b"\0")
        programme = name.decode()
        deltas = self._records.setdefault(programme, defaultdict(int))
        sums = self._sums.get(programme)
        if sums is None:
            return
        for account, field in sums.by_record.get(sort.decode(), ()):
            deltas[account] += _change(before, after, field)

    def _total(self, programme: str, before: Fields | None, after: Fields | None) -> None:
        old = before[TOTALS_AMOUNTS] if before else []
        new = after[TOTALS_AMOUNTS] if after else []
        old, new = old or [0] * len(new), new or [0] * len(old)
        self._totals[programme] = [later - earlier for earlier, later in zip(old, new, strict=True)]

    def _account(self, owner: str, before: Fields | None, after: Fields | None) -> None:
        if before is not None:
            self._tokens[before[ACCOUNT_BANK]] -= before[ACCOUNT_BALANCE]
        if after is not None:
            self._tokens[after[ACCOUNT_BANK]] += after[ACCOUNT_BALANCE]
        kind, _, programme = owner.partition(":")
        if kind == "escrow" and programme:
            self._escrow[programme] += _change(before, after, ACCOUNT_BALANCE)

    def _programme_problem(self, name: str) -> str:
        sums = self._sums.get(name)
        if sums is None:
            return f"Money moves in {name}, which was never drafted."
        totals = self._totals.get(name) or [0] * len(sums.names)
        records = self._records.get(name, defaultdict(int))
        for account in sums.summed:
            total, change = totals[account], records[account]
            if total != change:
                return f"{name}: the total of '{sums.names[account]}' changes by {total}, its records by {change}."
        inside = sum(total for total, is_inside in zip(totals, sums.inside, strict=True) if is_inside)
        outside = sum(total for total, is_inside in zip(totals, sums.inside, strict=True) if not is_inside)
        if inside != outside:
            return f"{name}: {inside} won more inside, {outside} came in."
        if self._escrow[name] != inside:
            return f"{name}: its escrow account changes by {self._escrow[name]}, its own accounts by {inside}."
        return ""


def _change(before: Fields | None, after: Fields | None, field: int) -> int:
    return (int(after[field]) if after is not None else 0) - (int(before[field]) if before is not None else 0)
