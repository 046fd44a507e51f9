"""madang appeals: an office's list of appeals, kept beside a node and read without it (docs/appeals.md)."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.records import DEFAULT, Address, Folder, followed, opened
from madang.cli.talk import Json, patience, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.records.appeallist import AppealFilter, Place

app = typer.Typer(no_args_is_help=True, help="The list of appeals (이의신청) of an office.")
Office = Annotated[str, typer.Option(help="Whose appeals: the institution that decides.")]
Programme = Annotated[str | None, typer.Option(help="Only of this programme.")]
Status = Annotated[str | None, typer.Option(help="open, lodged, taken, decided or withdrawn.")]
Matter = Annotated[str | None, typer.Option(help="refusal, amount, region, freeze or recovery.")]
Ground = Annotated[str | None, typer.Option(help="The ground, such as birth or return_from_abroad.")]
Outcome = Annotated[str | None, typer.Option(help="granted, corrected, region_moved, dismissed or withdrawn.")]
Search = Annotated[str | None, typer.Option(help="How a number, a party or a reference begins.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those open and past their deadline.")]


@app.command("update")
def update(
    folder: Folder,
    database: Address = DEFAULT,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the list again from the first block.")] = False,
    as_json: Json = False,
) -> None:
    """Take what the node has committed since into the list."""
    with opened(database) as records, followed(folder) as following:
        from madang.records.appealmodel import Appeals
        from madang.records.projection import project
        from madang.records.projection import rebuild as make_again

        with patience("Reading blocks"):
            standing = (make_again if rebuild else project)(records, following, Appeals())
    tell(f"The list of appeals stands at block {standing.height}.", {"height": standing.height}, as_json=as_json)


@app.command("list")
def show(
    office: Office,
    database: Address = DEFAULT,
    programme: Programme = None,
    status: Status = None,
    matter: Matter = None,
    ground: Ground = None,
    outcome: Outcome = None,
    search: Search = None,
    overdue: Overdue = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many rows.")] = 50,
    after: Annotated[str | None, typer.Option(help="DEADLINE,NUMBER of the last row of the page before.")] = None,
    as_json: Json = False,
) -> None:
    """List an office's appeals, the most urgent first."""
    import msgspec

    with opened(database) as records:
        from madang.records.appeallist import list_appeals

        wanted = _filter(office, programme, status, matter, ground, outcome, search, overdue=overdue)
        place = _place(after)
        with records.reading() as connection:
            page = list_appeals(connection, wanted, limit, place)
    headings = ("NUMBER", "DEADLINE", "STATUS", "MATTER", "GROUND", "PROGRAMME", "OUTCOME")
    rows: list[tuple[str, ...]] = [
        (one.number, _day(one.deadline), one.status, one.matter, one.ground, one.programme, one.outcome)
        for one in page.rows
    ]
    lines = [table(headings, rows), f"{len(rows)} of {page.total}"]
    if page.next is not None:
        lines.append(f"More: --after {page.next.deadline},{page.next.number}")
    tell("\n".join(lines), msgspec.to_builtins(page), as_json=as_json)


@app.command("csv")
def save(
    target: Annotated[Path, typer.Argument(help="The file to write; /dev/stdout for the terminal.")],
    office: Office,
    database: Address = DEFAULT,
    programme: Programme = None,
    status: Status = None,
    matter: Matter = None,
    ground: Ground = None,
    outcome: Outcome = None,
    search: Search = None,
    overdue: Overdue = False,
    force: files.Force = False,
) -> None:
    """Write the list as CSV for a spreadsheet."""
    to_device = target.exists() and not target.is_file()
    files.check_free(target, force=force or to_device)
    with opened(database) as records:
        from madang.records.appeallist import write_csv

        wanted = _filter(office, programme, status, matter, ground, outcome, search, overdue=overdue)
        with records.reading() as connection:
            text = "".join(write_csv(connection, wanted))
    files.write(target, text.encode(), force=force or to_device)


def _filter(
    office: str,
    programme: str | None,
    status: str | None,
    matter: str | None,
    ground: str | None,
    outcome: str | None,
    search: str | None,
    *,
    overdue: bool,
) -> "AppealFilter":
    import msgspec

    from madang.records.appeallist import AppealFilter

    values = {
        "office": office,
        "programme": programme,
        "status": status,
        "matter": matter,
        "ground": ground,
        "outcome": outcome,
        "search": search,
        "overdue_at": int(time.time()) if overdue else None,
    }
    try:
        return msgspec.convert(values, AppealFilter)
    except msgspec.ValidationError as error:
        raise MadangError("appeals.filter", f"{error}. See madang appeals list --help.") from None


def _place(text: str | None) -> "Place | None":
    import msgspec

    from madang.records.appeallist import Place

    if text is None:
        return None
    deadline, _, number = text.partition(",")
    try:
        return msgspec.convert({"deadline": deadline, "number": number}, Place, strict=False)
    except msgspec.ValidationError:
        raise MadangError("appeals.filter", "--after takes DEADLINE,NUMBER as the page before printed it.") from None


def _day(moment: int) -> str:
    """The day in Seoul."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment + 9 * 3_600))
