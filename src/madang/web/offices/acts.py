"""Acts in words: what an officer reads before signing. Labels come from the area's words, values from the act itself.

Nothing is left out: a field without a label is shown under its own name, and what is too long to be read is shown by
its digest. The exact payload stands beside these words on every page that signs.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from madang.base.programmes.transactions import Document
from madang.kernel.fields import BasisPoints, PartyId, Time, Won, WonOrZero
from madang.kernel.transaction import Act, Part, type_name
from madang.web.site import formats
from madang.web.site.forms import literals
from madang.web.site.titles import title
from madang.web.site.visit import Visit

MOST_SHOWN = 20
"""Of a longer list so many are written out; the exact payload has them all."""
_HIDDEN = ("by",)


class Told(msgspec.Struct, frozen=True):
    """An act in words: what is done, in whose name, and with what (label and value)."""

    title: str
    by: str
    rows: list[tuple[str, str]]


def tell(visit: Visit, act: Act) -> Told:
    """An act in the words of this visit's language."""
    kind = type_name(act)
    rows = [
        (_label(visit, field.name), _value(visit, field.name, field.type, getattr(act, field.name)))
        for field in msgspec.structs.fields(act)
        if field.name not in _HIDDEN and getattr(act, field.name) not in (None, [], ())
    ]
    return Told(_say(visit, f"console.acts.{kind}", kind), visit.named(act.by), rows)


def tell_all(visit: Visit, acts: Sequence[Act]) -> list[Told]:
    """Acts in words, in their order."""
    return [tell(visit, act) for act in acts]


def _say(visit: Visit, key: str, instead: str) -> str:
    return visit.say(key) if key in visit.site.look.words else instead


def _label(visit: Visit, name: str) -> str:
    return _say(visit, f"console.fields.{name}", name.replace("_", " "))


def _value(visit: Visit, name: str, wanted: Any, value: Any) -> str:
    """One value, as its declared type says to write it."""
    if get_origin(wanted) is not None and type(None) in get_args(wanted):
        wanted = next(one for one in get_args(wanted) if one is not type(None))
    if isinstance(value, bool):
        return visit.say("console.yes" if value else "console.no")
    if wanted in (Won, WonOrZero):
        return formats.won(value, visit.wanted.language)
    if wanted == Time:
        return formats.moment(value, visit.wanted.language)
    if wanted == BasisPoints:
        return f"{value / 100:g} %"
    if wanted == Document:
        return f"SHA-256 {hashlib.sha256(value.encode()).hexdigest()}"
    if wanted == PartyId:
        return visit.named(value)
    if isinstance(value, Part):
        return ", ".join(
            f"{_label(visit, field.name)} {_value(visit, field.name, field.type, getattr(value, field.name))}"
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) not in (None, [], ())
        )
    if isinstance(value, (list, tuple)):
        return _list(visit, name, wanted, value)
    if name == "programme" and isinstance(value, str):
        shown = title(visit.state, value, visit.wanted.language)
        return shown if shown == value else f"{shown} ({value})"
    # A name of somebody or something may be a word of ours by chance: it stays as it is.
    return _say(visit, f"console.values.{value}", value) if value in literals(wanted) else str(value)


def _list(visit: Visit, name: str, wanted: Any, values: Sequence[Any]) -> str:
    """A list: how many, what its amounts add up to, and the first of it."""
    known = literals(wanted)
    listed = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
    each = PartyId if PartyId in get_args(listed) else None
    shown = [
        _value(visit, name, Literal[one] if one in known else each or type(one), one) for one in values[:MOST_SHOWN]
    ]
    amounts = [one.amount for one in values if hasattr(one, "amount")]
    text = ("; " if amounts else ", ").join(shown)
    if len(values) > MOST_SHOWN:
        text += visit.say("console.and_more", count=len(values) - MOST_SHOWN)
    if amounts:
        total = formats.won(sum(amounts), visit.wanted.language)
        return f"{visit.say('console.rows_total', count=len(values), total=total)} {text}"
    return text
