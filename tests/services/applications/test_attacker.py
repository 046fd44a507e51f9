"""Everybody tries everything on everybody's applications: exactly those get through whom the rules name."""

from collections.abc import Callable

import pytest

from madang.kernel.transaction import Act
from tests.services.applications.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    applications_world,
    apply,
    apply_in,
    change,
    decide,
    declined,
    granted,
    withdraw,
)
from tests.services.vouchers.scene import COUPON, TILL
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, INSTITUTIONS, officers
from tests.support.signing import Wallet
from tests.support.world import World

SIGNERS: dict[str, Wallet] = {"alice": ALICE, "bora": BORA, "chul": CHUL, "bakery": BAKERY, "grocer": GROCER}
SIGNERS |= {"till": TILL}
SIGNERS |= {f"{name} {number}": one for name in INSTITUTIONS for number, one in enumerate(officers(name))}
AT_DESK = {"desk 0", "desk 1", "desk 2"}
DECIDING = {f"{name} {number}" for name in ("ministry", "welfare") for number in range(3)}


def _made() -> tuple[World, dict[str, str]]:
    """Alice's, of which Chul is the holder; a desk's; and Alice's that waits for her at one."""
    world = applications_world()
    made = {"alice's": apply_in(world, 1, holder=CHUL.party)}
    made["desk's"] = apply_in(world, 2, by=DESK, for_party=HANDLE)
    made["waiting"] = apply_in(world, 3)
    world.accept(decide(made["waiting"]), by=OFFICIAL)
    return world, made


WORLD, NUMBERS = _made()
ACTS: dict[str, Callable[[str, str], Act]] = {
    "change": lambda number, by: change(number, 9, by=by),
    "withdraw": lambda number, by: withdraw(number, by=by),
    "grant": lambda number, by: granted(number, by=by),
    "decline": lambda number, by: declined(number, by=by),
    "to desk": lambda number, by: decide(number, by=by),
}
ALLOWED: dict[tuple[str, str], set[str]] = {
    ("change", "alice's"): {"alice"},
    ("change", "desk's"): AT_DESK,
    ("change", "waiting"): AT_DESK,
    ("withdraw", "alice's"): {"alice"},
    ("withdraw", "desk's"): AT_DESK,
    ("withdraw", "waiting"): {"alice"},
    ("grant", "alice's"): DECIDING,
    ("grant", "desk's"): DECIDING,
    ("grant", "waiting"): DECIDING,
    ("decline", "alice's"): DECIDING,
    ("decline", "desk's"): DECIDING,
    ("decline", "waiting"): set(),
    ("to desk", "alice's"): DECIDING,
    ("to desk", "desk's"): DECIDING,
    ("to desk", "waiting"): set(),
}


@pytest.mark.parametrize(("what", "whose"), ALLOWED, ids=lambda one: one.replace(" ", "-"))
def test_who_gets_through(what, whose):
    through = set()
    for name, signer in SIGNERS.items():
        world = WORLD.fork()
        if world.submit(ACTS[what](NUMBERS[whose], signer.party), by=signer).outcome == "accepted":
            through.add(name)
            world.check()
    assert through == ALLOWED[what, whose]


@pytest.mark.parametrize("whose", NUMBERS)
def test_nobody_gets_through_in_the_name_of_somebody_else(whose):
    for act in ACTS.values():
        for by in (ALICE.party, DESK.party, OFFICIAL.party):
            others = [signer for signer in SIGNERS.values() if signer.party != by]
            result = WORLD.fork().submit(act(NUMBERS[whose], by), by=others[:16])
            assert result.code == "authority.not_signed", result


def test_who_applies_for_somebody_else_is_that_person_or_a_desk():
    through = set()
    for name, signer in SIGNERS.items():
        asked = apply(signer.party, 20, for_party=ALICE.party, programme=COUPON)
        if WORLD.fork().submit(asked, by=signer).outcome == "accepted":
            through.add(name)
    assert through == {"alice"} | AT_DESK
