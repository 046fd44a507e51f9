"""What a till writes into its codes is what a wallet reads."""

import pytest

from madang.base.merchants.state import Merchant
from madang.exchange.qr import LONGEST, check_code, read_code
from madang.web.shop.codes import ORDER, local_name, new_order, show_code
from madang.web.shop.seller import Seller

LISTED = Merchant("2611010100", "47121", "5411", "up_to_1b", "approved")


@pytest.mark.parametrize("name", ["동네 빵집", "BAKERY 24", "빵 (본점) & 커피", "빵" * 60, "★별★", "빵\u202e집"])
def test_a_code_is_read_back_whatever_the_shop_is_called(name):
    who = Seller("till", "bakery", name, LISTED)
    shown = show_code("madang-town", who, 12_000, new_order(), 1_000)
    code = read_code(shown.text)
    check_code(code, "madang-town", LISTED, 1_000)
    assert (code.merchant, code.amount, code.expires) == ("bakery", 12_000, 1_000 + LONGEST)
    assert shown.picture.startswith("data:image/svg+xml;base64,")


def test_orders_are_new_each_time_and_fit_a_code():
    made = {new_order() for _ in range(100)}
    assert len(made) == 100
    assert all(ORDER.fullmatch(one) for one in made)


@pytest.mark.parametrize(
    ("name", "written"), [("★별★", "별"), ("  빵집", "빵집"), ("★", "bakery"), ("a" * 40, "a" * 25)]
)
def test_names_lose_what_codes_do_not_take(name, written):
    assert local_name(name, "bakery") == written
