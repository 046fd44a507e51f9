"""Write the reference pages from the declarations: every act with its fields, every code with its words.

    python -m tools.write_reference            write docs/acts.md and docs/refusals.md

A test compares the pages with what this would write, so that they are never out of date.
"""

from __future__ import annotations

import inspect
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from madang.app import MODULES
from madang.kernel.module import Module
from madang.kernel.transaction import Act, Part, type_name
from madang.web.api.codes import CODES

DOCS = Path(__file__).parent.parent / "docs"
_NOTICE = "<!-- Written by `python -m tools.write_reference` from the declarations. Change those. -->"
_GROUPS = {
    "Reading a transaction": ("base64", "json", "envelope", "signature", "key", "passkey", "payload"),
    "Authority and the machine": ("authority", "kernel"),
    "The node": ("engine", "rules", "verifier", "store", "log", "transaction"),
    "The HTTP interface": ("batch", "events", "query", "read", "http"),
}


def pages() -> dict[str, str]:
    """The text of each page, by its name in `docs`."""
    return {"acts.md": _acts_page(), "refusals.md": _refusals_page()}


# ------------------------------------------------------------------------------------------------------------- acts


def _acts_page() -> str:
    lines = [
        "# Acts",
        "",
        _NOTICE,
        "",
        "What a transaction may ask of this ledger, by module. An act is a JSON object with `type`, `by` (the party",
        "that asks, and signs) and the fields below. How acts are put into a payload and signed is in",
        "[wire.md](wire.md) and [sign.md](sign.md); what they are refused with is in [refusals.md](refusals.md).",
        "Every act is also a command: `madang act vouchers pay --help`.",
        "",
        "**Quorum**: as many officers as the institution's threshold sign, or approve a proposal of it.",
    ]
    for module in MODULES:
        lines += ["", f"## {module.name}", "", _first_paragraph(_package(module))]
        for act in module.rules:
            lines += ["", *_act(act)]
        parts = _parts_of(module)
        if parts:
            lines += ["", f"### Parts of {module.name}"]
            for part in parts:
                lines += ["", f"**{part.__name__}**: {_doc(part)}", "", *_fields(part)]
    return "\n".join(lines) + "\n"


def _act(act: type[Act]) -> list[str]:
    quorum = " **Quorum.**" if act.quorum else ""
    lines = [f"### {type_name(act)}", "", _doc(act) + quorum]
    return [*lines, "", *_fields(act)] if len(act.__struct_fields__) > 1 else lines


def _fields(kind: type[msgspec.Struct]) -> list[str]:
    hints = get_type_hints(kind, include_extras=True)
    lines = ["| field | type | |", "| --- | --- | --- |"]
    for field in msgspec.structs.fields(kind):
        if field.name == "by":
            continue
        said = "" if field.required else f"May be left out{_default(field.default)}."
        texts = [one for one in (_described(hints[field.name]), said) if one]
        lines.append(f"| `{field.encode_name}` | {_type(hints[field.name])} | {' '.join(texts)} |")
    return lines


def _default(value: object) -> str:
    return "" if value is None or value is msgspec.NODEFAULT else f": `{value}`"


def _type(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inner = _type(arguments[0])
        bounds = [text for one in arguments[1:] if isinstance(one, Meta) for text in _bounds(one)]
        return f"{inner}, {', '.join(bounds)}" if bounds else inner
    if origin in (Union, types.UnionType):
        return " or ".join(_type(one) for one in arguments if one is not type(None))
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is Literal:
        return " \\| ".join(f"`{one}`" for one in arguments)
    if inspect.isclass(kind) and issubclass(kind, Part):
        return f"[{kind.__name__}](#parts-of-{_module_name(kind)})"
    return {str: "text", int: "whole number", bool: "true or false", msgspec.Raw: "JSON"}.get(kind, str(kind))


def _bounds(meta: Meta) -> Iterator[str]:
    if meta.pattern is not None:
        shown = meta.pattern.replace("\\Z", "$").replace("|", "\\|")
        yield f"`{shown}`"
    low = meta.ge if meta.ge is not None else meta.min_length
    high = meta.le if meta.le is not None else meta.max_length
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}"
    elif low is not None or high is not None:
        yield f"at least {low:,}" if low is not None else f"at most {high:,}"


def _described(kind: Any) -> str:
    if get_origin(kind) in (Union, types.UnionType):
        return " ".join(filter(None, map(_described, get_args(kind))))
    if get_origin(kind) is list:
        return _described(get_args(kind)[0])
    if get_origin(kind) is not Annotated:
        return ""
    inner, *extras = get_args(kind)
    own = [one.description for one in extras if isinstance(one, Meta) and one.description]
    return " ".join([*own, *filter(None, [_described(inner)])])


def _parts_of(module: Module) -> list[type[Part]]:
    """The structures that the acts of a module hold, in the order in which they are met."""
    found: list[type[Part]] = []

    def visit(kind: Any) -> None:
        if inspect.isclass(kind) and issubclass(kind, Part):
            if kind not in found and not issubclass(kind, Act) and _module_name(kind) == module.name:
                found.append(kind)
            for hint in get_type_hints(kind, include_extras=True).values():
                visit(hint)
        for argument in get_args(kind):
            visit(argument)

    for act in module.rules:
        visit(act)
    return found


def _module_name(kind: type) -> str:
    return kind.__module__.split(".")[-2]


def _package(module: Module) -> str:
    act = next(iter(module.rules))
    return inspect.getdoc(sys.modules[act.__module__.rpartition(".")[0]]) or ""


def _doc(kind: type) -> str:
    return _flow(inspect.getdoc(kind) or "")


def _first_paragraph(text: str) -> str:
    return _flow(text.split("\n\n")[0])


def _flow(text: str) -> str:
    return " ".join(text.split())


# --------------------------------------------------------------------------------------------------------- refusals


def _refusals_page() -> str:
    lines = [
        "# Refusals",
        "",
        _NOTICE,
        "",
        "Every code and what it says. Codes are stable; words may be improved. `{words}` in braces are filled in.",
        "A refused transaction of a module was ordered, has a leaf and a receipt, and changed nothing; the codes of",
        "reading refuse before ordering, and leave no trace. `programmes.clause` has a `reason` beside it: action and",
        "clause of the programme's own document, whose words it shows.",
        "",
        "A node explains a code too: `GET /problems/vouchers.granted`.",
    ]
    for title, prefixes in _GROUPS.items():
        lines += [
            "",
            f"## {title}",
            "",
            *_table({code: text for code, text in CODES.items() if _prefix(code) in prefixes}),
        ]
    left = sorted({_prefix(code) for code in CODES} - {one for group in _GROUPS.values() for one in group})
    if left:
        lines += ["", "## Others", "", *_table({code: text for code, text in CODES.items() if _prefix(code) in left})]
    for module in MODULES:
        named = {f"{module.name}.{code}": text for code, text in module.refusals.items()}
        lines += ["", f"## {module.name}", "", *_table(named)]
    return "\n".join(lines) + "\n"


def _prefix(code: str) -> str:
    return code.partition(".")[0]


def _table(words: dict[str, str]) -> list[str]:
    rows = [f"| `{code}` | {_escaped(text)} |" for code, text in words.items()]
    return ["| code | words |", "| --- | --- |", *rows]


def _escaped(text: str) -> str:
    return re.sub(r"([|<])", r"\\\1", _flow(text))


def main() -> int:
    """Write the pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}: {len(text.splitlines())} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
