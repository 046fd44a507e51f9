"""madang suspicious: what a bank's compliance officer looks at, exported, with the digest that the ledger records."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from madang.cli import files
from madang.cli.talk import Json, log_errors, patience, tell

Won = Annotated[int, typer.Option(min=1, help="From so many won in one direction within the window on.")]
Count = Annotated[int, typer.Option(min=1, help="From so many movements in one direction within the window on.")]


def suspicious(
    folder: Annotated[Path, typer.Argument(help="A node's folder, or a copy of it.", file_okay=False)],
    bank: Annotated[str, typer.Option(help="The bank whose accounts are looked through.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the export.", dir_okay=False)],
    amount: Won = 10_000_000,
    count: Count = 50,
    window: Annotated[int, typer.Option(min=1, help="Seconds.")] = 86_400,
    since: Annotated[int, typer.Option(min=0, help="The first block.")] = 0,
    until: Annotated[int | None, typer.Option(min=0, help="The last block; the newest by default.")] = None,
    form: Annotated[Literal["json", "csv"], typer.Option("--format", help="For programs, or for people.")] = "json",
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Export the movements on a bank's accounts that somebody should look at. Stop the node, or use a copy of it.

    No holder can tell that it was done. Record the export on the ledger, as it says at its end: its digest alone.
    """
    from madang.audit.stored import opened
    from madang.audit.suspicious import Thresholds, digest, look_through

    files.check_free(output, force=force)
    with log_errors(), patience("Looking through the movements"), opened(folder) as view:
        export = look_through(view, bank, Thresholds(amount, count, window), since, until)
    data = export.as_json() if form == "json" else export.as_csv()
    files.write(output, data, force=force)
    made = digest(data)
    record = f"madang act money record-export --digest {made} --since {export.since} --until {export.until}"
    value = {"output": str(output), "findings": len(export.findings), "since": export.since, "until": export.until}
    text = [
        f"{output}: {len(export.findings)} findings on accounts of {bank}, blocks {export.since} to {export.until}",
        f"SHA-256 {made}",
        f"Keep it as the law says, tell nobody concerned, and record it: {record}",
    ]
    tell("\n".join(text), {**value, "digest": made}, as_json=as_json)
