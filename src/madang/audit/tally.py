"""Where every won is at the end, and whether the places add up: the laws of conservation over a whole state."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from madang.audit.layouts import (
    ACCOUNT,
    ACCOUNT_BALANCE,
    ACCOUNT_BANK,
    BANK,
    BANK_FREE,
    BANK_LIABILITY,
    BANK_LOCKED,
    POSITION,
    POSITION_CAP,
    POSITION_NET,
    PROGRAMME,
    RECORD,
    SUPPLY,
    SUPPLY_ISSUED,
    TOTALS,
    TOTALS_AMOUNTS,
    Fields,
    Sums,
    escrow_account,
    fields,
)
from madang.engine.store import View


class Law(msgspec.Struct, frozen=True):
    """A law, whether it holds, and the two figures (won) that must be equal. `where` names the first that are not."""

    name: str
    holds: bool
    left: int
    right: int
    where: str = ""


class BankFigures(msgspec.Struct, frozen=True):
    """A bank in won: currency free and locked, its net position, what it owes, and what is on its accounts."""

    free: int
    locked: int
    net: int
    liability: int
    tokens: int
    accounts: int


class ProgrammeFigures(msgspec.Struct, frozen=True):
    """A programme in won: its escrow account, and what its contract's accounts hold."""

    escrow: int
    totals: dict[str, int]


class Tally(msgspec.Struct, frozen=True):
    """Where every won is: currency issued, banks and programmes by name, and the laws over them."""

    issued: int
    banks: dict[str, BankFigures]
    programmes: dict[str, ProgrammeFigures]
    laws: tuple[Law, ...]


def tally(state: View) -> Tally:
    """Add up a state."""
    supply = state.get(SUPPLY + b"\0")
    issued = int(fields(supply)[SUPPLY_ISSUED]) if supply is not None else 0
    tokens: defaultdict[str, int] = defaultdict(int)
    count: defaultdict[str, int] = defaultdict(int)
    negative = ""
    for account, record in _rows(state, ACCOUNT):
        tokens[record[ACCOUNT_BANK]] += record[ACCOUNT_BALANCE]
        count[record[ACCOUNT_BANK]] += 1
        if record[ACCOUNT_BALANCE] < 0:
            negative = negative or f"account {account} holds {record[ACCOUNT_BALANCE]}"
    positions = dict(_rows(state, POSITION))
    banks = {
        name: BankFigures(
            record[BANK_FREE],
            record[BANK_LOCKED],
            positions.get(name, [0, 0])[POSITION_NET],
            record[BANK_LIABILITY],
            tokens.get(name, 0),
            count.get(name, 0),
        )
        for name, record in _rows(state, BANK)
    }
    programmes, programme_laws = _programmes(state)
    laws = (_currency(issued, banks), _owed(banks, tokens), _cancel(banks, positions))
    none = Law("nothing is below zero", not negative, 0, 0, negative)
    return Tally(issued, banks, programmes, (*laws, none, *programme_laws))


def _currency(issued: int, banks: dict[str, BankFigures]) -> Law:
    held = sum(bank.free + bank.locked for bank in banks.values())
    return Law("currency issued is what banks hold, free and locked", issued == held, issued, held)


def _owed(banks: dict[str, BankFigures], tokens: dict[str, int]) -> Law:
    wrong = [name for name, bank in banks.items() if bank.liability != bank.tokens]
    wrong += [name or "closed accounts" for name, amount in tokens.items() if amount and name not in banks]
    owed = sum(bank.liability for bank in banks.values())
    return Law("each bank owes what is on its accounts", not wrong, owed, sum(tokens.values()), ", ".join(wrong))


def _cancel(banks: dict[str, BankFigures], positions: dict[str, Fields]) -> Law:
    uncovered = [
        name
        for name, position in positions.items()
        if position[POSITION_NET] < -position[POSITION_CAP]
        or name not in banks
        or position[POSITION_CAP] > banks[name].locked
    ]
    total = sum(position[POSITION_NET] for position in positions.values())
    holds = not uncovered and total == 0
    return Law("net positions cancel out, and locked currency covers each", holds, total, 0, ", ".join(uncovered))


def _programmes(state: View) -> tuple[dict[str, ProgrammeFigures], list[Law]]:
    sums = {name: Sums(record) for name, record in _rows(state, PROGRAMME)}
    totals = {name: list(record[TOTALS_AMOUNTS]) for name, record in _rows(state, TOTALS)}
    summed = _sum_records(state, sums)
    figures: dict[str, ProgrammeFigures] = {}
    sides: dict[str, tuple[int, int, list[str]]] = {
        "each programme's escrow holds what its accounts say": (0, 0, []),
        "each total of a programme is the sum of its records": (0, 0, []),
        "what came into each programme and did not leave is in it": (0, 0, []),
    }

    def hold(law: str, left: int, right: int, where: str) -> None:
        before = sides[law]
        sides[law] = (before[0] + left, before[1] + right, before[2] + ([] if left == right else [where]))

    escrow_law, sum_law, net_law = sides
    for name, amounts in totals.items():
        layout = sums[name]
        stored = state.get(escrow_account(name))
        escrow = int(fields(stored)[ACCOUNT_BALANCE]) if stored is not None else 0
        inside = sum(amount for amount, is_inside in zip(amounts, layout.inside, strict=True) if is_inside)
        outside = sum(amount for amount, is_inside in zip(amounts, layout.inside, strict=True) if not is_inside)
        hold(escrow_law, escrow, inside, name)
        hold(net_law, inside, outside, name)
        for place in layout.summed:
            hold(sum_law, amounts[place], summed[name][place], f"{name} {layout.names[place]}")
        figures[name] = ProgrammeFigures(escrow, dict(zip(layout.names, amounts, strict=True)))
    laws = [Law(law, not wrong, left, right, ", ".join(wrong)) for law, (left, right, wrong) in sides.items()]
    return figures, laws


def _sum_records(state: View, sums: dict[str, Sums]) -> dict[str, defaultdict[int, int]]:
    found: dict[str, defaultdict[int, int]] = {name: defaultdict(int) for name in sums}
    for name, layout in sums.items():
        for sort, places in layout.by_record.items():
            prefix = b"%b\0%b\0%b\0" % (RECORD, name.encode(), sort.encode())
            for _, value in state.scan(prefix, prefix[:-1] + b"\1"):
                record = fields(value)
                for account, field in places:
                    found[name][account] += int(record[field])
    return found


def _rows(state: View, table: bytes) -> Iterator[tuple[str, Fields]]:
    for key, value in state.scan(table + b"\0", table + b"\1"):
        yield key[len(table) + 1 :].decode(), fields(value)
