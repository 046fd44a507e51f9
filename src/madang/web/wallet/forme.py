"""For me: programmes that the credentials of this device qualify for, found on the device; and claiming by a token.

The server hands over all offers, the same to everybody, and the browser compares them with what it holds: nobody learns
what anybody qualifies for. Who is signed in matters for one thing only: with which of the wallet's own keys a voucher
would be held.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post

from madang.base.eligibility import queries
from madang.base.programmes.queries import all_programmes
from madang.identity.catalogue import TYPES
from madang.identity.eligibility.requirements import as_data
from madang.identity.institution import Institution
from madang.kernel.errors import MadangError
from madang.services.vouchers.transactions import ClaimByToken
from madang.web.api.problems import Refused
from madang.web.site.drafts import draft
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.titles import title
from madang.web.site.visit import Visit
from madang.web.site.words import LANGUAGES, Language
from madang.web.wallet.credentials import PUBLIC, page_of
from madang.web.wallet.holdings import holdings
from madang.web.wallet.places import place_name


@get("/for-me")
async def for_me(visit: Visit) -> Response[str]:
    """Programmes, those first that fit."""
    return page_of(visit, "for_me", holder=_holder(visit))


@get("/for-me/token")
async def token(visit: Visit) -> Response[str]:
    """Tokens that were got and not yet claimed with."""
    _ = visit.parties
    return page_of(visit, "token")


@get("/for-me/offers")
async def offers(visit: Visit) -> Response[bytes]:
    """All offers of open programmes, whoever asks; with where an authority of this server signs tokens."""
    authorities = visit.request.app.state.get("authorities") or {}
    places = {one.institution.party: one.institution for one in authorities.values()}
    found = []
    for programme in all_programmes(visit.state):
        if programme.status != "open":
            continue
        titles: dict[Language, str] = {language: title(visit.state, programme.name, language) for language in LANGUAGES}
        for view in queries.offers(visit.state, programme.name, limit=queries.MAX_PAGE):
            if not view.tally.closed and visit.now < view.offer.closes:
                found.append(_shown(view, titles, places))
    content = {"now": visit.now, "offers": found, "types": msgspec.to_builtins(dict(TYPES))}
    return Response(msgspec.json.encode(content), media_type="application/json", headers=PUBLIC)


@post("/for-me/claim", status_code=200)
async def claim(visit: Visit) -> Response[str]:
    """The claim that a token makes, to be signed; or why it can't be made yet."""
    form = await read_form(visit)
    form["by"] = form.pop("holder", "")
    try:
        act = msgspec.convert(form, ClaimByToken)
    except msgspec.ValidationError:
        raise Refused(400, "site.form", "This form can't be read. Open the page again.") from None
    if act.by not in visit.parties:
        raise Refused(403, "authority.key", "The token is for another key of yours. Sign in with it.")
    refusal = visit.preview([act], act.by)
    if refusal is not None:
        said = words_of(visit, refusal.code, act.programme, refusal.reason)
        return visit.page("wallet/credentials/not_yet.html", 422, said=said, code=refusal.code)
    view = queries.offer(visit.state, act.programme, act.offer)
    if view is None:
        raise MadangError("eligibility.unknown_offer", "There is no such offer any more.")
    return visit.page(
        "wallet/credentials/claim.html",
        draft=draft(visit.chain.name, visit.now, [act], [act.by], "/wallet/claims/{id}"),
        title=title(visit.state, act.programme, visit.wanted.language),
        offer=view.offer,
        place=place_name(view.offer.region, visit.wanted.language),
    )


ROUTES = (for_me, token, offers, claim)


def _holder(visit: Visit) -> str:
    """The party that holds least: under a key of its own a voucher tells nothing of others."""
    found = holdings(visit.state, visit.parties, visit.wanted.language)
    return min(visit.parties, key=lambda party: sum(one.party == party for one in found))


def _shown(
    view: queries.OfferView, titles: Mapping[Language, str], places: Mapping[str, Institution]
) -> dict[str, Any]:
    offer = view.offer
    place = places.get(offer.authority)
    return {
        "programme": view.programme,
        "offer": view.name,
        "titles": titles,
        "authority": offer.authority,
        "named": msgspec.to_builtins(place.description.name) if place is not None else None,
        "address": f"{place.url}/eligibility" if place is not None else "",
        "requirements": as_data(offer.requirements),
        "amount": offer.amount,
        "places": {language: place_name(offer.region, language) for language in LANGUAGES},
        "key": offer.key,
        "opens": offer.opens,
        "closes": offer.closes,
    }
