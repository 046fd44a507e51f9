"""A code that must not be paid is refused, the first reason first."""

import msgspec
import pytest

from madang.base.merchants.queries import merchant
from madang.base.merchants.transactions import Close, Suspend
from madang.exchange.qr import MerchantCode, check_code
from madang.kernel.errors import MadangError
from tests.exchange.qr.codes import DYNAMIC, NOW, STATIC
from tests.services.vouchers.scene import coupon_world
from tests.support.cast import BAKERY, officer
from tests.support.world import World

replace = msgspec.structs.replace


def check(world: World, code: MerchantCode, now: int = NOW) -> str:
    """The refusal's code, or ''."""
    try:
        check_code(code, "madang-test", merchant(world.state(), code.merchant), now)
    except MadangError as refused:
        return refused.code
    return ""


SHOP = {"category": "5411"}


@pytest.mark.parametrize("code", [replace(STATIC, **SHOP), replace(DYNAMIC, **SHOP)])
def test_a_code_of_an_open_shop_may_be_paid(code: MerchantCode) -> None:
    assert check(coupon_world(), code) == ""


@pytest.mark.parametrize(
    ("code", "now", "refusal"),
    [
        (replace(DYNAMIC, chain="other", merchant="nobody"), NOW + 180, "qr.other_ledger"),
        (replace(DYNAMIC, merchant="nobody"), NOW + 180, "qr.expired"),
        (replace(DYNAMIC, merchant="nobody"), NOW - 1, "qr.too_long"),
        (replace(DYNAMIC, merchant="nobody"), NOW, "qr.unknown_shop"),
        (DYNAMIC, NOW, "qr.category"),
    ],
)
def test_refusals_come_in_order(code: MerchantCode, now: int, refusal: str) -> None:
    assert check(coupon_world(), code, now) == refusal


def test_the_last_second_of_three_minutes_counts() -> None:
    code = replace(DYNAMIC, **SHOP)
    assert check(coupon_world(), code, NOW + 179) == ""
    assert check(coupon_world(), code, NOW + 180) == "qr.expired"


def test_codes_of_suspended_and_closed_shops_are_refused() -> None:
    suspended, closed = coupon_world(), coupon_world()
    suspended.accept(Suspend(by="operator", merchant="bakery"), by=officer("operator"))
    closed.accept(Close(by="bakery"), by=BAKERY)
    for world in (suspended, closed):
        assert check(world, STATIC) == "qr.shop_standing"
