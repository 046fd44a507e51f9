"""An explanation of a programme on a terminal: decision tables as wide as the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from madang.presentation import Explanation
    from madang.presentation.explanation import ActionTable, ParameterRow


def print_tables(explanation: Explanation) -> None:
    """Print an explanation. What documents say is shown as it is: nothing in it is taken for markup or colour."""
    from madang.presentation.markdown import HEADINGS

    words = HEADINGS[explanation.language]
    console = Console(highlight=False)
    console.print(Text(explanation.title, "bold"))
    console.print(Text(f"{words[explanation.sort]} {explanation.name}; {words['digest']}: {explanation.digest}", "dim"))
    if explanation.own:
        console.print(Text(words["own"]))
    if explanation.parameters:
        console.print(_parameters(explanation, words))
    for one in explanation.parameters:
        if one.grid is not None:
            console.print(_table(f"{one.label} ({one.name})", one.grid.headings, one.grid.rows))
    for action in explanation.actions:
        _print_action(console, action, words)
    if explanation.invariants:
        rows = [[one.sentence, one.name] for one in explanation.invariants]
        console.print(_table(words["invariants"], [words["condition"], words["name"]], rows))


def _parameters(explanation: Explanation, words: dict[str, str]) -> Table:
    def value(row: ParameterRow) -> str:
        return row.value or (words["below"] if row.grid is not None else "-")

    rows = [[row.label, value(row), row.type, row.name] for row in explanation.parameters]
    return _table(words["parameters"], [words["field"], words["value"], words["type"], words["name"]], rows)


def _print_action(console: Console, action: ActionTable, words: dict[str, str]) -> None:
    title = f"{action.label} ({action.name})"
    headings = [words["condition"], words["refusal"], words["of"], words["clause"]]
    rows = [[row.condition, row.refusal or row.clause, words[row.of], row.clause] for row in action.rows]
    if rows:
        console.print(_table(title, headings, rows))
    else:
        console.print(Text(f"{title}: {words['none']}", "bold"))
    for move in action.moves:
        console.print(Text(f"  {move}"))


def _table(title: str, headings: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=Text(title, "bold"), title_justify="left", show_lines=True)
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    return table
