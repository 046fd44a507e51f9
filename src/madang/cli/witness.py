"""madang witness: watch other people's logs, cosign their checkpoints, and show what speaks against one."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli.options import LogKey
from madang.cli.talk import Json, log_errors, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.log.note import VerifierKey

MOST_OF_A_KEY = 1024

app = typer.Typer(no_args_is_help=True, help="Watch logs and cosign their checkpoints, as C2SP tlog-witness.")

Folder = Annotated[Path, typer.Argument(help="The witness's folder.", file_okay=False)]


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The witness's name, such as witness.example/w1.")],
    as_json: Json = False,
) -> None:
    """Make a witness with a key of its own."""
    from madang.witness.folder import Folder

    with log_errors():
        key = str(Folder.create(folder, name).key().verifier())
    text = f"{folder} is ready. Give out the witness's key, with which cosignatures are checked:\n{key}"
    tell(text, {"folder": str(folder), "witness_key": key}, as_json=as_json)


@app.command()
def trust(
    folder: Folder,
    log_key: Annotated[str, typer.Argument(metavar="LOGKEY", help="The log's public key, or a file that holds it.")],
    as_json: Json = False,
) -> None:
    """Watch a log. A running witness does so from its next request on."""
    from madang.witness.folder import Folder, origin_hash

    with log_errors():
        key = _read_key(log_key)
        Folder(folder).trust(key)
    value = {"origin": key.name, "log_key": str(key), "monitor": f"/{origin_hash(key.name)}/checkpoint"}
    tell(f"Watching {key.name}. What was cosigned last is served under\n{value['monitor']}", value, as_json=as_json)


@app.command()
def serve(
    folder: Folder,
    host: Annotated[
        str, typer.Option(help="Address to listen on; put TLS in front of any but loopback.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8090,
) -> None:
    """Cosign over HTTP until SIGINT or SIGTERM."""
    from madang.witness.server import check_start, serve

    check_start(folder, host, port)
    print(f"Witness {folder} on http://{host}:{port} (stop with Ctrl-C)", file=sys.stderr)
    serve(folder, host, port)


@app.command()
def evidence(folder: Folder, as_json: Json = False) -> None:
    """Print what the witness holds against logs, each piece judged anew."""
    from madang.witness.folder import Folder

    with log_errors():
        kept = Folder(folder).evidence()
    lines = [
        f"{'PROVEN' if one.verdict.proven else 'open  '}  {one.verdict}\n        {folder / 'evidence' / one.name}"
        for one in kept
    ]
    value = [
        {
            "name": one.name,
            "origin": one.verdict.held.origin,
            "finding": one.verdict.finding,
            "proven": one.verdict.proven,
            "held": {"size": one.verdict.held.size, "root": one.verdict.held.root.hex()},
            "refused": {"size": one.verdict.refused.size, "root": one.verdict.refused.root.hex()},
        }
        for one in kept
    ]
    tell("\n".join(lines) or "Nothing speaks against any log.", value, as_json=as_json)


@app.command()
def check(
    piece: Annotated[Path, typer.Argument(help="The folder of one piece of evidence.", exists=True, file_okay=False)],
    log_key: LogKey,
    as_json: Json = False,
) -> None:
    """Check evidence off line: it needs the folder and the log's key, nothing else. Status 1 if it proves nothing."""
    from madang.log.evidence import judge
    from madang.witness.folder import read_evidence

    with log_errors():
        verdict = judge(read_evidence(piece), _read_key(log_key))
    if not verdict.proven:
        raise MadangError("log.evidence.open", f"Nothing is proven: {verdict}. Ask the log for the proof that it did.")
    tell(f"PROVEN: {verdict}", {"proven": True, "finding": verdict.finding}, as_json=as_json)


def _read_key(text: str) -> "VerifierKey":
    from madang.log.note import VerifierKey

    path = Path(text)
    if "+" not in text and path.is_file():
        with path.open("rb") as file:
            text = file.read(MOST_OF_A_KEY).decode("ascii", "replace").strip()
    return VerifierKey.parse(text)
