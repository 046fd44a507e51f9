"""The coupon's world with terms for appeals: the desk and the ministry decide within fourteen days."""

from functools import cache
from typing import Any

from madang.services.appeals import queries
from madang.services.appeals.transactions import Decide, Lodge, SetTerms, Supplement, Take, Withdraw
from tests.services.vouchers.scene import COUPON, OPENS, coupon_world
from tests.support.cast import ALICE, officers, quorum
from tests.support.world import World

DAYS = 14
UNTIL = OPENS + 60 * 86_400
DESK, SECOND, THIRD = officers("desk")
OFFICIAL, OTHER_OFFICIAL, _ = officers("ministry")
HANDLE = "A" * 22
"""Somebody without a key, as the vault of a desk names people."""


def digest(number: int) -> str:
    """A digest of evidence or of a reason."""
    return f"{number:064x}"


def terms(by: str = "ministry", programme: str = COUPON, **members: Any) -> SetTerms:
    """The terms of the scene."""
    values: dict[str, Any] = {"days": DAYS, "until": UNTIL, "offices": ["desk", "ministry"]} | members
    return SetTerms(by=by, programme=programme, **values)


@cache
def _made() -> World:
    world = coupon_world()
    world.accept(terms(), by=quorum("ministry"))
    return world


def appeals_world() -> World:
    """A fresh world in which the coupon takes appeals and none is lodged."""
    return _made().fork()


def lodge(by: str = ALICE.party, matter: Any = "amount", office: str = "desk", **members: Any) -> Lodge:
    """An appeal on the ground of a birth, with one piece of evidence."""
    values: dict[str, Any] = {"programme": COUPON, "ground": "birth", "evidence": [digest(1)]} | members
    return Lodge(by=by, matter=matter, office=office, **values)


def lodged(world: World) -> str:
    """The number of the appeal that was lodged last."""
    writes = dict(world.entries[-1].writes)
    (number,) = [key[len(b"appeals.appeal\0") :].decode() for key in writes if key.startswith(b"appeals.appeal\0")]
    return number


def lodge_in(world: World, by=ALICE, **members: Any) -> str:
    """Lodge an appeal and give its number."""
    world.accept(lodge(by=by.party, **members), by=by)
    return lodged(world)


def supplement(number: str, *evidence: str, by: str = ALICE.party) -> Supplement:
    """Evidence that is added."""
    return Supplement(by=by, appeal=number, evidence=list(evidence))


def take(number: str, by: str = DESK.party) -> Take:
    """An officer takes it."""
    return Take(by=by, appeal=number)


def decide(number: str, outcome: Any = "dismissed", by: str = SECOND.party, follows: str | None = None) -> Decide:
    """A decision with a reason in the vault."""
    return Decide(by=by, appeal=number, outcome=outcome, reason=digest(99), follows=follows)


def withdraw(number: str, by: str = ALICE.party) -> Withdraw:
    """It is taken back."""
    return Withdraw(by=by, appeal=number)


def seen(world: World, number: str, reader: str = "desk") -> queries.AppealView:
    """The appeal as its office sees it."""
    found = queries.appeal(world.state(), reader, number)
    assert found is not None
    return found
