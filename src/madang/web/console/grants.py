"""Granting from a file: every row is checked before anything is signed, then parts of a thousand rows are signed.

What a file says is checked by `bulk`, what the rules say by trying the rows (`Block.preview`). A row that was granted
before is passed over, so a run that was cut short is gone on with by uploading the same file again.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from madang.bulk import GrantFileError, RowProblem, read_grants
from madang.bulk.reading import FIRST_ROW
from madang.exchange.sheets import write_sheet
from madang.kernel.errors import Rejected
from madang.services.vouchers.queries import granted_many
from madang.services.vouchers.transactions import Grant, GrantRow
from madang.web.api.asgi import encode
from madang.web.api.problems import Refused
from madang.web.console.sheets import sent_file
from madang.web.console.trials import Trial, Trials
from madang.web.console.uploads import MOST_ROWS, Part, Upload, uploads_of
from madang.web.offices.office import Office, office, programme_of
from madang.web.offices.refusing import say_refusal
from madang.web.site.drafts import draft
from madang.web.site.formats import won
from madang.web.site.kept import kept
from madang.web.site.visit import PAGE_HEADERS, Visit

MOST_FILE_BYTES = 8 * 1024 * 1024
A_MOMENT = 0.6
"""Seconds for which a page waits for the trial of its file."""


class Refusal(msgspec.Struct, frozen=True):
    """A row that a rule would refuse: its line, and in which words. Line 0: the whole file."""

    line: int
    reference: str
    words: str


@get("/programmes/{name:str}/grants")
async def ask(visit: Visit, name: str) -> Response[str]:
    """Choose a file."""
    return visit.page("console/grants.html", view=programme_of(visit, name), problems=[], count=0, error="")


@post("/programmes/{name:str}/grants", status_code=200, request_max_body_size=MOST_FILE_BYTES + 4_096)
async def upload(visit: Visit, name: str) -> Response[str]:
    """Check a file: everything that is wrong with it, or the page on which its parts are signed."""
    view, one = programme_of(visit, name), office(visit)
    data = await sent_file(visit)
    try:
        rows = await asyncio.to_thread(read_grants, data)
    except GrantFileError as error:
        shown = [(each, problem_words(visit, each)) for each in error.problems]
        return visit.page("console/grants.html", 422, view=view, problems=shown, count=error.count, error="")
    if len(rows) > MOST_ROWS:
        error_text = visit.say("console.grants.too_many", most=f"{MOST_ROWS:,}")
        return visit.page("console/grants.html", 422, view=view, problems=[], count=0, error=error_text)
    file = uploads_of(visit).keep(one.officer, one.name, name, rows)
    return visit.redirect(f"/console/programmes/{name}/grants/{file}")


def problem_words(visit: Visit, problem: RowProblem) -> tuple[str, str]:
    """What is wrong, and what to do. Words for a column's value stand with the column."""
    language = visit.wanted.language
    key = f"console.bulk.{problem.code}"
    what = visit.say(key) if key in visit.site.look.words else problem.code
    column = f"console.bulk.columns.{problem.column}"
    if language == "en":
        return what, problem.instead
    if problem.code.startswith("cell.") and column in visit.site.look.words:
        return what, visit.say(column)
    todo = f"{key}.todo"
    return what, visit.say(todo) if todo in visit.site.look.words else problem.instead


@get("/programmes/{name:str}/grants/{file:str}")
async def signing(visit: Visit, name: str, file: str) -> Response[str]:
    """A checked file: its parts, what was granted of each, and what the rules would refuse."""
    view, found, one = programme_of(visit, name), _kept(visit, name, file), office(visit)
    held = await asyncio.to_thread(_held, visit, one, found)
    left = [row for row in found.rows if row.reference not in held]
    trial = _trial(visit, one, file, found, held)
    await _for_a_moment(trial)
    refused = [
        Refusal(each.line, each.reference, say_refusal(visit, each.refusal, name))
        for each in trial.faults
        if each.reference not in held
    ]
    parts = [(part, _left(found, part, held)) for part in found.parts]
    return visit.page(
        "console/granting.html",
        view=view,
        office=one,
        file=file,
        found=found,
        parts_left=parts,
        granted=len(found.rows) - len(left),
        left=len(left),
        left_total=sum(row.amount for row in left),
        refused=refused,
        trial=trial,
    )


async def _for_a_moment(trial: Trial) -> None:
    """A small file is tried within it, and nobody has to wait for a second page."""
    ends = time.monotonic() + A_MOMENT
    while not trial.is_done and time.monotonic() < ends:
        await asyncio.sleep(A_MOMENT / 20)


@get("/programmes/{name:str}/grants/{file:str}/trial")
async def tried(visit: Visit, name: str, file: str) -> Response[str]:
    """How far the trial of a file is: the part of its page that asks again, and has the page opened anew at the end."""
    view, _ = programme_of(visit, name), _kept(visit, name, file)
    trial = _trials(visit).find(file)
    headers = {"hx-refresh": "true"} if trial is None or trial.is_done else {}
    return visit.page("console/trial_part.html", headers=headers, view=view, file=file, trial=trial)


@get("/programmes/{name:str}/grants/{file:str}/parts/{number:int}")
async def part(visit: Visit, name: str, file: str, number: int) -> Response[bytes]:
    """The draft of one part: a payload to sign, without the rows that were granted before; none where none is left."""
    programme_of(visit, name)
    found, one = _kept(visit, name, file), office(visit)
    if not 0 <= number < len(found.parts):
        raise Refused(404, "http.not_found", "There is no such part. Open the page again.")
    held = await asyncio.to_thread(_held, visit, one, found)
    rows = _missing(found, found.parts[number], held)
    answer: dict[str, Any] = {"rows": len(rows), "total": won(sum(row.amount for row in rows), visit.wanted.language)}
    if rows:
        made = draft(visit.chain.name, visit.now, [_grant(one, name, rows)], [one.officer], "")
        answer |= {"id": made.id, "payload": made.payload, "signer": one.officer}
    return Response(encode(answer), media_type="application/json", headers=PAGE_HEADERS)


@get("/programmes/{name:str}/grants/{file:str}/report.csv")
async def report(visit: Visit, name: str, file: str) -> Response[bytes]:
    """What became of each row, as CSV: row, reference, amount, status."""
    programme_of(visit, name)
    found, one = _kept(visit, name, file), office(visit)
    held = await asyncio.to_thread(_held, visit, one, found)
    rows = [
        (line, row.reference, row.amount, "granted" if row.reference in held else "not_granted")
        for line, row in enumerate(found.rows, FIRST_ROW)
    ]
    return csv_answer(write_sheet(["row", "reference", "amount", "status"], rows), f"{name}-grants.csv")


def csv_answer(sheet: bytes, filename: str) -> Response[bytes]:
    """A CSV file to download. `filename` is one of ours."""
    headers = {**PAGE_HEADERS, "content-disposition": f'attachment; filename="{filename}"'}
    return Response(sheet, media_type="text/csv; charset=utf-8", headers=headers)


def _kept(visit: Visit, name: str, file: str) -> Upload:
    """The uploaded file. Raises `Refused` (404, `console.upload`)."""
    found = uploads_of(visit).find(office(visit).name, name, file)
    if found is None:
        raise Refused(
            404, "console.upload", "This file is not kept any more. Upload it again: nothing is granted twice."
        )
    return found


def _held(visit: Visit, one: Office, found: Upload) -> set[str]:
    """References of the file that the programme has granted."""
    held: set[str] = set()
    for each in found.parts:
        references = ",".join(row.reference for row in found.rows[each.start : each.end])
        held.update(granted_many(visit.state, one.officer, found.programme, references))
    return held


def _missing(found: Upload, each: Part, held: set[str]) -> list[GrantRow]:
    return [row for row in found.rows[each.start : each.end] if row.reference not in held]


def _left(found: Upload, each: Part, held: set[str]) -> int:
    return len(_missing(found, each, held))


def _grant(one: Office, name: str, rows: Sequence[GrantRow]) -> Grant:
    return Grant(by=one.name, programme=name, rows=list(rows))


def _trial(visit: Visit, one: Office, file: str, found: Upload, held: set[str]) -> Trial:
    """Whether the rules would take the rows that are left, as far as that is known now."""
    lines = {row.reference: line for line, row in enumerate(found.rows, FIRST_ROW)}
    parts = [[(lines[row.reference], row) for row in _missing(found, each, held)] for each in found.parts]

    def refuse(rows: Sequence[GrantRow]) -> Rejected | None:
        return visit.preview([_grant(one, found.programme, rows)], one.officer)

    return _trials(visit).start(file, visit.node.ledger.durable.height, parts, refuse)


def _trials(visit: Visit) -> Trials:
    return kept(visit.request.app.state, "console-trials", Trials)


ROUTES = (ask, upload, signing, tried, part, report)
