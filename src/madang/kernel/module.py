"""The card of a module: what the machine, the tests and the pages need to know of it, declared once."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from madang.kernel.codec import to_base64url
from madang.kernel.errors import Rejected
from madang.kernel.state import State, Table
from madang.kernel.transaction import Act


class Call:
    """What a rule is given besides the act: the state, block time (seconds), height, and who is asking.

    `signed_with` are the thumbprints of the keys that signed; none where nobody did, as at genesis.
    `perform` runs further acts in the name of those who approved them (proposals only).
    """

    __slots__ = ("_handles", "_seed", "height", "perform", "signed_by", "signed_with", "state", "time")

    def __init__(
        self,
        state: State,
        time: int,
        height: int,
        seed: bytes,
        signed_by: frozenset[str],
        perform: "Callable[[Call, bytes, frozenset[str]], None]",
    ) -> None:
        self.state = state
        self.time = time
        self.height = height
        self.signed_by = signed_by
        self.signed_with: tuple[str, ...] = ()
        self.perform = perform
        self._seed = seed
        self._handles = 0

    def handle(self) -> str:
        """A new id of 128 bits, a function of the signed payload and of how many were made before.

        The payload holds 128 random bits, so that nobody who lacks it can guess or recognise the handle.
        """
        self._handles += 1
        digest = hashlib.sha256(self._seed + self._handles.to_bytes(4, "big")).digest()
        return to_base64url(digest[:16])


Rule = Callable[[Call, Any], None]
Invariant = Callable[[State], None]
"""Raises `InvariantBroken` where the tables of a state contradict one another. Scans them whole."""


class InvariantBroken(Exception):  # noqa: N818
    """What must never be seen: the tables contradict one another. Says which, and by how much."""


class Module(msgspec.Struct, frozen=True):
    """One public service or shared part: its name, acts with their rules, tables, laws, and refusals in words.

    `queries` are read-only functions of a state; from their signatures come the read routes. One that takes a
    parameter `reader` answers signed requests only, and decides what that party may see.

    The card is in force in rule versions `since` to `until` (0: still). Where the rules of an act change, the old card
    stays beside the new one, since what is on a ledger is run again for ever.
    """

    name: str
    rules: Mapping[type[Act], Rule]
    tables: tuple[Table[Any], ...]
    invariants: tuple[Invariant, ...]
    refusals: Mapping[str, str]
    queries: tuple[Callable[..., Any], ...] = ()
    since: int = 1
    until: int = 0


def refuser(name: str, refusals: Mapping[str, str]) -> Callable[..., Rejected]:
    """A module's way to refuse: `refuse("too_much", limit=...)` makes the `Rejected` of that code, in words.

    A code that `refusals` does not hold raises KeyError: a refusal nobody wrote down is a defect.
    """

    def refuse(code: str, /, reason: str = "", **values: object) -> Rejected:
        return Rejected(f"{name}.{code}", refusals[code].format(**values), reason)

    return refuse
