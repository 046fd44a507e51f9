"""The whole way with real vouchers: applied at a desk, granted, locked, and appealed for a child born later."""

from typing import Any

from madang.services.appeals import queries as appeal_queries
from madang.services.appeals.transactions import Decide as DecideAppeal
from madang.services.appeals.transactions import Lodge, Take
from madang.services.appeals.transactions import SetTerms as SetAppealTerms
from madang.services.applications import queries
from madang.services.vouchers.transactions import Grant, GrantRow
from tests.services.applications.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    SECOND,
    UNTIL,
    WELFARE,
    applications_world,
    apply,
    apply_in,
    declined,
    digest,
    granted,
    seen,
)
from tests.services.vouchers.scene import COUPON, pay, voucher_for
from tests.support.cast import ALICE, BORA, quorum
from tests.support.world import present

HOUSEHOLD, PARENT, CHILD, NEWBORN = (digest(number) for number in (11, 12, 13, 14))


def grant_of(reference: str, *subjects: str, by: str = "ministry", **members: Any) -> Grant:
    """What the authority grants to a household."""
    values: dict[str, Any] = {"amount": 330_000, "region": "26", "holder": ALICE.party} | members
    return Grant(by=by, programme=COUPON, rows=[GrantRow(reference=reference, subjects=list(subjects), **values)])


def test_a_household_applies_at_a_desk_is_granted_locked_and_appeals_for_a_newborn():
    world = applications_world()
    appeals = SetAppealTerms(
        by="ministry", programme=COUPON, days=14, until=UNTIL + 30 * 86_400, offices=["desk", "ministry"]
    )
    world.accept(appeals, by=quorum("ministry"))

    # At the desk: a parent applies for the household with a child, who has no key.
    at_desk = apply(DESK.party, for_party=ALICE.party, subjects=[HOUSEHOLD, PARENT, CHILD])
    world.accept(at_desk, by=DESK)
    (entered,) = queries.desk_applications(world.state(), DESK.party, "desk")
    number = entered.number

    # Decided and granted at once, or not at all: a grant that fails takes the decision with it.
    decision = granted(number, "grant-1")
    twice = grant_of("grant-1", HOUSEHOLD, PARENT, PARENT)
    world.refuse("vouchers.locked", decision, twice, by=OFFICIAL)
    assert seen(world, number).status == "entered"
    world.accept(decision, grant_of("grant-1", HOUSEHOLD, PARENT, CHILD), by=OFFICIAL)
    found = seen(world, number)
    assert (found.status, found.reference, found.authority) == ("granted", "grant-1", "ministry")
    voucher = present(voucher_for(world, found.reference))
    world.accept(pay({voucher: 10_000}), by=ALICE)

    # The same household once more, through the other parent: one may ask, and the lock of vouchers stops the grant.
    second = apply_in(world, by=BORA, subjects=[HOUSEHOLD, digest(15), CHILD])
    again = grant_of("grant-2", HOUSEHOLD, digest(15), CHILD, by="welfare", holder=BORA.party)
    world.refuse("vouchers.locked", granted(second, "grant-2", by=WELFARE.party), again, by=WELFARE)
    assert seen(world, second).status == "entered"
    world.accept(declined(second, by=WELFARE.party, ground="granted_already"), by=WELFARE)

    # A child is born after the window: no application, but an appeal, decided by another officer with its grant.
    world.time = UNTIL + 1
    born = apply(subjects=[NEWBORN], ground="birth", earlier=number)
    world.refuse("applications.outside_window", born, by=ALICE)
    lodge = Lodge(
        by=ALICE.party, programme=COUPON, matter="amount", ground="birth", office="desk", evidence=[digest(903)]
    )
    world.accept(lodge, by=ALICE)
    (appeal,) = [one.number for one in appeal_queries.own_appeals(world.state(), ALICE.party)]
    world.accept(Take(by=DESK.party, appeal=appeal), by=DESK)
    decide = DecideAppeal(by=SECOND.party, appeal=appeal, outcome="granted", reason=digest(904), follows="grant-3")
    world.accept(decide, grant_of("grant-3", NEWBORN, amount=150_000), by=[SECOND, OFFICIAL])
    assert voucher_for(world, "grant-3") is not None
    assert present(appeal_queries.appeal(world.state(), ALICE.party, appeal)).outcome == "granted"
    world.check()


def test_within_the_window_a_newborn_is_a_new_application_that_names_the_earlier_one():
    world = applications_world()
    number = apply_in(world, subjects=[HOUSEHOLD, PARENT])
    world.accept(granted(number, "grant-1"), grant_of("grant-1", HOUSEHOLD, PARENT), by=OFFICIAL)
    born = apply_in(world, subjects=[NEWBORN], ground="birth", earlier=number)
    world.accept(granted(born, "grant-2"), grant_of("grant-2", NEWBORN, amount=150_000), by=OFFICIAL)
    assert voucher_for(world, "grant-2") is not None
    world.check()


def test_somebody_without_a_key_is_granted_a_letters_code():
    world = applications_world()
    number = apply_in(world, by=DESK, for_party=HANDLE, subjects=[PARENT])
    assert seen(world, number).holder == ""
    letter = grant_of("grant-1", PARENT, holder=None, code=digest(77))
    world.accept(granted(number, "grant-1"), letter, by=OFFICIAL)
    assert voucher_for(world, "grant-1") is not None
    world.check()
