"""Rules of approvals: who counts, and when the acts run.

The machine runs the acts and authorises each again; this file only keeps count, at the moment when the acts would run.
Whoever approved and is no active officer then, or approved with a key that was revoked since, counts no more: an
approval that a thief made does not outlive the stolen key. The officer may approve again, with another key.
"""

from collections.abc import Mapping

import msgspec

from madang.base.approvals.queries import counting
from madang.base.approvals.state import PROPOSALS, Proposal
from madang.base.approvals.transactions import (
    MAX_DAYS,
    MAX_OPEN,
    MAX_PROPOSAL_BYTES,
    Approve,
    Expire,
    Propose,
    Withdraw,
)
from madang.kernel.authority import PARTIES, Party, is_officer, keys_of
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act

REFUSALS: dict[str, str] = {
    "not_officer": "{by} is no active officer of an active institution. Sign as an officer.",
    "too_large": "A proposal has at most {limit} bytes. Propose fewer acts.",
    "nested": "A proposal can't hold a proposal or an approval. Propose the acts themselves.",
    "other_party": "A proposal of {institution} can't hold acts by {other}. Propose its own acts.",
    "deadline": "The deadline must lie ahead, and {days} days at most. Choose another.",
    "too_many": "{institution} has {limit} open proposals. Withdraw some, or clear away the expired ones.",
    "unknown_proposal": "{institution} has no such open proposal. It ran, was withdrawn, or was cleared away.",
    "expired": "The deadline of this proposal has passed. Propose it again.",
    "approved_already": "{by} approved this already, and counts once.",
    "not_approved": "{by} has not approved this, so there is nothing to take back.",
    "not_expired": "The deadline of {proposal} has not passed. Leave it out.",
}
refuse = refuser("approvals", REFUSALS)


class _Head(msgspec.Struct, frozen=True):
    """What is looked at of an act before it runs."""

    type: str
    by: str


_read_heads = msgspec.json.Decoder(list[_Head])


def propose(call: Call, act: Propose) -> None:
    """A new proposal, approved by its proposer. What could not run for its form is refused now."""
    handle = call.handle()
    institution, party = _institution_of(call, act.by)
    acts = bytes(act.acts)
    if len(acts) > MAX_PROPOSAL_BYTES:
        raise refuse("too_large", limit=MAX_PROPOSAL_BYTES)
    _check_form(call, acts)
    for head in _read_heads.decode(acts):
        if head.type.startswith("approvals."):
            raise refuse("nested")
        if head.by != institution:
            raise refuse("other_party", institution=institution, other=head.by)
    if not call.time < act.deadline <= call.time + MAX_DAYS * 86_400:
        raise refuse("deadline", days=MAX_DAYS)
    if sum(1 for _ in call.state.scan(PROPOSALS, institution)) >= MAX_OPEN:
        raise refuse("too_many", institution=institution, limit=MAX_OPEN)
    proposal = Proposal(acts, act.deadline, call.time, (act.by,), (_own_keys(call, act.by),))
    _count(call, institution, party, handle, proposal)


def approve(call: Call, act: Approve) -> None:
    """One approval more; the one that reaches the threshold runs the acts and closes the proposal."""
    institution, party = _institution_of(call, act.by)
    proposal = _open_proposal(call, institution, act.proposal)
    if call.time > proposal.deadline:
        raise refuse("expired")
    if act.by in counting(call.state, institution, proposal):
        raise refuse("approved_already", by=act.by)
    rest = _without(proposal, act.by)
    approved = msgspec.structs.replace(
        rest,
        approved_by=(*rest.approved_by, act.by),
        approved_with=(*rest.approved_with, _own_keys(call, act.by)),
    )
    _count(call, institution, party, act.proposal, approved)


def withdraw(call: Call, act: Withdraw) -> None:
    """One approval less; without any, the proposal is gone."""
    institution, _ = _institution_of(call, act.by)
    proposal = _open_proposal(call, institution, act.proposal)
    if act.by not in proposal.approved_by:
        raise refuse("not_approved", by=act.by)
    rest = _without(proposal, act.by)
    if rest.approved_by:
        call.state.put(PROPOSALS, rest, institution, act.proposal)
    else:
        call.state.delete(PROPOSALS, institution, act.proposal)


def expire(call: Call, act: Expire) -> None:
    """Clear away what nobody can approve any more."""
    for handle in act.proposals:
        proposal = call.state.get(PROPOSALS, act.institution, handle)
        if proposal is None:
            continue
        if call.time <= proposal.deadline:
            raise refuse("not_expired", proposal=handle)
        call.state.delete(PROPOSALS, act.institution, handle)


def _institution_of(call: Call, officer: str) -> tuple[str, Party]:
    """The institution that this officer signs for, with its own key."""
    record = call.state.get(PARTIES, officer)
    name = record.parent if record is not None and officer in call.signed_by else ""
    party = call.state.get(PARTIES, name) if name else None
    if party is None or party.standing != "active" or not is_officer(call.state, officer, name):
        raise refuse("not_officer", by=officer)
    return name, party


def _check_form(call: Call, acts: bytes) -> None:
    """Raise `Malformed` for what can't be read as acts. In nobody's name, reading is all that the machine does."""
    try:
        call.perform(call, acts, frozenset())
    except Rejected:
        return


def _open_proposal(call: Call, institution: str, handle: str) -> Proposal:
    proposal = call.state.get(PROPOSALS, institution, handle)
    if proposal is None:
        raise refuse("unknown_proposal", institution=institution)
    return proposal


def _own_keys(call: Call, officer: str) -> tuple[str, ...]:
    """The keys of the officer among those that signed."""
    return tuple(sorted({*call.signed_with} & {*keys_of(call.state, [officer])}))


def _without(proposal: Proposal, officer: str) -> Proposal:
    """The proposal as if this officer had not approved it."""
    pairs = zip(proposal.approved_by, proposal.approved_with, strict=True)
    left = [(name, kids) for name, kids in pairs if name != officer]
    names, keys = tuple(name for name, _ in left), tuple(kids for _, kids in left)
    return msgspec.structs.replace(proposal, approved_by=names, approved_with=keys)


def _count(call: Call, institution: str, party: Party, handle: str, proposal: Proposal) -> None:
    """Run the acts when enough active officers approved, else keep the proposal."""
    active = counting(call.state, institution, proposal)
    if len(active) < party.threshold:
        call.state.put(PROPOSALS, proposal, institution, handle)
        return
    call.state.delete(PROPOSALS, institution, handle)
    call.perform(call, proposal.acts, frozenset(active))


RULES: Mapping[type[Act], Rule] = {
    Propose: propose,
    Approve: approve,
    Withdraw: withdraw,
    Expire: expire,
}
