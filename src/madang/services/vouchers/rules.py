"""Who may do what with vouchers. Each rule checks who asks, finds the records, and has the contract decide.

A voucher's record is under its handle, an allowance under its holder, takings under the merchant, and the parts of a
payment under merchant, payment and number.
"""

from collections.abc import Mapping

import msgspec

from madang.base.merchants.state import MERCHANTS
from madang.base.money import ledger as money
from madang.base.parties import queries as parties
from madang.base.programmes.ledger import apply, open_programme
from madang.base.programmes.state import PROGRAMMES, Compiled, Programme
from madang.kernel.authority import PARTIES
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers.state import (
    CODES,
    GRANTS,
    KINDS,
    OWN,
    Granted,
    OwnMoney,
    code_digest,
    parts_of,
    voucher_of,
)
from madang.services.vouchers.transactions import (
    Claim,
    Expire,
    Freeze,
    Fund,
    Grant,
    GrantRow,
    Pay,
    PayOut,
    Recall,
    Reclaim,
    Refund,
    Unfreeze,
)

REFUSALS = {
    "not_vouchers": "{programme} is no programme of vouchers. Use the acts of its own service.",
    "not_sponsor": "{programme} is another sponsor's. Only its sponsor may do this.",
    "not_authority": "{by} neither sponsors {programme} nor is an eligibility authority. Ask one of them.",
    "row_target": "Row {reference} must name either a holder or a code. Name one.",
    "granted": "{reference} was granted already in {programme}. Leave the row out.",
    "unknown_holder": "Row {reference} names a holder that is not registered. Register the key first.",
    "not_person": "Vouchers are for people, and {holder} is no person. Name a person's registered key.",
    "code_used": "Row {reference} has a code that another voucher waits for. Make a new code.",
    "unknown_code": "No voucher of {programme} waits for this code. Check the letter; a code works once.",
    "not_own_key": "Sign with a key of {by} itself: nobody pays with the vouchers or the money of another.",
    "merchant": "This shop does not take vouchers now. Pay elsewhere, or ask the shop.",
    "not_shop": "{by} does not sell for {merchant}. Sign with the shop's key or a till's.",
    "unknown_payment": "{merchant} has no such payment. Check its number on the receipt.",
    "refund_too_much": "{left} won of this payment can still be given back, not {amount}.",
    "unknown_voucher": "There is no such voucher in {programme}. Check its number.",
    "not_desk": "{by} may not do this. Ask the programme's sponsor, or a desk.",
    "not_payer": "{by} may not start payouts. The sponsor, its treasury bank or the operator does.",
    "nothing_due": "{merchant} is owed nothing by {programme}. Leave it out.",
}
refuse = refuser("vouchers", REFUSALS)


def fund(call: Call, act: Fund) -> None:
    """The sponsor's deposit tokens go into escrow."""
    programme, ruled = _sponsored(call.state, act.by, act.programme)
    apply(call, act.programme, ruled, "fund", (), (act.amount,), {"sponsor": programme.sponsor})


def reclaim(call: Call, act: Reclaim) -> None:
    """What is free in escrow goes back to the sponsor."""
    programme, ruled = _sponsored(call.state, act.by, act.programme)
    apply(call, act.programme, ruled, "reclaim", (), (act.amount,), {"sponsor": programme.sponsor})


def grant(call: Call, act: Grant) -> None:
    """Every row becomes a voucher, or none does."""
    programme, ruled = _open(call.state, act.programme)
    if programme.sponsor != act.by and not parties.has_role(call.state, act.by, "eligibility_authority"):
        raise refuse("not_authority", by=act.by, programme=act.programme)
    for row in act.rows:
        _grant_row(call, act.programme, ruled, row)


def _grant_row(call: Call, programme: str, ruled: Compiled, row: GrantRow) -> None:
    if (row.holder is None) == (row.code is None):
        raise refuse("row_target", row.reference, reference=row.reference)
    if call.state.get(GRANTS, programme, row.reference) is not None:
        raise refuse("granted", row.reference, reference=row.reference, programme=programme)
    number = call.handle()
    if row.holder is not None:
        holder = call.state.get(PARTIES, row.holder)
        if holder is None:
            raise refuse("unknown_holder", row.reference, reference=row.reference)
        if "person" not in holder.roles:
            raise refuse("not_person", row.reference, holder=row.holder)
        _open_allowance(call, programme, ruled, row.holder)
    elif row.code is not None:
        if call.state.get(CODES, programme, row.code) is not None:
            raise refuse("code_used", row.reference, reference=row.reference)
        call.state.put(CODES, Granted(number), programme, row.code)
    # A voucher that waits for its code is its own holder: no person is named so, since people are named by their keys.
    apply(call, programme, ruled, "grant", (number,), (number, row.holder or number, row.region, row.amount))
    call.state.put(GRANTS, Granted(number), programme, row.reference)


def claim(call: Call, act: Claim) -> None:
    """A code's voucher becomes the claimant's."""
    _, ruled = _open(call.state, act.programme)
    if not parties.has_role(call.state, act.by, "person"):
        raise refuse("not_person", holder=act.by)
    digest = code_digest(act.programme, act.code)
    waiting = call.state.get(CODES, act.programme, digest)
    if waiting is None:
        raise refuse("unknown_code", programme=act.programme)
    _open_allowance(call, act.programme, ruled, act.by)
    apply(call, act.programme, ruled, "claim", (waiting.voucher,), (act.by,))
    call.state.delete(CODES, act.programme, digest)


def _open_allowance(call: Call, programme: str, ruled: Compiled, holder: str) -> None:
    if call.state.get(ruled.tables["allowance"], programme, "allowance", holder) is None:
        apply(call, programme, ruled, "open", (holder,), (holder,))


def pay(call: Call, act: Pay) -> None:
    """Single spends, one a voucher, all or nothing; then the own money that the payer confirmed.

    The payer's own key signs: no officer spends what is an institution's.
    """
    _, ruled = _open(call.state, act.programme)
    if act.by not in call.signed_by:
        raise refuse("not_own_key", by=act.by)
    merchant = call.state.get(MERCHANTS, act.merchant)
    if merchant is None or merchant.standing != "approved":
        raise refuse("merchant")
    shop = ruled.contract.facts["Shop"](
        act.merchant, merchant.region, merchant.industry, merchant.category, merchant.sales_class
    )
    if call.state.get(ruled.tables["takings"], act.programme, "takings", act.merchant) is None:
        apply(call, act.programme, ruled, "enrol", (act.merchant,), (act.merchant,))
    payment = f"{call.time:010x}{call.handle()}"
    for place, part in enumerate(act.parts):
        key = f"{act.merchant}/{payment}/{place}"
        on = (part.voucher, act.by, act.merchant, key, shop)
        apply(call, act.programme, ruled, "spend", on, (part.amount, act.by, act.order))
    if act.own:
        money.transfer(call, act.by, act.merchant, act.own)
        call.state.put(OWN, OwnMoney(act.by, act.own, 0), act.programme, act.merchant, payment)


def refund(call: Call, act: Refund) -> None:
    """Give back in ratio to what is left of each part; odd won go to the first parts that have room."""
    _, ruled = _open(call.state, act.programme)
    if parties.merchant_of(call.state, act.by) != act.merchant:
        raise refuse("not_shop", by=act.by, merchant=act.merchant)
    parts = parts_of(call.state, ruled, act.programme, act.merchant, act.payment)
    if not parts:
        raise refuse("unknown_payment", merchant=act.merchant)
    own = call.state.get(OWN, act.programme, act.merchant, act.payment)
    left = [part.amount - part.refunded for _, part in parts]
    if own is not None:
        left.append(own.amount - own.refunded)
    if act.amount > sum(left):
        raise refuse("refund_too_much", left=sum(left), amount=act.amount)
    shares = in_ratio(act.amount, left)
    for (key, part), share in zip(parts, shares, strict=False):
        if share:
            _refund_part(call, act, ruled, key, part.voucher, share)
    if own is not None and shares[-1]:
        money.refund_transfer(call, act.merchant, own.payer, shares[-1])
        given_back = msgspec.structs.replace(own, refunded=own.refunded + shares[-1])
        call.state.put(OWN, given_back, act.programme, act.merchant, act.payment)


def _refund_part(call: Call, act: Refund, ruled: Compiled, key: str, number: str, amount: int) -> None:
    voucher = voucher_of(call.state, ruled, act.programme, number)
    lapsed = voucher.status in ("expired", "revoked") or call.time >= ruled.contract.parameters["closes"]
    if lapsed:
        apply(call, act.programme, ruled, "refund_late", (number, act.merchant, key), (amount,))
    else:
        apply(call, act.programme, ruled, "refund", (number, voucher.holder, act.merchant, key), (amount,))


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


def expire(call: Call, act: Expire) -> None:
    """What lapsed vouchers hold returns to the programme; anybody may ask, the contract looks at the date."""
    _, ruled = _open(call.state, act.programme)
    for number in act.vouchers:
        apply(call, act.programme, ruled, "expire", (number,), ())


def freeze(call: Call, act: Freeze) -> None:
    """Holder, sponsor or desk stops vouchers."""
    _, ruled = _open(call.state, act.programme)
    for number in act.vouchers:
        voucher = voucher_of(call.state, ruled, act.programme, number)
        if voucher is None:
            raise refuse("unknown_voucher", programme=act.programme)
        if voucher.holder != act.by:
            _require_desk(call.state, act.by, act.programme)
        apply(call, act.programme, ruled, "freeze", (number,), ())


def unfreeze(call: Call, act: Unfreeze) -> None:
    """Sponsor or desk lets vouchers be spent again."""
    _, ruled = _open(call.state, act.programme)
    _require_desk(call.state, act.by, act.programme)
    for number in act.vouchers:
        apply(call, act.programme, ruled, "unfreeze", (number,), ())


def recall(call: Call, act: Recall) -> None:
    """The sponsor takes back what is unspent."""
    _, ruled = _sponsored(call.state, act.by, act.programme)
    for number in act.vouchers:
        apply(call, act.programme, ruled, "revoke", (number,), ())


def pay_out(call: Call, act: PayOut) -> None:
    """All that each merchant is owed goes to its own account, or nothing goes to any."""
    programme, ruled = _open(call.state, act.programme)
    if act.by not in (programme.sponsor, programme.bank) and not parties.has_role(call.state, act.by, "operator"):
        raise refuse("not_payer", by=act.by)
    for merchant in act.merchants:
        takings = call.state.get(ruled.tables["takings"], act.programme, "takings", merchant)
        if takings is None or takings.due == 0:
            raise refuse("nothing_due", merchant, merchant=merchant, programme=act.programme)
        apply(call, act.programme, ruled, "payout", (merchant,), (takings.due,), {"merchant": merchant})


def _open(state: State, name: str) -> tuple[Programme, Compiled]:
    """An open programme of a kind that these rules were written for."""
    programme, ruled = open_programme(state, name)
    if programme.kind not in KINDS:
        raise refuse("not_vouchers", programme=name)
    return programme, ruled


def _sponsored(state: State, by: str, name: str) -> tuple[Programme, Compiled]:
    programme, ruled = _open(state, name)
    if programme.sponsor != by:
        raise refuse("not_sponsor", programme=name)
    return programme, ruled


def _require_desk(state: State, by: str, name: str) -> None:
    programme = state.get(PROGRAMMES, name)
    if programme is None or (programme.sponsor != by and not parties.has_role(state, by, "desk")):
        raise refuse("not_desk", by=by)


RULES: Mapping[type[Act], Rule] = {
    Fund: fund,
    Reclaim: reclaim,
    Grant: grant,
    Claim: claim,
    Pay: pay,
    Refund: refund,
    Expire: expire,
    Freeze: freeze,
    Unfreeze: unfreeze,
    Recall: recall,
    PayOut: pay_out,
}
