"""From what a person typed to what was declared; where it does not fit, one sentence in the terms of the option."""

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args, get_type_hints

import msgspec
import typer

from madang.cli import fields

LONGEST_SHOWN = 60
_PLACE = re.compile(r" - at `\$(.*)`\Z", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.(\w+)")
_NAMED = re.compile(r"Object (missing required|contains unknown) field `(\w+)`")
_AMOUNT = re.compile(r"\s*([0-9][0-9,_ ]{0,40})\s*(?:원|won|KRW)?\s*\Z")
"""A number as people write it: 600,000원."""
Label = Callable[[str], str]
"""What a field is called where its value came from: `--amount`, or `amount in draft.json`."""


def members(given: Mapping[str, Any], kinds: Mapping[str, Any], label: Label) -> dict[str, Any]:
    """What was typed, as JSON members; options that were not given are left out. Raises `BadParameter`."""
    return {name: _value(label(name), typed, kinds[name]) for name, typed in given.items() if typed not in (None, [])}


def _value(label: str, typed: Any, kind: Any) -> Any:
    if fields.is_scalar(kind) or fields.is_repeated(kind):
        return typed
    held = fields.part(kind)
    if held is None:
        return _json(label, typed)
    if not fields.is_list(kind):
        return _structure(label, typed, held)
    if len(typed) == 1 and typed[0].lstrip().startswith("["):
        return _json(label, typed[0])
    return [_structure(label, one, held) for one in typed]


def _structure(label: str, text: str, held: type[msgspec.Struct]) -> Any:
    """JSON text, or `name=value` pairs between commas. A dot in a name leads into a structure inside, and the name of a
    list is repeated for each of its values.
    """
    if text.lstrip().startswith("{"):
        return _json(label, text)
    found: dict[str, Any] = {}
    for pair in text.split(","):
        path, equals, value = pair.partition("=")
        if not equals:
            hint = " A comma ends a value: write amounts in digits only." if pair.strip().isdigit() else ""
            raise typer.BadParameter(f"{label} can't be {_shown(text)}. Write {fields.explain(held)}{hint}")
        *way, name = path.strip().split(".")
        inside, kinds = found, get_type_hints(held, include_extras=True)
        for step in way:
            inside = inside.setdefault(step, {})
            if not isinstance(inside, dict):
                raise typer.BadParameter(f"{label} has {step} twice. Write {fields.explain(held)}")
        if not way and name in kinds and fields.is_repeated(kinds[name]):
            several = inside.setdefault(name, [])
            if isinstance(several, list):
                several.append(value)
                continue
        if name in inside:
            raise typer.BadParameter(f"{label} has {name} twice. Write each once.")
        inside[name] = value
    return found


def _json(label: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.MsgspecError as error:
        raise typer.BadParameter(f"{label} takes JSON text, and this is none: {error}.") from None


def check(told: Mapping[str, Any], kinds: Mapping[str, Any], label: Label) -> None:
    """Hold every value against its declared kind. Raises `BadParameter` for the first that does not fit."""
    for name, value in told.items():
        kind = kinds[name]
        if fields.base(kind) is msgspec.Raw:
            continue
        try:
            msgspec.convert(value, kind, strict=False)
        except msgspec.ValidationError as error:
            raise typer.BadParameter(_sentence(label(name), value, kind, str(error))) from None


def _sentence(label: str, value: Any, kind: Any, error: str) -> str:
    """What is wrong, where, and what to type instead; `error` is the decoder's, which speaks of JSON."""
    place = _PLACE.search(error)
    for item, name in _STEP.findall(place[1] if place else ""):
        if item:
            label, kind = f"{label}, number {int(item) + 1}", get_args(fields.base(kind))[0]
            value = value[int(item)]
        else:
            label, kind = f"{label}, {name}", get_type_hints(fields.base(kind), include_extras=True)[name]
            value = value[name]
    held = fields.part(kind)
    if (named := _NAMED.match(error)) and held is not None:
        names = ", ".join(held.__struct_fields__)
        return f"{label} {'lacks' if named[1][0] == 'm' else 'has no field'} {named[2]}. Its fields: {names}."
    return f"{label} can't be {_shown(value)}. It takes {_form(kind)}.{_hint(value, kind)}"


def _hint(value: Any, kind: Any) -> str:
    """How to type an amount that was written as people write it."""
    found = _AMOUNT.match(value) if isinstance(value, str) and fields.base(kind) is int else None
    digits = "" if found is None else "".join(each for each in found[1] if each.isdecimal())
    return f" Write it in digits only: {digits}." if digits and digits != value else ""


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return repr(text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…")


def _form(kind: Any) -> str:
    """Which values a kind has, with its bounds, and what they stand for."""
    metas = fields.metas(kind)
    described = next((one.description for one in metas if one.description), "").rstrip(".")
    found = fields.base(kind)
    if choices := fields.choices(kind):
        form = "one of " + ", ".join(choices)
    elif fields.is_list(kind):
        form = f"{_bounds(metas, 'min_length', 'max_length')} values".lstrip()
    elif fields.part(kind) is not None:
        form = fields.explain(kind).rstrip(".")
    elif found is int:
        form = f"a whole number, {_bounds(metas, 'ge', 'le')}".rstrip(", ")
    elif found is bool:
        form = "true or false"
    else:
        pattern = next((one.pattern for one in metas if one.pattern), "")
        form = f"text of the form {pattern.removeprefix('^').removesuffix(chr(92) + 'Z')}" if pattern else "text"
    return f"{form}: {described[0].lower()}{described[1:]}" if described else form


def _bounds(metas: list[msgspec.Meta], low: str, high: str) -> str:
    least = next((getattr(one, low) for one in metas if getattr(one, low) is not None), None)
    most = next((getattr(one, high) for one in metas if getattr(one, high) is not None), None)
    if least is not None and most is not None:
        return f"{least:,} to {most:,}"
    return f"at least {least:,}" if least is not None else f"at most {most:,}" if most is not None else ""
