"""madang settlement: what a programme spent where, and whose money it was."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import files
from madang.cli.talk import Json, log_errors, table, tell

if TYPE_CHECKING:
    from madang.exchange.settling import Settlement


def settlement(
    folder: Annotated[
        Path, typer.Argument(help="A node's folder, or a backup of one; no node runs on it.", file_okay=False)
    ],
    programme: Annotated[str, typer.Argument(help="The programme's name.")],
    report: Annotated[Path | None, typer.Option(help="Write it as CSV for a spreadsheet to this file.")] = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Write the settlement report (정산보고서): spending by city and county, split between the funders."""
    from madang.audit.stored import opened
    from madang.engine.ledger import Durable
    from madang.exchange.settling import settlement_report, settlement_report_sheet
    from madang.kernel.state import State

    if report is not None:
        files.check_free(report, force=force)
    with log_errors(), opened(folder) as view:
        found = settlement_report(State(Durable(view)), programme)
    if report is not None:
        files.write(report, settlement_report_sheet(found), force=force)
    tell(_told(found), found, as_json=as_json)


def _told(found: "Settlement") -> str:
    lines = [(row.place, f"{row.payments:,}", *(f"{won:,}" for won in (row.amount, *row.parts))) for row in found.rows]
    lines.append(("together", "", *(f"{won:,}" for won in (found.spent, *found.parts))))
    lines.append(("paid in", "", *(f"{won:,}" for won in (sum(found.paid), *found.paid))))
    lines.append(("interest", "", *(f"{won:,}" for won in (sum(found.interest), *found.interest))))
    stage = "settled" if found.settled else f"not settled; {found.open:,} won can still be spent"
    head = f"{found.programme}: {found.spent:,} won spent, {found.lapsed:,} won not, {stage}"
    return f"{head}\n{table(('place', 'payments', 'won', *found.funders), lines)}"
