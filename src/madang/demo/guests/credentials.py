"""Credentials for guests: an offer at a click, which in earnest an officer makes for who stands at a desk."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.base.eligibility import queries
from madang.base.eligibility.transactions import Count
from madang.client.wallet import make_payload
from madang.demo.guests.guest import Guest
from madang.demo.identity.offices import WELFARE
from madang.demo.identity.trust import AMOUNTS, offer_name
from madang.demo.town import COUPON
from madang.exchange.qr import draw_svg
from madang.identity.catalogue import type_of
from madang.identity.eligibility.register import BATCH_SECONDS
from madang.identity.issuer.configurations import configurations
from madang.identity.issuer.offers import make_offer
from madang.identity.issuer.office import Office
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.web.api.problems import Refused
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

RECEIVE = "/wallet/credentials/receive"
ORDER_SECONDS = 30.0
Reference = Annotated[str, Parameter(max_length=32)]


def routes(guests: Sequence[Guest]) -> Sequence[ControllerRouterHandler]:
    """The pages on which these guests get credentials."""
    known = {one.reference: one for one in guests if one.reference}

    def guest_of(reference: str) -> Guest:
        if reference not in known:
            raise Refused(404, "demo.guest", "No guest of the demonstration has this reference. Choose one.")
        return known[reference]

    @get("/credentials")
    async def everybody(visit: Visit) -> Response[Any]:
        """Who gets credentials, and what to do with them then."""
        tallies = [queries.offer(visit.state, COUPON, offer_name(one)) for one in AMOUNTS]
        return visit.page("demo/everybody.html", guests=list(known.values()), tallies=tallies)

    @get("/credentials/{reference:str}")
    async def choose(visit: Visit, reference: Reference) -> Response[Any]:
        """What the offices have for a guest."""
        guest = guest_of(reference)
        found = [
            (office, type_of(kind))
            for office in await asyncio.to_thread(_knowing, visit, reference)
            for kind in office.institution.description.issues
        ]
        return visit.page("demo/credentials.html", guest=guest, found=found)

    @post("/credentials/{reference:str}", status_code=200)
    async def offer(visit: Visit, reference: Reference) -> Response[Any]:
        """An offer of one type, for the guest's wallet."""
        guest = guest_of(reference)
        form = await read_form(visit)
        for office in await asyncio.to_thread(_knowing, visit, reference):
            description = office.institution.description
            wanted = [name for name, one in configurations(description).items() if one.of.id == form.get("type")]
            if wanted:
                subject = visit.request.app.state.people[office.institution.identifier].find(reference)
                made = await asyncio.to_thread(make_offer, office, subject, wanted, visit.now)
                return visit.page(
                    "demo/offer.html",
                    guest=guest,
                    office=office,
                    type=type_of(form["type"]),
                    offer=made,
                    here=f"{RECEIVE}?{urlencode({'credential_offer_uri': made.uri})}",
                    code=f"data:image/svg+xml;base64,{base64.b64encode(draw_svg(made.link)).decode()}",
                )
        raise Refused(404, "demo.type", "No office has such a credential for this guest. Choose one of the page.")

    @post("/tokens/count", status_code=200)
    async def count(visit: Visit) -> Response[Any]:
        """Publish how many tokens were signed, at once: an authority waits, so that time tells nobody who asked."""
        counted = await asyncio.to_thread(_count, visit)
        return visit.page("demo/counted.html", counted=counted)

    return everybody, choose, offer, count


def _knowing(visit: Visit, reference: str) -> list[Office]:
    """The offices that know somebody under this reference."""
    state = visit.request.app.state
    return [state.issuers.of(name) for name, people in sorted(state.people.items()) if people.find(reference)]


def _count(visit: Visit) -> int:
    """How many offers had tokens that were not counted. Raises `MadangError` with the ledger's refusal."""
    office = visit.request.app.state.authorities[WELFARE]
    # All that were signed: as if the hour that runs were over.
    later = visit.now + BATCH_SECONDS
    signed = [(view, office.register.counted(view, later)) for view in queries.offers(visit.state, COUPON)]
    acts = [
        Count(by=view.offer.authority, programme=COUPON, offer=view.name, issued=number)
        for view, number in signed
        if number > view.tally.issued
    ]
    if acts:
        payload = make_payload(visit.chain.name, acts, visit.now + 300)
        (result,) = visit.node.engine.submit([office.officer.jws(payload)]).result(ORDER_SECONDS)
        if not isinstance(result, Result) or result.outcome != "accepted":
            raise MadangError(result.code, "The ledger did not take the count of tokens. Look up its code.")
    return len(acts)
