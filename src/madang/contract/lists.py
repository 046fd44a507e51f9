"""Published lists as an action sees them. A contract reads no ledger: it asks whoever runs it."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec


class Lists(Protocol):
    """Answers what is published at the time of the block. Called with names of lists that the programme's parameters
    give, and with texts and ids of at most 128 characters; at most once for each `listed` and list an action holds.
    """

    def holds(self, name: str, code: str) -> bool:
        """Whether the list holds the code; a list that was never published holds nothing."""

    def version(self, name: str) -> int:
        """The version of the list, 0 before its first."""


class WrittenList(msgspec.Struct, frozen=True):
    """One version of a list, written out."""

    version: int
    codes: frozenset[str]


class WrittenLists(msgspec.Struct, frozen=True):
    """Lists that are written out by name: for tests, and to try a programme without a ledger."""

    by_name: dict[str, WrittenList]

    def holds(self, name: str, code: str) -> bool:
        """Whether the list of this name holds the code."""
        found = self.by_name.get(name)
        return found is not None and code in found.codes

    def version(self, name: str) -> int:
        """The version of the list of this name, 0 if there is none."""
        found = self.by_name.get(name)
        return 0 if found is None else found.version


NO_LISTS: Final = WrittenLists({})
"""Nothing was ever published."""
