"""Bought vouchers (구매): what is sold at which discount, buying it with own money, giving it back, having the rest.

What may be bought, given back and paid out the programme's rules say; here it is asked beforehand and told in words.
"""

from math import gcd

import msgspec
from litestar import Response, get, post

from madang.base.money import queries as money
from madang.base.programmes.queries import ProgrammeView, all_programmes
from madang.kernel.transaction import Act
from madang.services.vouchers.queries import SaleView, sale
from madang.services.vouchers.transactions import Buy, Cancel, CashOut
from madang.web.api.problems import Refused
from madang.web.site.formats import day, won
from madang.web.site.forms import read_amount
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.wallet.holdings import Holding, holdings, own_money
from madang.web.wallet.signing import sign_page, why_not

PLACE = "/wallet/buy"
DAY = 86_400
PROBE = 10_000
"""Won that are asked for to learn why nothing can be bought now."""


class Offer(msgspec.Struct, frozen=True):
    """A programme that is sold, for that key of the wallet which buys best: its own money, and why it may not buy now.

    `step`: won that the price comes out even for. `attesters`: who may say which person the key belongs to.
    """

    programme: str
    title: str
    sale: SaleView
    party: str
    own: int | None
    step: int
    attesters: tuple[str, ...]
    why: str


class Back(msgspec.Struct, frozen=True):
    """A way of having money back for a voucher: won, and why it is not open now ('' where it is)."""

    amount: int
    why: str


@get("/buy")
async def offers(visit: Visit) -> Response[str]:
    """What is sold, and for how much."""
    return _page(visit, 200)


@post("/buy", status_code=200)
async def buy(visit: Visit) -> Response[str]:
    """A purchase to sign."""
    form = await read_form(visit)
    found = next((one for one in _offers(visit) if one.programme == form.get("programme")), None)
    typed = form.get("amount", "")
    if found is None:
        return _page(visit, 422, error=visit.say("wallet.buy.choose"))
    amount = read_amount(typed)
    if amount is None:
        return _page(visit, 422, form, wrong=visit.say("wallet.pay.bad_amount"))
    if amount % found.step:
        return _page(
            visit, 422, form, wrong=visit.say("wallet.buy.bad_step", step=won(found.step, visit.wanted.language))
        )
    act = Buy(
        by=found.party,
        programme=found.programme,
        amount=amount,
        price=amount * (100 - found.sale.discount) // 100,
    )
    why = why_not(visit, [act], [found.party])
    if why:
        return _page(visit, 422, form, wrong=why)
    language = visit.wanted.language
    facts = [
        (visit.say("wallet.appeals.programme"), found.title),
        (visit.say("wallet.buy.amount_get"), won(amount, language)),
        (visit.say("wallet.pay.own"), won(act.price, language)),
        (visit.say("wallet.buy.discount"), won(amount - act.price, language)),
        (visit.say("wallet.home.until"), day(found.sale.closes - 1, language)),
        (visit.say("wallet.buy.cancel_label"), _cancel_words(visit, found.sale)),
        (visit.say("wallet.buy.rest_label"), _rest_words(visit, found.sale)),
    ]
    return sign_page(visit, [act], [found.party], "wallet.buy.confirm", facts, PLACE)


@get("/bought/{number:str}")
async def bought(visit: Visit, number: str) -> Response[str]:
    """A bought voucher: giving it back, or having the rest of it. Raises `Refused` (404)."""
    holding, terms = _bought(visit, number)
    voucher = holding.voucher
    cancel, rest = _ways(visit, holding, terms)
    return visit.page(
        "wallet/bought.html",
        one=voucher,
        title=holding.title,
        standing=holding.standing(visit.now),
        cancel=cancel,
        rest=rest,
        cancel_until=voucher.since + terms.cancel_days * DAY,
        terms=terms,
        rest_words=_rest_words(visit, terms),
    )


@post("/bought/{number:str}/cancel", status_code=200)
async def cancel(visit: Visit, number: str) -> Response[str]:
    """Giving an unused voucher back; to sign."""
    holding, terms = _bought(visit, number)
    act = Cancel(by=holding.party, programme=holding.programme, voucher=number)
    return _money_back(visit, holding, act, _ways(visit, holding, terms)[0], "wallet.bought.cancel")


@post("/bought/{number:str}/cash-out", status_code=200)
async def cash_out(visit: Visit, number: str) -> Response[str]:
    """Having the rest of a voucher in money; to sign."""
    holding, terms = _bought(visit, number)
    act = CashOut(by=holding.party, programme=holding.programme, voucher=number)
    return _money_back(visit, holding, act, _ways(visit, holding, terms)[1], "wallet.bought.rest")


ROUTES = (offers, buy, bought, cancel, cash_out)


def _page(
    visit: Visit, status: int, typed: dict[str, str] | None = None, wrong: str = "", error: str = ""
) -> Response[str]:
    found = _offers(visit)
    return visit.page(
        "wallet/buy.html",
        status,
        offers=found,
        open=[one for one in found if one.sale.attested and one.own is not None],
        cancel_words={one.programme: _cancel_words(visit, one.sale) for one in found},
        rest_words={one.programme: _rest_words(visit, one.sale) for one in found},
        number=visit.party,
        typed=typed or {},
        wrong=wrong,
        error=error,
    )


def _offers(visit: Visit) -> list[Offer]:
    """What is sold to people now, in the order of its titles."""
    found = []
    for view in all_programmes(visit.state):
        terms = sale(visit.state, visit.party, view.name, visit.now)
        if view.status == "open" and terms is not None and terms.opens <= visit.now < terms.closes:
            offer = _offer(visit, view)
            found += [offer] if offer is not None else []
    return sorted(found, key=lambda one: (one.title, one.programme))


def _offer(visit: Visit, view: ProgrammeView) -> Offer | None:
    """What a programme sells to this wallet; None where it sells to businesses only."""
    own = own_money(visit.state, visit.parties)
    choices = [
        (terms, party)
        for party in visit.parties
        if (terms := sale(visit.state, party, view.name, visit.now)) is not None
    ]
    terms, party = max(choices, key=lambda one: (one[0].attested, one[1] in own, own.get(one[1], 0)))
    refusal = visit.preview(
        [Buy(by=party, programme=view.name, amount=PROBE, price=PROBE * (100 - terms.discount) // 100)], party
    )
    if refusal is not None and refusal.code == "vouchers.not_for":
        return None
    why = "" if refusal is None else words_of(visit, refusal.code, view.name, refusal.reason)
    account = money.account(visit.state, party)
    bank = (account.bank,) if account is not None and account.bank else ()
    return Offer(
        programme=view.name,
        title=title(visit.state, view.name, visit.wanted.language),
        sale=terms,
        party=party,
        own=own.get(party),
        step=100 // gcd(100, 100 - terms.discount),
        attesters=tuple(dict.fromkeys((*bank, *view.authorities, view.sponsor))),
        why=why,
    )


def _bought(visit: Visit, number: str) -> tuple[Holding, SaleView]:
    """A voucher that was bought by whoever is signed in, and the terms of its sale. Raises `Refused` (404)."""
    for one in holdings(visit.state, visit.parties, visit.wanted.language):
        if one.voucher.number == number and one.voucher.price:
            terms = sale(visit.state, one.party, one.programme, visit.now)
            if terms is not None:
                return one, terms
    raise Refused(404, "vouchers.unknown_voucher", "You have no bought voucher of this number.")


def _ways(visit: Visit, holding: Holding, terms: SaleView) -> tuple[Back, Back]:
    """Giving it back, and having the rest, as the rules allow them now."""
    voucher = holding.voucher
    about = {"by": holding.party, "programme": holding.programme, "voucher": voucher.number}
    return (
        Back(voucher.price, why_not(visit, [Cancel(**about)], [holding.party])),
        Back(voucher.left * (100 - terms.discount) // 100, why_not(visit, [CashOut(**about)], [holding.party])),
    )


def _money_back(visit: Visit, holding: Holding, act: Act, back: Back, about: str) -> Response[str]:
    """What comes back, to sign; or the voucher's page, which says why not."""
    place = f"/wallet/bought/{holding.voucher.number}"
    if back.why:
        return visit.redirect(place)
    language = visit.wanted.language
    facts = [
        (visit.say("wallet.appeals.programme"), holding.title),
        (visit.say("wallet.home.left"), won(holding.voucher.left, language)),
        (visit.say("wallet.bought.back"), won(back.amount, language)),
    ]
    return sign_page(visit, [act], [holding.party], about, facts, place)


def _cancel_words(visit: Visit, terms: SaleView) -> str:
    return (
        visit.say("wallet.buy.cancel_within", days=terms.cancel_days)
        if terms.cancel_days
        else visit.say("wallet.buy.never")
    )


def _rest_words(visit: Visit, terms: SaleView) -> str:
    if not terms.cash_rest:
        return visit.say("wallet.buy.never")
    return visit.say("wallet.buy.rest_from", used=100 - terms.cash_rest, discount=terms.discount)
