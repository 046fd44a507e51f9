"""Credentials on this device: received, looked at, shown, and deleted, all of it by the browser's own scripts.

No page here knows of a credential: they lie in the browser (`static/credentials/store.js`), with keys that can't be
taken out of it. So the pages ask for nobody's sign-in, and hold nothing but words. What the server hands over is the
same for all: the types, and whom the ledger trusts, complete, so that nobody learns which of it a wallet looks for.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from litestar import Response, get

from madang.base.parties import queries as parties
from madang.base.trust import queries as trust
from madang.base.trust.state import ends
from madang.identity.catalogue import TYPES
from madang.kernel.state import State
from madang.web.site.visit import POLICY, Visit
from madang.web.wallet.attesting import vouching
from madang.web.wallet.places import ENGLISH, place_name

WORDS = "wallet.credentials."
PUBLIC = {"cache-control": "no-cache"}
MOST_ORIGINS = 64
Sort = Literal["issuers", "verifiers"]
ISSUERS: tuple[Sort, ...] = ("issuers",)
EVERYBODY: tuple[Sort, ...] = ("issuers", "verifiers")
"""Whom a page reaches at other origins: issuers have status lists, which a wallet reads before it shows anything."""


@get("/credentials")
async def credentials(visit: Visit) -> Response[str]:
    """The credentials of this device."""
    return page_of(visit, "list", ISSUERS)


@get("/credentials/card")
async def card(visit: Visit) -> Response[str]:
    """One of them; which, stands behind '#' and is not sent."""
    return page_of(visit, "card", ISSUERS)


@get("/credentials/shown")
async def shown(visit: Visit) -> Response[str]:
    """What was shown to whom."""
    return page_of(visit, "shown")


@get(["/credentials/receive", "/credentials/back"])
async def receive(visit: Visit) -> Response[str]:
    """Where an offer is taken, and where an issuer sends somebody back who signed in there."""
    return page_of(visit, "receive", ISSUERS)


@get("/present")
async def present(visit: Visit) -> Response[str]:
    """Where a verifier's request is looked at, agreed to or refused."""
    return page_of(visit, "present", EVERYBODY)


@get("/credentials/known")
async def known(visit: Visit) -> Response[bytes]:
    """The types, and whom the ledger trusts: all of it, the same for everybody."""
    offices = visit.request.app.state.get("issuers")
    verifiers = visit.request.app.state.get("verifiers")
    institutions = [] if offices is None else [offices.of(name).institution.description for name in offices.names()]
    names = {one.party: msgspec.to_builtins(one.name) for one in institutions}
    vouches = vouching(visit.state, visit.request.app.state.get("provider"), visit.now)
    content = trusted(visit.state, verifiers.roots if verifiers is not None else (), names, visit.now, vouches)
    return Response(msgspec.json.encode(content), media_type="application/json", headers=PUBLIC)


ROUTES = (credentials, card, shown, receive, present, known)


def trusted(
    state: State, roots: Sequence[bytes], names: Mapping[str, Any], now: int, provider: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What a wallet needs to judge by itself: types, issuers and verifiers of the ledger, and root certificates (DER).

    `names` are what parties are called in both languages, as far as it is known here; `provider` vouches for this
    wallet, if anybody does. Times in seconds.
    """
    return {
        "now": now,
        "types": msgspec.to_builtins(dict(TYPES)),
        "issuers": [one for kind in TYPES for one in _issuers(state, kind)],
        "verifiers": [one for kind in TYPES for one in _verifiers(state, kind)],
        "names": dict(names),
        "provider": provider,
        "roots": [base64.b64encode(one).decode() for one in roots],
    }


def page_of(visit: Visit, name: str, reached: Sequence[Sort] = (), **values: Any) -> Response[str]:
    """A page with the words that its script speaks. It may talk to those of other origins who are `reached`."""
    own = [key for key in visit.site.look.words.keys() if key.startswith(WORDS)]  # noqa: SIM118  no dictionary
    spoken = {key.removeprefix(WORDS): visit.say(key) for key in own}
    headers = {"content-security-policy": _policy(visit.state, reached, visit.now)} if reached else {}
    return visit.page(
        f"wallet/credentials/{name}.html", headers=headers, spoken=spoken, provinces=_provinces(visit), **values
    )


def _provinces(visit: Visit) -> dict[str, str]:
    return {code: place_name(code, visit.wanted.language) for code in ENGLISH}


def _policy(state: State, reached: Sequence[Sort], now: int) -> str:
    """The site's policy, and the origins that the ledger has of these: nothing can be sent to any other."""
    found: dict[Sort, list[dict[str, Any]]] = {
        "issuers": [one for kind in TYPES for one in _issuers(state, kind) if one["since"] <= now < one["ends"]],
        "verifiers": [one for kind in TYPES for one in _verifiers(state, kind) if one["since"] <= now < one["until"]],
    }
    named = {origin for sort in reached for one in found[sort] for origin in one["origins"]}
    origins = " ".join(sorted(named)[:MOST_ORIGINS])
    return POLICY.replace("connect-src 'self'", f"connect-src 'self' {origins}".rstrip())


def _issuers(state: State, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "party": one.issuer,
            "anchors": one.record.anchors,
            "origins": one.record.origins,
            "since": one.record.since,
            "ends": ends(one.record),
        }
        for one in trust.issuers(state, kind, limit=trust.MAX_PAGE)
        if _is_active(state, one.issuer)
    ]


def _verifiers(state: State, kind: str) -> list[dict[str, Any]]:
    return [
        {
            "type": kind,
            "party": one.verifier,
            "purpose": one.purpose,
            "claims": one.record.claims,
            "certificates": one.record.certificates,
            "origins": one.record.origins,
            "since": one.record.since,
            "until": one.record.until,
        }
        for one in trust.verifiers(state, kind, limit=trust.MAX_PAGE)
        if one.record.standing == "named" and _is_active(state, one.verifier)
    ]


def _is_active(state: State, name: str) -> bool:
    found = parties.party(state, name)
    return found is not None and found.standing == "active"
