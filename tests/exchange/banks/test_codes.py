"""Bank codes: three digits each, once, and nothing is guessed."""

import pytest

from madang.exchange.banks import all_banks, find_bank
from madang.kernel.errors import MadangError


def test_a_bank_is_found_by_its_code() -> None:
    assert (find_bank("004").korean, find_bank("092").english) == ("KB국민은행", "Toss Bank")


def test_codes_are_three_digits_in_order_and_names_are_there() -> None:
    banks = all_banks()
    assert [one.code for one in banks] == sorted({one.code for one in banks})
    assert all(one.code.isascii() and one.code.isdigit() and len(one.code) == 3 for one in banks)
    assert all(one.korean and one.english for one in banks)


@pytest.mark.parametrize("code", ["", "4", "999", "００４", "004 "])
def test_an_unknown_code_is_refused(code: str) -> None:
    with pytest.raises(MadangError) as refused:
        find_bank(code)
    assert refused.value.code == "bank.unknown"
