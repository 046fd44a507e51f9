"""Phrases in Korean, in the style of official notices (합니다)."""

from __future__ import annotations

from typing import Final, NamedTuple

from madang.presentation import phrases as say
from madang.presentation.dates import WEEKDAYS_KO, moment_of_date, moment_of_time, year_and_month
from madang.presentation.particles import must_be, object_, subject, towards, with_
from madang.presentation.phrases import Condition, Value

_NUMBERS: Final = {"<": "미만", "<=": "이하", ">": "초과", ">=": "이상"}
_MOMENTS: Final = {"<": "전", "<=": "이전", ">": "후", ">=": "이후"}
_UNITS: Final = {
    "won": "원",
    "hour": "시",
    "month_of_year": "월",
    "days": "일",
    "seconds": "초",
    "months": "개월",
    "int": "",
}
_PARTS: Final = {"day": "날짜", "hour": "시(時)", "month": "달", "month_of_year": "월(月)", "weekday": "요일"}
_NOW: Final = {
    "day": "오늘",
    "hour": "현재 시(時)",
    "month": "이번 달",
    "month_of_year": "현재 월(月)",
    "weekday": "오늘의 요일",
}
TYPES: Final = {
    "bool": "예 또는 아니요", "date": "날짜", "time": "시각", "month": "연월", "text": "글자 또는 코드",
    "id": "식별번호", "list": "목록", "table": "표", "published": "공표된 목록의 이름",
}  # fmt: skip
_COUNTERS: Final = {"day": "오늘", "month": "이번 달"}


class Forms(NamedTuple):
    """A condition in the forms that sentences need: 이어야 합니다 / 이고 / 이면 / 인."""

    must: str
    also: str
    if_: str
    case: str


# ------------------------------------------------------------------------------------------------------ conditions


def must(condition: Condition) -> str:
    """The condition as what is demanded: one sentence for each part that must hold."""
    if isinstance(condition, say.Every):
        return " ".join(map(must, condition.parts))
    if isinstance(condition, say.Some):
        cases = [f"({number}) {forms(part).case} 경우" for number, part in enumerate(condition.parts, start=1)]
        return f"다음 중 하나에 해당해야 합니다: {', '.join(cases)}."
    return f"{forms(condition).must}."


def holds(condition: Condition) -> str:
    """The condition as what is always so."""
    if isinstance(condition, say.Every):
        return " ".join(map(holds, condition.parts))
    return f"{towards('항상 ' + forms(condition).case + ' 상태')} 유지됩니다."


def forms(condition: Condition) -> Forms:
    """The condition in its forms."""
    match condition:
        case say.Compare():
            words = _MOMENTS if condition.moments else _NUMBERS
            return _is(_clause(_side(condition.left), f"{_side(condition.right)} {words[condition.order]}"))
        case say.Same():
            return _same(condition)
        case say.OneOf():
            return _one_of(condition)
        case say.Begins():
            return _begins(condition)
        case say.Listed():
            named = f"{subject(value(condition.value))} {value(condition.list)}에 "
            if condition.negated:
                return _forms(named, "없어야 합니다", "없고", "없으면", "없는")
            return _forms(named, "있어야 합니다", "있고", "있으면", "있는")
        case say.Flag():
            return _is(_clause(value(condition.value), "'아니요'" if condition.negated else "'예'"))
        case say.Always():
            return _is("언제나 허용되는 것") if condition.value else _is("언제나 거절되는 것")
        case say.Every() | say.Some():
            return _joined(condition)
        case say.Depends():
            return _depends(condition)
        case _:
            raise TypeError(f"{type(condition).__name__} has no Korean yet")


def _forms(start: str, *endings: str) -> Forms:
    return Forms(*[start + ending for ending in endings])


def _clause(who: str, what: str) -> str:
    return f"{subject(who)} {what}"


def _is(noun: str) -> Forms:
    return Forms(f"{must_be(noun)} 합니다", f"{noun}이고", f"{noun}이면", f"{noun}인")


def _is_not(noun: str) -> Forms:
    return _forms(f"{subject(noun)} ", "아니어야 합니다", "아니고", "아니면", "아닌")


def _same(condition: say.Same) -> Forms:
    left, right = _side(condition.left), _side(condition.right)
    if isinstance(condition.right, say.Amount | say.Quoted | say.Truth):
        noun = _clause(left, right)
        return _is_not(noun) if condition.negated else _is(noun)
    pair = f"{subject(left)} {with_(right)} "
    if condition.negated:
        return _forms(pair, "달라야 합니다", "다르고", "다르면", "다른")
    return _forms(pair, "같아야 합니다", "같고", "같으면", "같은")


def _one_of(condition: say.OneOf) -> Forms:
    if isinstance(condition.list, say.Listing):
        names = [value(item) for item in condition.list.items]
        noun = _clause(value(condition.value), " 또는 ".join(names))
        if len(names) > 3:
            noun = _clause(value(condition.value), f"{', '.join(names)} 중 하나")
    else:
        noun = _clause(value(condition.value), f"{value(condition.list)} 중 하나")
    return _is_not(noun) if condition.negated else _is(noun)


def _begins(condition: say.Begins) -> Forms:
    prefix = value(condition.prefix)
    start = f"{subject(value(condition.text))} "
    if condition.any_of:
        start += f"{prefix} 중 어느 것으로도 " if condition.negated else f"{prefix} 중 하나로 "
    else:
        start += f"{towards(prefix)} "
    if condition.negated:
        return _forms(start, "시작하지 않아야 합니다", "시작하지 않고", "시작하지 않으면", "시작하지 않는")
    return _forms(start, "시작해야 합니다", "시작하고", "시작하면", "시작하는")


def _joined(condition: say.Every | say.Some) -> Forms:
    """Several conditions inside a sentence: 이고 … 인 경우."""
    parts = [forms(part) for part in condition.parts]
    if isinstance(condition, say.Every):
        inside = [part.also for part in parts[:-1]]
        return Forms(*[", ".join([*inside, last]) for last in parts[-1]])
    cases = " 또는 ".join([f"{part.case} 경우" for part in parts])
    return _forms(f"[{cases}]에 ", "해당해야 합니다", "해당하고", "해당하면", "해당하는")


def _depends(condition: say.Depends) -> Forms:
    if_ = forms(condition.condition).if_
    then, otherwise = forms(condition.then), forms(condition.otherwise)
    cases = f"[{if_} {then.case} 경우, 아니면 {otherwise.case} 경우]에 "
    # What must be ends in 합니다, which becomes 하고 before what must be otherwise.
    must_be_ = f"{if_} {then.must.removesuffix('합니다')}하고, 아니면 {otherwise.must}"
    if isinstance(condition.then, say.Depends):
        must_be_ = f"{cases}해당해야 합니다"
    return Forms(must_be_, f"{cases}해당하고", f"{cases}해당하면", f"{cases}해당하는")


def move(amount: str, source: str, target: str) -> str:
    """A posting: what moves from where to where."""
    return f"{source}에서 {towards(target)} {object_(amount)} 옮깁니다."


# ---------------------------------------------------------------------------------------------------------- values


def value(phrase: Value) -> str:
    """A value as a noun."""
    match phrase:
        case say.Named():
            return phrase.label.ko if phrase.value is None else f"{phrase.label.ko}({value(phrase.value)})"
        case say.Amount():
            return amount(phrase.number, phrase.unit)
        case say.Quoted():
            return f"'{phrase.label.ko}'"
        case say.Truth():
            return "'예'" if phrase.value else "'아니요'"
        case say.Listing():
            return f"[{', '.join(map(value, phrase.items))}]"
        case say.Part():
            return _NOW[phrase.function] if phrase.now else f"{_inner(phrase.of)}의 {_PARTS[phrase.function]}"
        case say.Counter():
            return f"{value(phrase.value)}({subject(value(phrase.of))} {subject(_COUNTERS[phrase.period])} 아니면 0)"
        case say.Choice():
            condition, then, otherwise = forms(phrase.condition).if_, value(phrase.then), value(phrase.otherwise)
            return f"{condition} {then}, 아니면 {otherwise}"
        case say.Cell():
            keys = ", ".join([_key(label.ko, value(key)) for label, key in phrase.keys])
            return f"{value(phrase.table)} 표의 값({keys})"
        case say.Version():
            return f"{value(phrase.list)}의 판 번호"
        case say.SumOfAll():
            return f"모든 {phrase.field.ko}의 합계"
        case say.Whether():
            return f"{forms(phrase.condition).case}지 여부"
        case _:
            return _calculated(phrase)


def _calculated(phrase: Value) -> str:
    match phrase:
        case say.Sum():
            return f"{_several(phrase.parts)}의 합"
        case say.Difference():
            return f"{_inner(phrase.whole)}에서 {object_(_several(phrase.parts))} 뺀 값"
        case say.Product():
            return f"{_inner(phrase.left)}에 {object_(_inner(phrase.right))} 곱한 값"
        case say.Quotient():
            return f"{object_(_inner(phrase.left))} {towards(_inner(phrase.right))} 나눈 값(소수점 이하 버림)"
        case say.Remainder():
            return f"{object_(_inner(phrase.left))} {towards(_inner(phrase.right))} 나눈 나머지"
        case say.Negative():
            return f"{_inner(phrase.value)}의 음수"
        case say.Percent():
            cut = "(1 미만 버림)" if phrase.cut else ""
            if isinstance(phrase.rate, say.Amount):
                return f"{_inner(phrase.of)}의 {amount(phrase.rate.number, 'int')}%{cut}"
            return f"{_inner(phrase.of)}의 {_inner(phrase.rate)} 퍼센트{cut}"
        case say.Extreme():
            return f"{_several(phrase.parts)} 중 {'큰' if phrase.larger else '작은'} 값"
        case say.Elapsed():
            return f"{_inner(phrase.start)}부터 {_inner(phrase.end)}까지의 기간"
        case say.Days():
            return f"{_length(phrase)}만큼의 기간"
        case say.Shifted():
            length = _length(phrase.length) if isinstance(phrase.length, say.Days) else _inner(phrase.length)
            if not isinstance(phrase.length, say.Days | say.Amount):
                length += {"time": "초", "date": "일", "month": "개월"}[phrase.unit]
            return f"{_inner(phrase.moment)}부터 {length}만큼 {'앞선' if phrase.earlier else '지난'} 때"
        case _:
            raise TypeError(f"{type(phrase).__name__} has no Korean yet")


def _key(dimension: str, key: str) -> str:
    """A key of a table with the name of its dimension, which is said once where both are called the same."""
    return key if key.startswith(dimension) else f"{dimension}: {key}"


def _length(days: say.Days) -> str:
    number = days.number
    return f"{value(number)}일" if isinstance(number, say.Amount) else _inner(number)


_WHOLE: Final = (say.Named, say.Amount, say.Quoted, say.Truth, say.Listing, say.Part, say.Counter, say.Days)


def _inner(phrase: Value) -> str:
    """A value inside another one, in brackets where it has parts of its own."""
    return value(phrase) if isinstance(phrase, _WHOLE) else f"({value(phrase)})"


def _side(phrase: Value) -> str:
    """One side of a comparison; one that has conditions of its own stands in brackets."""
    return f"({value(phrase)})" if isinstance(phrase, say.Choice) else value(phrase)


def _several(parts: tuple[Value, ...]) -> str:
    *others, last = map(_inner, parts)
    return f"{', '.join([*others[:-1], with_(others[-1])])} {last}" if others else last


def amount(number: int, unit: str) -> str:
    """A number with what it counts."""
    match unit:
        case "date":
            moment = moment_of_date(number)
            return f"{moment.year}년 {moment.month}월 {moment.day}일"
        case "time":
            moment = moment_of_time(number)
            return f"{moment.year}년 {moment.month}월 {moment.day}일 {moment:%H:%M}" + (
                f":{moment:%S}" if moment.second else ""
            )
        case "month":
            year, month = year_and_month(number)
            return f"{year}년 {month}월"
        case "weekday" if 1 <= number <= 7:
            return WEEKDAYS_KO[number - 1]
        case _:
            return f"{number:,}{_UNITS.get(unit, '')}"
