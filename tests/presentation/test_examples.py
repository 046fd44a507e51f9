"""A request in plain values is said in the words of its kind, and a clause with what it reads of the request."""

from __future__ import annotations

import pytest

from madang.presentation.examples import action_label, example, values
from madang.presentation.labels import LANGUAGES
from tests.presentation.documents import KINDS, PROGRAMMES, kind, programme

COUPON = next(path for path in PROGRAMMES if path.stem == "consumption-coupon-2025")
STATE: dict[str, bool | int | str] = {
    "at": 1_753_056_000,
    "amount": 600_000,
    "payer": "id-1",
    "v.left": 450_000,
    "v.status": "frozen",
    "v.until": 1_753_059_600,
    "shop.region": "1111",
    "v.region": "26",
    "v.used": True,
}


@pytest.mark.parametrize(
    ("clause", "korean", "english"),
    [
        ("enough", [("결제 금액", "600,000원"), ("바우처 잔액", "450,000원")], [("the amount to pay", "600,000 won")]),
        ("active", [("바우처 상태", "'정지'")], [("the voucher's status", "“frozen”")]),
        (
            "in_time",
            [("현재 시각", "2025년 7월 21일 09:00"), ("바우처 사용 종료 시각", "2025년 7월 21일 10:00")],
            [("the present time", "21 July 2025, 09:00")],
        ),
        (
            "region",
            [("가맹점 지역 코드", "'1111'"), ("바우처 사용지역 코드", "'26'")],
            [("the shop's region code", "“1111”")],
        ),
    ],
)
def test_a_clause_is_said_with_the_values_that_it_reads(clause, korean, english):
    for language, said in zip(LANGUAGES, (korean, english), strict=True):
        found = example(kind(KINDS[0]), programme(COUPON), "spend", clause, STATE, language)
        assert found is not None and found.condition and found.refusal
        assert [(each.label, each.value) for each in found.values][: len(said)] == said


def test_of_no_such_clause_nothing_is_said():
    assert example(kind(KINDS[0]), programme(COUPON), "spend", "nothing", STATE, "ko") is None


def test_results_are_fields_and_amounts_by_account():
    result = {"v.used": True, "merchant": 5_000}
    said = values(kind(KINDS[0]), programme(COUPON), "spend", result, "en")
    assert [each.label for each in said] == ["the mark that the voucher was used", "the shop"]
    assert said[1].value == "5,000 won"
    assert action_label(kind(KINDS[0]), "spend", "ko") == "결제"
