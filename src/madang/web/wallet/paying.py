"""Paying at a shop: its code, what would be paid with what, the signature, and the number that both screens show."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from madang.base.merchants.queries import merchant
from madang.client.wallet import make_payload
from madang.engine.ledger import find
from madang.exchange.qr.checking import check_code
from madang.exchange.qr.merchantcode import MerchantCode, read_code
from madang.kernel.errors import MadangError, Rejected
from madang.kernel.transaction import Act
from madang.services.vouchers.queries import own_payments
from madang.services.vouchers.state import BASKETS, Basket
from madang.web.site.drafts import Draft, draft
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.directory import shop_names
from madang.web.wallet.holdings import Holding, holdings, own_money
from madang.web.wallet.planning import Accepts, Plan, Purchase, Source, plan

COUNTER = "counter"
"""The order of whoever pays by the code that hangs on the wall."""
TAKES = 300
"""Seconds that somebody has to sign after the shop's code has ended; the ledger takes 600 in all."""
_SECRET = secrets.token_bytes(32)


class Share(msgspec.Struct, frozen=True):
    """What a payment takes from a programme's vouchers (won)."""

    title: str
    amount: int


class Why(msgspec.Struct, frozen=True):
    """Why vouchers of a programme don't pay here, or no more than they do."""

    title: str
    words: str


@get("/pay")
async def ask(visit: Visit) -> Response[str]:
    """Scan or type a shop's code."""
    usable = [one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.usable(visit.now)]
    return visit.page("wallet/pay.html", error="", typed="", usable=usable)


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
        return visit.page("wallet/pay.html", 422, error=words_of(visit, error.code), typed=typed, usable=True)
    names = await asyncio.to_thread(shop_names, visit, [code.merchant])
    shop = names.get(code.merchant, code.local_name)
    if code.amount is None and ("amount" not in form or read_amount(form["amount"]) is None):
        status = 422 if "amount" in form else 200
        return visit.page(
            "wallet/amount.html", status, shop=shop, typed=typed, amount=form.get("amount", ""), error="amount" in form
        )
    amount = code.amount or read_amount(form["amount"]) or 0
    before = _paid_before(visit, code)
    if before:
        return visit.page("wallet/paid_before.html", 422, shop=shop, numbers=before, amount=amount)
    return await asyncio.to_thread(_proposal, visit, code, amount, shop, typed, own_agreed=form.get("own") == "yes")


def _proposal(
    visit: Visit, code: MerchantCode, amount: int, shop: str, typed: str, *, own_agreed: bool
) -> Response[str]:
    """What the rules allow here, to be signed; own money only after it was agreed to in so many words."""
    found = holdings(visit.state, visit.parties, visit.wanted.language)
    usable = [one for one in found if one.usable(visit.now)]
    basket = visit.state.get(BASKETS, code.merchant, code.order) if code.order else None
    purchase = Purchase(code.merchant, code.order or COUNTER, _lines(basket, amount))
    made = plan(_sources(usable), purchase, own_money(visit.state, visit.parties), _accepts(visit))
    shown: dict[str, Any] = {
        "shop": shop,
        "amount": amount,
        "shares": [Share(_title(visit, source), won) for source, won in made.shares],
        "own": made.own,
        "why": [_why(visit, one.source, one.refusal) for one in made.refused],
        "goods": _goods(visit, basket, made),
    }
    if not made.acts:
        return visit.page("wallet/refused.html", 422, lacking=made.lacking, usable=usable, **shown)
    if made.own and not own_agreed:
        return visit.page("wallet/own.html", typed=typed, on_wall=code.amount is None, **shown)
    signed = once(visit, code, made.acts, made.signers)
    return visit.page("wallet/confirm.html", draft=signed, **shown)


def once(visit: Visit, code: MerchantCode, acts: Sequence[Act], signers: Sequence[str]) -> Draft:
    """A payment to sign. For one code and payer it is the same transaction in every tab: the ledger orders it once.

    Its id can't be guessed by others, who could use it up. After a refusal, and for the code on a wall, it is new.
    """
    then = "/wallet/payments/{id}"
    if code.expires is not None:
        about = f"{code.merchant}/{code.order}/{code.expires}/{','.join(sorted(visit.parties))}"
        identifier = hmac.new(_SECRET, about.encode(), hashlib.sha256).hexdigest()[:32]
        before = find(visit.node.ledger.store.view(), identifier)
        if before is None or before[1].result().outcome == "accepted":
            not_after = code.expires + TAKES
            payload = make_payload(visit.chain.name, acts, not_after, identifier).decode()
            return Draft(identifier, payload, tuple(signers), then, not_after - visit.now)
    return draft(visit.chain.name, visit.now, acts, signers, then)


def _lines(basket: Basket | None, amount: int) -> tuple[tuple[int, int], ...]:
    """The lines of a basket where they add up to what is paid; else no line is named."""
    lines = tuple((number, line.amount) for number, line in enumerate(basket.lines, 1)) if basket is not None else ()
    return lines if sum(won for _, won in lines) == amount else ((0, amount),)


def _goods(visit: Visit, basket: Basket | None, made: Plan) -> list[str]:
    """The classes of goods that no voucher pays in full, as the programme's document names them."""
    if basket is None:
        return []
    return sorted({basket.lines[line - 1].goods for line, _ in made.unpaid if line})


def _sources(usable: Sequence[Holding]) -> list[Source]:
    by_source: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for one in usable:
        by_source.setdefault((one.party, one.programme), []).append((one.voucher.number, one.voucher.left))
    return [Source(party, programme, tuple(found)) for (party, programme), found in by_source.items()]


def _accepts(visit: Visit) -> Accepts:
    def accepts(acts: Sequence[Act]) -> Rejected | None:
        return visit.preview(acts, *dict.fromkeys(act.by for act in acts))

    return accepts


def _why(visit: Visit, source: Source, refusal: Rejected) -> Why:
    return Why(_title(visit, source), words_of(visit, refusal.code, source.programme, refusal.reason))


def _title(visit: Visit, source: Source) -> str:
    return title(visit.state, source.programme, visit.wanted.language)


def _paid_before(visit: Visit, code: MerchantCode) -> list[str]:
    """The numbers under which this very code was paid by me: a screenshot, or a second tap much later."""
    if code.order is None:
        return []
    mine = {(one.party, one.programme) for one in holdings(visit.state, visit.parties, visit.wanted.language)}
    asked = [
        own_payments(visit.state, party, programme, code.merchant, visit.now - 1_800)
        for party, programme in sorted(mine)
    ]
    return [one.number for found in asked for one in found.payments if one.order == code.order]


ROUTES = (ask, propose)
