"""The house rules as a checker over source text, so that the rules themselves are tested (`test_tidy_rules.py`).

Two sets of rules. Inside the *fence* (`FENCE`: the kernel, the language of programmes, and every module) nothing may
depend on the machine it runs on: no clock, randomness, environment, input or output, float, order of a set, `hash`,
`id`, blanket `except` or `assert`. Everywhere in `src` files and functions stay small, what is public is documented,
and only the command line prints.

A rule can be set aside in one place through `ALLOWED`, with a reason. An entry that is no longer needed fails too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

FENCE = (
    "src/madang/kernel/*.py",
    "src/madang/contract/*.py",
    "src/madang/base/*/*.py",
    "src/madang/services/*/*.py",
)
PRINTING = ("src/madang/cli/*.py", "src/madang/demo/*.py")

LONGEST_FILE = 600
LONGEST_FUNCTION = 70

# fmt: off
FORBIDDEN_MODULES = frozenset(
    (
        "asyncio", "calendar", "concurrent", "decimal", "fractions", "getpass", "glob", "http", "io", "locale",
        "logging", "multiprocessing", "os", "pathlib", "platform", "random", "secrets", "select", "shutil",
        "signal", "socket", "sqlite3", "ssl", "statistics", "subprocess", "sys", "tempfile", "threading",
        "time", "urllib", "uuid", "zoneinfo",
    )
)
# fmt: on
FORBIDDEN_CALLS = {
    "float": "float",
    "complex": "float",
    "round": "float",
    "hash": "hash",
    "id": "id",
    "open": "input and output",
    "input": "input and output",
    "print": "input and output",
}
CLOCK_METHODS = frozenset({"now", "utcnow", "today", "localtime"})
# With fewer arguments than this they use the time zone of the machine.
ZONED_METHODS = {"astimezone": 1, "fromtimestamp": 2}
WHOLE_NUMBER_MATHS = frozenset({"comb", "factorial", "gcd", "isqrt", "lcm", "perm", "prod"})
SETS = frozenset({"set", "frozenset"})
SET_METHODS = frozenset({"union", "intersection", "difference", "symmetric_difference"})
# What hands on the order of what it is given. `sorted`, `len`, `sum`, `any`, `all`, `min`, `max` and sets do not.
ORDERED_CALLS = frozenset({"list", "tuple", "iter", "next", "enumerate", "zip", "map", "filter", "reversed", "dict"})
ORDERED_METHODS = frozenset({"join", "fromkeys", "extend"})
BLANKET = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True)
class Finding:
    """One place that breaks one rule."""

    path: str
    line: int
    rule: str
    what: str

    def __str__(self) -> str:
        """As compilers print it, so that editors jump there."""
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


@dataclass(frozen=True)
class Allowed:
    """A rule set aside in one file (and there only in lines that contain `text`), with the reason."""

    path: str
    rule: str
    text: str
    reason: str


ALLOWED: tuple[Allowed, ...] = (
    Allowed(
        "src/madang/kernel/machine.py",
        "blanket except",
        "except Exception as error:",
        "turns any unexpected error of a rule into a Defect: writes dropped, the same outcome on every node",
    ),
)


def check(path: str, source: str) -> list[Finding]:
    """Every finding in one file of `src`, in order of line."""
    tree = ast.parse(source, path)
    findings = list(check_everywhere(path, source, tree))
    if inside_fence(path):
        findings += Fence(path, tree).findings
    return sorted(set(findings), key=lambda finding: (finding.line, finding.rule, finding.what))


def without_allowed(findings: list[Finding], sources: dict[str, str], allowed: tuple[Allowed, ...]) -> list[str]:
    """What remains when the allowed places are taken out; entries without a reason or without use are findings too."""
    remaining, used = [], set()
    for finding in findings:
        line = sources[finding.path].splitlines()[finding.line - 1]
        entry = next((a for a in allowed if (a.path, a.rule) == (finding.path, finding.rule) and a.text in line), None)
        if entry is None:
            remaining.append(str(finding))
        else:
            used.add(entry)
    remaining += [
        f"{entry.path}: the exception from '{entry.rule}' gives no reason" for entry in allowed if not entry.reason
    ]
    remaining += [
        f"{entry.path}: the exception from '{entry.rule}' is not needed" for entry in allowed if entry not in used
    ]
    return remaining


# ------------------------------------------------------------------------------------------------------- everywhere


def check_everywhere(path: str, source: str, tree: ast.Module) -> Iterator[Finding]:
    """The rules for every file of `src`."""
    length = len(source.splitlines())
    if length > LONGEST_FILE:
        yield Finding(path, 1, "long file", f"{length} lines, at most {LONGEST_FILE}")
    if source.strip() and ast.get_docstring(tree) is None:
        yield Finding(path, 1, "docstring", "the module has none")
    yield from _undocumented(path, tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield Finding(
                    path, node.lineno, "long function", f"{node.name}: {lines} lines, at most {LONGEST_FUNCTION}"
                )
        may_print = any(fnmatch(path, pattern) for pattern in PRINTING)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print" and not may_print:
            yield Finding(path, node.lineno, "print", "only the command line prints")


def _undocumented(path: str, tree: ast.Module) -> Iterator[Finding]:
    """Public classes and functions without a docstring. A method may leave it out when its name says enough."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
            if ast.get_docstring(node) is None and "overload" not in decorators:
                yield Finding(path, node.lineno, "docstring", f"{node.name} has none")


# ------------------------------------------------------------------------------------------------------- the fence


class Fence(ast.NodeVisitor):
    """Walks one file inside the fence and notes what could differ from one machine to the next."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        """Walk the whole file."""
        self.path = path
        self.findings: list[Finding] = []
        self.constants = _text_constants(tree)
        self.sets: list[set[str]] = [set()]
        self.visit(tree)

    def note(self, node: ast.stmt | ast.expr | ast.excepthandler, rule: str, what: str) -> None:
        """Add a finding at this place."""
        self.findings.append(Finding(self.path, node.lineno, rule, what))

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        """Modules by name."""
        for alias in node.names:
            self._module(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Modules by what is taken from them."""
        if node.level == 0:
            self._module(node, node.module or "")
        for alias in node.names:
            if node.module == "math" and alias.name not in WHOLE_NUMBER_MATHS:
                self.note(node, "float", f"math.{alias.name}")

    def _module(self, node: ast.stmt, name: str) -> None:
        if name.partition(".")[0] in FORBIDDEN_MODULES:
            self.note(node, "import", f"{name} is not for the inside of the fence")

    # Numbers

    def visit_Constant(self, node: ast.Constant) -> None:
        """Numbers written down."""
        if isinstance(node.value, float | complex):
            self.note(node, "float", f"the number {node.value}")

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Division that makes a float."""
        if isinstance(node.op, ast.Div):
            self.note(node, "float", "`/` makes a float; `//` or divmod does not")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """The same, in place."""
        if isinstance(node.op, ast.Div):
            self.note(node, "float", "`/=` makes a float; `//=` does not")
        self.generic_visit(node)

    # Names and calls

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Mathematics with floats."""
        if isinstance(node.value, ast.Name) and node.value.id == "math" and node.attr not in WHOLE_NUMBER_MATHS:
            self.note(node, "float", f"math.{node.attr}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Calls that ask the machine, hand on the order of a set, or declare a pattern."""
        match node.func:
            case ast.Name(id=name):
                if name in FORBIDDEN_CALLS:
                    self.note(node, FORBIDDEN_CALLS[name], f"{name}()")
                if name in ORDERED_CALLS:
                    self._ordered(node.args)
            case ast.Attribute(value=value, attr=method):
                if method in CLOCK_METHODS:
                    self.note(node, "clock", f".{method}(): time is block time")
                if len(node.args) + len(node.keywords) < ZONED_METHODS.get(method, 0):
                    self.note(node, "clock", f".{method}() without a zone uses that of the machine")
                if method in ORDERED_METHODS:
                    self._ordered(node.args)
                if method == "pop" and self._is_set(value):
                    self.note(node, "set order", "which one a set gives first is left open")
        for keyword in node.keywords:
            if keyword.arg == "pattern":
                self._pattern(keyword.value)
        self.generic_visit(node)

    def _pattern(self, value: ast.expr) -> None:
        """A pattern must match the whole of its text: msgspec searches, and `$` lets a line end through."""
        text = self.constants.get(value.id) if isinstance(value, ast.Name) else _text(value)
        if text is None:
            self.note(value, "pattern", "a pattern is a string constant of this file")
        elif not text.endswith(r"\Z"):
            self.note(value, "pattern", rf"{text!r} does not end in \Z")
        elif not text.startswith(("^", r"\A")):
            self.note(value, "pattern", f"{text!r} does not start with ^, so it is only searched for")

    # Order of sets

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Names that hold a set are known within their function."""
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        held = {a.arg for a in arguments if a.annotation is not None and _is_set_type(a.annotation)}
        self.sets.append(self.sets[-1] | held)
        self.generic_visit(node)
        self.sets.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        """A name that gets a set, or something else again."""
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name):
                (self.sets[-1].add if self._is_set(node.value) else self.sets[-1].discard)(target.id)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """A name that is declared as a set."""
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and _is_set_type(node.annotation):
            self.sets[-1].add(node.target.id)

    def visit_For(self, node: ast.For) -> None:
        """Loops."""
        self._ordered([node.iter])
        self.generic_visit(node)

    def visit_Starred(self, node: ast.Starred) -> None:
        """Unpacking."""
        self._ordered([node.value])
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        """Lists made from what is looped over."""
        self._ordered([generator.iter for generator in node.generators])
        self.generic_visit(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """Mappings keep their order too."""
        self._ordered([generator.iter for generator in node.generators])
        self.generic_visit(node)

    def _ordered(self, values: list[ast.expr]) -> None:
        for value in values:
            if isinstance(value, ast.GeneratorExp):
                self._ordered([generator.iter for generator in value.generators])
            elif self._is_set(value):
                self.note(value, "set order", f"the order of {ast.unparse(value)} is left open; sort it")

    def _is_set(self, value: ast.expr) -> bool:
        match value:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Call(func=ast.Name(id=name)):
                return name in SETS
            case ast.Call(func=ast.Attribute(attr=method)):
                return method in SET_METHODS
            case ast.Name(id=name):
                return name in self.sets[-1]
            case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
                return self._is_set(left) or self._is_set(right)
        return False

    # Errors

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Handlers that catch what nobody thought of."""
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(kind is None or (isinstance(kind, ast.Name) and kind.id in BLANKET) for kind in kinds):
            self.note(node, "blanket except", "name the errors that you expect")
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Assertions go away under -O."""
        self.note(node, "assert", "refuse with a code, or raise")
        self.generic_visit(node)


def _is_set_type(annotation: ast.expr) -> bool:
    """Whether an annotation says `set[...]` or `frozenset[...]`."""
    return bool(
        re.match(r"(typing\.|collections\.abc\.)?(set|frozenset|Set|AbstractSet|MutableSet)\b", ast.unparse(annotation))
    )


def _text(value: ast.expr) -> str | None:
    """The text of a string constant."""
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _text_constants(tree: ast.Module) -> dict[str, str]:
    """String constants of the file by name."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and (text := _text(node.value)) is not None:
            found.update({target.id: text for target in node.targets if isinstance(target, ast.Name)})
    return found


# ------------------------------------------------------------------------------------------------- paths of files


def inside_fence(path: str) -> bool:
    """Whether the stricter rules hold for this file."""
    return any(fnmatch(path, pattern) for pattern in FENCE)


def folders_without_tests(sources: list[str], tests: list[str]) -> list[str]:
    """Folders of `src/madang` with code but without a test file in the folder of `tests` that mirrors them."""
    code = [path for path in sources if path.endswith(".py") and not path.endswith("__init__.py")]
    with_code = {path.rpartition("/")[0].removeprefix("src/madang").strip("/") for path in code}
    with_tests = {path.rpartition("/")[0] for path in tests if path.rpartition("/")[2].startswith("test_")}
    return sorted(folder for folder in with_code if f"tests/{folder}".rstrip("/") not in with_tests)
