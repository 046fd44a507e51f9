"""A world in which the coupon runs, Alice paid at the bakery, and two officers of the ministry look into it."""

from functools import cache
from typing import Any

from madang.base.debts.transactions import SetTerms
from madang.services.fraud import queries
from madang.services.fraud.state import DAY
from madang.services.fraud.transactions import (
    Decide,
    Dismiss,
    FlagRow,
    MakeStatement,
    OpenCase,
    RaiseFlags,
    Recovery,
    Report,
    SetAside,
    WithdrawCase,
)
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BORA, officer, officers, quorum
from tests.support.world import World

OPENER, DECIDER, THIRD = officers("ministry")
NOTICE, REASONS, STATEMENT = "a" * 64, "b" * 64, "c" * 64
AFTER_HEARING = 15 * DAY
"""Fourteen days that begin with the day after the notice, and then some hours."""


def evidence(number: int) -> str:
    """The keyed digest of some evidence."""
    return f"{number:064x}"


@cache
def _made() -> tuple[World, str, str]:
    world = coupon_world()
    first, second = grant(world, row("alice", ALICE.party), row("bora", BORA.party))
    world.accept(SetTerms(by="ministry", surcharge_most=30_000), by=quorum("ministry"))
    world.accept(pay({first: 60_000}), by=ALICE)
    return world, first, second


def fraud_world() -> World:
    """A fresh world; nothing is flagged yet."""
    return _made()[0].fork()


def vouchers() -> tuple[str, str]:
    """The numbers of Alice's voucher and Bora's."""
    return _made()[1:]


def flag_row(number: int = 1, **members: Any) -> FlagRow:
    """A row that says the bakery sold too much at once."""
    members = {"sort": "merchant", "subject": "bakery", "reason": "burst", "evidence": evidence(number)} | members
    return FlagRow(**members)


def raising(*rows: FlagRow, by: str = "ministry", programme: str = COUPON) -> RaiseFlags:
    """Flags of an institution."""
    return RaiseFlags(by=by, programme=programme, rows=list(rows or (flag_row(),)))


def reporting(number: int = 1, by: str = ALICE.party, programme: str = COUPON, **members: Any) -> Report:
    """A report of anybody."""
    return Report(by=by, programme=programme, row=flag_row(number, **members))


def flagged(world: World, count: int = 1) -> list[str]:
    """So many flags on the bakery; their ids."""
    before = flag_ids(world)
    world.accept(raising(*(flag_row(100 + len(before) + place) for place in range(count))), by=OPENER)
    return [name for name in flag_ids(world) if name not in before]


def flag_ids(world: World) -> list[str]:
    """All flags, oldest first."""
    return [name for name, _ in queries.flags(world.state(), "ministry", COUPON, limit=500)]


def case_ids(world: World) -> list[str]:
    """All cases, oldest first."""
    return [name for name, _ in queries.cases(world.state(), "ministry", COUPON, limit=500)]


def opening(*flags: str, by: str = OPENER.party, party: str = "bakery", **members: Any) -> OpenCase:
    """A case against the bakery for what happened when it was opened for business."""
    asked: dict[str, Any] = {"programme": COUPON, "conduct_at": _made()[0].time, "notice": NOTICE} | members
    return OpenCase(by=by, party=party, flags=list(flags), **asked)


def opened(world: World, **members: Any) -> str:
    """A case on a new flag; its id."""
    world.accept(opening(*flagged(world), **members), by=OPENER)
    return case_ids(world)[-1]


def stating(case: str, by: str = "bakery", programme: str = COUPON) -> MakeStatement:
    """The party's answer."""
    return MakeStatement(by=by, programme=programme, case=case, statement=STATEMENT)


def deciding(case: str, by: str = DECIDER.party, programme: str = COUPON, **members: Any) -> Decide:
    """A decision that measures follow."""
    return Decide(by=by, programme=programme, case=case, reasons=REASONS, **members)


def recovery(world: World, principal: int = 60_000, surcharge: int = 10_000, days: int = 30) -> Recovery:
    """A recovery of what was spent, and as much again."""
    return Recovery(principal=principal, surcharge=surcharge, due_at=world.time + days * DAY)


def dismissing(case: str, by: str = DECIDER.party, programme: str = COUPON) -> Dismiss:
    """A decision that nothing follows."""
    return Dismiss(by=by, programme=programme, case=case, reasons=REASONS)


def withdrawing(case: str, by: str = OPENER.party, programme: str = COUPON) -> WithdrawCase:
    """A case taken back."""
    return WithdrawCase(by=by, programme=programme, case=case, reasons=REASONS)


def setting_aside(*flags: str, by: str = OPENER.party, programme: str = COUPON) -> SetAside:
    """Flags on which no case will stand."""
    return SetAside(by=by, programme=programme, flags=list(flags), reasons=REASONS)


OPERATOR = officer("operator")
