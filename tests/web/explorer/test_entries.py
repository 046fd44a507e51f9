"""Whose entries somebody may read, and how days and files are written."""

import csv
import io

import pytest

from madang.web.explorer.entries import readable, second_of, table
from tests.support.cast import ALICE, BAKERY, BORA, officer, standard_world


@pytest.mark.parametrize(
    ("parties", "expected"),
    [
        ((ALICE.party,), (ALICE.party,)),
        ((ALICE.party, BORA.party), (ALICE.party, BORA.party)),
        ((BAKERY.party,), ("bakery",)),
        ((officer("ministry").party,), (officer("ministry").party, "ministry")),
        ((officer("audit-board").party,), None),
        ((ALICE.party, officer("audit-board").party), None),
        (("nobody",), ("nobody",)),
    ],
)
def test_parties_read_their_own_and_their_institutions_and_auditors_all(parties, expected):
    assert readable(standard_world().state(), parties) == expected


def test_a_day_begins_and_ends_in_korea():
    assert second_of("2025-12-01") == second_of("2025-11-30", end=True) == 1_764_514_800
    for wrong in ("", "2025-13-01", "yesterday", "1969-01-01"):
        with pytest.raises(ValueError):
            second_of(wrong)
    with pytest.raises(OverflowError):
        second_of("9999-12-31", end=True)


def test_the_file_is_what_spreadsheets_read():
    row = ("2025-11-30T00:00:00+00:00", 1, "ab" * 16, "-party", "money.pay", "rejected", "money.balance")
    text = table([row]).decode()
    assert text.startswith("\ufefftime,height,id,party,act,outcome,code\r\n")
    (_, line) = csv.reader(io.StringIO(text))
    assert line[3:] == ["'-party", "money.pay", "rejected", "money.balance"]
