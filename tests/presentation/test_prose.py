"""Expressions in sentences: golden sentences in both languages, and nothing of the language without words."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from madang.contract import read_kind
from madang.contract.names import FUNCTIONS, LATER_FUNCTIONS
from madang.contract.syntax import (
    Binary,
    BinaryOperator,
    BoolLiteral,
    Broken,
    Call,
    Conditional,
    Expression,
    Index,
    IntLiteral,
    Items,
    Junction,
    Kind,
    Member,
    Name,
    Node,
    TextLiteral,
    Unary,
)
from madang.presentation import english, korean, phrases
from madang.presentation.labels import Glossary, Label
from madang.presentation.particles import must_be, object_, subject, towards, with_
from madang.presentation.reading import Reader

KIND = """\
kind: prose
language: 2
facts:
  Shop: {region: text, size: {enum: [little, large]}, open: bool}
records:
  purse:
    owner: id
    left: {won: 0..1_000}
    granted: {won: 0..1_000}
    status: {enum: [on, off, lost]}
    day: date
    seen: time
    month: month
    spent: {won: 0..1_000}
accounts: {free: total, issued: sum(purse.left)}
parameters:
  opens: time
  born: date
  regions: {list: text}
  cap: {won: 1..500}
  rate: {int: 0..100}
  days: {int: 0..60}
  on_sale: bool
  shops: {published: text}
  amounts: {table: {by: {size: {int: 1..4}, tier: {enum: [basic, other]}}, of: {won: 0..500}}}
  open_hours: {table: {by: {hour_of: {int: 0..23}}, of: bool}}
actions:
  pay:
    on: {x: purse, shop: Shop}
    given: {amount: {won: 1..100}, who: id, note: text, flag: bool, count: {int: 1..4}, tier: {enum: [basic, other]}}
    require:
      clause: CLAUSE
    post: [{from: issued, to: free, amount: amount}]
    set: {x.left: x.left - amount}
  join:
    on: {x: purse, y: purse}
    require:
      clause: JOIN
invariants:
  rule: INVARIANT
"""
GLOSSARY = Glossary(
    records={"purse": Label("지갑", "the purse"), "Shop": Label("가게", "the shop")},
    fields={
        "purse.left": Label("잔액", "what is left"),
        "status": Label("상태", "the status"),
        "region": Label("지역", "the region"),
    },
    values={
        "pay.amount": Label("결제 금액", "the amount"),
        "cap": Label("한도", "the limit"),
        "join.x": Label("첫째", "the first"),
    },
    members={"on": Label("사용 중", "in use"), "off": Label("정지", "stopped")},
    accounts={"issued": Label("발행 총액", "the money issued")},
)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def kind_with(clause: str = "true", join: str = "true", invariant: str = "purse.left <= 1000") -> Kind:
    text = KIND.replace("CLAUSE", quoted(clause)).replace("JOIN", quoted(join)).replace("INVARIANT", quoted(invariant))
    return read_kind(text)


def said(clause: str) -> tuple[str, str]:
    kind = kind_with(clause)
    condition = Reader(GLOSSARY, kind, None, kind.actions[0]).condition(kind.actions[0].require[0].when)
    return korean.must(condition), english.must(condition)


SENTENCES = [
    ("true", "언제나 허용되는 것이어야 합니다.", "This is always allowed."),
    ("!true", "언제나 거절되는 것이어야 합니다.", "This is always refused."),
    ("amount <= x.left", "잔액이 결제 금액 이상이어야 합니다.", "What is left must be at least the amount."),
    ("!(amount <= x.left)", "잔액이 결제 금액 미만이어야 합니다.", "What is left must be less than the amount."),
    ("amount < 1_00", "결제 금액이 100원 미만이어야 합니다.", "The amount must be less than 100 won."),
    ("50 < amount", "결제 금액이 50원 초과여야 합니다.", "The amount must be more than 50 won."),
    ("amount <= cap", "결제 금액이 한도 이하여야 합니다.", "The amount must be at most the limit."),
    ("opens <= at", "현재 시각이 opens 이후여야 합니다.", "The present time must be at or after opens."),
    ("at < opens", "현재 시각이 opens 전이어야 합니다.", "The present time must be before opens."),
    ("at <= opens", "현재 시각이 opens 이전이어야 합니다.", "The present time must be at or before opens."),
    ("opens < at", "현재 시각이 opens 후여야 합니다.", "The present time must be after opens."),
    ('x.status == "on"', "지갑의 상태가 '사용 중'이어야 합니다.", "The status of the purse must be “in use”."),
    ('x.status != "off"', "지갑의 상태가 '정지'가 아니어야 합니다.", "The status of the purse must not be “stopped”."),
    (
        'x.status == "on" || x.status == "off"',
        "지갑의 상태가 '사용 중' 또는 '정지'여야 합니다.",
        "The status of the purse must be “in use” or “stopped”.",
    ),
    (
        'x.status in ["on", "off", "lost", "on"]',
        "지갑의 상태가 '사용 중', '정지', 'lost', '사용 중' 중 하나여야 합니다.",
        "The status of the purse must be “in use”, “stopped”, “lost” or “in use”.",
    ),
    ("x.owner == who", "지갑의 owner가 who와 같아야 합니다.", "Owner of the purse must be the same as who."),
    ("x.owner != who", "지갑의 owner가 who와 달라야 합니다.", "Owner of the purse must not be the same as who."),
    ("amount in [10, 20]", "결제 금액이 10원 또는 20원이어야 합니다.", "The amount must be 10 won or 20 won."),
    ("note in regions", "note가 regions 중 하나여야 합니다.", "Note must be one of regions."),
    ("!(note in regions)", "note가 regions 중 하나가 아니어야 합니다.", "Note must not be one of regions."),
    (
        "has_prefix(shop.region, regions)",
        "가게의 지역이 regions 중 하나로 시작해야 합니다.",
        "The region of the shop must begin with one of regions.",
    ),
    (
        "!has_prefix(shop.region, ['11', '26'])",
        "가게의 지역이 ['11', '26'] 중 어느 것으로도 시작하지 않아야 합니다.",
        "The region of the shop must not begin with any of [“11”, “26”].",
    ),
    (
        'starts_with(shop.region, "26")',
        "가게의 지역이 '26'으로 시작해야 합니다.",
        "The region of the shop must begin with “26”.",
    ),
    ("listed(note, shops)", "note가 shops에 있어야 합니다.", "Note must be on shops."),
    ("!listed(note, shops)", "note가 shops에 없어야 합니다.", "Note must not be on shops."),
    ("version(shops) >= 2", "shops의 판 번호가 2 이상이어야 합니다.", "The version of shops must be at least 2."),
    ("flag", "flag가 '예'여야 합니다.", "Flag must be “yes”."),
    ("!shop.open", "가게의 open이 '아니요'여야 합니다.", "Open of the shop must be “no”."),
    ("flag == on_sale", "flag가 on sale와 같아야 합니다.", "Flag must be the same as on sale."),
    (
        "flag == (amount < 10)",
        "flag가 결제 금액이 10원 미만인지 여부와 같아야 합니다.",
        "Flag must be the same as whether the amount is less than 10 won.",
    ),
    (
        "open_hours[hour(at)]",
        "open hours 표의 값(hour of: 현재 시(時))이 '예'여야 합니다.",
        "The value in the table of open hours (hour of: the present hour) must be “yes”.",
    ),
    (
        "6 <= hour(at) && hour(at) < 22",
        "현재 시(時)가 6시 이상이어야 합니다. 현재 시(時)가 22시 미만이어야 합니다.",
        "The present hour must be at least 6:00. The present hour must be less than 22:00.",
    ),
    (
        "hour(at) + 1 < 12",
        "현재 시(時)와 1의 합이 12 미만이어야 합니다.",
        "The present hour plus 1 must be less than 12.",
    ),
    (
        "count * 86_400 < 7",
        "count에 86,400을 곱한 값이 7 미만이어야 합니다.",
        "Count times 86,400 must be less than 7.",
    ),
    (
        "born + count * 86_400 < day(at)",
        "오늘이 born부터 (count에 86,400을 곱한 값)일만큼 지난 때 후여야 합니다.",
        "Today must be after (count times 86,400) days after born.",
    ),
    ("weekday(at) != 7", "오늘의 요일이 일요일이 아니어야 합니다.", "Today's day of the week must not be Sunday."),
    (
        "month_of_year(x.seen) == 12",
        "지갑의 seen의 월(月)이 12월이어야 합니다.",
        "The month of the year of seen of the purse must be December.",
    ),
    ("day(at) == born", "오늘이 born과 같아야 합니다.", "Today must be the same as born."),
    (
        "day(at) - born < 10_000",
        "born부터 오늘까지의 기간이 10,000일 미만이어야 합니다.",
        "The time from born to today must be less than 10,000 days.",
    ),
    (
        "at - x.seen < days * 86_400",
        "지갑의 seen부터 현재 시각까지의 기간이 days만큼의 기간 미만이어야 합니다.",
        "The time from seen of the purse to the present time must be less than as many days as days.",
    ),
    (
        "at < opens + 7 * 86_400",
        "현재 시각이 opens부터 7일만큼 지난 때 전이어야 합니다.",
        "The present time must be before 7 days after opens.",
    ),
    (
        "day(at) > born - 3",
        "오늘이 born부터 3일만큼 앞선 때 후여야 합니다.",
        "Today must be after 3 days before born.",
    ),
    (
        "x.left + amount + cap <= 700",
        "잔액, 결제 금액과 한도의 합이 700원 이하여야 합니다.",
        "What is left plus the amount plus the limit must be at most 700 won.",
    ),
    (
        "amount <= x.left - x.spent - cap",
        "잔액에서 지갑의 spent와 한도를 뺀 값이 결제 금액 이상이어야 합니다.",
        "What is left minus spent of the purse minus the limit must be at least the amount.",
    ),
    (
        "amount <= x.left * 70 / 100",
        "잔액의 70%(1 미만 버림)가 결제 금액 이상이어야 합니다.",
        "70 % of what is left (rounded down) must be at least the amount.",
    ),
    (
        "x.left * 100 <= x.granted * rate",
        "잔액이 지갑의 granted의 rate 퍼센트 이하여야 합니다.",
        "What is left must be at most rate percent of granted of the purse.",
    ),
    (
        "x.granted * rate >= x.left * 100",
        "지갑의 granted의 rate 퍼센트가 잔액 이상이어야 합니다.",
        "Rate percent of granted of the purse must be at least what is left.",
    ),
    (
        "(x.left / 3) % 7 == 0",
        "(잔액을 3으로 나눈 값(소수점 이하 버림))을 7로 나눈 나머지가 0원이어야 합니다.",
        "What is left of (what is left divided by 3 (rounded towards zero)) divided by 7 must be 0 won.",
    ),
    (
        "-count * 2 < 3",
        "(count의 음수)에 2를 곱한 값이 3 미만이어야 합니다.",
        "(minus count) times 2 must be less than 3.",
    ),
    (
        "max(amount, 5) < min(cap, 9)",
        "결제 금액과 5원 중 큰 값이 한도와 9원 중 작은 값 미만이어야 합니다.",
        "The larger of the amount and 5 won must be less than the smaller of the limit and 9 won.",
    ),
    (
        "amount <= amounts[count][tier]",
        "결제 금액이 amounts 표의 값(size: count, tier) 이하여야 합니다.",
        "The amount must be at most the value in the table of amounts (size: count, tier).",
    ),
    (
        "(x.day == day(at) ? x.spent : 0) + amount <= cap",
        "지갑의 spent(지갑의 day가 오늘이 아니면 0)와 결제 금액의 합이 한도 이하여야 합니다.",
        "Spent of the purse (0 unless day of the purse is today) plus the amount must be at most the limit.",
    ),
    (
        "(x.month == month(at) ? x.spent : 0) <= cap",
        "지갑의 spent(지갑의 month가 이번 달이 아니면 0)가 한도 이하여야 합니다.",
        "Spent of the purse (0 unless month of the purse is this month) must be at most the limit.",
    ),
    (
        "(flag ? 10 : amount) < cap",
        "(flag가 '예'이면 10원, 아니면 결제 금액)이 한도 미만이어야 합니다.",
        "(10 won if flag is “yes”, otherwise the amount) must be less than the limit.",
    ),
    (
        "flag ? amount < 10 : shop.open",
        "flag가 '예'이면 결제 금액이 10원 미만이어야 하고, 아니면 가게의 open이 '예'여야 합니다.",
        "If flag is “yes”, it must be that the amount is less than 10 won; otherwise, that open of the shop is “yes”.",
    ),
    (
        "!(flag ? amount < 10 && shop.open : shop.open) || on_sale",
        (
            "다음 중 하나에 해당해야 합니다: (1) [flag가 '예'이면 [결제 금액이 10원 이상인 경우 또는 "
            "가게의 open이 '아니요'인 경우]에 해당하는 경우, 아니면 가게의 open이 '아니요'인 경우]에 해당하는 경우, "
            "(2) on sale가 '예'인 경우."
        ),
        (
            "One of these must hold: (1) (the amount is at least 10 won or open of the shop is “no”) if flag is “yes”, "
            "and open of the shop is “no” otherwise; (2) on sale is “yes”."
        ),
    ),
    (
        '!(x.status == "on" && (flag || amount < 10))',
        (
            "다음 중 하나에 해당해야 합니다: (1) 지갑의 상태가 '사용 중'이 아닌 경우, "
            "(2) flag가 '아니요'이고, 결제 금액이 10원 이상인 경우."
        ),
        (
            "One of these must hold: (1) the status of the purse is not “in use”; "
            "(2) flag is “no” and the amount is at least 10 won."
        ),
    ),
    (
        "shop.open || flag && (amount < 10 || amount > 20)",
        (
            "다음 중 하나에 해당해야 합니다: (1) 가게의 open이 '예'인 경우, "
            "(2) flag가 '예'이고, [결제 금액이 10원 미만인 경우 또는 결제 금액이 20원 초과인 경우]에 해당하는 경우."
        ),
        (
            "One of these must hold: (1) open of the shop is “yes”; "
            "(2) flag is “yes” and (the amount is less than 10 won or the amount is more than 20 won)."
        ),
    ),
]


@pytest.mark.parametrize(("clause", "ko", "en"), SENTENCES, ids=[one[0] for one in SENTENCES])
def test_a_clause_in_words(clause: str, ko: str, en: str) -> None:
    assert said(clause) == (ko, en)


def test_a_deep_rule_takes_no_longer_than_its_length() -> None:
    clause, amount = "flag", "amount"
    for _ in range(14):
        clause, amount = f"({clause} ? flag : shop.open)", f"(x.day == day(x.seen) ? {amount} : 0)"
    for text in (clause, f"!{clause}", f"{amount} < 10"):
        assert all(len(sentence) < 3_000 for sentence in said(text))


def test_two_records_of_one_type_are_told_apart() -> None:
    kind = kind_with(join="x.left < y.left")
    condition = Reader(GLOSSARY, kind, None, kind.actions[1]).condition(kind.actions[1].require[0].when)
    assert korean.must(condition) == "잔액(첫째)이 잔액(y) 미만이어야 합니다."
    assert english.must(condition) == "What is left (the first) must be less than what is left (y)."


@pytest.mark.parametrize(
    ("invariant", "ko", "en"),
    [
        (
            "issued == sum(purse.left)",
            "항상 발행 총액이 모든 잔액의 합계와 같은 상태로 유지됩니다.",
            "Always: the money issued is the same as the sum of what is left over all of them.",
        ),
        (
            "purse.left <= purse.granted && purse.spent <= cap",
            "항상 잔액이 지갑의 granted 이하인 상태로 유지됩니다. 항상 지갑의 spent가 한도 이하인 상태로 유지됩니다.",
            "Always: what is left is at most granted of the purse. Always: spent of the purse is at most the limit.",
        ),
    ],
)
def test_an_invariant_in_words(invariant: str, ko: str, en: str) -> None:
    kind = kind_with(invariant=invariant)
    condition = Reader(GLOSSARY, kind).condition(kind.invariants[0].holds)
    assert (korean.holds(condition), english.holds(condition)) == (ko, en)


# ------------------------------------------------------------------------------------ nothing is left without words

ONE, LEFT = IntLiteral(value=1), Member(owner="x", field="left")
NODES: dict[type, Any] = {
    BoolLiteral: BoolLiteral(value=True),
    IntLiteral: ONE,
    TextLiteral: TextLiteral(value="a"),
    Name: Name(name="amount"),
    Member: LEFT,
    Items: Items(items=(ONE,)),
    Unary: Unary(operator="-", operand=LEFT),
    Binary: Binary(operator="<", left=LEFT, right=ONE),
    Junction: Junction(operator="&&", operands=(Name(name="flag"), Name(name="flag"))),
    Conditional: Conditional(condition=Name(name="flag"), then=ONE, otherwise=LEFT),
    Call: Call(function="min", arguments=(LEFT, ONE)),
    Index: Index(table="amounts", keys=(ONE, TextLiteral(value="basic"))),
}


def reader() -> Reader:
    kind = kind_with()
    return Reader(GLOSSARY, kind, None, kind.actions[0])


def test_every_node_of_the_syntax_has_words() -> None:
    assert set(NODES) == set(get_args(Expression)), "say new nodes in reading.py, and give an example of them here"
    for node in NODES.values():
        value = reader().value(node)
        assert korean.value(value)
        assert english.value(value)


def test_every_operator_has_words() -> None:
    for operator in get_args(BinaryOperator):
        value = reader().value(
            Binary(operator=operator, left=LEFT, right=Items(items=(ONE,)) if operator == "in" else ONE)
        )
        assert korean.value(value)
        assert english.value(value)


def test_every_function_has_words() -> None:
    at, note, names = Name(name="at"), Name(name="note"), Name(name="regions")
    arguments = {
        "day": (at,),
        "hour": (at,),
        "weekday": (at,),
        "month": (at,),
        "month_of_year": (at,),
        "min": (LEFT, ONE),
        "max": (LEFT, ONE),
        "has_prefix": (note, names),
        "starts_with": (note, note),
        "listed": (note, Name(name="shops")),
        "version": (Name(name="shops"),),
        "sum": (Member(owner="purse", field="left"),),
    }
    assert set(arguments) == {*FUNCTIONS, *LATER_FUNCTIONS}, "say new functions in reading.py"
    for function, given in arguments.items():
        value = reader().value(Call(function=function, arguments=given))
        assert korean.value(value)
        assert english.value(value)


def test_what_has_no_words_is_an_error_and_not_silence() -> None:
    class Unheard(Node, frozen=True):
        """A node that nobody knows."""

    unheard: list[Any] = [Unheard(), Broken(), Call(function="unheard", arguments=(ONE,))]
    for expression in unheard:
        with pytest.raises(TypeError):
            reader().value(expression)
        with pytest.raises(TypeError):
            reader().condition(expression)


def example(sort: Any) -> Any:
    """Any phrase of a sort, its parts filled by their types."""
    one = phrases.Amount(1, "int")
    parts: dict[str, Any] = {
        "label": Label("것", "a thing"),
        "field": Label("것", "a thing"),
        "condition": phrases.Flag(one, False),
        "then": one,
        "otherwise": one,
        "parts": (one, one),
        "items": (one, one),
        "keys": ((Label("것", "a thing"), one),),
        "number": 1 if sort is phrases.Amount else one,
        "unit": "time",
        "function": "day",
        "period": "day",
        "order": "<",
        "value": True if sort in (phrases.Truth, phrases.Always) else one,
    }
    if sort in (phrases.Every, phrases.Some):
        parts["parts"] = (phrases.Flag(one, False), phrases.Always(True))
    if sort is phrases.Depends:
        parts["then"] = parts["otherwise"] = phrases.Always(True)
    flags = {"negated", "any_of", "moments", "cut", "larger", "earlier", "now"}
    return sort(
        **{name: name in ("cut",) if name in flags else parts.get(name, one) for name in sort.__struct_fields__}
    )


def test_every_phrase_has_words_in_both_languages() -> None:
    for sort in get_args(phrases.Value):
        value = example(sort)
        assert korean.value(value)
        assert english.value(value)
    for sort in get_args(phrases.Condition):
        condition = example(sort)
        for said_so in (korean.must, korean.holds, english.must, english.holds):
            assert said_so(condition).endswith(".")
    unheard: Any = msgspec.defstruct("Unheard", [], frozen=True)()
    speakers: list[Any] = [korean.value, english.value, korean.must, english.must]
    for say in speakers:
        with pytest.raises(TypeError):
            say(unheard)


@pytest.mark.parametrize(
    ("word", "spoken"),
    [
        ("잔액", ["잔액이", "잔액을", "잔액과", "잔액으로", "잔액이어야"]),
        ("한도", ["한도가", "한도를", "한도와", "한도로", "한도여야"]),
        ("서울", ["서울이", "서울을", "서울과", "서울로", "서울이어야"]),
        ("'정지'", ["'정지'가", "'정지'를", "'정지'와", "'정지'로", "'정지'여야"]),
        (
            "한도(550,000원)",
            ["한도(550,000원)가", "한도(550,000원)를", "한도(550,000원)와", "한도(550,000원)로", "한도(550,000원)여야"],
        ),
        ("값(시(時))", ["값(시(時))이", "값(시(時))을", "값(시(時))과", "값(시(時))으로", "값(시(時))이어야"]),
        (")", [")가", ")를", ")와", ")로", ")여야"]),
        ("(둘의 합)", ["(둘의 합)이", "(둘의 합)을", "(둘의 합)과", "(둘의 합)으로", "(둘의 합)이어야"]),
        ("3", ["3이", "3을", "3과", "3으로", "3이어야"]),
        ("7", ["7이", "7을", "7과", "7로", "7이어야"]),
        ("2", ["2가", "2를", "2와", "2로", "2여야"]),
        ("70%", ["70%가", "70%를", "70%와", "70%로", "70%여야"]),
        ("", ["가", "를", "와", "로", "여야"]),
    ],
)
def test_particles_follow_the_word(word: str, spoken: list[str]) -> None:
    assert [say(word) for say in (subject, object_, with_, towards, must_be)] == spoken


@pytest.mark.parametrize(
    ("number", "unit", "ko", "en"),
    [
        (1_234_567, "won", "1,234,567원", "1,234,567 won"),
        (-5, "int", "-5", "-5"),
        (0, "date", "1970년 1월 1일", "1 January 1970"),
        (0, "time", "1970년 1월 1일 09:00", "1 January 1970, 09:00"),
        (-32_399, "time", "1970년 1월 1일 00:00:01", "1 January 1970, 00:00:01"),
        (253_402_268_399, "time", "9999년 12월 31일 23:59:59", "31 December 9999, 23:59:59"),
        (2_932_896, "date", "9999년 12월 31일", "31 December 9999"),
        (671, "month", "2025년 12월", "December 2025"),
        (1, "weekday", "월요일", "Monday"),
        (8, "weekday", "8", "8"),
        (12, "month_of_year", "12월", "December"),
        (0, "month_of_year", "0월", "0"),
        (22, "hour", "22시", "22:00"),
        (3, "days", "3일", "3 days"),
        (3, "seconds", "3초", "3 seconds"),
    ],
)
def test_amounts_are_written_as_people_do(number: int, unit: str, ko: str, en: str) -> None:
    assert (korean.amount(number, unit), english.amount(number, unit)) == (ko, en)
