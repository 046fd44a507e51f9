"""Decision tables of whole documents: nothing is left out, nothing in them is taken for markup."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from madang.contract import Kind, Programme, digest, read_kind, read_programme
from madang.contract.syntax import ProgrammeAction
from madang.contract.valuetypes import Enum, Table
from madang.presentation import Explanation, as_prose, as_tables, explain_kind, explain_programme, only_own
from madang.presentation.labels import LANGUAGES, Language, standard
from tests.presentation.documents import KINDS, PROGRAMMES, kind, kind_of, programme

KIND = """\
kind: meal
language: 2
records:
  ticket: {holder: id, left: {won: 0..100_000}, size: {int: 1..5}}
accounts: {sponsor: outside, free: total, issued: sum(ticket.left)}
parameters:
  closes: time
  amounts: {table: {by: {size: {int: 1..5}, tier: {enum: [basic, other]}}, of: {won: 0..100_000}}}
  days: {table: {by: {size: {int: 1..5}}, of: {int: 0..9}}}
  wide: {table: {by: {season: {int: 1..2}, size: {int: 1..5}}, of: {int: 0..9}}}
actions:
  grant:
    on: {t: new ticket}
    given: {holder: id, amount: {won: 1..100_000}, size: {int: 1..5}}
    require:
      in_time: {when: at < closes, words: {ko: "기한이 지났습니다. | <b>*", en: Too late.}}
      other: {when: amount < 9_000, words: {en: Only English.}}
    post: [{from: free, to: issued, amount: amount}]
    set: {t.holder: holder, t.left: amount, t.size: size}
  fund:
    given: {amount: {won: 1..100_000}}
    post: [{from: sponsor, to: free, amount: amount}]
invariants: {some: ticket.left <= 50_000}
"""
PROGRAMME = """\
programme: lunch
kind: meal
title: {ko: 점심, en: Lunch}
parameters:
  closes: 2027-01-01T00:00:00+09:00
  amounts: {1: {basic: 5_000, other: 100}, 2..3: {basic: 6_000, other: 200}, 4+: {basic: 7_000, other: 300}}
  days: {1..4: 3, 5: 5}
  regions: {type: {list: text}, value: ["11", "26"]}
  wide: {1: {1: 1, 2+: 2}, 2: {1: 9, 2+: 8}}
grant:
  require: {table: 'amount <= amounts[size]["basic"]'}
specification:
  grant: at < closes && amount <= 9_000
"""


def small() -> tuple[Kind, Programme]:
    meal = read_kind(KIND)
    return meal, read_programme(PROGRAMME, meal)


def explained(language: Language) -> Explanation:
    return explain_programme(*small(), language)


def test_a_decision_table_has_a_row_for_each_clause() -> None:
    grant = explained("ko").actions[0]
    assert [(row.clause, row.of, row.refusal) for row in grant.rows] == [
        ("in_time", "kind", "기한이 지났습니다. | <b>*"),
        ("other", "kind", "Only English."),
        ("table", "programme", None),
    ]
    assert [row.condition for row in grant.rows] == [
        "현재 시각이 사업 종료 시각(2027년 1월 1일 00:00) 전이어야 합니다.",
        "지급 금액이 9,000원 미만이어야 합니다.",
        "지급 금액이 정해진 지급 금액 표의 값(가구원 수, 소득 구분: '기초생활수급') 이하여야 합니다.",
    ]
    assert grant.makes == ["ticket"]
    assert grant.moves == ["미지급 예치금에서 바우처 잔액 총액으로 지급 금액을 옮깁니다."]
    assert [(one.name, one.value) for one in grant.changes][1] == ("t.left", "지급 금액")
    assert len(grant.specification) == 2


def test_parameters_have_units_and_tables_are_tables() -> None:
    rows = {row.name: row for row in explained("en").parameters}
    assert rows["closes"].value == "1 January 2027, 00:00"
    assert rows["regions"].value == "“11”, “26”"
    assert rows["amounts"].value is None
    assert rows["amounts"].grid is not None
    assert rows["amounts"].grid.headings == [
        "the size of the household",
        "the income tier: basic livelihood",
        "the income tier: other",
    ]
    assert rows["amounts"].grid.rows == [
        ["1", "5,000 won", "100 won"],
        ["2–3", "6,000 won", "200 won"],
        ["4–5", "7,000 won", "300 won"],
    ]
    assert rows["wide"].grid is not None
    assert rows["wide"].grid.headings == [
        "the size of the household",
        "the season (1 summer, 2 winter): 1",
        "the season (1 summer, 2 winter): 2",
    ]
    assert rows["wide"].grid.rows == [["1", "1", "9"], ["2–5", "2", "8"]]
    assert rows["days"].grid is not None
    assert rows["days"].grid.rows == [["1–4", "3"], ["5", "5"]]


def test_a_kind_has_no_values() -> None:
    explanation = explain_kind(small()[0], "en")
    assert (explanation.sort, explanation.title) == ("kind", "meal")
    assert {(row.value, row.grid) for row in explanation.parameters} == {(None, None)}
    assert explanation.actions[0].specification == []
    assert "the programme's close (" not in as_tables(explanation)


@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_takes_nothing_of_a_document_for_markup(language: Language) -> None:
    for text in (as_tables(explained(language)), as_prose(explained(language))):
        assert "<b>" not in text
        for line in text.splitlines():
            if line.startswith("|"):
                assert line.endswith(" |")
    korean = as_tables(explained("ko"))
    assert "기한이 지났습니다. \\| \\<b\\>\\*" in korean
    assert "| `table` |" in korean
    assert "| 2–3 | 6,000원 | 200원 |" in korean


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*KINDS, *PROGRAMMES], ids=lambda path: path.name)
def test_a_shipped_document_is_explained_in_full(path: Path, language: Language) -> None:
    if path in KINDS:
        document: Kind | Programme = kind(path)
        of = kind(path)
        own: tuple[ProgrammeAction, ...] = ()
        explanation = explain_kind(kind(path), language)
    else:
        document = programme(path)
        of, own = kind_of(path.read_text(encoding="utf-8")), programme(path).actions
        explanation = explain_programme(of, programme(path), language)
    assert explanation.digest == digest(document).hex()
    assert [action.name for action in explanation.actions] == [action.name for action in of.actions]
    for action, shown in zip(of.actions, explanation.actions, strict=True):
        more = [clause for one in own if one.action == action.name for clause in one.require]
        assert [row.clause for row in shown.rows] == [clause.name for clause in (*action.require, *more)]
        assert [one.name for one in shown.given] == [one.name for one in action.given]
        assert len(shown.moves) == len(action.post)
        assert len(shown.changes) == len(action.set)
        for row in shown.rows:
            assert row.condition.endswith(".")
    assert len(explanation.invariants) == len(of.invariants)
    markdown = as_tables(explanation)
    for action in of.actions:
        assert f"(`{action.name}`)" in markdown
        assert f"(`{action.name}`)" in as_prose(explanation)
    assert json.loads(msgspec.json.encode(explanation))["digest"] == explanation.digest


def test_what_the_shipped_documents_name_has_words() -> None:
    """A Korean page must not show `month_limit`. Add what is missing to words.yaml."""
    words = standard()
    missing: set[str] = set()

    def member(type_: object) -> None:
        if isinstance(type_, Enum):
            missing.update(f"members: {name}" for name in type_.members if name not in words.members)
        if isinstance(type_, Table):
            missing.update(f"values: {one.name}" for one in type_.by if one.name not in words.values)
            for one in (*[one.type for one in type_.by], type_.of):
                member(one)

    for path in KINDS:
        for record in (*kind(path).records, *kind(path).facts):
            missing.update([f"records: {record.name}"] if record.name not in words.records else [])
            names = [f"{record.name}.{field.name}" for field in record.fields]
            missing.update(f"fields: {name}" for name in names if name not in words.fields)
            for field in record.fields:
                member(field.type)
        missing.update(f"accounts: {one.name}" for one in kind(path).accounts if one.name not in words.accounts)
        missing.update(f"values: {one.name}" for one in kind(path).parameters if one.name not in words.values)
        for parameter in kind(path).parameters:
            member(parameter.type)
        for action in kind(path).actions:
            missing.update([f"actions: {action.name}"] if action.name not in words.actions else [])
            for one in action.given:
                member(one.type)
                if not {one.name, f"{action.name}.{one.name}"} & words.values.keys():
                    missing.add(f"values: {action.name}.{one.name}")
    for path in PROGRAMMES:
        for own in programme(path).parameters:
            if not {own.name, f"{programme(path).programme}.{own.name}"} & words.values.keys():
                missing.add(f"values: {programme(path).programme}.{own.name}")
            member(own.declared)
    assert not missing, sorted(missing)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda path: path.stem)
def test_what_a_programme_adds_is_told_without_its_kind(path: Path, language: Language) -> None:
    document = programme(path)
    whole = explain_programme(kind(KINDS[0]), document, language)
    own = only_own(whole, document)
    assert own.own and not whole.own
    assert [one.name for one in own.parameters] == [
        one.name for one in whole.parameters if one.name in {each.name for each in document.parameters}
    ]
    told = {(action.name, row.clause): row for action in own.actions for row in action.rows}
    assert set(told) == {(each.action, clause.name) for each in document.actions for clause in each.require}
    assert all(row in next(one.rows for one in whole.actions if one.name == name) for (name, _), row in told.items())
    for write in (as_prose, as_tables):
        assert len(write(own)) * 4 < len(write(whole))
        assert "`enrol`" in write(whole) and "`enrol`" not in write(own)
