"""Paying for somebody else: with their voucher, by a mandate of theirs, signed with the helper's own key.

The ledger tells a helper no more than that it did not pay, or why nobody's voucher would: so nothing is tried before.
"""

import asyncio

from litestar import Response, get, post

from madang.base.mandates.queries import MandateView
from madang.base.merchants.queries import merchant
from madang.exchange.qr.checking import check_code
from madang.exchange.qr.merchantcode import MerchantCode, read_code
from madang.kernel.errors import MadangError
from madang.services.vouchers.transactions import Pay, PaymentPart
from madang.web.site.formats import won
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.directory import shop_names
from madang.web.wallet.mandates import Help, mandate_for, read_help
from madang.web.wallet.signing import sign_page


@get("/pay/for")
async def ask(visit: Visit) -> Response[str]:
    """Whose voucher, and the shop's code."""
    _ = visit.parties
    return _ask(visit, 200, {}, "")


@post("/pay/for", status_code=200)
async def propose(visit: Visit) -> Response[str]:
    """The payment to sign for; or why it can't be one."""
    _ = visit.parties
    form = await read_form(visit)
    helped = read_help(form.get("help", "")[:300])
    mandate = mandate_for(visit, helped.principal, "vouchers.pay", helped.programme) if helped is not None else None
    if helped is None or mandate is None:
        return _ask(visit, 422, form, visit.say("wallet.helping.bad_help" if helped is None else "wallet.helping.none"))
    try:
        code = read_code(form.get("code", "")[:600])
        check_code(code, visit.chain.name, merchant(visit.state, code.merchant), visit.now)
    except MadangError as error:
        return _ask(visit, 422, form, words_of(visit, error.code))
    amount = code.amount or read_amount(form.get("amount", ""))
    if amount is None:
        return _ask(visit, 422, form, visit.say("wallet.helping.needs_amount"))
    names = await asyncio.to_thread(shop_names, visit, [code.merchant])
    return _proposal(visit, helped, mandate, code, names.get(code.merchant, code.local_name), amount)


def _proposal(
    visit: Visit, helped: Help, mandate: MandateView, code: MerchantCode, shop: str, amount: int
) -> Response[str]:
    act = Pay(
        by=mandate.delegate,
        holder=helped.principal,
        programme=helped.programme,
        merchant=code.merchant,
        order=code.order or "counter",
        parts=[PaymentPart(voucher=helped.voucher, amount=amount)],
    )
    language = visit.wanted.language
    facts = [
        (visit.say("wallet.pay.shop"), shop),
        (visit.say("wallet.pay.total"), won(amount, language)),
        (visit.say("wallet.pay.own"), won(0, language)),
        (visit.say("wallet.mandates.programme"), title(visit.state, helped.programme, language)),
        (visit.say("wallet.mandates.per_use"), won(mandate.mandate.per_use, language)),
        (visit.say("wallet.mandates.left"), won(mandate.mandate.total - mandate.mandate.used, language)),
    ]
    return sign_page(
        visit, [act], [mandate.delegate], "wallet.helping.pay", facts, "/wallet/pay/for", "/wallet/payments/{id}"
    )


def _ask(visit: Visit, status: int, typed: dict[str, str], error: str) -> Response[str]:
    return visit.page("wallet/pay_for.html", status, typed=typed, error=error)


ROUTES = (ask, propose)
