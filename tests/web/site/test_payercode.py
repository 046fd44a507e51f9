"""The text of a payer's code."""

import pytest

from madang.web.site.payercode import PayerCode, read_payer_code, write_payer_code

CODE = PayerCode("madang-town", "village-meals", "ABCDEFGHIJKLMNOPQRSTUVWX22")
TEXT = "MDPC1.madang-town.village-meals.ABCDEFGHIJKLMNOPQRSTUVWX22"


def test_a_code_is_read_as_it_was_written():
    assert write_payer_code(CODE) == TEXT
    assert read_payer_code(f" {TEXT}\n") == CODE


@pytest.mark.parametrize(
    "text",
    ["", TEXT[:-1], TEXT + "A", TEXT.lower(), TEXT.replace("MDPC1", "MDPC2"), TEXT.replace(".", "/"), "000201" + TEXT],
)
def test_anything_else_is_none(text):
    assert read_payer_code(text) is None
