"""Lists that are published outside a document: anything may stand on one, the same for all of one step.

Known is only that a version is a number of its type, never smaller in a later step, and that a list of version 0 holds
nothing. So what is proven holds whatever is published.
"""

from __future__ import annotations

from typing import Any

import z3

from madang.contract.valuetypes import VERSION


class PublishedLists:
    """The published lists of one formula, by name and step."""

    def __init__(self) -> None:
        self.asked: dict[str, dict[str, list[tuple[Any, Any, bool]]]] = {}

    def branch(self) -> PublishedLists:
        """The same for a longer formula."""
        branch = PublishedLists()
        branch.asked = {
            name: {moment: list(held) for moment, held in moments.items()} for name, moments in self.asked.items()
        }
        return branch

    def holds(self, name: str, moment: str, value: Any, *, is_text: bool) -> Any:
        """Whether the list of this name holds a value in this step.

        Numbers of texts and of ids have nothing in common, so each sort has a predicate of its own.
        """
        held = z3.Function(f"{moment} {name} holds {'text' if is_text else 'id'}", z3.IntSort(), z3.BoolSort())(value)
        self.asked.setdefault(name, {}).setdefault(moment, []).append((held, value, is_text))
        return held

    def version(self, name: str, moment: str) -> Any:
        """The version of the list in this step."""
        self.asked.setdefault(name, {}).setdefault(moment, [])
        return _version(name, moment)

    def facts(self) -> list[Any]:
        """What is known of the lists in this formula. Steps are in the order in which they were asked about."""
        facts = []
        for name, moments in self.asked.items():
            before: Any = 0
            for moment, values in moments.items():
                version = _version(name, moment)
                facts += [version >= before, version <= VERSION.high]
                facts += [z3.Implies(version == 0, z3.Not(held)) for held, _, _ in values]
                before = version
        return facts

    def read(self, model: Any, moment: str) -> dict[str, tuple[int, list[tuple[int, bool]]]]:
        """In a model, the version of each list in a step, and the numbers asked about that it holds (True: texts)."""
        found = {}
        for name, moments in self.asked.items():
            if moment in moments:
                version = model.eval(_version(name, moment), model_completion=True).as_long()
                found[name] = (
                    version,
                    [
                        (model.eval(value, model_completion=True).as_long(), is_text)
                        for held, value, is_text in moments[moment]
                        if z3.is_true(model.eval(held, model_completion=True))
                    ],
                )
        return found


def _version(name: str, moment: str) -> Any:
    return z3.Int(f"{moment} version of {name}")
