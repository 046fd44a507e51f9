"""Records as JSON. A stored record is an array without names; what is shown outside has them.

`shown` turns a value into what JSON can say, `shape` does the same for its type, so that document and answer agree:
array-like structs become objects, bytes become base64url without padding.
"""

import functools
import operator
import types
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from madang.kernel.codec import to_base64url

Base64Url = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]*\Z", description="Bytes in base64url without padding.")]


def shown(value: Any) -> Any:
    """The value with records as objects and bytes as base64url."""
    if isinstance(value, msgspec.Struct):
        return {name: shown(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, (list, tuple)):
        return [shown(one) for one in value]
    if isinstance(value, dict):
        return {key: shown(one) for key, one in value.items()}
    return to_base64url(value) if isinstance(value, bytes) else value


@functools.cache
def shape(kind: Any) -> Any:
    """The type of `shown(value)` for a value of type `kind`."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _object(kind)
    if kind is bytes:
        return Base64Url
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(shape(arguments[0]), *arguments[1:])]
    if origin in (Union, types.UnionType):
        return functools.reduce(operator.or_, (shape(one) for one in arguments))
    if origin in (list, tuple, dict):
        return origin[tuple(one if one is ... else shape(one) for one in arguments)]
    return kind


def _object(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    hints = get_type_hints(kind, include_extras=True)
    fields = [(name, shape(hints[name])) for name in kind.__struct_fields__]
    made = msgspec.defstruct(kind.__name__, fields, namespace={"__doc__": kind.__doc__}, module=kind.__module__)
    made.__qualname__ = kind.__qualname__
    return made
