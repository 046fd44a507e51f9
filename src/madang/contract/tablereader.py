"""From a table as it is written, rows in rows, to its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from madang.contract.checks import expectation, valid
from madang.contract.limits import DEFAULT_KEY, TABLE_CELLS
from madang.contract.names import near
from madang.contract.problems import Problems
from madang.contract.syntax import Value
from madang.contract.values import read_integer, some_value
from madang.contract.valuetypes import Dimension, Number, Scalar, Table
from madang.contract.yamltree import Entry, Mapping, Tree
from madang.contract.yamltree import Scalar as WrittenScalar

_NAMED = 6
"""How many missing rows a message names."""


class TableReader:
    """Reads the value of one table. `scalar` reads a cell: the name of the table, what is written, its type.

    A row is written under one key (`3`, `basic`), several (`4..6`), one and all above (`10+`), or all that have none of
    their own (`default`). A single value in place of rows fills all of them.
    """

    def __init__(
        self, name: str, table: Table, problems: Problems, scalar: Callable[[str, Tree, Scalar], Value]
    ) -> None:
        self.name = name
        self.table = table
        self.problems = problems
        self.scalar = scalar

    def cells(self, tree: Tree) -> tuple[Value, ...]:
        """Every cell, the last dimension running fastest; nothing of a table whose type can't be right."""
        sizes = [dimension.size() for dimension in self.table.by]
        if not sizes or min(sizes) < 1 or self.table.cells() > TABLE_CELLS:
            return ()
        known = len(self.problems.found)
        cells = self.level(tree, self.table.by)
        if len(self.problems.found) > known:
            return (some_value(self.table.of),) * self.table.cells()
        return cells

    def level(self, tree: Tree, by: Sequence[Dimension]) -> tuple[Value, ...]:
        """The cells of one row, or of a whole table: `by` are the dimensions that are still to come."""
        below = 1
        for dimension in by:
            below *= dimension.size()
        if isinstance(tree, Mapping) and by:
            return self.rows(tree, by)
        if not isinstance(tree, WrittenScalar):
            wanted = f"a row for each {by[0].name}" if by else expectation(self.table.of)
            self.problems.add(tree.position, "wrong-shape", f"Here stands no value of `{self.name}`.", wanted)
            return ()
        value = self.scalar(self.name, tree, self.table.of)
        if not valid(value, self.table.of):
            self.problems.add(
                tree.position,
                "bad-value",
                f"`{tree.text}` is not a value of `{self.name}`.",
                expectation(self.table.of),
            )
        return (value,) * below

    def rows(self, tree: Mapping, by: Sequence[Dimension]) -> tuple[Value, ...]:
        keys = by[0].keys()
        rows: dict[int, tuple[Value, ...]] = {}
        default: tuple[Value, ...] | None = None
        for entry in tree.entries:
            row = self.level(entry.value, by[1:])
            if entry.key == DEFAULT_KEY:
                default = row
                continue
            for place in self.places(entry, by[0]):
                if place in rows:
                    self.problems.add(
                        entry.position, "duplicate-key", f"{by[0].name} {keys[place]} has two rows.", "one of the two"
                    )
                rows[place] = row
        missing = [str(keys[place]) for place in range(len(keys)) if place not in rows]
        if missing and default is None:
            named = ", ".join(missing[:_NAMED]) + (", …" if len(missing) > _NAMED else "")
            self.problems.add(
                tree.position,
                "missing-row",
                f"`{self.name}` has no row for {by[0].name} {named}.",
                f"{missing[0]}: …, or {DEFAULT_KEY}: … for all others",
            )
        return tuple([cell for place in range(len(keys)) for cell in rows.get(place, default or ())])

    def places(self, entry: Entry, dimension: Dimension) -> Sequence[int]:
        """Where the keys that stand before a row stand among all keys."""
        key = entry.key
        if not isinstance(dimension.type, Number):
            if key in dimension.type.members:
                return (dimension.type.members.index(key),)
            self.problems.add(
                entry.position,
                "unknown-member",
                f"`{key}` is not a {dimension.name}.",
                near(key, (*dimension.type.members, DEFAULT_KEY)),
            )
            return ()
        least, most = dimension.type.low, dimension.type.high
        low_text, dots, high_text = key.partition("..")
        low = read_integer(low_text.removesuffix("+") if not dots else low_text)
        high = read_integer(high_text) if dots else most if key.endswith("+") else low
        if low is None or high is None or not least <= low <= high <= most:
            self.problems.add(
                entry.position,
                "bad-key",
                f"`{key}` is not a {dimension.name} of `{self.name}`.",
                f"{least}, {least}..{most} or {least}+, within {least}..{most}",
            )
            return ()
        return range(low - least, high - least + 1)
