"""Which programmes of vouchers there are, and which of them want to know what is in the basket."""

from typing import Any

import msgspec

from madang.base.operations.queries import paused_programmes
from madang.base.programmes.queries import all_programmes
from madang.base.programmes.state import PROGRAMMES, compiled, documents_of
from madang.contract.syntax import Clause
from madang.contract.syntax import Programme as Document
from madang.kernel.state import State
from madang.services.vouchers.state import KINDS
from madang.web.site.titles import title
from madang.web.site.words import Language

GOODS, UNNAMED = "goods", "-"
OTHER = "other"
"""The class of a line that no programme names: it is paid for with own money."""


class Taken(msgspec.Struct, frozen=True):
    """A programme whose vouchers shops take: its title, and the classes of goods that it tells apart, if any."""

    name: str
    title: str
    status: str
    goods: tuple[str, ...]


def taken(state: State, language: Language) -> list[Taken]:
    """Every programme of vouchers that was opened, closed ones too: refunds and payouts go on."""
    found = []
    for view in all_programmes(state):
        if view.kind in KINDS and view.status in ("open", "closed"):
            record = state.get(PROGRAMMES, view.name)
            if record is not None:
                _, document = documents_of(state, record)
                shown = title(state, view.name, language)
                wants = GOODS in compiled(state, record).speaks_of["spend"]
                found.append(Taken(view.name, shown, view.status, goods_of(document) if wants else ()))
    return found


def paused(state: State, programmes: list[Taken], now: int) -> list[tuple[Taken, int]]:
    """Those of these programmes in which nobody pays at the second `now`, each with the end of its pause."""
    stopped = {name: one.until for name, one in paused_programmes(state) if one.stops("spend", now)}
    return [(one, stopped[one.name]) for one in programmes if one.status == "open" and one.name in stopped]


def all_goods(programmes: list[Taken]) -> tuple[str, ...]:
    """The classes of goods that any open programme tells apart, in their order, and the class of all others."""
    named = [one for each in programmes if each.status == "open" for one in each.goods]
    return (*dict.fromkeys(named), OTHER) if named else ()


def goods_of(document: Document) -> tuple[str, ...]:
    """The texts in those clauses for spending that speak of goods, and in the lists that these name, in their order."""
    lists = {one.name: one.value for one in document.parameters if isinstance(one.value, tuple)}
    clauses = [one for each in document.actions if each.action == "spend" for one in each.require]
    found: dict[str, None] = {}
    for clause in clauses:
        names, texts = _said(clause)
        if GOODS in names:
            listed = [text for name in names for text in lists.get(name, ()) if isinstance(text, str)]
            found.update(dict.fromkeys(text for text in (*listed, *texts) if text != UNNAMED))
    return tuple(found)


def _said(clause: Clause) -> tuple[list[str], list[str]]:
    """Names and texts of a clause's condition, in order."""
    names: list[str] = []
    texts: list[str] = []

    def look(tree: Any) -> None:
        if isinstance(tree, dict):
            if tree.get("node") == "name" and isinstance(tree.get("name"), str):
                names.append(tree["name"])
            elif tree.get("node") == "text" and isinstance(tree.get("value"), str):
                texts.append(tree["value"])
            for one in tree.values():
                look(one)
        elif isinstance(tree, (list, tuple)):
            for one in tree:
                look(one)

    look(msgspec.to_builtins(clause.when))
    return names, texts
