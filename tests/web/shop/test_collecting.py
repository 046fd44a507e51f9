"""Codes as tills get them, and which lines of a basket a programme pays."""

import pytest

from madang.services.vouchers.state import BasketLine
from madang.services.vouchers.transactions import PaidLine
from madang.web.shop.collecting import payable, read_code
from madang.web.shop.goods import Taken
from madang.web.site.payercode import PayerCode, write_payer_code

CODE = "ABCDEFGHIJKLMNOPQRSTUVWX27"


def test_a_scanned_code_names_its_programme():
    code = PayerCode("town", "meals", CODE)
    assert read_code(write_payer_code(code), "town") == code


@pytest.mark.parametrize("typed", [CODE, f" {CODE}\n", CODE.lower(), "ABCDE-FGHIJ KLMNO pqrst UVWX27"])
def test_a_typed_code_may_be_in_groups_and_small_letters_and_names_no_programme(typed):
    assert read_code(typed, "town") == PayerCode("town", "", CODE)


@pytest.mark.parametrize(
    "text", ["", CODE[:-1], CODE + "A", CODE[:-1] + "1", f"MDPC1.elsewhere.meals.{CODE}", "000201010212", "ｱ" * 26]
)
def test_what_is_no_code_of_this_ledger_is_none(text):
    assert read_code(text, "town") is None


def test_a_programme_pays_the_lines_of_its_goods_and_no_others():
    basket = (BasketLine("fruit", 300), BasketLine("other", 500), BasketLine("milk", 200))
    food = Taken("food", "Food", "open", ("milk", "fruit"))
    assert payable(food, basket) == [PaidLine(line=1, amount=300), PaidLine(line=3, amount=200)]
    assert payable(Taken("coupon", "Coupon", "open", ()), basket) == []
