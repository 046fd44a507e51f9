"""A world with debts, and a toy service that pays what is due to merchants out of a pot, less what they owe.

The toy does what `services/vouchers` does when it pays out: it asks what to take, pays the creditor that, and the
merchant the rest.
"""

from functools import cache
from typing import Any

from madang.base import debts
from madang.base.debts import ledger, queries
from madang.base.debts.transactions import (
    AgreeInstalments,
    AgreeSetOff,
    Impose,
    NewInstalment,
    Object,
    Pay,
    ProposeInstalments,
    SetTerms,
    Waive,
)
from madang.base.money import ledger as money
from madang.base.money.transactions import OpenAccounts, Remit
from madang.kernel.fields import PartyId, Won
from madang.kernel.module import Call, Module
from madang.kernel.transaction import Act
from tests.support.cast import BASE, officer, quorum, standard_world
from tests.support.world import World

DAY = 86_400
POT = "escrow:toys"
EVIDENCE = "e" * 64


class OpenPot(Act, frozen=True, kw_only=True, tag="toys.open_pot"):
    """Fill the pot from which merchants are paid."""

    amount: Won


class PayDue(Act, frozen=True, kw_only=True, tag="toys.pay_due"):
    """Pay a merchant so much, less what it owes `by`."""

    merchant: PartyId
    due: Won


def open_pot(call: Call, act: OpenPot) -> None:
    """The pot is an escrow account."""
    money.open_escrow(call, "toys", "treasury-bank")
    money.transfer(call, act.by, POT, act.amount)


def pay_due(call: Call, act: PayDue) -> None:
    """To the creditor what was set off, to the merchant the rest."""
    withheld = sum(won for won, _ in ledger.set_off(call, act.merchant, act.by, act.due))
    money.transfer(call, POT, act.by, withheld)
    money.transfer(call, POT, act.merchant, act.due - withheld)


TOYS = Module("toys", {OpenPot: open_pot, PayDue: pay_due}, (), (), {})
MODULES = (*BASE, debts.MODULE, TOYS)


@cache
def _made() -> World:
    world = standard_world(MODULES)
    world.accept(SetTerms(by="ministry", surcharge_most=20_000, bar=1_000 * DAY), by=quorum("ministry"))
    world.accept(OpenPot(by="ministry", amount=20_000_000), by=officer("ministry"))
    world.accept(OpenAccounts(by="treasury-bank", owners=["welfare"]), by=officer("treasury-bank"))
    world.accept(Remit(by="ministry", to="bakery", amount=500_000), by=quorum("ministry"))
    world.advance(30 * DAY)
    return world


def debts_world() -> World:
    """A fresh world, thirty days after the ministry allowed a surcharge of twice the principal."""
    return _made().fork()


def impose(**members: Any) -> Impose:
    """A debt of the bakery of 100,000 won and a half more, for conduct a day ago, due in thirty days."""
    now = _made().time
    members = {
        "by": "ministry",
        "debtor": "bakery",
        "ground": "decision-1",
        "principal": 100_000,
        "surcharge": 5_000,
        "conduct_at": now - DAY,
        "due_at": now + 30 * DAY,
        **members,
    }
    return Impose(**members)


def imposed(world: World, **members: Any) -> str:
    """Impose such a debt; its handle."""
    act = impose(**members)
    world.accept(act, by=quorum(act.by))
    return newest(world)


def newest(world: World, creditor: str = "ministry") -> str:
    """The handle of a creditor's latest debt."""
    return queries.debts(world.state(), creditor, creditor, limit=500)[-1].debt


def pay(debt: str, amount: int, by: str = "bakery") -> Pay:
    """A payment of a debt."""
    return Pay(by=by, debt=debt, amount=amount)


def plan(debt: str, *parts: tuple[int, int], by: str = "ministry") -> ProposeInstalments:
    """A plan of (days from now, won) that is proposed."""
    now = _made().time
    made = [NewInstalment(due_at=now + days * DAY, amount=won) for days, won in parts]
    return ProposeInstalments(by=by, debt=debt, instalments=made)


def agreed(proposal: ProposeInstalments, by: str = "bakery") -> AgreeInstalments:
    """What the other side signs to put a plan in force."""
    return AgreeInstalments(by=by, debt=proposal.debt, instalments=proposal.instalments)


def waive(debt: str, amount: int, by: str = "ministry") -> Waive:
    """A waiver."""
    return Waive(by=by, debt=debt, amount=amount, reason="hardship")


def agree(debt: str, by: str = "bakery", agreed: bool = True) -> AgreeSetOff:
    """The debtor's agreement to be set off freely."""
    return AgreeSetOff(by=by, debt=debt, agreed=agreed)


def objecting(debt: str, by: str = "bakery") -> Object:
    """An objection."""
    return Object(by=by, debt=debt, statement=EVIDENCE)
