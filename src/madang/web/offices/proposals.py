"""What waits for approvals: exactly what would be done, who approved so far, and approving or taking that back."""

import msgspec
from litestar import Response, get

from madang.base.approvals.queries import counting, expired, proposal, proposals
from madang.base.approvals.state import Proposal
from madang.base.approvals.transactions import Approve, Expire, Withdraw
from madang.kernel.transaction import Act
from madang.web.api.problems import Refused
from madang.web.offices.acts import Told, tell, tell_all
from madang.web.offices.offering import offer, read_acts
from madang.web.offices.office import Office, office
from madang.web.offices.refusing import say_refusal
from madang.web.site.drafts import draft
from madang.web.site.visit import Visit


class Waiting(msgspec.Struct, frozen=True):
    """An open proposal: what it would do first, how many acts, how many approvals count, until when."""

    handle: str
    told: Told
    count: int
    approved: int
    mine: bool
    over: bool
    deadline: int


def open_proposals(visit: Visit, one: Office) -> list[Waiting]:
    """The institution's open proposals, those that need this officer first, then by their deadline."""
    found = [_waiting(visit, one, handle, kept) for handle, kept in proposals(visit.state, one.name)]
    return sorted(found, key=lambda each: (each.over, each.mine, each.deadline, each.handle))


def _waiting(visit: Visit, one: Office, handle: str, kept: Proposal) -> Waiting:
    acts = read_acts(visit, kept.acts)
    names = counting(visit.state, one.name, kept)
    return Waiting(
        handle,
        tell(visit, acts[0]),
        len(acts),
        len(names),
        one.officer in names,
        visit.now > kept.deadline,
        kept.deadline,
    )


@get("/proposals/{handle:str}")
async def show(visit: Visit, handle: str) -> Response[str]:
    """What a proposal would do, in words and exactly; approve it, or take the own approval back."""
    one = office(visit)
    kept = proposal(visit.state, one.name, handle) if len(handle) == 22 and handle.isascii() else None
    if kept is None:
        raise Refused(
            404, "approvals.unknown_proposal", "It ran, was withdrawn, or was cleared away. Look at the list again."
        )
    acts = read_acts(visit, kept.acts)
    names = counting(visit.state, one.name, kept)
    mine = one.officer in names
    over = visit.now > kept.deadline
    act: Act = (Withdraw if mine else Approve)(by=one.officer, proposal=handle)
    refusal = None if over else visit.preview([act], one.officer)
    programme = str(getattr(acts[0], "programme", ""))
    return visit.page(
        "console/proposal.html",
        office=one,
        told=tell_all(visit, acts),
        exact=msgspec.json.format(kept.acts, indent=2).decode(),
        kept=kept,
        mine=mine,
        over=over,
        approved=names,
        is_last=not mine and len(names) + 1 >= one.threshold,
        programme=programme,
        refusal=say_refusal(visit, refusal, programme) if refusal else "",
        draft=None
        if over or refusal
        else draft(visit.chain.name, visit.now, [act], [one.officer], f"{visit.area.home}/done/{{id}}"),
    )


@get("/proposals/clear")
async def clear(visit: Visit) -> Response[str]:
    """Clear away the institution's proposals whose deadline has passed."""
    one = office(visit)
    handles = expired(visit.state, one.name, visit.now)
    if not handles:
        return visit.redirect(visit.area.home)
    return offer(visit, [Expire(by=one.officer, institution=one.name, proposals=handles)], visit.area.home)


ROUTES = (clear, show)
