"""Totals of money and programmes, and the laws that bind them: those of the minute, as the interface has them."""

import asyncio

from litestar import Response, get

from madang.base.programmes.queries import ProgrammeView
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.state import State
from madang.presentation import labels
from madang.web.api.minute import Lagging, Totals
from madang.web.explorer.sums import Sums, sums
from madang.web.site.titles import title
from madang.web.site.visit import Visit

_KEPT = "explorer_sums"
_MAKING = asyncio.Lock()
"""Whoever comes while the sums are made waits for them: nobody has to sign in to ask, and threads are few."""


@get("/totals")
async def totals(visit: Visit) -> Response[str]:
    """The sums of the minute."""
    found = await current(visit)
    return visit.page(
        "explorer/totals.html",
        sums=found,
        titles={one.name: title(visit.state, one.name, visit.wanted.language) for one in found.programmes},
        accounts={one.name: accounts(visit, one) for one in found.programmes},
    )


ROUTES = (totals,)


async def current(visit: Visit) -> Sums:
    """The sums of this minute: made for whoever asks first in it, the same for everybody."""
    kept = visit.request.app.state
    totals: Totals = kept.desk.totals
    async with _MAKING:
        found: Sums | None = kept.get(_KEPT)
        taken = await asyncio.to_thread(totals.taken)
        if found is None or found.height != taken.height:
            state = State(Lagging(visit.node.ledger.reader(), taken))
            found = await asyncio.to_thread(sums, state, taken.height, taken.time)
            kept[_KEPT] = found
    return found


def accounts(visit: Visit, view: ProgrammeView) -> list[tuple[str, int]]:
    """What is inside a programme, by account, and what came from and went to the outside (won), each in words."""
    found = visit.state.get(PROGRAMMES, view.name)
    outside = {one.name for one in found.accounts if one.sort == "outside"} if found is not None else set()
    inside = [(_label(visit, name), amount) for name, amount in view.totals.items() if name not in outside]
    beyond = [
        (
            visit.say("explorer.totals.in" if amount > 0 else "explorer.totals.out", name=_label(visit, name)),
            abs(amount),
        )
        for name, amount in view.totals.items()
        if name in outside and amount
    ]
    return inside + beyond


def _label(visit: Visit, account: str) -> str:
    """What an account is called, as a heading."""
    text = labels.find(labels.standard().accounts, account).text(visit.wanted.language).removeprefix("the ")
    return text[:1].upper() + text[1:]
