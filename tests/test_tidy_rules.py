"""The checker of house rules finds what it should, and nothing else."""

from __future__ import annotations

import textwrap

import pytest

from tests.tidy import Allowed, Finding, check, folders_without_tests, inside_fence, without_allowed

FENCED = "src/madang/kernel/sample.py"
FREE = "src/madang/web/sample.py"
START = '"""A sample."""\n'


def rules(source: str, path: str = FENCED) -> list[str]:
    """The rules that a snippet breaks."""
    return [finding.rule for finding in check(path, START + textwrap.dedent(source))]


@pytest.mark.parametrize(
    "path",
    [
        "src/madang/kernel/state.py",
        "src/madang/kernel/deeper/codec.py",
        "src/madang/contract/compiler.py",
        "src/madang/base/money/rules.py",
        "src/madang/services/vouchers/state.py",
        "src/madang/services/vouchers/transactions.py",
        "src/madang/services/vouchers/queries.py",
        "src/madang/base/validators/ed25519.py",
    ],
)
def test_the_fence_holds_what_every_node_must_compute_alike(path: str) -> None:
    assert inside_fence(path)


@pytest.mark.parametrize(
    "path", ["src/madang/bulk/sending.py", "src/madang/engine/store.py", "src/madang/web/rules.py"]
)
def test_the_edge_is_outside_the_fence(path: str) -> None:
    assert not inside_fence(path)
    assert rules("import time\nx = 0.5\n", path) == []


@pytest.mark.parametrize(
    ("snippet", "rule"),
    [
        ("import time", "import"),
        ("import os.path", "import"),
        ("from random import Random", "import"),
        ("from pathlib import Path", "import"),
        ("def _f():\n    import uuid", "import"),
        ("import datetime\nx = datetime.datetime.now()", "clock"),
        ("x = date.today()", "clock"),
        ("x = datetime.fromtimestamp(3)", "clock"),
        ("x = moment.astimezone()", "clock"),
        ("x = 0.5", "float"),
        ("x = 1e3", "float"),
        ("x = 1j", "float"),
        ("x = float('3')", "float"),
        ("x = round(y, 2)", "float"),
        ("x = a / b", "float"),
        ("x /= 2", "float"),
        ("x = math.sqrt(4)", "float"),
        ("from math import log", "float"),
        ("x = hash(y)", "hash"),
        ("x = id(y)", "id"),
        ("x = open('y')", "input and output"),
        ("for x in {1, 2}: pass", "set order"),
        ("for x in set(y): pass", "set order"),
        ("for x in frozenset(y): pass", "set order"),
        ("for x in a.union(b): pass", "set order"),
        ("x = [y for y in {1, 2}]", "set order"),
        ("x = {y: 1 for y in set(z)}", "set order"),
        ("x = list({1, 2})", "set order"),
        ("x = tuple(y for y in set(z))", "set order"),
        ("x = ','.join({'a', 'b'})", "set order"),
        ("x = dict.fromkeys({1, 2})", "set order"),
        ("x = [*{1, 2}]", "set order"),
        ("x = set()\nfor y in x: pass", "set order"),
        ("x: set[int] = make()\nfor y in x: pass", "set order"),
        ("def f(x: frozenset[int]):\n    '''F.'''\n    return list(x)", "set order"),
        ("def f(x: set[int]):\n    '''F.'''\n    return x.pop()", "set order"),
        ("x = {1}\nfor y in x | z: pass", "set order"),
        ("try:\n    f()\nexcept:\n    pass", "blanket except"),
        ("try:\n    f()\nexcept Exception:\n    pass", "blanket except"),
        ("try:\n    f()\nexcept (KeyError, BaseException):\n    pass", "blanket except"),
        ("assert x", "assert"),
        ("x = Meta(pattern='^[0-9]+$')", "pattern"),
        (r"x = Meta(pattern=r'[0-9]+\Z')", "pattern"),
        ("x = Meta(pattern=make())", "pattern"),
        ("DIGITS = '^[0-9]+'\nx = Meta(pattern=DIGITS)", "pattern"),
    ],
)
def test_inside_the_fence_it_finds(snippet: str, rule: str) -> None:
    assert rules(snippet) == [rule]


@pytest.mark.parametrize(
    "snippet",
    [
        "from datetime import date, timedelta, UTC\nx = date(2025, 7, 21)",
        "x = moment.astimezone(UTC)",
        "x = datetime.fromtimestamp(3, UTC)",
        "x = a // b\nx //= 2\nx, y = divmod(a, b)",
        "from math import isqrt\nx = isqrt(4)",
        "import math\nx = math.gcd(4, 6)",
        "for x in sorted({1, 2}): pass",
        "for x in (1, 2): pass",
        "x = 3 in {1, 2}",
        "x = {y for y in {1, 2}}",
        "x = len({1, 2}) + sum(y for y in {1, 2})",
        "x = set()\nx = sorted(x)\nfor y in x: pass",
        "x = [1]\nx.pop()",
        "try:\n    f()\nexcept (KeyError, ValueError):\n    pass",
        r"x = Meta(pattern=r'^[0-9]{10}\Z')",
        "DIGITS = r'\\A[0-9]+\\Z'\nx = Meta(pattern=DIGITS)",
        "class A:\n    '''A.'''\n    def __hash__(self):\n        return 1",
    ],
)
def test_inside_the_fence_it_lets_through(snippet: str) -> None:
    assert rules(snippet) == []


@pytest.mark.parametrize(
    ("snippet", "rule"),
    [
        ("\n" * 600, "long file"),
        ("def _f():\n" + "    pass\n" * 70, "long function"),
        ("def f():\n    pass", "docstring"),
        ("async def f():\n    pass", "docstring"),
        ("class A:\n    x = 1", "docstring"),
        ("print('x')", "print"),
    ],
)
def test_everywhere_it_finds(snippet: str, rule: str) -> None:
    assert rules(snippet, FREE) == [rule]


@pytest.mark.parametrize(
    "snippet",
    [
        "\n" * 599,
        "def _f():\n" + "    pass\n" * 69,
        "def _f():\n    pass",
        "class _A:\n    def f(self):\n        pass",
        "class A:\n    '''A.'''\n    def f(self):\n        pass",
        "@typing.overload\ndef f(x: int) -> int: ...",
        "x = 0.5",
    ],
)
def test_everywhere_it_lets_through(snippet: str) -> None:
    assert rules(snippet, FREE) == []


def test_a_module_says_what_it_is_unless_it_is_empty() -> None:
    assert [finding.rule for finding in check(FREE, "x = 1\n")] == ["docstring"]
    assert check("src/madang/web/__init__.py", "") == []


@pytest.mark.parametrize("path", ["src/madang/cli/main.py", "src/madang/cli/tools/deep.py", "src/madang/demo/story.py"])
def test_the_command_line_may_print(path: str) -> None:
    assert rules("print('x')", path) == []


PLACE = Finding("a.py", 2, "float", "the number 0.5")
SOURCES = {"a.py": "x = 1\ny = 0.5\n"}


def test_an_exception_with_a_reason_is_taken_out() -> None:
    assert without_allowed([PLACE], SOURCES, (Allowed("a.py", "float", "y =", "only shown"),)) == []


def test_what_is_not_excepted_is_printed_as_compilers_do() -> None:
    assert without_allowed([PLACE], SOURCES, ()) == ["a.py:2: float: the number 0.5"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (Allowed("a.py", "float", "y =", ""), "a.py: the exception from 'float' gives no reason"),
        (Allowed("a.py", "assert", "y =", "why"), "a.py: the exception from 'assert' is not needed"),
        (Allowed("a.py", "float", "z =", "why"), "a.py: the exception from 'float' is not needed"),
        (Allowed("b.py", "float", "y =", "why"), "b.py: the exception from 'float' is not needed"),
    ],
)
def test_an_exception_without_reason_or_use_is_itself_a_finding(entry: Allowed, message: str) -> None:
    assert message in without_allowed([PLACE], SOURCES, (entry,))


def test_each_folder_with_code_needs_a_test_file_in_its_mirror() -> None:
    sources = [
        "src/madang/app.py",
        "src/madang/web/__init__.py",
        "src/madang/log/tree.py",
        "src/madang/base/money/rules.py",
    ]
    assert folders_without_tests(sources, ["tests/test_app.py", "tests/log/helper.py"]) == ["base/money", "log"]
    tests = ["tests/test_app.py", "tests/log/test_tree.py", "tests/base/money/test_rules.py"]
    assert folders_without_tests(sources, tests) == []
