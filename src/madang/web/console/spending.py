"""What a programme's vouchers paid: by region, industry, hour and day, as plots, tables and CSV.

For the sponsor, the funders and auditors alone: few payments in one hour of a small district can be told apart.
"""

import asyncio
from typing import get_args

import msgspec
from litestar import Response, get

from madang.base.programmes.queries import ProgrammeView
from madang.exchange.sheets import write_sheet
from madang.records import reading
from madang.records.spending import By, SpendingRow
from madang.services.vouchers.state import FUNDERS
from madang.web.api.problems import Refused
from madang.web.console import plots
from madang.web.console.fields import chosen, read_day
from madang.web.console.grants import csv_answer
from madang.web.console.plots import Point
from madang.web.offices.office import office, programme_of
from madang.web.site.formats import Markup, won
from madang.web.site.titles import title
from madang.web.site.visit import Visit

SORTS: tuple[By, ...] = get_args(By)
MOST_BARS = 20


class Figure(msgspec.Struct, frozen=True):
    """One way to look at it: the plot, and the rows under it with their labels."""

    by: By
    plot: Markup
    rows: list[tuple[str, SpendingRow]]


def may_count(visit: Visit, view: ProgrammeView) -> bool:
    """Whether the institution that is signed in may read what was spent where."""
    one, funders = office(visit), visit.state.get(FUNDERS, view.name)
    return one.name == view.sponsor or one.has("auditor") or (funders is not None and one.name in funders.names)


def counted_programme(visit: Visit, name: str) -> ProgrammeView:
    """A programme whose spending this institution may read. Raises `Refused` (403, `console.not_yours`)."""
    view = programme_of(visit, name)
    if not may_count(visit, view):
        raise Refused(403, "console.not_yours", "What was spent where is for sponsor, funders and auditors.")
    return view


@get("/programmes/{name:str}/spending")
async def show(visit: Visit, name: str, since: str = "", until: str = "") -> Response[str]:
    """All four plots."""
    view = counted_programme(visit, name)
    since, until = _day(since), _day(until)
    found = await asyncio.to_thread(_read, visit, name, since, until)
    figures = [_figure(visit, by, rows) for by, rows in found.items()]
    total = sum(row.amount - row.refunded for row in found["day"])
    return visit.page(
        "console/spending.html",
        view=view,
        title=title(visit.state, name, visit.wanted.language),
        figures=figures,
        total=total,
        payments=sum(row.payments for row in found["day"]),
        since=since,
        until=until,
    )


@get("/programmes/{name:str}/spending/{by:str}")
async def sheet(visit: Visit, name: str, by: str, since: str = "", until: str = "") -> Response[bytes]:
    """One way to look at it as CSV: key, name, payments, won paid, won that came back."""
    counted_programme(visit, name)
    sort = chosen(by.removesuffix(".csv"), SORTS)
    if sort is None:
        raise Refused(404, "http.not_found", "Spending is shown by region, industry, hour or day.")
    found = await asyncio.to_thread(_read, visit, name, _day(since), _day(until))
    korean = visit.wanted.language == "ko"
    labels = [row.ko if korean else row.en or row.ko for row in found[sort]]
    rows = [
        (row.key, label, row.payments, row.amount, row.refunded, row.amount - row.refunded)
        for row, label in zip(found[sort], labels, strict=True)
    ]
    heads = [sort, "name", "payments", "amount", "refunded", "net"]
    return csv_answer(write_sheet(heads, rows), f"{name}-{sort}.csv")


def _day(text: str) -> str:
    """A day as the records read it, or none."""
    return text if read_day(text) else ""


def _read(visit: Visit, name: str, since: str, until: str) -> dict[str, list[SpendingRow]]:
    with visit.site.records.reading() as connection:
        return {by: reading.spending(connection, name, by, since, until) for by in SORTS}


def _figure(visit: Visit, by: str, rows: list[SpendingRow]) -> Figure:
    language = visit.wanted.language
    named = [(_name(visit, by, row), row) for row in rows]
    if by in ("region", "industry"):
        named.sort(key=lambda one: one[1].refunded - one[1].amount)
    points = [Point(label, row.amount - row.refunded, won(row.amount - row.refunded, language)) for label, row in named]
    heading, told = visit.say(f"console.spending.{by}"), visit.say("console.spending.description", count=len(rows))
    unit = "원" if language == "ko" else ""
    if by == "day":
        plot = plots.line(by, heading, told, points, unit)
    elif by == "hour":
        plot = plots.columns(by, heading, told, _all_hours(points, named), unit)
    else:
        plot = plots.bars(by, heading, told, points[:MOST_BARS])
    return Figure(chosen(by, SORTS) or "day", plot, named)  # type: ignore[arg-type]


def _all_hours(points: list[Point], named: list[tuple[str, SpendingRow]]) -> list[Point]:
    """A column for each hour of a day, those without a payment too."""
    known = {row.key: point for point, (_, row) in zip(points, named, strict=True)}
    return [known.get(f"{hour:02d}", Point(f"{hour:02d}", 0, "")) for hour in range(24)]


def _name(visit: Visit, by: str, row: SpendingRow) -> str:
    if by == "day":
        return row.key[5:]
    if by == "hour":
        return row.key
    words = row.ko if visit.wanted.language == "ko" else row.en or row.ko
    return words or row.key or visit.say("console.spending.unknown")


ROUTES = (show, sheet)
