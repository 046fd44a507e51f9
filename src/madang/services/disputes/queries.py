"""Who may read what of disputes: each of the three its own part, and auditors; nobody else that there is one."""

from itertools import islice, takewhile
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.parties.queries import acts_for, may_see
from madang.kernel.fields import PartyId, Time
from madang.kernel.state import State
from madang.services.disputes import state as tables
from madang.services.disputes.state import CASES, CONCERNS, WAITING, Dispute, Standing, Terms
from madang.services.disputes.transactions import Case

MAX_PAGE = 500
Page = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="How many at most.")]


class PayeeView(msgspec.Struct, frozen=True):
    """What a payee learns of a dispute: the payment, on what ground it is disputed, until when to answer, the outcome.

    Nothing of what the holder said, was credited or owes.
    """

    programme: str
    payment: str
    paid_at: int
    ground: str
    amount: int
    answer_by: int
    answered: str
    standing: Standing
    charged: int


def terms(state: State) -> Terms:
    """The terms for disputes that are filed now, in days."""
    return tables.terms(state)


def dispute(state: State, reader: PartyId, case: Case) -> Dispute | None:
    """A dispute for its holder, for who decides it, and for auditors; None for others."""
    found = state.get(CASES, case)
    if found is None or not (may_see(state, reader, found.holder) or acts_for(state, reader, found.handler)):
        return None
    return found


def disputed(state: State, reader: PartyId, case: Case) -> PayeeView | None:
    """A dispute as its payee sees it, for the payee; None for others."""
    found = state.get(CASES, case)
    if found is None or not acts_for(state, reader, found.payee):
        return None
    return PayeeView(
        found.programme,
        found.payment,
        found.paid_at,
        found.ground,
        found.amount,
        found.answer_by,
        found.answered,
        found.standing,
        found.charged,
    )


def disputes(
    state: State, reader: PartyId, party: PartyId, since: Time = 0, limit: Page = 100
) -> list[tuple[str, str]]:
    """Up to `limit` disputes of a party filed from the second `since` on, oldest first, each with the party's role.

    For whoever acts for the party, and for auditors of institutions; empty for others.
    """
    if not (acts_for(state, reader, party) or may_see(state, reader, party)):
        return []
    found: list[tuple[str, str]] = []
    for (_, case), concern in state.scan_after(CONCERNS, party, f"{since:010x}"):
        if len(found) >= limit:
            break
        found.append((case, concern.role))
    return found


def overdue(state: State, reader: PartyId, handler: PartyId, at: Time, limit: Page = 100) -> list[str]:
    """Up to `limit` open disputes whose deadline to decide is not after the second `at`, the most urgent first.

    For their handler and auditors; empty for others.
    """
    if not may_see(state, reader, handler):
        return []
    # They lie in order of deadlines: what there is still time for is not looked at.
    late = takewhile(lambda one: one[0][1] <= at, state.scan(WAITING, handler))
    return [case for (_, _, case), _ in islice(late, limit)]


QUERIES = (terms, dispute, disputed, disputes, overdue)
