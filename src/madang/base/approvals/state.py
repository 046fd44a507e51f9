"""Open proposals, and the laws that bind them."""

from madang.base.approvals.transactions import MAX_OPEN, MAX_PROPOSAL_BYTES
from madang.kernel.authority import PARTIES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table


class Proposal(Record, frozen=True):
    """Acts (JSON, as proposed) that wait until `deadline` (seconds) for approvals; who approved so far, in order.

    `approved_with` are the keys that each of them signed the approval with: it counts while one of them works.
    """

    acts: bytes
    deadline: int
    proposed_at: int
    approved_by: tuple[str, ...]
    approved_with: tuple[tuple[str, ...], ...]


PROPOSALS = Table("approvals.proposal", Proposal, str, str)
"""(institution, handle)"""

TABLES = (PROPOSALS,)


def proposals_are_bounded(state: State) -> None:
    """Each proposal belongs to an institution, is small, and is approved by different officers, each with keys."""
    count: dict[str, int] = {}
    for (institution, handle), proposal in state.scan(PROPOSALS):
        party = state.get(PARTIES, institution)
        if party is None or not party.threshold:
            raise InvariantBroken(f"proposal {handle} belongs to no institution: {institution}")
        names = proposal.approved_by
        if not names or len(dict.fromkeys(names)) != len(names):
            raise InvariantBroken(f"proposal {handle} is approved by {names}")
        if len(proposal.approved_with) != len(names) or not all(proposal.approved_with):
            raise InvariantBroken(f"proposal {handle} does not say with which keys each approved")
        if len(proposal.acts) > MAX_PROPOSAL_BYTES:
            raise InvariantBroken(f"proposal {handle} has {len(proposal.acts)} bytes")
        count[institution] = count.get(institution, 0) + 1
        if count[institution] > MAX_OPEN:
            raise InvariantBroken(f"{institution} has more than {MAX_OPEN} proposals")


INVARIANTS: tuple[Invariant, ...] = (proposals_are_bounded,)
