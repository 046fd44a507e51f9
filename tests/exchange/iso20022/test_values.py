"""Values of messages: nothing is rounded, replaced or guessed."""

import datetime

import pytest

from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element
from madang.kernel.errors import MadangError


@pytest.mark.parametrize("name", ["바다빵집", "㈜바다 빵집", "Grocer & Sons", "A-1/B?:().,'+", "가" * 70])
def test_names_are_kept_as_they_are(name: str) -> None:
    assert values.text(name, 70, "name") == name


def test_a_name_in_pieces_is_put_together() -> None:
    assert values.text("\u1112\u1161\u11ab", 70, "name") == "한"


@pytest.mark.parametrize(
    "name", ["", " ", "바다 ", " 바다", "가" * 71, "바다\n빵집", "=SUM(A1)", "海", "바다<b>", "a\u202eb", "é"]
)
def test_what_does_not_belong_in_a_name_is_refused(name: str) -> None:
    with pytest.raises(MadangError) as refused:
        values.text(name, 70, "name")
    assert refused.value.code == "iso.value"
    assert not name.strip() or name not in refused.value.message


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("1000", "USD", "iso.currency"),
        ("1000", None, "iso.currency"),
        ("1000.00", "KRW", "iso.value"),
        ("1,000", "KRW", "iso.value"),
        ("0", "KRW", "iso.value"),
        ("-1", "KRW", "iso.value"),
        ("+1", "KRW", "iso.value"),
        ("01", "KRW", "iso.value"),
        ("1e3", "KRW", "iso.value"),
        ("１０", "KRW", "iso.value"),
        (" 10", "KRW", "iso.value"),
        ("", "KRW", "iso.value"),
        (str(2**53), "KRW", "iso.value"),
        ("9" * 40, "KRW", "iso.value"),
    ],
)
def test_an_amount_is_whole_won(text: str, currency: str | None, code: str) -> None:
    attributes = {} if currency is None else {"Ccy": currency}
    with pytest.raises(MadangError) as refused:
        values.read_amount(Element("Amt", text, **attributes))
    assert refused.value.code == code


@pytest.mark.parametrize("won", [0, -1, 2**53])
def test_an_amount_that_the_ledger_can_not_hold_is_not_written(won: int) -> None:
    with pytest.raises(MadangError) as refused:
        values.amount_element("Amt", won)
    assert refused.value.code == "iso.value"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-20T00:00:00+09:00", datetime.date(2026, 11, 20)),
        ("2026-11-19T15:00:00Z", datetime.date(2026, 11, 20)),
        ("2026-11-20T08:59:59", datetime.date(2026, 11, 20)),
        ("2026-11-20T23:59:59.999+09:00", datetime.date(2026, 11, 20)),
    ],
)
def test_a_moment_is_of_a_korean_day(text: str, day: datetime.date) -> None:
    assert values.read_day_choice(Element("BookgDt", Element("DtTm", text))) == day


@pytest.mark.parametrize(
    "text", ["", "2026-11-20", "2026-02-30T00:00:00", "20261120T000000", "2026-11-20T25:00:00Z", "now"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(MadangError) as refused:
        values.read_moment(Element("CreDtTm", text))
    assert refused.value.code == "iso.value"


@pytest.mark.parametrize("text", ["", "20261120", "2026-11-31", "2026-W47-5", "2026-11-20Z", "２０２６-11-20"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(MadangError) as refused:
        values.read_day(Element("Dt", text))
    assert refused.value.code == "iso.value"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_whose_korean_day_is_in_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(MadangError) as refused:
        values.read_day_choice(Element("BookgDt", Element("DtTm", text)))
    assert refused.value.code == "iso.value"
