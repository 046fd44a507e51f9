"""madang fraud: look for what somebody should look at, and write it as flags (docs/fraud.md)."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli import files
from madang.cli.talk import Json, log_errors, patience, table, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.detection.detectors import Finding, Looked, Thresholds

MOST_KEY = 4_096
app = typer.Typer(no_args_is_help=True, help="Look for fraud in a node's folder (docs/fraud.md).")


@app.callback()
def fraud() -> None:
    """Look for fraud in a node's folder (docs/fraud.md)."""


@app.command("detect")
def detect(
    folder: Annotated[Path, typer.Argument(help="The node's folder, or a backup of it.", file_okay=False)],
    programme: Annotated[str, typer.Option(help="The programme whose payments are looked at.")],
    day: Annotated[
        str | None, typer.Option(help="Tell of one day in Seoul alone, such as 2026-01-31; earlier ones still count.")
    ] = None,
    places: Annotated[
        Path | None, typer.Option(help="CSV merchant,order,region: where tills stood.", exists=True, dir_okay=False)
    ] = None,
    thresholds: Annotated[
        Path | None, typer.Option(help="JSON file of thresholds, instead of the usual.", exists=True, dir_okay=False)
    ] = None,
    synthetic_sales: Annotated[
        bool, typer.Option("--synthetic-sales", help="Say in each finding that the shops' sales are made up.")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="File with the secret of the evidence, 32 bytes or more.", exists=True, dir_okay=False),
    ] = None,
    flags: Annotated[
        Path | None, typer.Option(help="Write the fields of `madang act fraud raise-flags` here; needs --key.")
    ] = None,
    evidence: Annotated[
        Path | None, typer.Option(help="Write the evidence here, a line of JSON each: for the vault.")
    ] = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Look at every payment of a programme, and tell what is worth a look and why. Stop the node first.

    Nothing is refused by it, and nothing is sent: --flags writes what can be, a thousand rows at most.
    """
    from madang.audit.stored import opened
    from madang.detection.detectors import Watch, look
    from madang.detection.payments import Ledger
    from madang.detection.places import read_places

    for output in (flags, evidence):
        if output is not None:
            files.check_free(output, force=force)
    secret = _secret(key, flags)
    stood = read_places(places) if places is not None else {}
    limits, only = _thresholds(thresholds), _day(day)
    with log_errors(), opened(folder) as view, patience("Looking at payments"):
        ledger = Ledger(view, programme)
        watch = Watch(ledger.merchant, limits, stood, "synthetic" if synthetic_sales else "declared")
        found = look(watch, ledger.payments(), only)
    _write(programme, found, secret, flags, evidence, force=force)
    tell(_text(found, synthetic=synthetic_sales), found, as_json=as_json)


def _secret(key: Path | None, flags: Path | None) -> bytes:
    from madang.detection.rows import LEAST_KEY

    if flags is None:
        return b""
    secret = b""
    if key is not None:
        with key.open("rb") as opened:
            secret = opened.read(MOST_KEY)
    if len(secret) < LEAST_KEY:
        raise MadangError(
            "detection.key", f"Flags need --key, a file of {LEAST_KEY} secret bytes or more: openssl rand -out KEY 32."
        )
    return secret


def _thresholds(file: Path | None) -> "Thresholds":
    import msgspec

    from madang.detection.detectors import Thresholds

    try:
        return msgspec.json.decode(file.read_bytes(), type=Thresholds) if file is not None else Thresholds()
    except msgspec.MsgspecError as error:
        raise MadangError("detection.thresholds", f"{file} holds no thresholds: {error}.") from None


def _day(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days
    except ValueError:
        raise MadangError("detection.day", "--day takes a date such as 2026-01-31.") from None


def _write(
    programme: str, found: "Looked", secret: bytes, flags: Path | None, kept: Path | None, *, force: bool
) -> None:
    import msgspec

    from madang.detection import rows
    from madang.services.fraud.transactions import MAX_ROWS

    lines = [rows.evidence(programme, one) for one in found.findings]
    if kept is not None:
        files.write(kept, b"".join(line + b"\n" for line in lines), force=force)
    if flags is not None:
        if len(lines) > MAX_ROWS:
            raise MadangError(
                "detection.rows",
                f"{len(lines):,} findings are more than {MAX_ROWS:,}, which an act takes. Take one --day.",
            )
        made = [rows.row(line, one, secret) for line, one in zip(lines, found.findings, strict=True)]
        files.write(flags, msgspec.json.encode({"programme": programme, "rows": made}), force=force)


def _text(found: "Looked", *, synthetic: bool) -> str:
    looked = f"Payments: {found.payments:,}, at shops: {found.merchants:,}."
    lines = [f"{looked} Findings: {len(found.findings):,}, at shops: {found.flagged_merchants:,}."]
    if synthetic:
        lines.append("Sales figures are SYNTHETIC: they were made up, and say nothing of any shop.")
    if found.left_out:
        lines.append(f"{found.left_out:,} further findings were too many to keep. Take one --day.")
    if found.forgotten:
        lines.append(f"{found.forgotten:,} shops or pairs had to be forgotten, so that something may be missing.")
    if found.findings:
        lines.append(table(("reason", "shop", "at", "numbers"), [_row(one) for one in found.findings]))
    return "\n".join(lines)


def _row(finding: "Finding") -> tuple[str, ...]:
    seoul = datetime.timezone(datetime.timedelta(hours=9))
    numbers: dict[str, Any] = finding.numbers
    said = ", ".join(
        f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}" for name, value in numbers.items()
    )
    at = datetime.datetime.fromtimestamp(finding.at, seoul).strftime("%Y-%m-%d %H:%M:%S")
    return finding.reason, finding.merchant, at, said
