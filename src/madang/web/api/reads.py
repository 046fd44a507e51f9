"""Read routes, made from the queries on the modules' cards: `GET /{module}/{query}?parameter=value`.

A query's parameters behind `state` are those of the route. One with a parameter `reader` answers signed requests
only (`readers`) and itself decides what that party may see; a query that is not on its module's card is not served.
"""

import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from madang.kernel.module import Module
from madang.kernel.state import State
from madang.web.api.problems import Refused
from madang.web.api.shapes import shape, shown

READER = "reader"


class Read(msgspec.Struct, frozen=True):
    """One read route: what is asked, of whom, and what comes back."""

    module: str
    name: str
    query: Callable[..., Any]
    parameters: type[msgspec.Struct]
    answer: Any
    signed: bool

    @property
    def path(self) -> str:
        """The route."""
        return f"/{self.module}/{self.name}"

    def arguments(self, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """The query's arguments from a query string. Raises `Refused` (`query.parameters`)."""
        values: dict[str, Any] = {}
        for name, text in asked:
            if name in values:
                raise Refused(400, "query.parameters", f"{name[:40]!r} is there twice. Send it once.")
            if any(letter < " " for letter in text):
                # Keys are joined by NUL: a parameter that held one would read under another key.
                raise Refused(400, "query.parameters", f"{name[:40]!r} holds a control character. Leave it out.")
            values[name] = text
        try:
            parameters = msgspec.convert(values, self.parameters, strict=False)
        except msgspec.ValidationError as error:
            names = ", ".join(self.parameters.__struct_fields__) or "none"
            raise Refused(400, "query.parameters", f"{error}. {self.path} takes: {names}.") from None
        return {name: getattr(parameters, name) for name in self.parameters.__struct_fields__}

    def run(self, state: State, arguments: Mapping[str, Any], reader: str | None) -> Any:
        """The answer, ready to be written as JSON."""
        who = {READER: reader} if self.signed else {}
        return shown(self.query(state, **who, **arguments))


def reads_of(modules: Sequence[Module]) -> dict[tuple[str, str], Read]:
    """The read routes of these modules, by module and query."""
    found = [_read(module.name, query) for module in modules for query in module.queries]
    return {(read.module, read.name): read for read in found}


def _read(module: str, query: Callable[..., Any]) -> Read:
    hints = get_type_hints(query, include_extras=True)
    fields: list[Any] = []
    signed = False
    for parameter in list(inspect.signature(query).parameters.values())[1:]:
        if parameter.name == READER:
            signed = True
            continue
        kind = hints[parameter.name]
        if not _fits_in_a_query(kind):
            raise TypeError(f"{module}.{query.__name__}: {parameter.name} can't be given in a query string")
        required = parameter.default is inspect.Parameter.empty
        fields.append((parameter.name, kind) if required else (parameter.name, kind, parameter.default))
    # Required ones may follow optional ones in a query string, not in a struct; the order means nothing here.
    fields.sort(key=len)
    parameters = msgspec.defstruct(
        f"{module}.{query.__name__}.parameters", fields, kw_only=True, forbid_unknown_fields=True, frozen=True
    )
    return Read(module, query.__name__, query, parameters, shape(hints["return"]), signed)


def _fits_in_a_query(kind: Any) -> bool:
    origin = get_origin(kind)
    if origin is Annotated:
        return _fits_in_a_query(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return all(one is type(None) or _fits_in_a_query(one) for one in get_args(kind))
    return kind in (str, int, bool) or str(origin) == "typing.Literal"
