"""madang node proof: what the validators signed, for whoever holds a receipt and trusts no single node."""

from pathlib import Path
from typing import Annotated

import typer

from madang.cli import files
from madang.cli.talk import Json, log_errors, patience, tell


def proof(
    folder: Annotated[Path, typer.Argument(help="The node's folder; the node is running.", file_okay=False)],
    receipt: Annotated[Path, typer.Argument(help="The receipt.", exists=True, dir_okay=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")],
    since: Annotated[
        int | None, typer.Option(help="The block of CometBFT whose validators the reader trusts.", min=1)
    ] = None,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Write the consensus proof of a receipt's checkpoint: signed headers, each change of the validators included.

    Check it with: madang receipt check RECEIPT --log-key KEY --consensus FILE --validators HASH
    """
    import msgspec

    from madang.engine.cometbft.node import read_rpc
    from madang.engine.cometbft.proof import fetch_proof, find_header
    from madang.engine.cometbft.rpc import Rpc
    from madang.log.checkpoint import Checkpoint
    from madang.log.note import parse_note
    from madang.log.receipt import MAX_RECEIPT_BYTES, decode_receipt

    files.check_free(output, force=force)
    rpc = Rpc(*read_rpc(folder))
    try:
        with log_errors(), receipt.open("rb") as opened, patience("Asking CometBFT"):
            note = decode_receipt(opened.read(MAX_RECEIPT_BYTES + 1)).checkpoint
            height = find_header(rpc, Checkpoint.parse(parse_note(note).text).root)
            data = fetch_proof(rpc, height, since)
    finally:
        rpc.close()
    files.write(output, data, force=force)
    trusted = msgspec.json.decode(data)["steps"][0]["header"]["validators_hash"]
    value = {"file": str(output), "bytes": len(data), "height": height, "validators": trusted}
    text = f"{output}: block {height}. It begins with the validators {trusted}\nBelieve that hash from somebody else."
    tell(text, value, as_json=as_json)
