"""Which goods a programme tells apart, by its document."""

import pytest

from madang.contract import read_kind, read_programme
from madang.web.shop.goods import OTHER, Taken, all_goods, goods_of
from tests.services.vouchers.scene import DOCUMENTS

FOOD = ("vegetable", "fruit", "milk", "egg", "meat", "grain", "tofu", "nut")


@pytest.mark.parametrize(
    ("programme", "goods"),
    [
        ("agri-food-2026", FOOD),
        ("youth-culture-pass-2026", ("performance", "exhibition", "book", "film")),
        ("consumption-coupon-2025", ()),
    ],
)
def test_the_goods_are_those_that_clauses_for_spending_name(programme, goods):
    kind = read_kind((DOCUMENTS / "voucher.yaml").read_text())
    assert goods_of(read_programme((DOCUMENTS / f"{programme}.yaml").read_text(), kind)) == goods


def test_shops_choose_among_the_goods_of_all_open_programmes_and_any_other():
    food = Taken("food", "Food", "open", ("fruit", "milk"))
    shut = Taken("shut", "Shut", "closed", ("film",))
    arts = Taken("arts", "Arts", "open", ("book", "milk"))
    assert all_goods([food, shut, arts]) == ("fruit", "milk", "book", OTHER)
    assert all_goods([shut, Taken("coupon", "Coupon", "open", ())]) == ()
