"""madang trust: proofs of public records, such as who may issue a credential, fetched and checked off line."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli import files
from madang.cli.options import DEFAULT_URL, LogKey, Threshold, Url, Witnesses, policy_of
from madang.cli.talk import Json, log_errors, patience, tell

if TYPE_CHECKING:
    from madang.kernel.state import Table
    from madang.log.written import Proven

app = typer.Typer(no_args_is_help=True, help="Who may issue and ask for credentials, with proofs.")


@app.command("get")
def get(
    table: Annotated[str, typer.Argument(help="The table, such as trust.issuer or anchors.newest.")],
    parts: Annotated[list[str], typer.Argument(help="The parts of the record's key, in order.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")],
    force: files.Force = False,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Fetch the proof that a public record was written: madang trust get trust.issuer TYPE PARTY."""
    from madang.client import Client

    files.check_free(output, force=force)
    with patience("Asking the node"), Client(url) as client:
        data = client.proof(table, parts)
    files.write(output, data, force=force)
    tell(f"{output}: {len(data)} bytes", {"file": str(output), "bytes": len(data)}, as_json=as_json)


@app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The proof.", exists=True, dir_okay=False)],
    log_key: LogKey,
    witness: Witnesses = None,
    threshold: Threshold = None,
    as_json: Json = False,
) -> None:
    """Check off line that a record was written. That nothing was written later it can't say: look at its age."""
    from madang.log.written import MAX_WRITTEN_BYTES, check_written

    with log_errors(), file.open("rb") as opened:
        policy = policy_of(log_key, witness, threshold)
        proven = check_written(opened.read(MAX_WRITTEN_BYTES + 1), policy)
    table = _table_of(proven)
    record = _record(table, proven)
    cosigned = [{"name": one.name, "at": one.timestamp} for one in proven.cosigners]
    value = {
        "table": table.name,
        "key": list(table.split(proven.key)),
        "record": record,
        "height": proven.height,
        "log": proven.checkpoint.origin,
        "log_size": proven.checkpoint.size,
        "cosigned_by": cosigned,
    }
    names = ", ".join(f"{one.name} at {_shown(one.timestamp)}" for one in proven.cosigners)
    said = f"{proven.checkpoint.size} leaves; cosigned by {names or 'nobody: the log alone says so'}"
    lines = [
        f"The proof holds: {table.name} {' '.join(table.split(proven.key))} was written at height {proven.height}.",
        *(f"{name:<12} {_text(content)}" for name, content in record.items()),
        f"log          {proven.checkpoint.origin}, {said}",
        "It may have been written again since. Ask for a newer proof where that matters.",
    ]
    tell("\n".join(lines), value, as_json=as_json)


def _table_of(proven: "Proven") -> "Table[Any]":
    """The table that a proven key is of. Raises `MadangError` (`proof.table`)."""
    from madang.app import MODULES
    from madang.kernel.errors import MadangError

    for module in MODULES:
        for table in module.tables:
            if table.proven and proven.key.startswith(table.prefix):
                return table
    raise MadangError("proof.table", "The proof is of a record that this version does not know. Update it.")


def _record(table: "Table[Any]", proven: "Proven") -> dict[str, Any]:
    """The record by its fields. Raises `MadangError` (`proof.table`)."""
    from madang.kernel.errors import MadangError, StoreFailure

    try:
        record = table.decode(proven.record or b"")
    except StoreFailure:
        raise MadangError("proof.table", f"This version can't read such a record of {table.name}. Update it.") from None
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _shown(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat().replace("+00:00", "Z")
