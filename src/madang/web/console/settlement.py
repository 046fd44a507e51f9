"""The settlement report (정산보고서) of a programme: what was spent in which city, and whose money it was."""

import asyncio

from litestar import Response, get

from madang.exchange.settling import settlement_report, settlement_report_sheet
from madang.records.tradenames import district
from madang.web.console.spending import counted_programme
from madang.web.site.titles import title
from madang.web.site.visit import PAGE_HEADERS, Visit


@get("/programmes/{name:str}/settlement")
async def show(visit: Visit, name: str) -> Response[str]:
    """The report as of now."""
    view = counted_programme(visit, name)
    report = await asyncio.to_thread(settlement_report, visit.state, name)
    return visit.page(
        "console/settlement.html",
        view=view,
        title=title(visit.state, name, visit.wanted.language),
        report=report,
        names={row.place: district(row.place) for row in report.rows if row.place.isdigit()},
    )


@get("/programmes/{name:str}/settlement.csv")
async def sheet(visit: Visit, name: str) -> Response[bytes]:
    """The report as CSV, as offices exchange it."""
    counted_programme(visit, name)
    report = await asyncio.to_thread(settlement_report, visit.state, name)
    headers = {**PAGE_HEADERS, "content-disposition": f'attachment; filename="{name}-settlement.csv"'}
    return Response(settlement_report_sheet(report), media_type="text/csv; charset=utf-8", headers=headers)


ROUTES = (show, sheet)
