"""A payment of Alice's to the grocer, which she disputes, and the acts of those whom that concerns."""

from functools import cache
from typing import Any

import msgspec

from madang.base.money.transactions import IssueTokens, OpenAccounts, Pay
from madang.base.parties.transactions import RegisterPeople
from madang.kernel.transaction import Act
from madang.services import disputes
from madang.services.disputes.state import CONCERNS
from madang.services.disputes.transactions import (
    Answer,
    ChargeBack,
    Credit,
    Decide,
    File,
    Transfer,
    VoucherPayment,
    Withdraw,
)
from tests.support.cast import ALICE, BASE, new_key, officer, quorum, standard_world
from tests.support.signing import Wallet, wallet
from tests.support.world import START, World

DAY = 86_400
PAID_AT = START
TEXT, OTHER_TEXT = "a" * 64, "b" * 64
TRANSACTION = "0123456789abcdef" * 2
CASE = "f" * 10 + "Z" * 22
"""Stands for the case that is filed."""
BANK, OTHER_BANK, CENTRAL = quorum("bank-a"), quorum("bank-b"), quorum("central-bank")
DESK: tuple[list[Wallet], Wallet] = (quorum("desk"), wallet("registered at the desk"))
"""The desk, and a person whom it registered and who has no account."""


def transfer(at: int = PAID_AT) -> Transfer:
    """The disputed transfer."""
    return Transfer(transaction=TRANSACTION, at=at)


def filing(
    by: str = ALICE.party,
    holder: str = ALICE.party,
    payee: str = "grocer",
    amount: int = 100_000,
    transfer: Transfer | None = transfer(),  # noqa: B008  frozen
    voucher: VoucherPayment | None = None,
) -> File:
    """Alice disputes what she paid the grocer."""
    return File(
        by=by,
        holder=holder,
        payee=payee,
        ground="unauthorised",
        amount=amount,
        statement=TEXT,
        transfer=transfer,
        voucher=voucher,
    )


def answering(agrees: bool = True, by: str = "grocer", case: str = CASE) -> Answer:
    """The grocer answers."""
    return Answer(by=by, case=case, agrees=agrees, statement=OTHER_TEXT)


def crediting(amount: int = 100_000, by: str = "bank-a") -> Credit:
    """The bank credits Alice."""
    return Credit(by=by, case=CASE, amount=amount)


def deciding(upheld: bool, by: str = "bank-a") -> Decide:
    """The bank decides."""
    return Decide(by=by, case=CASE, upheld=upheld, reasons=OTHER_TEXT)


def charging(amount: int = 100_000, by: str = "bank-b") -> ChargeBack:
    """The grocer's bank charges back."""
    return ChargeBack(by=by, case=CASE, amount=amount)


def withdrawing(by: str = ALICE.party) -> Withdraw:
    """Alice takes it back."""
    return Withdraw(by=by, case=CASE)


def with_case(act: Act, case: str) -> Act:
    """The act on the case that was filed, unless it names another."""
    return msgspec.structs.replace(act, case=case) if getattr(act, "case", "") == CASE else act


@cache
def _made(opened: bool) -> World:
    world = standard_world((*BASE, disputes.MODULE))
    world.accept(RegisterPeople(by="desk", keys=[new_key(DESK[1])]), by=officer("desk"))
    if opened:
        world.accept(
            OpenAccounts(by="bank-a", owners=["bank-a"]),
            IssueTokens(by="bank-a", account="bank-a", amount=1_000_000, reference="own"),
            by=officer("bank-a"),
        )
    world.accept(Pay(by=ALICE.party, to="grocer", amount=100_000), by=ALICE)
    return world


def dispute_world(opened: bool = True) -> World:
    """A fresh world in which Alice has paid; the bank has a million won on an account of its own, if `opened`."""
    return _made(opened).fork()


def filed(opened: bool = True, **members: Any) -> tuple[World, str]:
    """A world in which Alice has disputed it, and the case."""
    world = dispute_world(opened)
    world.accept(filing(**members), by=ALICE)
    return world, case_of(world)


def case_of(world: World) -> str:
    """The one case of Alice's."""
    ((_, case),) = [parts for parts, _ in world.state().scan(CONCERNS, ALICE.party)]
    return str(case)
