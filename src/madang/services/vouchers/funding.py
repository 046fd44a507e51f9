"""Whose money it is: into the escrow from one or several funders, out to merchants, and back at the end."""

from collections.abc import Mapping, Sequence

import msgspec

from madang.base.debts import ledger as debts
from madang.base.money import ledger as money
from madang.base.parties import queries as parties
from madang.base.programmes.ledger import apply
from madang.base.programmes.state import TOTALS, Programme
from madang.kernel.module import Call, Rule
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers.access import sponsored, voucher_programme
from madang.services.vouchers.refunding import keep, promised
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import FUNDERS, Funders
from madang.services.vouchers.transactions import CreditInterest, Fund, NameFunders, PayOut, Reclaim, Settle

_replace = msgspec.structs.replace


def fund(call: Call, act: Fund) -> None:
    """Deposit tokens of the sponsor, or of a funder, go into escrow."""
    programme, ruled = voucher_programme(call.state, act.programme)
    funders = call.state.get(FUNDERS, act.programme)
    if act.by not in (funders.names if funders else (programme.sponsor,)):
        raise refuse("not_funder", by=act.by, programme=act.programme)
    if funders is not None:
        if funders.settled:
            raise refuse("settled", programme=act.programme)
        paid = _added(funders.paid, funders.names.index(act.by), act.amount)
        call.state.put(FUNDERS, _replace(funders, paid=paid), act.programme)
    apply(call, act.programme, ruled, "fund", (), (act.amount,), {"sponsor": act.by})


def reclaim(call: Call, act: Reclaim) -> None:
    """What is free in escrow goes back to the sponsor, where it is the only funder."""
    programme, ruled = sponsored(call.state, act.by, act.programme)
    if call.state.get(FUNDERS, act.programme) is not None:
        raise refuse("funders_named", programme=act.programme)
    apply(call, act.programme, ruled, "reclaim", (), (act.amount,), {"sponsor": programme.sponsor})


def name_funders(call: Call, act: NameFunders) -> None:
    """Who funds it together, before money came in."""
    sponsored(call.state, act.by, act.programme)
    totals = call.state.get(TOTALS, act.programme)
    if (totals is not None and any(totals.amounts)) or call.state.get(FUNDERS, act.programme) is not None:
        raise refuse("funded", programme=act.programme)
    names = tuple(one.funder for one in act.funders)
    for place, name in enumerate(names):
        if name in names[:place]:
            raise refuse("funder_twice", name, funder=name)
    shares = tuple(one.share for one in act.funders)
    if sum(shares) != 10_000:
        raise refuse("funder_shares", shares=sum(shares))
    nothing = (0,) * len(names)
    call.state.put(FUNDERS, Funders(names, shares, nothing, nothing, nothing, settled=False), act.programme)


def settle(call: Call, act: Settle) -> None:
    """Net spending is split by the shares; each funder has back what it paid in beyond its part.

    What comes back after that, as a late refund does, is split by the shares, too.
    """
    programme, ruled = sponsored(call.state, act.by, act.programme)
    funders = call.state.get(FUNDERS, act.programme)
    if funders is None:
        raise refuse("no_funders", programme=act.programme)
    free, busy = _inside(call.state, act.programme, programme)
    if funders.settled and not free:
        raise refuse("settled", programme=act.programme)
    if busy:
        raise refuse("not_over", programme=act.programme)
    backs = _backs(funders, free)
    for name, back in zip(funders.names, backs, strict=True):
        if back < 0:
            raise refuse("funder_short", name, funder=name, amount=-back)
    for name, back in zip(funders.names, backs, strict=True):
        if back:
            apply(call, act.programme, ruled, "reclaim", (), (back,), {"sponsor": name})
    returned = tuple(before + back for before, back in zip(funders.returned, backs, strict=True))
    call.state.put(FUNDERS, _replace(funders, returned=returned, settled=True), act.programme)


def _backs(funders: Funders, free: int) -> tuple[int, ...]:
    """What each funder has back of what is free; below zero: what it must fund first."""
    if funders.settled:
        return by_largest_remainder(free, funders.shares)
    parts = by_largest_remainder(sum(funders.paid) - free, funders.shares)
    return tuple(paid - part for paid, part in zip(funders.paid, parts, strict=True))


def credit_interest(call: Call, act: CreditInterest) -> None:
    """Interest on the escrow is the funders', never the operator's."""
    programme, _ = voucher_programme(call.state, act.programme)
    if programme.bank != act.by:
        raise refuse("not_treasury", by=act.by, programme=act.programme)
    funders = call.state.get(FUNDERS, act.programme)
    if funders is None:
        money.transfer(call, act.by, programme.sponsor, act.amount)
        return
    shares = funders.paid if any(funders.paid) else funders.shares
    interest = funders.interest
    for place, amount in enumerate(by_largest_remainder(act.amount, shares)):
        money.transfer(call, act.by, funders.names[place], amount)
        interest = _added(interest, place, amount)
    call.state.put(FUNDERS, _replace(funders, interest=interest), act.programme)


def pay_out(call: Call, act: PayOut) -> None:
    """All that each merchant is owed goes to its own account, or nothing goes to any.

    Promised refunds are made first, or kept back for; then what the merchant owes the sponsor is set off, as far as it
    may be.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    if act.by not in (programme.sponsor, programme.bank) and not parties.has_role(call.state, act.by, "operator"):
        raise refuse("not_payer", by=act.by)
    for merchant in act.merchants:
        keep(call, ruled, act.programme, merchant)
        kept_back = promised(call.state, act.programme, merchant)
        takings = call.state.get(ruled.tables["takings"], act.programme, "takings", merchant)
        if kept_back and (takings is None or takings.due <= kept_back):
            raise refuse("refunds_promised", merchant, merchant=merchant)
        if takings is None or takings.due == 0:
            raise refuse("nothing_due", merchant, merchant=merchant, programme=act.programme)
        due = takings.due - kept_back
        owed = sum(amount for amount, _ in debts.set_off(call, merchant, programme.sponsor, due))
        for account, amount in ((programme.sponsor, owed), (merchant, due - owed)):
            if amount:
                apply(call, act.programme, ruled, "payout", (merchant,), (amount,), {"merchant": account})


def by_largest_remainder(amount: int, shares: Sequence[int]) -> tuple[int, ...]:
    """Split `amount` won by shares; odd won go one each to the largest remainders, of equal ones the first.

    Shares are not negative and not all zero (Hamilton's method).
    """
    whole = sum(shares)
    parts = [amount * share // whole for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (-(amount * shares[place] % whole), place))
    for place in order[: amount - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def _inside(state: State, name: str, programme: Programme) -> tuple[int, int]:
    """What is free in a programme, and what is on vouchers, held or due (won)."""
    totals = state.get(TOTALS, name)
    free = busy = 0
    for layout, amount in zip(programme.accounts, totals.amounts if totals else (), strict=False):
        if layout.name == "free":
            free += amount
        elif layout.sort != "outside":
            busy += amount
    return free, busy


def _added(amounts: tuple[int, ...], place: int, amount: int) -> tuple[int, ...]:
    return (*amounts[:place], amounts[place] + amount, *amounts[place + 1 :])


RULES: Mapping[type[Act], Rule] = {
    Fund: fund,
    Reclaim: reclaim,
    NameFunders: name_funders,
    Settle: settle,
    CreditInterest: credit_interest,
    PayOut: pay_out,
}
