"""Money goes back: refunds in ratio, promised ones, and what a merchant repays so that they can be made."""

from collections.abc import Mapping

import msgspec

from madang.base.money import ledger as money
from madang.base.money.state import ACCOUNTS
from madang.base.programmes.ledger import apply
from madang.base.programmes.state import Compiled
from madang.kernel.module import Call, Rule
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers.access import existing, require_seller, voucher_programme
from madang.services.vouchers.refusals import refuse
from madang.services.vouchers.state import OWN, PROMISED, PROMISES, Promise, Promised, parts_of
from madang.services.vouchers.transactions import KeepPromises, Refund, Repay

MAX_PROMISES = 100
"""Refunds that a merchant can owe at once in a programme."""


def refund(call: Call, act: Refund) -> None:
    """Give back in ratio to what is left of each part; odd won go to the first parts that have room."""
    _, ruled = voucher_programme(call.state, act.programme)
    require_seller(call.state, act.by, act.merchant)
    left = sum(_refundable(call, ruled, act.programme, act.merchant, act.payment))
    count = _count(call.state, act.programme, act.merchant)
    waiting = call.state.scan(PROMISES, act.programme, act.merchant) if count else ()
    left -= sum(promise.amount for _, promise in waiting if promise.payment == act.payment)
    if act.amount > left:
        raise refuse("refund_too_much", left=left, amount=act.amount)
    asked = (act.programme, act.merchant, act.payment, act.amount)
    if not act.promised or (_due_covers(call, ruled, *asked) and _own_covers(call, ruled, *asked)):
        _give_back(call, ruled, *asked)
        return
    if count >= MAX_PROMISES:
        raise refuse("too_many_promises", merchant=act.merchant)
    key = f"{call.time:010x}{call.handle()}"
    call.state.put(PROMISES, Promise(act.payment, act.amount), act.programme, act.merchant, key)
    call.state.put(PROMISED, Promised(count + 1), act.programme, act.merchant)


def promised(state: State, programme: str, merchant: str) -> int:
    """How much (won) a merchant owes in refunds in a programme."""
    if not _count(state, programme, merchant):
        return 0
    return sum(promise.amount for _, promise in state.scan(PROMISES, programme, merchant))


def _count(state: State, programme: str, merchant: str) -> int:
    found = state.get(PROMISED, programme, merchant)
    return found.count if found else 0


def keep_promises(call: Call, act: KeepPromises) -> None:
    """The oldest promises are kept, as far as what is due goes."""
    _, ruled = voucher_programme(call.state, act.programme)
    if not keep(call, ruled, act.programme, act.merchant):
        raise refuse("nothing_promised", merchant=act.merchant)


def keep(call: Call, ruled: Compiled, programme: str, merchant: str) -> int:
    """Make promised refunds of a merchant, the oldest first, until what is due does not suffice; returns how many.

    One that lacks only own money on the merchant's account, or an account to give it back to, waits by itself.
    """
    count = _count(call.state, programme, merchant)
    if not count:
        return 0
    kept = 0
    for (_, _, key), promise in list(call.state.scan(PROMISES, programme, merchant)):
        asked = (programme, merchant, promise.payment, promise.amount)
        if not _due_covers(call, ruled, *asked):
            break
        if not _own_covers(call, ruled, *asked):
            continue
        call.state.delete(PROMISES, programme, merchant, key)
        _give_back(call, ruled, *asked)
        kept += 1
    if kept == count:
        call.state.delete(PROMISED, programme, merchant)
    elif kept:
        call.state.put(PROMISED, Promised(count - kept), programme, merchant)
    return kept


def repay(call: Call, act: Repay) -> None:
    """Own money of a merchant, or of its bank, is due to it again."""
    _, ruled = voucher_programme(call.state, act.programme)
    account = call.state.get(ACCOUNTS, act.merchant)
    if act.by != act.merchant and (account is None or account.bank != act.by):
        raise refuse("not_repayer", by=act.by, merchant=act.merchant)
    apply(call, act.programme, ruled, "repay", (act.merchant,), (act.amount,), {"merchant": act.by})


def _refundable(call: Call, ruled: Compiled, programme: str, merchant: str, payment: str) -> list[int]:
    """What can still go back of each part, and of the own money if there was any."""
    parts = parts_of(call.state, ruled, programme, merchant, payment)
    if not parts:
        raise refuse("unknown_payment", merchant=merchant)
    left = [part.amount - part.held - part.refunded for _, part in parts]
    own = call.state.get(OWN, programme, merchant, payment)
    return left if own is None else [*left, own.amount - own.refunded]


def _due_covers(call: Call, ruled: Compiled, programme: str, merchant: str, payment: str, amount: int) -> bool:
    """Whether what is due to a merchant suffices for what a refund gives back to vouchers."""
    parts, _ = _split(call, ruled, programme, merchant, payment, amount)
    takings = call.state.get(ruled.tables["takings"], programme, "takings", merchant)
    return takings is not None and takings.due >= sum(parts)


def _own_covers(call: Call, ruled: Compiled, programme: str, merchant: str, payment: str, amount: int) -> bool:
    """Whether a merchant has the own money that a refund gives back, and its payer an account for it."""
    _, share = _split(call, ruled, programme, merchant, payment, amount)
    own = call.state.get(OWN, programme, merchant, payment)
    if own is None or share == 0:
        return True
    account = call.state.get(ACCOUNTS, own.payer)
    is_open = account is not None and bool(account.bank)
    return is_open and money.free_balance(call.state, merchant) >= share


def _split(
    call: Call, ruled: Compiled, programme: str, merchant: str, payment: str, amount: int
) -> tuple[list[int], int]:
    """How much of a refund each part has back, and how much is own money."""
    shares = in_ratio(amount, _refundable(call, ruled, programme, merchant, payment))
    own = shares.pop() if call.state.get(OWN, programme, merchant, payment) is not None else 0
    return shares, own


def _give_back(call: Call, ruled: Compiled, programme: str, merchant: str, payment: str, amount: int) -> None:
    parts = parts_of(call.state, ruled, programme, merchant, payment)
    shares, own_share = _split(call, ruled, programme, merchant, payment, amount)
    for (key, part), share in zip(parts, shares, strict=True):
        if share:
            _refund_part(call, ruled, programme, merchant, key, part.voucher, share)
    own = call.state.get(OWN, programme, merchant, payment)
    if own is not None and own_share:
        money.refund_transfer(call, merchant, own.payer, own_share)
        given_back = msgspec.structs.replace(own, refunded=own.refunded + own_share)
        call.state.put(OWN, given_back, programme, merchant, payment)


def _refund_part(
    call: Call, ruled: Compiled, programme: str, merchant: str, key: str, number: str, amount: int
) -> None:
    """To the voucher; after its use-by date to the programme, or to the voucher for some days more."""
    voucher = existing(call.state, ruled, programme, number)
    lapsed = voucher.status == "expired" or call.time >= voucher.until
    if voucher.status in ("revoked", "cashed") or (lapsed and not ruled.contract.parameters["reissue_days"]):
        apply(call, programme, ruled, "refund_late", (number, merchant, key), (amount,))
    elif lapsed:
        apply(call, programme, ruled, "reissue", (number, merchant, key), (amount,))
    else:
        apply(call, programme, ruled, "refund", (number, voucher.holder, merchant, key), (amount,))


def in_ratio(amount: int, parts: list[int]) -> list[int]:
    """Split `amount` in the ratio of `parts`, none above its part; what rounding leaves goes to the first with room.

    `amount` is at most the sum of `parts`.
    """
    whole = sum(parts)
    shares = [part * amount // whole if whole else 0 for part in parts]
    rest = amount - sum(shares)
    for place, part in enumerate(parts):
        more = min(rest, part - shares[place])
        shares[place] += more
        rest -= more
    return shares


RULES: Mapping[type[Act], Rule] = {Refund: refund, KeepPromises: keep_promises, Repay: repay}
