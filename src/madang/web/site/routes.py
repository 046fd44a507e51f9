"""Puts areas, words, look and sessions together into the routes that a server serves beside the API."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from litestar import Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, ExceptionHandlersMap

from madang.kernel.errors import MadangError
from madang.log.errors import LogError
from madang.web.api import problems
from madang.web.api.asgi import encode
from madang.web.api.problems import Problem, Refused, make
from madang.web.site import asking, refusals, shared, signin
from madang.web.site.areas import Area, anybody
from madang.web.site.evidence import Keeper
from madang.web.site.forms import CONTROL
from madang.web.site.look import Look
from madang.web.site.pads import Pads
from madang.web.site.sessions import Sessions
from madang.web.site.statics import Statics
from madang.web.site.visit import EMPLOYEE, PAGE_HEADERS, NotIdentified, NotSignedIn, Req, Site, Visit
from madang.web.site.words import Words

HERE = Path(__file__).parent
VENDOR = HERE.parent / "vendor"
COMMON = Area("site", HERE, anybody, (*shared.ROUTES, asking.standing))
SAFE = ("GET", "HEAD")


def pages(
    areas: Sequence[Area],
    records: Any = None,
    vendor: Path = VENDOR,
    pads: Pads | None = None,
    keeper: Keeper | None = None,
) -> list[ControllerRouterHandler]:
    """The routes of these areas, as of `make_site`. Raises what that raises."""
    return routes_of(make_site(areas, records, vendor, pads, keeper))


def make_site(
    areas: Sequence[Area],
    records: Any = None,
    vendor: Path = VENDOR,
    pads: Pads | None = None,
    keeper: Keeper | None = None,
) -> Site:
    """What the pages of these areas share. `records` is an open database of `records`, or None; `pads` opens with the
    node, and `keeper` has the vault for evidence.

    Raises `MadangError`: `site.vendor`, `words.invalid`.
    """
    parts = (COMMON, *areas)
    words = Words({one.name: one.folder / "words.yaml" for one in parts})
    statics = Statics({**{one.name: one.folder / "static" for one in parts}, "vendor": vendor})
    return Site(tuple(areas), Look(parts, words, statics), Sessions(), records, pads, keeper)


def routes_of(site: Site) -> list[ControllerRouterHandler]:
    """The routes of a site's areas, and of what they share."""
    own = [_router(site, one, one.home, (*signin.ROUTES, *refusals.ROUTES, *one.routes)) for one in site.areas]
    return [_router(site, COMMON, "/", COMMON.routes), *own]


def lost(site: Site, request: Req) -> Response[str]:
    """The page (404) for somebody at an address where nothing is: the areas, that of the address first."""
    first = request.url.path.split("/")[1]
    areas = sorted(site.areas, key=lambda one: one.name != first)
    return Visit(site, COMMON, request).page("site/lost.html", 404, ways=areas)


def _router(site: Site, area: Area, path: str, handlers: Sequence[ControllerRouterHandler]) -> Router:
    async def visit(request: Req) -> Visit:
        found = Visit(site, area, request)
        _check_target(request)
        if request.method not in SAFE:
            _check_origin(found)
        return found

    return Router(
        path,
        route_handlers=list(handlers),
        dependencies={"visit": Provide(visit)},
        exception_handlers=_handlers(site, area),
    )


def _check_target(request: Req) -> None:
    """That path and query hold no control character: keys of the ledger are joined by NUL, as the API's reads know.

    Raises `Refused` (400, `http.request`).
    """
    target = request.scope["raw_path"] + b"?" + request.scope["query_string"]
    if CONTROL.search(unquote(target.decode("latin-1"))):
        raise Refused(400, "http.request", "The address holds a control character. Open the page by a link of ours.")


def _check_origin(visit: Visit) -> None:
    """That a request that changes something comes from a page of this site: browsers say so, and scripts can't lie.

    Raises `Refused` (403, `site.origin`).
    """
    if visit.request.headers.get("origin") not in visit.chain.relying_party.origins:
        raise Refused(403, "site.origin", "This was not sent from a page of this site. Open the page here.")


def _handlers(site: Site, area: Area) -> ExceptionHandlersMap:
    """Every refusal is a page in words, or a problem (RFC 9457) for a script that asked for JSON."""

    def show(request: Req, problem: Problem) -> Response[Any]:
        if "text/html" not in request.headers.get("accept", ""):
            headers = {**PAGE_HEADERS, "content-type": problems.MEDIA_TYPE.decode()}
            return Response(encode(problem), status_code=problem.status, headers=headers)
        return Visit(site, area, request).page("site/error.html", problem.status, problem=problem)

    def of_http(request: Req, error: HTTPException) -> Response[Any]:
        known = error.status_code if error.status_code in (404, 405, 413) else 400
        return show(request, make(known, "http.not_found" if known == 404 else "http.request", ""))

    def of_defect(request: Req, error: Exception) -> Response[Any]:
        request.app.state.journal.defect("defect", error, method=request.method)
        return show(request, make(500, "http.defect", ""))

    return {
        NotIdentified: lambda _request, error: asking.ask(
            error.visit, error.institution, [EMPLOYEE], f"{error.visit.area.home}/identified"
        ),
        NotSignedIn: lambda _request, error: error.visit.page(
            "site/sign_in.html", 401, headers={"www-authenticate": "Madang"}
        ),
        Refused: lambda request, error: show(request, error.problem),
        MadangError: lambda request, error: show(request, problems.of_error(error)[0]),
        LogError: lambda request, error: show(request, problems.of_error(error)[0]),
        HTTPException: of_http,
        Exception: of_defect,
    }
