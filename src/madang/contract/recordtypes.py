"""The classes of records and facts: frozen msgspec Structs that decode strictly and know the range of every field."""

from __future__ import annotations

from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from madang.contract.limits import TEXT_CHARACTERS
from madang.contract.syntax import Field, RecordType
from madang.contract.valuetypes import Bool, Enum, List, Number, Type


def annotation(type_: Type) -> Any:
    """What msgspec checks on decoding. Texts are checked for invisible characters when an action runs, not here."""
    if isinstance(type_, Bool):
        return bool
    if isinstance(type_, Number):
        return Annotated[int, Meta(ge=type_.low, le=type_.high)]
    if isinstance(type_, Enum):
        return Literal[type_.members]
    if isinstance(type_, List):
        return GenericAlias(tuple, (annotation(type_.element), ...))
    return Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS)]


@lru_cache(maxsize=256)
def record_class(record: RecordType) -> type[msgspec.Struct]:
    """The class of a record type. One declaration gives one class, so that programmes of a kind share their records."""
    return struct(record.name, record.fields)


def struct(name: str, fields: tuple[Field, ...]) -> type[msgspec.Struct]:
    """A frozen class whose instances are arrays on the wire, in the order of the fields."""
    title = "".join([word[:1].upper() + word[1:] for word in name.split("_")])
    return msgspec.defstruct(
        title,
        [(field.name, annotation(field.type)) for field in fields],
        frozen=True,
        array_like=True,
        forbid_unknown_fields=True,
        gc=False,
        module="madang.contract.records",
    )
