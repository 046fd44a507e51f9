"""Command-line options made from declared fields: what each is called, how it is said, and what its help tells."""

import inspect
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
import typer
from msgspec import Meta

_SCALARS = (str, int, bool)


def base(kind: Any) -> Any:
    """The type under annotations and `| None`."""
    origin = get_origin(kind)
    if origin is Annotated:
        return base(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        others = [one for one in get_args(kind) if one is not type(None)]
        return base(others[0]) if len(others) == 1 else kind
    return kind


def choices(kind: Any) -> list[str]:
    """The values of a Literal, else none."""
    found = base(kind)
    return [str(one) for one in get_args(found)] if get_origin(found) is Literal else []


def is_scalar(kind: Any) -> bool:
    """Whether plain text on the command line is enough to say it."""
    return base(kind) in _SCALARS or bool(choices(kind))


def is_repeated(kind: Any) -> bool:
    """Whether it is a list of what plain text can say: an option to repeat."""
    found = base(kind)
    return get_origin(found) in (list, tuple) and is_scalar(get_args(found)[0])


def is_list(kind: Any) -> bool:
    """Whether it holds several values."""
    return get_origin(base(kind)) in (list, tuple)


def part(kind: Any) -> type[msgspec.Struct] | None:
    """The structure that a field holds, once or in a list: it can be said as `name=value` pairs. None for others."""
    found = base(get_args(base(kind))[0]) if is_list(kind) else base(kind)
    return found if inspect.isclass(found) and issubclass(found, msgspec.Struct) else None


def explain(kind: Any) -> str:
    """What a field takes, in a few words."""
    said = [one.description for one in metas(kind) if one.description]
    if found := choices(kind):
        said.append(" | ".join(found))
    elif is_repeated(kind):
        said.append(f"{explain(get_args(base(kind))[0])} Repeat the option for each.".strip())
    elif (held := part(kind)) is not None:
        again = " Repeat the option for each." if is_list(kind) else ""
        said.append(f"{_pairs(held)}; or JSON.{again}")
    elif not is_scalar(kind):
        said.append("JSON text; see the API's schema.")
    elif base(kind) is int and not said:
        bounds = [f"at least {one.ge}" for one in metas(kind) if one.ge is not None]
        bounds += [f"at most {one.le}" for one in metas(kind) if one.le is not None]
        said.append(", ".join(["a whole number", *bounds]))
    return " ".join(said)


def metas(kind: Any) -> list[Meta]:
    """The bounds and descriptions on a kind, the outermost first."""
    if get_origin(kind) is Annotated:
        inner, *extras = get_args(kind)
        return [*(one for one in extras if isinstance(one, Meta)), *metas(inner)]
    if get_origin(kind) in (Union, types.UnionType):
        return [meta for one in get_args(kind) for meta in metas(one)]
    return []


def _pairs(held: type[msgspec.Struct], before: str = "") -> str:
    """How a structure is said on the command line: `region=…,category=…`."""
    said = []
    for one in msgspec.structs.fields(held):
        inner = None if is_list(one.type) else part(one.type)
        again = " (repeat it)" if is_repeated(one.type) and not before else ""
        said.append(f"{before}{one.name}=…{again}" if inner is None else _pairs(inner, f"{before}{one.name}."))
    return ",".join(said)


def parameter(name: str, option: str, kind: Any, *, required: bool, default: str = "") -> inspect.Parameter:
    """The option `--option` of a field, for typer to read. Requiredness is told in help and checked by us."""
    values = choices(kind)

    def complete(incomplete: str) -> list[str]:
        return [one for one in values if one.startswith(incomplete)]

    note = "Required." if required else (f"Default: {default}." if default else "")
    wrapped = explain(kind).replace("…,", "…, ").replace("),", "), ")  # a terminal cuts what has no blank to break at
    info = typer.Option(
        f"--{option}",
        help=" ".join(text for text in (wrapped, note) if text).replace("[", "\\["),
        show_default=False,
        autocompletion=complete if values else None,
    )
    several = is_repeated(kind) or (is_list(kind) and part(kind) is not None)
    annotation: Any = list[str] | None if several else str | None
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[annotation, info])


def signed_as(
    run: Callable[..., None], name: str, doc: str, parameters: list[inspect.Parameter]
) -> Callable[..., None]:
    """`run` under a signature that typer reads as declared."""
    run.__name__ = name
    run.__doc__ = doc
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run
