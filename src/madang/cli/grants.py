"""madang grants: a file of grants, checked whole, sent in batches, safe to run again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.declared import Keys
from madang.cli.options import DEFAULT_URL, Passphrase, Url, open_wallets
from madang.cli.talk import Json, counting, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.services.vouchers.transactions import GrantRow

app = typer.Typer(no_args_is_help=True, help="Grant vouchers from a CSV file (docs/bulk.md).")
File = Annotated[Path, typer.Argument(help="The CSV file.", exists=True, dir_okay=False)]


@app.command("check")
def check(file: File, as_json: Json = False) -> None:
    """Check a file without sending anything; every problem is named by row and column."""
    rows = _read(file)
    won = sum(row.amount for row in rows)
    tell(
        f"{len(rows):,} rows, {won:,} won: nothing is wrong with the file.",
        {"rows": len(rows), "won": won},
        as_json=as_json,
    )


@app.command("send")
def send(
    file: File,
    programme: Annotated[str, typer.Option(help="The programme to grant in.")],
    key: Keys,
    by: Annotated[str, typer.Option(help="Required: the sponsor or eligibility authority that grants.")] = "",
    report: Annotated[Path | None, typer.Option(help="Write what became of each row to this file.")] = None,
    passphrase_file: Passphrase = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Grant every row that is not granted yet. Run it again after whatever stopped it: a row is granted once."""
    from madang.bulk import HttpTarget, Waiting, send_grants, write_report
    from madang.client import Client

    def told(waiting: Waiting) -> None:
        again = f"Trying again in {waiting.seconds:g} s; tries left: {waiting.tries_left}."
        count.say(waiting.error.code, f"{waiting.error.message} {again}")

    if not by:
        raise typer.BadParameter(
            "--by is missing: the name on the ledger of the sponsor or authority that grants, such as --by ministry."
        )
    if report is not None:
        files.check_free(report)
    rows = _read(file)
    wallets = open_wallets(key, passphrase_file)
    with Client(url) as client, counting("Rows", as_json=as_json) as count:
        target = HttpTarget(client, wallets)
        result = send_grants(rows, programme, by, target, lambda progress: count(progress.done, progress.total), told)
    if report is not None:
        write_report(result, rows, report)
    value = {"granted": result.granted, "skipped": result.skipped, "refused": result.refused, "rows": len(rows)}
    text = f"{result.granted:,} granted, {result.skipped:,} granted before, {result.refused:,} refused of {len(rows):,}"
    tell(text, value, as_json=as_json)
    if result.stopped is not None:
        raise MadangError(result.stopped.code, f"{result.stopped.message} {_left(result.count('unknown'))}")
    if not result.is_complete:
        where = "--report FILE says" if report is None else f"{report} says"
        raise MadangError("grants.refused", f"Some rows were refused. {where} which, and why.")


def _left(unknown: int) -> str:
    if unknown:
        return f"Of {unknown:,} rows nobody knows whether they are granted: run it again, which finds out."
    return "What was not granted is left: mend the cause and run it again."


def _read(file: Path) -> "list[GrantRow]":
    from madang.bulk import GrantFileError, read_grants

    try:
        return read_grants(file)
    except GrantFileError as error:
        raise MadangError("grants.file", error.message) from None
