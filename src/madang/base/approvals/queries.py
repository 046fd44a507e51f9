"""Reading open proposals."""

from madang.base.approvals.state import PROPOSALS, Proposal
from madang.base.parties.queries import acts_for
from madang.kernel.authority import KEYS, is_officer
from madang.kernel.state import State


def proposal(state: State, institution: str, handle: str) -> Proposal | None:
    """An open proposal, or None once it ran, was withdrawn by all, or was cleared away."""
    return state.get(PROPOSALS, institution, handle)


def proposals(state: State, institution: str) -> list[tuple[str, Proposal]]:
    """An institution's open proposals, those past their deadline too, by handle."""
    return [(handle, record) for (_, handle), record in state.scan(PROPOSALS, institution)]


def counting(state: State, institution: str, record: Proposal) -> list[str]:
    """Whose approvals of a proposal count now: active officers who approved with a key that still works."""
    return [
        name
        for name, kids in zip(record.approved_by, record.approved_with, strict=True)
        if is_officer(state, name, institution) and any(_works(state, kid) for kid in kids)
    ]


def _works(state: State, kid: str) -> bool:
    key = state.get(KEYS, kid)
    return key is not None and key.standing == "active"


def expired(state: State, institution: str, time: int) -> list[str]:
    """Handles of an institution's proposals whose deadline passed before `time` (seconds): what `expire` takes."""
    return [handle for handle, record in proposals(state, institution) if record.deadline < time]


def show_proposals(state: State, reader: str, institution: str) -> list[tuple[str, Proposal]]:
    """An institution's open proposals, for its officers; none for others."""
    return proposals(state, institution) if acts_for(state, reader, institution) else []


QUERIES = (show_proposals,)
