"""What people type as an amount."""

import pytest

from madang.kernel.fields import MAX_WON
from madang.web.wallet.reading import read_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12,000", 12_000),
        ("12000원", 12_000),
        ("₩12,000", 12_000),
        (str(10**15), 10**15),
        (str(MAX_WON), MAX_WON),
        (str(MAX_WON + 1), None),
        ("0", None),
        ("-5", None),
        ("1e3", None),
        ("", None),
        ("1" * 17, None),
        ("١٢", None),
        ("12.5", None),
    ],
)
def test_an_amount_is_whole_won_in_digits(text, amount):
    assert read_amount(text) == amount
