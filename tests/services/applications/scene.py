"""The coupon's world with terms for applications: people, delegates and desks apply, ministry and welfare decide."""

from functools import cache
from typing import Any

from madang.services.applications import queries
from madang.services.applications.transactions import Apply, Change, Decide, SetTerms, Withdraw
from tests.services.vouchers.scene import COUPON, OPENS, coupon_world
from tests.support.cast import ALICE, officers, quorum
from tests.support.signing import Wallet
from tests.support.world import World, present

DAYS = 7
UNTIL = OPENS + 50 * 86_400
DESK, SECOND, THIRD = officers("desk")
OFFICIAL, OTHER_OFFICIAL, _ = officers("ministry")
WELFARE, OTHER_WELFARE, _ = officers("welfare")
HANDLE = "A" * 22
"""Somebody without a key, as the vault of a desk names people."""


def digest(number: int) -> str:
    """A keyed digest of a household, a member, or a piece of evidence."""
    return f"{number:064x}"


def terms(by: str = "ministry", programme: str = COUPON, **members: Any) -> SetTerms:
    """The terms of the scene."""
    values: dict[str, Any] = {"since": OPENS, "until": UNTIL, "days": DAYS, "authorities": ["welfare"]} | members
    return SetTerms(by=by, programme=programme, **values)


@cache
def _made() -> World:
    world = coupon_world()
    world.accept(terms(), by=quorum("ministry"))
    return world


def applications_world() -> World:
    """A fresh world in which the coupon takes applications and nobody has applied."""
    return _made().fork()


def apply(by: str = ALICE.party, *subjects: int, **members: Any) -> Apply:
    """An application for these subjects (1 where none are named) with one piece of evidence."""
    named = [digest(one) for one in subjects or (1,)]
    values: dict[str, Any] = {"programme": COUPON, "subjects": named, "evidence": [digest(901)]} | members
    return Apply(by=by, **values)


def applied(world: World) -> str:
    """The number of the application that was entered last."""
    prefix = b"applications.application\0"
    (number,) = [key.removeprefix(prefix).decode() for key, _ in world.entries[-1].writes if key.startswith(prefix)]
    return number


def apply_in(world: World, *subjects: int, by: Wallet = ALICE, **members: Any) -> str:
    """Apply and give the number."""
    world.accept(apply(by.party, *subjects, **members), by=by)
    return applied(world)


def change(number: str, *subjects: int, by: str = ALICE.party, **members: Any) -> Change:
    """Other subjects, or whatever else is named."""
    values: dict[str, Any] = {"correction": "birth"} | members
    if subjects:
        values["subjects"] = [digest(one) for one in subjects]
    return Change(by=by, application=number, **values)


def decide(number: str, decision: Any = "to_desk", by: str = OFFICIAL.party, **members: Any) -> Decide:
    """A decision."""
    return Decide(by=by, application=number, decision=decision, **members)


def granted(number: str, reference: str = "ref-1", by: str = OFFICIAL.party) -> Decide:
    """A decision to grant."""
    return decide(number, "granted", by, reference=reference)


def declined(number: str, by: str = OFFICIAL.party, ground: Any = "not_resident") -> Decide:
    """A decision to decline."""
    return decide(number, "declined", by, ground=ground)


def withdraw(number: str, by: str = ALICE.party) -> Withdraw:
    """It is taken back."""
    return Withdraw(by=by, application=number)


def seen(world: World, number: str, reader: str = "ministry") -> queries.ApplicationView:
    """The application as the sponsor sees it."""
    return present(queries.application(world.state(), reader, number))
