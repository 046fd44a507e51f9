"""What concerns the shop alone: cases of wrong use in which it may answer, and what it was told to pay back (환수금).

Only the merchant's own key sees them and answers. Who flagged what, on which evidence, is told nowhere: the notice that
the sponsor sends says what the shop must know.
"""

from datetime import date

from litestar import Response, get, post

from madang.base.debts.queries import DebtView, debt, own_debts
from madang.base.debts.transactions import AgreeInstalments, NewInstalment, Object, Pay, ProposeInstalments
from madang.kernel.transaction import Act
from madang.services.fraud.queries import CaseView, own_case, own_cases
from madang.services.fraud.state import MAX_STATEMENTS
from madang.services.fraud.transactions import MakeStatement
from madang.web.api.problems import Refused
from madang.web.offices.reasons import Written, written
from madang.web.shop.seller import Seller, owner
from madang.web.site.drafts import draft
from madang.web.site.formats import day, won
from madang.web.site.forms import read_amount
from madang.web.site.instalments import monthly, proposed
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit

PAGE = "/shop/duties"


@get("/duties")
async def show(visit: Visit) -> Response[str]:
    """The shop's cases, those that are open first, and its open debts."""
    who = owner(visit)
    cases = own_cases(visit.state, who.merchant)
    cases.sort(key=lambda one: (bool(one.outcome), -one.opened_at))
    titles = {one.programme: title(visit.state, one.programme, visit.wanted.language) for one in cases}
    return visit.page(
        "shop/duties.html", who=who, cases=cases, titles=titles, debts=own_debts(visit.state, who.merchant)
    )


@get("/duties/cases/{programme:str}/{number:str}")
async def case(visit: Visit, programme: str, number: str) -> Response[str]:
    """A case: since when, until when the shop may answer, and what was decided."""
    who = owner(visit)
    return _case(visit, who, _found_case(visit, who, programme, number))


def _case(visit: Visit, who: Seller, found: CaseView, error: str = "") -> Response[str]:
    may_answer = not found.outcome and visit.now <= found.hearing_ends and len(found.statements) < MAX_STATEMENTS
    return visit.page(
        "shop/case.html",
        422 if error else 200,
        who=who,
        found=found,
        title=title(visit.state, found.programme, visit.wanted.language),
        may_answer=may_answer,
        error=error,
    )


@post("/duties/cases/{programme:str}/{number:str}", status_code=200)
async def answer(visit: Visit, programme: str, number: str) -> Response[str]:
    """The shop's answer: its text stays with the shop, its keyed digest goes on the ledger."""
    who = owner(visit)
    found = _found_case(visit, who, programme, number)
    text = written((await read_form(visit)).get("statement", ""))
    if text is None:
        return _case(visit, who, found, visit.say("shop.duties.no_statement"))
    act = MakeStatement(by=who.party, programme=programme, case=number, statement=text.digest)
    facts = [(visit.say("shop.duties.programme"), title(visit.state, programme, visit.wanted.language))]
    return _sign(visit, who, act, "statement", facts, f"{PAGE}/cases/{programme}/{number}", text)


@get("/duties/debts/{number:str}")
async def owed(visit: Visit, number: str) -> Response[str]:
    """A debt: its plan, what is left, and what may be done about it."""
    who = owner(visit)
    return _debt(visit, who, _found_debt(visit, who, number))


def _debt(visit: Visit, who: Seller, found: DebtView, error: str = "") -> Response[str]:
    return visit.page("shop/debt.html", 422 if error else 200, who=who, found=found, now=visit.now, error=error)


@post("/duties/debts/{number:str}", status_code=200)
async def act_on_debt(visit: Visit, number: str) -> Response[str]:
    """Pay some of it, propose instalments, agree to those that the sponsor proposed, or object."""
    who = owner(visit)
    found = _found_debt(visit, who, number)
    form = await read_form(visit)
    what, back = form.get("what", ""), f"{PAGE}/debts/{number}"
    facts = [(visit.say("shop.duties.creditor"), found.creditor)]
    act: Act
    if what == "pay":
        amount = read_amount(form.get("amount", ""), found.left)
        if amount is None:
            return _debt(
                visit, who, found, visit.say("shop.duties.bad_amount", left=won(found.left, visit.wanted.language))
            )
        act = Pay(by=who.party, debt=number, amount=amount)
        facts.append((visit.say("shop.duties.pay"), won(amount, visit.wanted.language)))
    elif what == "propose":
        plan = _read_plan(form, found.left)
        if plan is None:
            return _debt(visit, who, found, visit.say("shop.duties.bad_plan"))
        act = ProposeInstalments(by=who.party, debt=number, instalments=plan)
        facts += [(day(one.due_at - 1, visit.wanted.language), won(one.amount, visit.wanted.language)) for one in plan]
    elif what == "agree":
        plan = proposed(found.proposed)
        act = AgreeInstalments(by=who.party, debt=number, instalments=plan)
        facts += [(day(one.due_at - 1, visit.wanted.language), won(one.amount, visit.wanted.language)) for one in plan]
    else:
        text = written(form.get("statement", ""))
        if text is None:
            return _debt(visit, who, found, visit.say("shop.duties.no_statement"))
        act = Object(by=who.party, debt=number, statement=text.digest)
        return _sign(visit, who, act, "object", facts, back, text)
    return _sign(visit, who, act, what, facts, back)


ROUTES = (show, case, answer, owed, act_on_debt)


def _read_plan(form: dict[str, str], left: int) -> list[NewInstalment] | None:
    try:
        first = date.fromisoformat(form.get("first", ""))
    except ValueError:
        return None
    count = form.get("count", "")
    return monthly(left, int(count), first) if count.isascii() and count.isdigit() and len(count) < 4 else None


def _sign(
    visit: Visit,
    who: Seller,
    act: Act,
    what: str,
    facts: list[tuple[str, str]],
    back: str,
    keep: Written | None = None,
) -> Response[str]:
    """What the owner is to sign, in words; or why it can't be done."""
    refusal = visit.preview([act], who.party)
    if refusal is not None:
        return visit.page("shop/refused.html", 422, words=words_of(visit, refusal.code), back=back)
    signed = draft(visit.chain.name, visit.now, [act], [who.party], back)
    return visit.page("shop/duty_sign.html", who=who, draft=signed, what=what, facts=facts, back=back, keep=keep)


def _found_case(visit: Visit, who: Seller, programme: str, number: str) -> CaseView:
    fits = len(number) == 32 and number.isascii() and 0 < len(programme) < 49 and programme.isascii()
    found = own_case(visit.state, who.merchant, programme, number) if fits else None
    if found is None:
        raise Refused(404, "shop.case", "There is no such case against this shop. Look at the list.")
    return found


def _found_debt(visit: Visit, who: Seller, number: str) -> DebtView:
    found = debt(visit.state, who.merchant, number) if len(number) == 22 and number.isascii() else None
    if found is None or found.debtor != who.merchant:
        raise Refused(404, "shop.debt", "The shop has no such debt. Look at the list.")
    return found
