"""Paying at a shop: its code, what would be paid with what, the signature, and the number that both screens show."""

from litestar import Response, get, post

from madang.base.merchants.queries import merchant
from madang.exchange.qr.checking import check_code
from madang.exchange.qr.merchantcode import MerchantCode, read_code
from madang.kernel.errors import MadangError
from madang.services.vouchers.queries import ShopPayment, own_payments
from madang.services.vouchers.transactions import MAX_PARTS, Pay, PaymentPart
from madang.web.api.problems import Refused
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit
from madang.web.wallet.holdings import Holding, holdings, own_money


@get("/pay")
async def ask(visit: Visit) -> Response[str]:
    """Scan or type a shop's code."""
    _ = visit.parties
    return visit.page("wallet/pay.html", error="", typed="")


@post("/pay", status_code=200)
async def propose(visit: Visit) -> Response[str]:
    """What the payment would be, to confirm; or why this code can't be paid."""
    _ = visit.parties
    form = await read_form(visit)
    typed = form.get("code", "")[:600]
    try:
        code = read_code(typed)
        check_code(code, visit.chain.name, merchant(visit.state, code.merchant), visit.now)
    except MadangError as error:
        return visit.page("wallet/pay.html", 422, error=words_of(visit, error.code), typed=typed)
    amount = code.amount or _amount(form.get("amount", ""))
    if amount is None:
        return visit.page("wallet/amount.html", code=code, typed=typed, error="amount" in form)
    return _proposal(visit, code, amount)


def _proposal(visit: Visit, code: MerchantCode, amount: int) -> Response[str]:
    """The vouchers that the rules allow here, those that end first in front; own money only where they don't reach."""
    usable = [one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.usable(visit.now)]
    own = own_money(visit.state, visit.parties)
    refused: list[tuple[Holding, str]] = []
    for party, programme in dict.fromkeys((one.party, one.programme) for one in usable):
        mine = [one for one in usable if (one.party, one.programme) == (party, programme)]
        parts, left = _split(mine, amount)
        if left and own.get(party, 0) < left:
            continue
        act = Pay(
            by=party, programme=programme, merchant=code.merchant, order=code.order or "counter", parts=parts, own=left
        )
        refusal = visit.preview([act], party)
        if refusal is None:
            signed = draft(visit.chain.name, visit.now, [act], [party], "/wallet/payments/{id}")
            return visit.page(
                "wallet/confirm.html",
                draft=signed,
                code=code,
                amount=amount,
                title=mine[0].title,
                from_vouchers=amount - left,
                own=left,
            )
        refused.append((mine[0], words_of(visit, refusal.code, programme, refusal.reason)))
    return visit.page("wallet/refused.html", 422, code=code, amount=amount, refused=refused, own=own, usable=usable)


def _split(mine: list[Holding], amount: int) -> tuple[list[PaymentPart], int]:
    """The parts of a payment of `amount` won from these vouchers in order, and what they don't reach."""
    parts: list[PaymentPart] = []
    left = amount
    for one in mine[:MAX_PARTS]:
        take = min(one.voucher.left, left)
        if take:
            parts.append(PaymentPart(voucher=one.voucher.number, amount=take))
            left -= take
    return parts, left


def _amount(text: str) -> int | None:
    digits = text.replace(",", "").replace("원", "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and 0 < len(digits) < 14 and int(digits) else None


@get("/payments/{identifier:str}")
async def paid(visit: Visit, identifier: str) -> Response[str]:
    """A payment of mine: the number that the shop sees too, and the receipt."""
    found = outcomes.outcome(visit, identifier)
    act = next((one for one in found.acts if isinstance(one, Pay)), None)
    if act is None or found.result.outcome != "accepted":
        raise Refused(404, "transaction.unknown", "This was no payment.")
    return visit.page("wallet/paid.html", found=found, act=act, payment=_payment(visit, act, found.time))


def _payment(visit: Visit, act: Pay, time: int) -> ShopPayment | None:
    """What the shop sees of a payment that was made at this second."""
    asked = own_payments(visit.state, act.by, act.programme, act.merchant, time)
    return next((one for one in asked.payments if (one.at, one.order) == (time, act.order)), None)


ROUTES = (ask, propose, paid)
