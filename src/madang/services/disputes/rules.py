"""Rules of disputes: who files, answers, credits, decides and charges back, and until when.

In order: who asks, how the dispute stands, the time, the amounts; then what moves, and the write.
"""

from collections.abc import Mapping

import msgspec

from madang.base.money import ledger as money
from madang.base.parties.queries import has_role, officers_among, party
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act
from madang.services.disputes.state import (
    CASES,
    CONCERNS,
    FILED,
    MAX_OPEN,
    OPEN,
    TERMS,
    WAITING,
    Concern,
    Dispute,
    Filed,
    Open,
    Terms,
    Waiting,
    roles,
    terms,
)
from madang.services.disputes.transactions import (
    Answer,
    ChargeBack,
    Credit,
    Decide,
    File,
    SetTerms,
    Withdraw,
)

DAY = 86_400
REFUSALS: dict[str, str] = {
    "not_central_bank": "Only the central bank sets the terms of disputes.",
    "terms": "Decisions must come after answers. Allow more days to decide than to answer.",
    "not_holder": "Only {holder}, or the institution that registered it, disputes its payments.",
    "one_payment": "Name one payment: either a transfer of own money or a voucher payment.",
    "unknown_payee": "No party {payee} is registered. Name who was paid.",
    "own_payment": "Holder, payee and who would decide must be three different parties. Settle it between you.",
    "no_handler": "Nobody is there to decide: the institution that registered {holder} is no bank and no desk.",
    "ahead": "That payment lies in the future. Name the time of the block that holds it.",
    "too_late": "A payment can be disputed for {days} days. Go to the financial dispute mediation, or to court.",
    "filed": "This payment is disputed already, as {case}.",
    "too_many": "{holder} has {limit} open disputes. Wait until some are decided, or withdraw some.",
    "unknown_case": "There is no such dispute of yours. Check its number.",
    "settled": "This dispute is {standing} already.",
    "answered": "The payee has answered already.",
    "by_quorum": "{payee} agrees by its quorum, since that gives its money away. Let as many officers sign.",
    "answer_late": "The payee could answer before {until} (seconds since 1970).",
    "answer_waits": "The payee may still answer, before {until} (seconds since 1970). Decide then.",
    "decision_late": "The deadline passed at {until} (seconds since 1970). Decide for the holder.",
    "vouchers": "A voucher payment is given back by the shop, with vouchers.refund. No money is credited for it.",
    "credit_limit": "{left} won of what is disputed were not credited yet. Credit at most that.",
    "not_payees_bank": "{payee} has no account at {by}. Its own bank charges back.",
    "not_upheld": "This dispute was not decided for the holder, so nothing is charged back.",
    "not_agreed": "{payee} is no shop and has not agreed. Only a court's order takes its money.",
    "charge_late": "What was decided could be charged back before {until} (seconds since 1970).",
    "charge_limit": "{left} won of this dispute were not charged back yet. Charge at most that.",
}
refuse = refuser("disputes", REFUSALS)
_replace = msgspec.structs.replace


def set_terms(call: Call, act: SetTerms) -> None:
    """Other terms for disputes that are filed from now on."""
    if not has_role(call.state, act.by, "central_bank"):
        raise refuse("not_central_bank")
    if act.answer_days >= act.decide_days:
        raise refuse("terms")
    call.state.put(TERMS, Terms(act.file_days, act.answer_days, act.decide_days, act.charge_days))


def file(call: Call, act: File) -> None:
    """A dispute, listed for holder, handler and payee, with its deadlines."""
    handler, programme, payment, paid_at = _payment(call, act)
    rules = terms(call.state)
    if paid_at > call.time:
        raise refuse("ahead")
    if call.time - paid_at > rules.file * DAY:
        raise refuse("too_late", days=rules.file)
    before = call.state.get(FILED, act.holder, f"{act.payee}/{programme}/{payment}")
    if before is not None:
        raise refuse("filed", case=before.case)
    _count(call, act.holder, 1)
    dispute = Dispute(
        act.holder, handler, act.payee, programme, payment, paid_at, act.ground, act.amount, act.statement, call.time,
        call.time + rules.answer * DAY, call.time + rules.decide * DAY, rules.charge, "", "", "open", 0, "", 0, 0, 0, 0,
    )  # fmt: skip
    case = f"{call.time:010x}{call.handle()}"
    call.state.put(CASES, dispute, case)
    call.state.put(FILED, Filed(case), act.holder, f"{act.payee}/{programme}/{payment}")
    call.state.put(WAITING, Waiting(call.time), handler, dispute.decide_by, case)
    for role, name in roles(dispute):
        call.state.put(CONCERNS, Concern(role), name, case)


def answer(call: Call, act: Answer) -> None:
    """What the payee says to it. Who agrees lets its bank take the money: no single officer does."""
    dispute = _open_case(call, act.case, act.by, "payee")
    if dispute.answered:
        raise refuse("answered")
    if act.agrees and not _is_quorum(call, act.by):
        raise refuse("by_quorum", payee=act.by)
    if call.time >= dispute.answer_by:
        raise refuse("answer_late", until=dispute.answer_by)
    said = _replace(dispute, answered="agrees" if act.agrees else "denies", answer=act.statement)
    call.state.put(CASES, said, act.case)


def credit(call: Call, act: Credit) -> None:
    """Money of the bank's own for the holder, above any limit, until it is decided."""
    dispute = _open_case(call, act.case, act.by, "handler")
    if dispute.programme:
        raise refuse("vouchers")
    if act.amount > dispute.amount - dispute.credited:
        raise refuse("credit_limit", left=dispute.amount - dispute.credited)
    money.refund_transfer(call, act.by, dispute.holder, act.amount)
    call.state.put(CASES, _replace(dispute, credited=dispute.credited + act.amount), act.case)


def decide(call: Call, act: Decide) -> None:
    """For the holder or against, and the money that follows."""
    dispute = _open_case(call, act.case, act.by, "handler")
    if not dispute.answered and call.time < dispute.answer_by:
        raise refuse("answer_waits", until=dispute.answer_by)
    if not act.upheld and call.time >= dispute.decide_by:
        raise refuse("decision_late", until=dispute.decide_by)
    _close(call, act.case, dispute)
    decided = _replace(dispute, decided_at=call.time, reasons=act.reasons)
    if act.upheld:
        decided = _replace(decided, standing="upheld")
        if not dispute.programme:
            money.refund_transfer(call, act.by, dispute.holder, dispute.amount - dispute.credited)
            decided = _replace(decided, credited=dispute.amount)
    else:
        there = min(dispute.credited, money.free_balance(call.state, dispute.holder))
        money.refund_transfer(call, dispute.holder, act.by, there)
        decided = _replace(decided, standing="rejected", returned=there, owed=dispute.credited - there)
    call.state.put(CASES, decided, act.case)


def charge_back(call: Call, act: ChargeBack) -> None:
    """The payee's money for the bank that paid the holder; what the payee can't use is not there."""
    dispute = call.state.get(CASES, act.case)
    if dispute is None or dispute.programme:
        raise refuse("unknown_case")
    if money.open_account(call.state, dispute.payee).bank != act.by:
        raise refuse("not_payees_bank", payee=dispute.payee, by=act.by)
    if dispute.standing != "upheld":
        raise refuse("not_upheld")
    payee = party(call.state, dispute.payee)
    # A shop that was suspended meanwhile, as fraudulent ones are, is a shop all the same.
    if dispute.answered != "agrees" and (payee is None or "merchant" not in payee.roles):
        raise refuse("not_agreed", payee=dispute.payee)
    until = dispute.decided_at + dispute.charge_days * DAY
    if call.time >= until:
        raise refuse("charge_late", until=until)
    if act.amount > dispute.amount - dispute.charged:
        raise refuse("charge_limit", left=dispute.amount - dispute.charged)
    money.refund_transfer(call, dispute.payee, dispute.handler, act.amount)
    call.state.put(CASES, _replace(dispute, charged=dispute.charged + act.amount), act.case)


def withdraw(call: Call, act: Withdraw) -> None:
    """The dispute is over as if it had not been."""
    dispute = _open_case(call, act.case, act.by, "holder")
    _close(call, act.case, dispute)
    money.refund_transfer(call, dispute.holder, dispute.handler, dispute.credited)
    withdrawn = _replace(dispute, standing="withdrawn", decided_at=call.time, returned=dispute.credited)
    call.state.put(CASES, withdrawn, act.case)


def _payment(call: Call, act: File) -> tuple[str, str, str, int]:
    """Who decides, and what was paid: programme ('' for own money), the payment's name, and when."""
    holder = party(call.state, act.holder)
    if holder is None or act.by not in (act.holder, holder.appointed_by):
        raise refuse("not_holder", holder=act.holder)
    if (act.transfer is None) == (act.voucher is None):
        raise refuse("one_payment")
    if party(call.state, act.payee) is None:
        raise refuse("unknown_payee", payee=act.payee)
    handler, programme, payment, paid_at = holder.appointed_by, "", "", 0
    if act.transfer is not None:
        handler = money.open_account(call.state, act.holder).bank
        payment, paid_at = act.transfer.transaction, act.transfer.at
    if act.voucher is not None:
        programme, payment = act.voucher.programme, act.voucher.payment
        paid_at = int(payment[:10], 16)
    if len({act.holder, act.payee, handler}) < 3:
        raise refuse("own_payment")
    appointed = party(call.state, handler)
    if appointed is None or not ("bank" in appointed.roles or "desk" in appointed.roles):
        raise refuse("no_handler", holder=act.holder)
    return handler, programme, payment, paid_at


def _is_quorum(call: Call, name: str) -> bool:
    """Whether as many officers signed as an institution's threshold asks; whoever is none signs alone."""
    found = party(call.state, name)
    return found is not None and officers_among(call.state, call.signed_by, name) >= found.threshold


def _count(call: Call, holder: str, more: int) -> None:
    """Count a holder's open disputes, within `MAX_OPEN`."""
    before = call.state.get(OPEN, holder)
    count = (before.count if before else 0) + more
    if count > MAX_OPEN:
        raise refuse("too_many", holder=holder, limit=MAX_OPEN)
    if count:
        call.state.put(OPEN, Open(count), holder)
    else:
        call.state.delete(OPEN, holder)


def _close(call: Call, case: str, dispute: Dispute) -> None:
    """A dispute is open no more."""
    _count(call, dispute.holder, -1)
    call.state.delete(WAITING, dispute.handler, dispute.decide_by, case)


def _open_case(call: Call, case: str, by: str, role: str) -> Dispute:
    """An open dispute in which `by` has this role. A stranger hears the same whether it exists or not."""
    concern = call.state.get(CONCERNS, by, case)
    dispute = call.state.get(CASES, case)
    if dispute is None or concern is None or concern.role != role:
        raise refuse("unknown_case")
    if dispute.standing != "open":
        raise refuse("settled", standing=dispute.standing)
    return dispute


RULES: Mapping[type[Act], Rule] = {
    SetTerms: set_terms,
    File: file,
    Answer: answer,
    Credit: credit,
    Decide: decide,
    ChargeBack: charge_back,
    Withdraw: withdraw,
}
