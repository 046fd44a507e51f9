"""Whose money it is: into the escrow from one or several funders, out to merchants, and back at the end."""

from collections.abc import Mapping, Sequence
from operator import add, sub

import msgspec

from madang.base.debts import ledger as debts
from madang.base.money import ledger as money
from madang.base.money.state import ACCOUNTS
from madang.base.parties import queries as parties
from madang.base.programmes.ledger import apply
from madang.base.programmes.state import TOTALS
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act
from madang.services.vouchers.access import sponsored, voucher_programme
from madang.services.vouchers.refunding import keep, promised
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import FUNDERS, Funders, inside
from madang.services.vouchers.transactions import CreditInterest, Fund, NameFunders, PayOut, Reclaim, Settle

WAITED = 60 * 86_400
"""Seconds after the last use-by date for which the others wait for a funder that has not paid its part."""
_replace = msgspec.structs.replace


def fund(call: Call, act: Fund) -> None:
    """Deposit tokens of the sponsor, or of a funder, go into escrow.

    Once it was settled a funder pays no more than what others bore for it; they have it at the next settling.
    """
    programme, ruled = voucher_programme(call.state, act.programme)
    funders = call.state.get(FUNDERS, act.programme)
    if act.by not in (funders.names if funders else (programme.sponsor,)):
        raise refuse("not_funder", by=act.by, programme=act.programme)
    if funders is not None:
        place = funders.names.index(act.by)
        if funders.settled and act.amount > -_owned(funders, inside(call.state, act.programme).free)[place]:
            raise refuse("settled", programme=act.programme)
        call.state.put(FUNDERS, _replace(funders, paid=_added(funders.paid, place, act.amount)), act.programme)
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
        found = parties.institution(call.state, name)
        if found is None or found.standing != "active":
            raise refuse("unknown_funder", name, funder=name)
    shares = tuple(one.share for one in act.funders)
    if sum(shares) != 10_000:
        raise refuse("funder_shares", shares=sum(shares))
    nothing = (0,) * len(names)
    call.state.put(FUNDERS, Funders(names, shares, nothing, nothing, nothing, nothing, settled=False), act.programme)


def settle(call: Call, act: Settle) -> None:
    """Net spending is split by the shares; each funder has back what it paid in beyond its part.

    Nobody can hold up the others for longer than 60 days after the last use-by date, which stands in the document that
    all of them read before they paid in, so that nobody decides on it. Until then a funder that paid in less than its
    part is waited for; after it the others have what there is, in ratio to what is theirs, and the rest when it pays.
    What is still due to a merchant then, as to one without an account, is spent and stays due. What a funder's account
    can't take is kept for it until a later settling. What comes back after the first one, as a late refund does, goes
    to whoever still bears more than its part.
    """
    _, ruled = sponsored(call.state, act.by, act.programme)
    funders = call.state.get(FUNDERS, act.programme)
    if funders is None:
        raise refuse("no_funders", programme=act.programme)
    free, live, owed = inside(call.state, act.programme)
    due = _due(funders, free)
    landing = [amount if _can_take(call, name) else 0 for name, amount in zip(funders.names, due, strict=True)]
    if funders.settled and free == sum(funders.kept) and not any(landing):
        raise refuse("settled", programme=act.programme)
    until = ruled.contract.parameters["closes"] + WAITED
    if live or (owed and call.time < until):
        raise refuse("not_over", programme=act.programme)
    if not funders.settled and call.time < until:
        _require_all_paid(funders, free, until)
    for name, amount in zip(funders.names, landing, strict=True):
        if amount:
            apply(call, act.programme, ruled, "reclaim", (), (amount,), {"sponsor": name})
    returned = tuple(map(add, funders.returned, landing))
    settled = _replace(funders, returned=returned, kept=tuple(map(sub, due, landing)), settled=True)
    call.state.put(FUNDERS, settled, act.programme)


def _owned(funders: Funders, free: int) -> list[int]:
    """What of the free money is each funder's by the shares, beside what is kept for it; below zero: what it owes."""
    borne = list(map(sub, map(sub, funders.paid, funders.returned), funders.kept))
    parts = by_largest_remainder(sum(borne) - (free - sum(funders.kept)), funders.shares)
    return list(map(sub, borne, parts))


def _due(funders: Funders, free: int) -> list[int]:
    """What each funder has back now, kept money too: its own, or as much of it as those who owe leave."""
    unkept = free - sum(funders.kept)
    if not unkept:
        return list(funders.kept)
    owned = [max(one, 0) for one in _owned(funders, free)]
    return list(map(add, funders.kept, by_largest_remainder(unkept, owned)))


def _require_all_paid(funders: Funders, free: int, until: int) -> None:
    for name, owned in zip(funders.names, _owned(funders, free), strict=True):
        if owned < 0:
            raise refuse("funder_short", name, funder=name, amount=-owned, until=until)


def _can_take(call: Call, name: str) -> bool:
    """Whether a funder's account is open, and no pause of its bank keeps money away from it."""
    account = call.state.get(ACCOUNTS, name)
    if account is None or not account.bank:
        return False
    try:
        money.check_running(call, account.bank, account.bank, spending=True)
    except Rejected:
        return False
    return True


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
