"""How each part of a document is laid out: in block or flow form, in which order of keys, and what is an expression.

The order of keys is the order in which the syntax declares them, so that a new section finds its place by itself. Where
order has a meaning (fields, parameters, clauses, actions) it is never changed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from madang.contract.syntax import Action, Clause, Kind, Node, Posting, Programme


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The layout of one part.

    `block`: always one entry a line; otherwise in one line where it fits. `apart`: an empty line between entries.
    `expression`: a scalar here is an expression. `order`: keys that come in this order; "" is the place of all others,
    the end if it is not named. `keys` and `each` are the shapes of what is inside.
    """

    block: bool = False
    apart: bool = False
    expression: bool = False
    order: tuple[str, ...] = ()
    keys: dict[str, Shape] = {}
    each: Shape | None = None

    def inside(self, key: str) -> Shape:
        """The shape of what stands under `key`, or of an item of a list ("")."""
        return self.keys.get(key, self.each or ANY)

    def place(self, key: str) -> int:
        """Where `key` comes among its neighbours."""
        if key in self.order:
            return self.order.index(key)
        return self.order.index("") if "" in self.order else len(self.order)


def _fields(struct: type[Node], **written: str) -> tuple[str, ...]:
    """The keys of a part as documents write them: the fields of its syntax, but for those that `written` renames."""
    return tuple([written.get(name, name) for name in struct.__struct_fields__ if name not in ("position", "name")])


ANY: Final = Shape()
EXPRESSION: Final = Shape(expression=True)
EXPRESSIONS: Final = Shape(block=True, each=EXPRESSION)
WORDS: Final = Shape(order=("ko", "en"))
CLAUSE: Final = Shape(block=True, expression=True, order=_fields(Clause), keys={"when": EXPRESSION, "words": WORDS})
CLAUSES: Final = Shape(block=True, each=CLAUSE)
POSTING: Final = Shape(order=_fields(Posting, source="from", target="to"), keys={"amount": EXPRESSION})
ACTION: Final = Shape(
    block=True,
    order=_fields(Action),
    keys={"require": CLAUSES, "post": Shape(block=True, each=POSTING), "set": EXPRESSIONS},
)
RECORDS: Final = Shape(block=True, each=Shape(block=True))
SECTION: Final = Shape(block=True)

KIND: Final = Shape(
    block=True,
    apart=True,
    order=_fields(Kind),
    keys={
        "facts": RECORDS,
        "records": RECORDS,
        "accounts": EXPRESSIONS,
        "actions": Shape(block=True, apart=True, each=ACTION),
        "invariants": EXPRESSIONS,
    },
    each=SECTION,
)
PROGRAMME: Final = Shape(
    block=True,
    apart=True,
    order=_fields(Programme, actions=""),
    keys={"title": WORDS, "specification": EXPRESSIONS},
    each=Shape(block=True, order=("require",), keys={"require": CLAUSES}),
)
