"""madang node evidence: what a validator's CometBFT caught others at, ready to be handed to the ledger."""

from pathlib import Path
from typing import Annotated

import typer

from madang.cli import files
from madang.cli.talk import Json, log_errors, patience, tell
from madang.kernel.errors import MadangError


def evidence(
    folder: Annotated[Path, typer.Argument(help="The node's folder; the node is running.", file_okay=False)],
    output: Annotated[Path, typer.Option(help="The folder to write reports into.", file_okay=False)],
    since: Annotated[int, typer.Option(help="Look from this height of CometBFT on.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Write a file for each pair of votes that CometBFT caught a validator at.

    Hand one in with: madang act validators report-equivocation --key NAME --from-json FILE
    """
    import msgspec

    from madang.engine.cometbft.evidence import find_reports
    from madang.engine.cometbft.node import read_rpc
    from madang.engine.cometbft.rpc import Rpc

    rpc = Rpc(*read_rpc(folder))
    try:
        with log_errors(), patience("Looking through the blocks"):
            reports = find_reports(rpc, since)
    finally:
        rpc.close()
    if reports and not output.is_dir():
        raise MadangError("output.unwritable", f"There is no folder {output}. Make it, or name another.")
    written = []
    for one in reports:
        target = output / f"{one['height']}-{one['round']}-{one['vote']}-{one['consensus_key'][:12]}.json"
        # The same votes are the same file, however often one looks.
        files.write(target, msgspec.json.format(msgspec.json.encode(one)), force=True)
        written.append(str(target))
    text = "\n".join(written) or "CometBFT caught nobody in these blocks."
    tell(text, {"reports": written}, as_json=as_json)
