"""Texts that people type or scan into the wallet: letters' codes, helpers' codes, days."""

import pytest

from madang.web.wallet.claiming import read_code
from madang.web.wallet.mandates import Help, read_help

CODE = "ABCDEFGHIJKLMNOPQRSTUVWX22"
HELP = f"MDHP1.{'p' * 43}.village-meals.{'v' * 22}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CODE, CODE),
        (" abcd-efgh ijkl·mnop qrst uvwx 22\n", CODE),
        ("0BCDEFGH1JKLMN0PQRSTUVWX22", "OBCDEFGHIJKLMNOPQRSTUVWX22"),
        (CODE[:-1], None),
        (CODE + "A", None),
        ("9" + CODE[1:], None),
        ("가" * 26, None),
        ("", None),
    ],
)
def test_a_letters_code_is_read_as_people_type_it(text, code):
    assert read_code(text) == code


@pytest.mark.parametrize("text", ["", HELP[:-1], HELP + "v", HELP.replace("MDHP1", "MDPC1"), HELP.upper()])
def test_what_is_no_helpers_code_is_none(text):
    assert read_help(text) is None


def test_a_helpers_code_names_principal_programme_and_voucher():
    assert read_help(f"{HELP} ") == Help("p" * 43, "village-meals", "v" * 22)
