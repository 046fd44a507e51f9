"""The sums that everybody sees: both sides of each law, from public totals, and nobody in them."""

import msgspec
import pytest

from madang.base.money.state import BANKS
from madang.base.programmes.state import TOTALS
from madang.web.explorer.sums import Law, sums
from tests.services.vouchers.scene import COUPON, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BORA, CHUL


def lived():
    """A coupon with a grant and a payment."""
    world = coupon_world()
    (voucher,) = grant(world, row("r1", ALICE.party))
    world.accept(pay({voucher: 12_000}, own=1_000), by=ALICE)
    return world


def test_both_sides_of_every_law_are_the_same_numbers_as_in_the_ledger():
    world = lived()
    found = sums(world.state(), 7, world.time)
    assert all(law.holds for law in found.laws)
    by_name = {(law.name, law.of): (law.left, law.right) for law in found.laws}
    assert by_name["currency", ""] == (300_000_000, 300_000_000)
    assert by_name["window", ""] == (0, 0)
    assert by_name["reserve", "treasury-bank"] == (100_000_000, 3_500_000)
    assert by_name["conserved", COUPON] == by_name["escrow", COUPON] == (10_000_000, 10_000_000)
    assert (found.issued, found.owed, found.held) == (300_000_000, 50_500_000, 10_000_000)
    world.check()


def test_nobody_is_in_them():
    world = lived()
    shown = msgspec.json.encode(sums(world.state(), 7, world.time))
    for person in (ALICE, BORA, CHUL):
        assert person.party.encode() not in shown
    assert b"bakery" not in shown


def test_a_law_that_is_broken_is_said_to_be():
    world = lived()
    state = world.state()
    bank = state.get(BANKS, "bank-a")
    totals = state.get(TOTALS, COUPON)
    state.put(BANKS, msgspec.structs.replace(bank, free=bank.free - 1), "bank-a")
    amounts = (totals.amounts[0] + 1, *totals.amounts[1:])
    state.put(TOTALS, msgspec.structs.replace(totals, amounts=amounts), COUPON)
    broken = [(law.name, law.of) for law in sums(state, 7, world.time).laws if not law.holds]
    assert broken == [("currency", ""), ("conserved", COUPON)]


@pytest.mark.parametrize(
    ("law", "holds"),
    [
        (Law("currency", "", 1, 1), True),
        (Law("currency", "", 2, 1), False),
        (Law("reserve", "b", 2, 1, at_least=True), True),
        (Law("reserve", "b", 0, 1, at_least=True), False),
    ],
)
def test_when_a_law_holds(law, holds):
    assert law.holds is holds
