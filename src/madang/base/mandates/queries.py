"""What principals and delegates may read of their mandates; nobody else sees who acts for whom."""

from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.mandates.state import HELD, MANDATES, USES, Mandate
from madang.kernel.fields import PartyId, Time
from madang.kernel.state import State

MAX_PAGE = 500
Place = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{2,43}/[a-z0-9-]{0,48})?\Z",
        description="Principal, a slash, and the programme, if any, of the mandate that the page before ended with.",
    ),
]
LAST = 2**40 - 1
"""The latest second that ten hexadecimal digits hold."""


class MandateView(msgspec.Struct, frozen=True):
    """A mandate between two people, for a programme or, where that is empty, for all."""

    principal: str
    delegate: str
    programme: str
    mandate: Mandate


class UseView(msgspec.Struct, frozen=True):
    """One use of a reader's mandate: when (seconds), by whom, for what, and how much (won)."""

    at: int
    use: str
    delegate: str
    act: str
    programme: str
    amount: int


def given(state: State, reader: PartyId) -> list[MandateView]:
    """The mandates that the reader gave, ended ones too until they are revoked or replaced."""
    return [
        MandateView(principal, delegate, programme, mandate)
        for (principal, delegate, programme), mandate in state.scan(MANDATES, reader)
    ]


def held(state: State, reader: PartyId, after: Place = "", limit: int = 100) -> list[MandateView]:
    """Up to `limit` (at most 500) mandates that the reader holds from others, ended ones too, behind `after`."""
    most = min(max(limit, 1), MAX_PAGE)
    found: list[MandateView] = []
    for (_, place), _ in state.scan_after(HELD, reader, after):
        principal, _, programme = place.partition("/")
        mandate = state.get(MANDATES, principal, reader, programme)
        if mandate is not None:
            found.append(MandateView(principal, reader, programme, mandate))
        if len(found) == most:
            break
    return found


def uses(state: State, reader: PartyId, since: Time = 0, limit: int = 100) -> list[UseView]:
    """Up to `limit` (at most 500) uses of the reader's mandates from the second `since` on, oldest first."""
    most = min(max(limit, 1), MAX_PAGE)
    found: list[UseView] = []
    for (_, key), use in state.scan_after(USES, reader, f"{min(since, LAST):010x}"):
        at, handle = int(key[:10], 16), key[10:]
        found.append(UseView(at, handle, use.delegate, use.act, use.programme, use.amount))
        if len(found) == most:
            break
    return found


ALL = (given, held, uses)
