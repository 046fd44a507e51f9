"""How a voucher stands, as its holder reads it."""

import pytest

from madang.services.vouchers.queries import VoucherView
from madang.web.wallet.holdings import Holding


@pytest.mark.parametrize(
    ("status", "left", "now", "standing", "usable"),
    [
        ("active", 5, 50, "active", True),
        ("active", 0, 50, "spent", False),
        ("active", 5, 9, "coming", False),
        ("active", 5, 100, "over", False),
        ("frozen", 5, 50, "frozen", False),
        ("revoked", 0, 50, "recalled", False),
        ("expired", 0, 50, "lapsed", False),
        ("whatever else", 0, 50, "other", False),
    ],
)
def test_a_voucher_stands_as_its_status_amount_and_times_say(status, left, now, standing, usable):
    one = Holding("me", "coupon", "Coupon", VoucherView("a", left, 5, "26", status, 1, 10, 100, 0, 0))
    assert (one.standing(now), one.usable(now)) == (standing, usable)
