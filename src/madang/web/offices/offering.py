"""From acts to a signature: acts are tried, shown in words, and signed by the officer, or proposed to the others.

Acts that need a quorum are proposed by the one who signs, which counts as the first approval (`base/approvals`); where
one officer suffices they run at once. What would be refused is said before anybody signs.
"""

from collections.abc import Sequence

import msgspec
from litestar import Response, get

from madang.base.approvals.queries import proposals
from madang.base.approvals.transactions import Propose
from madang.base.parties.queries import officers
from madang.base.parties.transactions import RegisterPeople
from madang.base.validators.queries import rule_version
from madang.kernel.errors import Rejected
from madang.kernel.signature import read_point, thumbprint
from madang.kernel.transaction import Act, type_name
from madang.web.offices.acts import Told, tell_all
from madang.web.offices.office import Office, office
from madang.web.offices.reasons import Written
from madang.web.offices.refusing import say_refusal
from madang.web.site import outcomes
from madang.web.site.drafts import draft
from madang.web.site.visit import Visit

PROPOSAL_SECONDS = 7 * 86_400
"""How long a proposal waits for the other officers."""


def offer(
    visit: Visit,
    acts: Sequence[Act],
    back: str,
    note: str = "",
    *,
    together: bool = False,
    keep: Written | None = None,
) -> Response[str]:
    """The page that signs these acts, or says why they would be refused.

    `back` is the way out, `note` a caution, `keep` a written reason that the officer saves before signing. With
    `together` acts are proposed that are no quorum's and that two officers must sign all the same.
    """
    one = office(visit)
    is_proposed = together or any(act.quorum and act.by == one.name for act in acts)
    refusal = try_acts(visit, one, acts, is_proposed=is_proposed)
    told = tell_all(visit, acts)
    if refusal is not None:
        return refused(visit, refusal, acts, told, back)
    signed = [propose(visit, one, acts)] if is_proposed else list(acts)
    if is_proposed:
        refusal = visit.preview(signed, one.officer)
        if refusal is not None:
            return refused(visit, refusal, acts, told, back)
    made = draft(visit.chain.name, visit.now, signed, [one.officer], f"{visit.area.home}/done/{{id}}")
    return visit.page(
        "console/confirm.html",
        office=one,
        told=told,
        draft=made,
        back=back,
        note=note,
        keep=keep,
        proposed=is_proposed,
        until=visit.now + PROPOSAL_SECONDS,
    )


def try_acts(visit: Visit, one: Office, acts: Sequence[Act], *, is_proposed: bool) -> Rejected | None:
    """How these acts would end now; where they are proposed, once all officers have approved."""
    signers = officers(visit.state, one.name) if is_proposed else [one.officer]
    return visit.preview(acts, *signers)


def propose(visit: Visit, one: Office, acts: Sequence[Act]) -> Propose:
    """The act that proposes these."""
    return Propose(
        by=one.officer, acts=msgspec.Raw(msgspec.json.encode(list(acts))), deadline=visit.now + PROPOSAL_SECONDS
    )


def refused(visit: Visit, refusal: Rejected, acts: Sequence[Act], told: list[Told], back: str) -> Response[str]:
    """The page that says why these acts would be refused, before anything was signed."""
    programme = str(getattr(acts[0], "programme", ""))
    words = say_refusal(visit, refusal, programme)
    return visit.page("console/refused.html", 422, told=told, words=words, code=refusal.code, back=back)


def read_acts(visit: Visit, data: bytes) -> list[Act]:
    """The acts that a proposal holds."""
    ledger = visit.node.ledger
    return ledger.machine.read_acts(data, rule_version(visit.state, ledger.durable.height + 1))


@get("/done/{identifier:str}")
async def done(visit: Visit, identifier: str) -> Response[str]:
    """What came of something that this institution's officers signed."""
    one = office(visit)
    found = outcomes.outcome(visit, identifier)
    acts = list(found.acts)
    waiting = ""
    proposed = next((act for act in acts if isinstance(act, Propose)), None)
    if proposed is not None:
        # A proposal's handle is derived by the ledger: found by what it holds.
        mine = [name for name, kept in proposals(visit.state, one.name) if kept.acts == bytes(proposed.acts)]
        waiting = mine[-1] if mine else ""
        acts = read_acts(visit, bytes(proposed.acts))
    programme = next((str(act.programme) for act in acts if hasattr(act, "programme")), "")
    return visit.page(
        "console/done.html",
        found=found,
        told=tell_all(visit, acts),
        is_proposal=proposed is not None,
        waiting=waiting,
        programme=programme,
        registered=_newcomer(acts) if found.result.outcome == "accepted" else "",
        kinds=[type_name(act) for act in found.acts],
    )


ROUTES = (done,)


def _newcomer(acts: Sequence[Act]) -> str:
    """The wallet number of the one person whom these acts registered, who should keep it; '' where they did not."""
    keys = [key for act in acts if isinstance(act, RegisterPeople) for key in act.keys]
    return thumbprint(read_point(keys[0].public_key)) if len(keys) == 1 else ""
