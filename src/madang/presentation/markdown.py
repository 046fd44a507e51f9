"""An explanation as Markdown for documents: as decision tables, or as prose."""

from __future__ import annotations

from typing import Final

from madang.presentation.explanation import ActionTable, Explanation, Grid, ParameterRow, Row

HEADINGS: Final = {
    "ko": {
        "kind": "종류",
        "programme": "사업",
        "digest": "문서 지문(SHA-256)",
        "parameters": "정해진 값",
        "name": "이름",
        "type": "가능한 값",
        "value": "값",
        "clause": "조건 이름",
        "of": "근거 문서",
        "condition": "충족해야 하는 조건",
        "refusal": "충족하지 않으면 안내하는 말",
        "given": "요청할 때 받는 값",
        "makes": "새로 만드는 기록",
        "moves": "돈의 이동",
        "changes": "바뀌는 기록",
        "field": "항목",
        "specification": "다음을 모두 충족하면 허용하고, 하나라도 충족하지 않으면 거절합니다.",
        "invariants": "언제나 지켜지는 것",
        "none": "조건 없이 할 수 있습니다.",
        "all": "다음을 모두 충족해야 합니다.",
        "own": "이 사업이 더한 것만 보입니다. 그 밖의 조건, 돈의 이동, 바뀌는 기록은 종류 문서와 같습니다.",
        "besides": "종류의 조건에 더해 다음을 모두 충족해야 합니다.",
        "told": "아니면",
        "unnamed": "조건 이름만 알립니다",
        "below": "아래 표",
    },
    "en": {
        "kind": "kind",
        "programme": "programme",
        "digest": "digest of the document (SHA-256)",
        "parameters": "Fixed values",
        "name": "name",
        "type": "what it can be",
        "value": "value",
        "clause": "clause",
        "of": "stands in",
        "condition": "what must hold",
        "refusal": "what people are told if it does not",
        "given": "What comes with the request",
        "makes": "New records",
        "moves": "Money",
        "changes": "What changes",
        "field": "field",
        "specification": "It is allowed if all of this holds, and refused if any of it does not.",
        "invariants": "What always holds",
        "none": "There are no conditions.",
        "all": "All of this must hold.",
        "own": "Only what this programme adds is shown. Other conditions, money and changes are those of its kind.",
        "besides": "Besides what the kind asks for, all of this must hold.",
        "told": "otherwise",
        "unnamed": "only the name of the clause is told",
        "below": "the table below",
    },
}


def as_tables(explanation: Explanation) -> str:
    """Decision tables: for each action its clauses as rows, with what people are told."""
    words = HEADINGS[explanation.language]
    lines = [*_opening(explanation), *_parameters(explanation)]
    for action in explanation.actions:
        lines += [f"## {heading(action)}", ""]
        if action.given:
            rows = [[one.label, one.type, f"`{one.name}`"] for one in action.given]
            lines += [f"{words['given']}:", "", *table([words["field"], words["type"], words["name"]], rows), ""]
        rows = [
            [row.condition, row.refusal or f"`{row.clause}`", words[row.of], f"`{row.clause}`"] for row in action.rows
        ]
        headings = [words["condition"], words["refusal"], words["of"], words["clause"]]
        lines += [*table(headings, rows), ""] if rows else [words["none"], ""]
        lines += _effects(action, words)
    return "\n".join([*lines, *_invariants(explanation)])


def as_prose(explanation: Explanation) -> str:
    """Sentences: for each action what must hold, what it does, and what it is specified to be."""
    words = HEADINGS[explanation.language]
    lines = [*_opening(explanation), *_parameters(explanation)]
    for action in explanation.actions:
        lines += [f"## {heading(action)}", ""]
        if action.rows:
            lines += [
                words["besides" if explanation.own else "all"],
                "",
                *[_sentence(row, words) for row in action.rows],
                "",
            ]
        else:
            lines += [words["none"], ""]
        lines += _effects(action, words)
        if action.specification:
            lines += [words["specification"], "", *[f"- {_escaped(line)}" for line in action.specification], ""]
    return "\n".join([*lines, *_invariants(explanation)])


def heading(action: ActionTable) -> str:
    """An action's name for people, and its name in the document."""
    return f"{action.label} (`{action.name}`)"


def _opening(explanation: Explanation) -> list[str]:
    words = HEADINGS[explanation.language]
    where = f"{words[explanation.sort]} `{explanation.name}`"
    if explanation.sort == "programme":
        where += f", {words['kind']} `{explanation.kind}`"
    lines = [f"# {_escaped(explanation.title)}", "", f"{where}; {words['digest']}: `{explanation.digest}`", ""]
    return [*lines, words["own"], ""] if explanation.own else lines


def _parameters(explanation: Explanation) -> list[str]:
    words = HEADINGS[explanation.language]
    if not explanation.parameters:
        return []
    headings = [words["field"], words["value"], words["type"], words["name"]]
    rows = [[one.label, _value(one, words), one.type, f"`{one.name}`"] for one in explanation.parameters]
    if explanation.sort == "kind":
        headings, rows = [headings[0], *headings[2:]], [[row[0], *row[2:]] for row in rows]
    lines = [f"## {words['parameters']}", "", *table(headings, rows), ""]
    for one in explanation.parameters:
        if one.grid is not None:
            lines += [f"### {_escaped(one.label)} (`{one.name}`)", "", *_grid(one.grid), ""]
    return lines


def _value(parameter: ParameterRow, words: dict[str, str]) -> str:
    return parameter.value or (words["below"] if parameter.grid is not None else "")


def _grid(grid: Grid) -> list[str]:
    return table(grid.headings, grid.rows)


def _effects(action: ActionTable, words: dict[str, str]) -> list[str]:
    lines = []
    if action.makes:
        lines += [f"{words['makes']}: {', '.join(map(_escaped, action.makes))}", ""]
    if action.moves:
        lines += [f"{words['moves']}:", "", *[f"- {_escaped(move)}" for move in action.moves], ""]
    if action.changes:
        rows = [[one.label, one.value, f"`{one.name}`"] for one in action.changes]
        lines += [f"{words['changes']}:", "", *table([words["field"], words["value"], words["name"]], rows), ""]
    return lines


def _sentence(row: Row, words: dict[str, str]) -> str:
    told = f"“{_escaped(row.refusal)}”" if row.refusal else f"{words['unnamed']} (`{row.clause}`)"
    return f"- {_escaped(row.condition)} {words['told'].capitalize()}: {told}"


def _invariants(explanation: Explanation) -> list[str]:
    words = HEADINGS[explanation.language]
    if not explanation.invariants:
        return []
    sentences = [f"- {_escaped(one.sentence)} (`{one.name}`)" for one in explanation.invariants]
    return [f"## {words['invariants']}", "", *sentences, ""]


def table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """A table of Markdown. Names in back quotes stay as they are; nothing else is taken for markup."""
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"| {' | '.join([_cell(cell) for cell in line])} |" for line in lines]


def _cell(text: str) -> str:
    return text if text.startswith("`") or text == "---" else _escaped(text)


def _escaped(text: str) -> str:
    """A text of a document in which nothing is markup."""
    return "".join([f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in text])
