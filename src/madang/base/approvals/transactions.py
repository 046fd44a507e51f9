"""Acts that propose, approve, withdraw and clear away. `by` is always the officer, not the institution."""

from typing import Annotated

import msgspec
from msgspec import Meta

from madang.kernel.fields import Handle, PartyId, Time
from madang.kernel.transaction import Act

MAX_PROPOSAL_BYTES = 64 * 1024
MAX_OPEN = 64
MAX_DAYS = 30


class Propose(Act, frozen=True, kw_only=True, tag="approvals.propose"):
    """An officer proposes acts of the own institution: a JSON array, each `by` that institution.

    Proposing is approving: the officer counts. The proposal's handle is the first that the transaction derives.
    """

    acts: msgspec.Raw
    deadline: Time


class Approve(Act, frozen=True, kw_only=True, tag="approvals.approve"):
    """An officer approves. When as many as the threshold have, the acts run at once."""

    proposal: Handle


class Withdraw(Act, frozen=True, kw_only=True, tag="approvals.withdraw"):
    """An officer takes the own approval back. A proposal that nobody approves any more is gone."""

    proposal: Handle


class Expire(Act, frozen=True, kw_only=True, tag="approvals.expire"):
    """Anyone clears away an institution's proposals whose deadline has passed; those already gone are passed over."""

    institution: PartyId
    proposals: Annotated[list[Handle], Meta(min_length=1, max_length=MAX_OPEN)]
