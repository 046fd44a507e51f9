"""What an institution has before it: appeals, applications, fraud flags and disputes, filtered and in pages."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get

from madang.kernel.errors import MadangError
from madang.records import reading
from madang.web.api.problems import Refused
from madang.web.offices.office import office, own_programmes
from madang.web.site.forms import literals
from madang.web.site.titles import title
from madang.web.site.visit import Visit

PAGE = 50


class Listing(msgspec.Struct, frozen=True):
    """A list: its filter, how it is read, and which of its columns are shown; the first leads to a row's own page."""

    filter: type[Any]
    read: Callable[..., Any]
    columns: tuple[str, ...]
    overdue: bool = True


LISTINGS: Mapping[str, Listing] = {
    "appeals": Listing(
        reading.AppealFilter,
        reading.appeals,
        ("number", "programme", "matter", "ground", "status", "lodged_at", "deadline"),
    ),
    "applications": Listing(
        reading.ApplicationFilter,
        reading.applications,
        ("number", "programme", "ground", "channel", "status", "entered_at", "deadline"),
    ),
    "flags": Listing(
        reading.FlagFilter,
        reading.flags,
        ("number", "programme", "sort", "reason", "source", "standing", "raised_at"),
        overdue=False,
    ),
    "disputes": Listing(
        reading.DisputeFilter,
        reading.disputes,
        ("case", "programme", "payee", "ground", "amount", "answered", "standing", "filed_at", "decide_by"),
    ),
}
TIMES = ("lodged_at", "deadline", "entered_at", "raised_at", "filed_at", "decide_by")
_CHOSEN = ("status", "matter", "ground", "outcome", "channel", "standing", "reason", "sort", "source", "answered")


@get(["/appeals", "/applications", "/flags", "/disputes"])
async def show(visit: Visit) -> Response[str]:
    """A page of one of the lists."""
    one = office(visit)
    name = visit.request.url.path.rsplit("/", 1)[-1]
    listing = LISTINGS[name]
    asked = {key: str(value) for key, value in visit.request.query_params.items() if value}
    wanted = {key: asked[key] for key in ("programme", *_CHOSEN) if key in asked}
    if listing.overdue and asked.get("overdue") == "yes":
        wanted["overdue_at"] = str(visit.now)
    try:
        filtered = msgspec.convert({"office": one.name, **wanted}, listing.filter, strict=False)
        page = await asyncio.to_thread(_read, visit, listing, filtered, asked.get("after", "")[:200])
    except (msgspec.ValidationError, MadangError):
        raise Refused(400, "console.filter", "There is no such filter. Open the list again.") from None
    programmes = [
        (view.name, title(visit.state, view.name, visit.wanted.language)) for view in own_programmes(visit.state, one)
    ]
    return visit.page(
        "console/list.html",
        name=name,
        listing=listing,
        times=TIMES,
        page=page,
        asked=asked,
        choices=choices(listing.filter),
        programmes=programmes,
        titled=lambda programme: title(visit.state, programme, visit.wanted.language),
        link=_link(name),
        query=query_of(wanted),
    )


def _read(visit: Visit, listing: Listing, wanted: Any, after: str) -> Any:
    with visit.site.records.reading() as connection:
        return listing.read(connection, wanted, after, PAGE)


def _link(name: str) -> Callable[[Any], str]:
    """The path of a row's own page."""
    if name == "flags":
        return lambda row: f"/console/flags/{row.programme}/{row.number}"
    if name == "disputes":
        return lambda row: f"/console/disputes/{row.case}"
    return lambda row: f"/console/{name}/{row.number}"


def query_of(wanted: Mapping[str, str]) -> str:
    """A filter as the query of an address."""
    overdue = {"overdue": "yes"} if "overdue_at" in wanted else {}
    return urlencode({**{key: value for key, value in wanted.items() if key != "overdue_at"}, **overdue})


def choices(wanted: type[Any]) -> dict[str, list[str]]:
    """What may be chosen of each field of a filter that has a few values."""
    found = {field.name: list(dict.fromkeys(literals(field.type))) for field in msgspec.structs.fields(wanted)}
    return {name: values for name, values in found.items() if name in _CHOSEN and values}


ROUTES = (show,)
