"""How a payment is put together from vouchers."""

import pytest

from madang.services.vouchers.queries import VoucherView
from madang.web.wallet import paying
from madang.web.wallet.holdings import Holding


def holding(number, left):
    return Holding("me", "coupon", "Coupon", VoucherView(number, left, left, "26", "active", 1, 0, 10, 0, 0))


@pytest.mark.parametrize(
    ("amount", "parts", "left"),
    [(5, [("a", 5)], 0), (10, [("a", 10)], 0), (12, [("a", 10), ("b", 2)], 0), (40, [("a", 10), ("b", 20)], 10)],
)
def test_vouchers_pay_in_their_order_and_what_they_do_not_reach_is_told(amount, parts, left):
    found, short = paying._split([holding("a", 10), holding("b", 20)], amount)
    assert ([(one.voucher, one.amount) for one in found], short) == (parts, left)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12,000", 12_000), ("12000원", 12_000), ("0", None), ("-5", None), ("1e3", None), ("", None), ("1" * 14, None)]
    + [("١٢", None), ("12.5", None)],
)
def test_an_amount_is_whole_won_in_digits(text, amount):
    assert paying._amount(text) == amount
