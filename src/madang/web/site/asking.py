"""A page that asks for credentials: with the wallet on this device, or with a phone that reads a code.

`ask` begins a request for each of the two and shows the page; `shown` gives what was proven to the page that goes on.
What ties both to one browser is a cookie that holds the requests' secrets. Whoever scans the code at another screen
shows their credentials to whoever sits there: the page says so, and pages on which that would matter ask with
`across=False`.
"""

import base64
from collections.abc import Sequence
from typing import Annotated

from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.params import Parameter

from madang.exchange.qr import draw_svg
from madang.identity.catalogue import type_of
from madang.identity.verified import Verified
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.pending import CROWDED, SECONDS
from madang.identity.verifier.verifier import Standing, Verifier
from madang.kernel.errors import MadangError
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.api.strangers import admit
from madang.web.site.visit import PAGE_HEADERS, Visit

COOKIE = "__Host-madang-asked"
WALLET = "/wallet/present"
"""Where the wallet of this site takes a request."""


def ask(visit: Visit, institution: str, asks: Sequence[Ask], then: str, across: bool = True) -> Response[str]:
    """The page on which somebody is asked by an institution of this server. It goes on at `then`, a path of ours.

    Raises `Refused`: 404 `ask.absent`, 403 with what `Verifier.begin` raises (the ledger does not let it ask so), 429
    where too much is under way (`http.rate`, `request.crowded`).
    """
    admit(visit.request)
    verifier = verifier_of(visit, institution)
    origin = visit.chain.relying_party.origins[0]
    try:
        here = verifier.begin(asks, visit.now, f"{origin}{then}")
        there = verifier.begin(asks, visit.now) if across else None
    except MadangError as error:
        if error.code == CROWDED:
            raise Refused(429, error.code, error.message, SECONDS) from None
        raise Refused(403, error.code, error.message) from None
    begun = [here] if there is None else [here, there]
    page = visit.page(
        "site/ask.html",
        institution=institution,
        wanted=[(type_of(one.type), one) for one in asks],
        here=f"{WALLET}?{here.query}",
        code=f"data:image/svg+xml;base64,{base64.b64encode(draw_svg(there.link)).decode()}" if there else "",
        link=there.link if there else "",
        then=then,
        seconds=SECONDS,
    )
    value = ".".join(part for one in begun for part in (one.handle, one.secret))
    page.set_cookie(_cookie(value, SECONDS))
    return page


def shown(visit: Visit, institution: str, asks: Sequence[Ask], across: bool = True) -> tuple[Verified, ...] | None:
    """What was proven to this browser, once, when it was asked for just this; None as long as nobody has answered.

    What another page asked for, or across devices where that is not to be, is no answer here. Raises `Refused`: 404
    `ask.absent`; 403 `presentation.refused` (what was shown does not count), `request.code` (it came back elsewhere).
    """
    verifier = verifier_of(visit, institution)
    for handle, secret in _begun(visit)[: 2 if across else 1]:
        code = visit.request.query_params.get("response_code", "") if _came_back(visit, handle) else ""
        try:
            is_this = verifier.asked(handle, secret, visit.now) == tuple(asks)
            if not is_this or verifier.standing(handle, secret, visit.now) == "waiting":
                continue
            answer = verifier.take(handle, secret, visit.now, code)
        except MadangError as error:
            if error.code == "request.unknown":
                continue  # the other one may be there
            raise Refused(403, error.code, error.message) from None
        if answer.standing == "refused":
            raise Refused(403, "presentation.refused", "What was shown can't be accepted. Show another credential.")
        return answer.shown
    return None


@get("/asked/{institution:str}")
async def standing(visit: Visit, institution: Annotated[str, Parameter(max_length=32)]) -> Response[bytes]:
    """Whether the answer of another device has come, for the page that waits."""
    return Response(
        encode({"standing": _standing(visit, institution)}), media_type="application/json", headers=PAGE_HEADERS
    )


def verifier_of(visit: Visit, institution: str) -> Verifier:
    """The verifier of an institution at this server. Raises `Refused` (404) where there is none."""
    verifiers = visit.request.app.state.get("verifiers")
    if verifiers is None:
        raise Refused(404, "ask.absent", "Nobody asks for credentials at this server.")
    found: Verifier = verifiers.of(institution)
    return found


def _standing(visit: Visit, institution: str) -> Standing:
    """`refused` if the time is over, too: the page then begins again."""
    verifier = verifier_of(visit, institution)
    found: set[Standing] = set()
    for handle, secret in _begun(visit)[1:]:
        try:
            found.add(verifier.standing(handle, secret, visit.now))
        except MadangError:
            found.add("refused")
    return "shown" if "shown" in found else "waiting" if "waiting" in found else "refused"


def _begun(visit: Visit) -> list[tuple[str, str]]:
    """Handles and secrets of the requests that this browser began: on this device, then across devices."""
    parts = visit.request.cookies.get(COOKIE, "").split(".")
    return list(zip(parts[::2], parts[1::2], strict=False))[:2]


def _came_back(visit: Visit, handle: str) -> bool:
    return visit.request.query_params.get("handle", "") == handle


def _cookie(value: str, seconds: int) -> Cookie:
    """Sent along when a wallet of another site sends the browser back, and with nothing else from there."""
    return Cookie(COOKIE, path="/", value=value, secure=True, httponly=True, samesite="lax", max_age=seconds)
