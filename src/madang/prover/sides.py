"""Whom the actions of a kind serve: what `kinds.yaml` says of the kinds that are run, and nothing of any other.

The language has no word for it yet. Of a kind that is not named, and of an action that is not, nothing may change.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

import msgspec
import yaml

from madang.contract.syntax import Kind

PROTECTS: Final = "protects_"
"""A clause whose name begins so protects the holder: whatever a successor allows, the clause must still hold of it."""


class Asks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"field": "is"}):
    """The holder asks where the given value is the same as a field (`v.holder`) of a record of the action."""

    given: str
    field: str


class Unnamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a given value that stands for nothing."""

    given: str
    text: str


class Sides(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one kind: its actions by whom they serve, and which results are better. Fields are `record.field`."""

    theirs: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    by_holder: dict[str, Asks] = {}
    costs: dict[str, tuple[str, ...]] = {}
    more_is_better: tuple[str, ...] = ()
    less_is_better: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    unnamed: dict[str, Unnamed] = {}


def sides_of(kind: Kind) -> Sides:
    """What is known of a kind, by its name: nothing of most."""
    return _known().get(kind.kind, Sides())


@cache
def _known() -> dict[str, Sides]:
    text = (resources.files("madang.prover") / "kinds.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Sides])
