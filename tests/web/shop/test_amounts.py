"""What counts as an amount at a counter."""

import pytest

from madang.web.shop.amounts import MOST, read_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12,000", 12_000), ("12000원", 12_000), (" 1 ", 1), (f"{MOST:,}", MOST)]
    + [(text, None) for text in ("0", "-5", "1e3", "", "12.5", "١٢", f"{MOST + 1}", "1" * 16, "one")],
)
def test_an_amount_is_whole_won_in_digits_up_to_what_a_payment_can_be(text, amount):
    assert read_amount(text) == amount


def test_a_lower_bound_of_what_is_left_holds_too():
    assert read_amount("500", 500) == 500
    assert read_amount("501", 500) is None
