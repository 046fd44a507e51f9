"""Random acts and payloads made from the declarations, and single changes to them."""

import copy
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st
from msgspec import Meta

from madang.kernel.transaction import Act, type_name

Json = Any


def of(kind: Any, metas: tuple[Meta, ...] = ()) -> st.SearchStrategy[Json]:
    """JSON values that a type takes."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return of(arguments[0], (*metas, *(one for one in arguments[1:] if isinstance(one, Meta))))
    if origin in (Union, types.UnionType):
        return st.one_of([of(one) for one in arguments])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (list, tuple):
        least = max([one.min_length or 0 for one in metas], default=0)
        most = min([one.max_length for one in metas if one.max_length is not None], default=3)
        return st.lists(of(arguments[0]), min_size=least, max_size=max(least, min(most, 3)))
    if origin is dict:
        return st.dictionaries(of(arguments[0]), of(arguments[1]), max_size=3)
    if kind is msgspec.Raw:
        return st.sampled_from([[], {}, 1, None, [{"a": []}]])
    if kind is type(None):
        return st.none()
    if kind is bool:
        return st.booleans()
    if kind is int:
        low = max([int(one.ge) for one in metas if one.ge is not None], default=-(2**53))
        high = min([int(one.le) for one in metas if one.le is not None], default=2**53)
        return st.integers(low, high)
    if kind is str:
        return _text(metas)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return struct(kind)
    raise TypeError(f"no values for {kind}")


def _text(metas: tuple[Meta, ...]) -> st.SearchStrategy[str]:
    patterns = [one.pattern for one in metas if one.pattern]
    most = min([one.max_length for one in metas if one.max_length is not None], default=None)
    least = max([one.min_length or 0 for one in metas], default=0)
    if patterns:
        return st.from_regex(patterns[0]).filter(lambda text: least <= len(text) <= (most or len(text)))
    return st.text(min_size=least, max_size=min(most or 20, 20 + least))


def struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Json]]:
    """JSON objects of a struct, optional members sometimes left out."""
    hints = get_type_hints(kind, include_extras=True)
    required: dict[str, st.SearchStrategy[Json]] = {}
    optional: dict[str, st.SearchStrategy[Json]] = {}
    for field in msgspec.structs.fields(kind):
        (required if field.required else optional)[field.encode_name] = of(hints[field.name])
    if issubclass(kind, Act):
        required["type"] = st.just(type_name(kind))
    return st.fixed_dictionaries(required, optional=optional)


ODD: list[Json] = [
    None,
    True,
    0,
    -1,
    2**53,
    2**64,
    1.5,
    "",
    " ",
    "a\n",
    "\x00",
    "é" * 50,
    [],
    {},
    [None],
    {"a": 1},
    "0" * 86,
]


@st.composite
def changed(draw: st.DrawFn, valid: st.SearchStrategy[Json]) -> Json:
    """A valid value with one place in it replaced, removed, doubled or added to."""
    value = copy.deepcopy(draw(valid))
    places: list[tuple[Any, Any]] = []

    def walk(node: Json) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], (dict, list)):
                walk(node[key])

    walk(value)
    node, key = draw(st.sampled_from(places))
    how = draw(st.sampled_from(["replace", "replace", "remove", "add", "repeat"]))
    if how == "remove":
        del node[key]
    elif how == "add" and isinstance(node, dict):
        node[draw(st.sampled_from(["more", "type", "by", "quorum", "Amount"]))] = draw(st.sampled_from(ODD))
    elif how == "repeat" and isinstance(node, list):
        node.extend([node[key]] * draw(st.sampled_from([1, 70, 1001])))
    else:
        node[key] = draw(st.sampled_from(ODD))
    return value
