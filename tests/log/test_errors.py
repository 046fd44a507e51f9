"""Every error of the log has a stable code and tells people what, where and what to do now."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import madang.log
from madang.log.errors import LogError

SOURCES = sorted(Path(madang.log.__file__).parent.glob("*.py"))
ERRORS = {error.__name__ for error in LogError.__subclasses__()} | {"WitnessError"}


def raised_calls() -> list[tuple[str, ast.Call]]:
    calls = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                calls.append((source.name, node))
    return calls


def test_a_message_reads_as_sentences():
    error = LogError("log.some.code", "It broke", where="tile/0/000", now="Fetch it again.")
    assert str(error) == "It broke (tile/0/000). Fetch it again. [log.some.code]"
    assert str(LogError("log.some.code", "It broke")) == "It broke. [log.some.code]"


def test_every_error_has_a_code_of_its_form_and_advice():
    calls = raised_calls()
    assert len(calls) > 40
    for source, call in calls:
        code = call.args[0]
        assert isinstance(code, ast.Constant), source
        assert re.match(r"log\.[a-z]+\.[a-z_]+\Z", str(code.value)), source
        assert any(keyword.arg == "now" for keyword in call.keywords), f"{source}: {code.value!r} gives no advice"


def test_every_code_is_named_in_a_docstring():
    documented = "\n".join(
        ast.get_docstring(node) or ""
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    )
    codes = {node.value for _, call in raised_calls() for node in call.args[:1] if isinstance(node, ast.Constant)}
    assert [code for code in codes if isinstance(code, str) and f"`{code}`" not in documented] == []
