"""How the ledger is: the last block, validators and their votes, witnesses of the log, and what is paused."""

import msgspec
from litestar import Response, get, post

from madang.base.operations.queries import paused_money, paused_programmes, pauses
from madang.base.operations.transactions import Pause, Resume
from madang.web.api.status import published, read_ledger
from madang.web.console.fields import chosen
from madang.web.console.vouchers import HOURS, REASONS
from madang.web.offices.offering import offer
from madang.web.offices.office import office
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit


@get("/health")
async def show(visit: Visit) -> Response[str]:
    """The state of the ledger as everyone may know it, witnesses and pauses beside."""
    return _page(visit)


def _page(visit: Visit, error: str = "") -> Response[str]:
    node, state = visit.node, visit.state
    return visit.page(
        "console/health.html",
        422 if error else 200,
        office=office(visit),
        ledger=read_ledger(node),
        published=published(node),
        witnesses=node.publisher.witnesses(),
        pauses=pauses(state),
        paused_programmes=[one for one in paused_programmes(state) if visit.now < one[1].until],
        paused_money=[one for one in paused_money(state) if visit.now < one[1].until],
        reasons=[(one, visit.say(f"console.values.{one}")) for one in REASONS],
        hours=[(one, visit.say("console.vouchers.hours", hours=one)) for one in HOURS],
        error=error,
    )


@post("/health", status_code=200)
async def act(visit: Visit) -> Response[str]:
    """The operator pauses or resumes an act type."""
    one = office(visit)
    form = await read_form(visit)
    values: dict[str, object] = {"by": one.name, "act_type": form.get("act_type", "")}
    try:
        if form.get("what") == "resume":
            return offer(visit, [msgspec.convert(values, Resume)], "/console/health")
        hours = chosen(form.get("hours", ""), HOURS) or "1"
        values |= {"reason": form.get("reason", ""), "until": visit.now + int(hours) * 3_600 - 600}
        return offer(visit, [msgspec.convert(values, Pause)], "/console/health")
    except msgspec.ValidationError:
        return _page(visit, visit.say("console.health.form"))


ROUTES = (show, act)
