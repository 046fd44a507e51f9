"""madang transaction, madang receipt: what became of a transaction, and the proof to keep."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli import files
from madang.cli.options import DEFAULT_URL, LogKey, Threshold, Url, Witnesses, policy_of
from madang.cli.talk import Json, log_errors, patience, tell

if TYPE_CHECKING:
    from madang.client import Problem
    from madang.kernel.machine import Result

transactions = typer.Typer(no_args_is_help=True, help="What became of a transaction.")
receipts = typer.Typer(no_args_is_help=True, help="Proofs to keep, checked without any server.")

Id = Annotated[str, typer.Argument(help="The transaction's id: 32 hexadecimal digits.")]


@transactions.command("show")
def show(identifier: Id, url: Url = DEFAULT_URL, as_json: Json = False) -> None:
    """Show how a transaction ended."""
    from madang.client import Client

    with patience("Asking the node"), Client(url) as client:
        result = client.transaction(identifier)
    tell(outcome_text(result), result, as_json=as_json)


@receipts.command("get")
def get_receipt(
    identifier: Id,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")],
    force: files.Force = False,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Fetch a transaction's receipt. It holds what you signed: keep it private."""
    from madang.client import Client

    files.check_free(output, force=force)
    with patience("Asking the node"), Client(url) as client:
        data = client.receipt(identifier)
    files.write(output, data, force=force)
    tell(f"{output}: {len(data)} bytes", {"file": str(output), "bytes": len(data)}, as_json=as_json)


@receipts.command("check")
def check_receipt(
    file: Annotated[Path, typer.Argument(help="The receipt.", exists=True, dir_okay=False)],
    log_key: LogKey,
    witness: Witnesses = None,
    threshold: Threshold = None,
    consensus: Annotated[
        Path | None,
        typer.Option(help="A consensus proof: what the validators signed.", exists=True, dir_okay=False),
    ] = None,
    validators: Annotated[
        str, typer.Option(help="With --consensus: the hash of the set of validators that you trust, in hexadecimal.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Check a receipt off line: it needs the file and the keys you trust, nothing else."""
    from madang.log.receipt import MAX_RECEIPT_BYTES, check

    with log_errors(), file.open("rb") as opened:
        policy = policy_of(log_key, witness, threshold)
        checked = check(opened.read(MAX_RECEIPT_BYTES + 1), policy)
    signed = _signed(checked.signed)
    outcome = checked.leaf.kind.name.lower()
    value = {
        "outcome": outcome,
        "height": checked.leaf.height,
        "index": checked.leaf.index,
        "log": checked.checkpoint.origin,
        "log_size": checked.checkpoint.size,
        "cosigned_by": [one.name for one in checked.cosigners],
        **signed,
    }
    lines = _attested(consensus, validators, signed["payload"].get("chain", ""), checked.checkpoint.root, value)
    names = ", ".join(one.name for one in checked.cosigners) or "nobody: the log's word alone"
    text = [
        f"The receipt holds: {outcome} at height {checked.leaf.height}, index {checked.leaf.index}.",
        f"log       {checked.checkpoint.origin}, {checked.checkpoint.size} leaves; cosigned by {names}",
        *lines,
        f"signed by {', '.join(signed['signed_by'])}",
        *(f"act       {json.dumps(act, ensure_ascii=False)}" for act in signed["payload"].get("acts", [])),
    ]
    tell("\n".join(text), value, as_json=as_json)


def _attested(consensus: Path | None, validators: str, chain: str, root: bytes, value: dict[str, Any]) -> list[str]:
    """That validators signed this root, added to `value` and as lines. Raises `Malformed`, `consensus.root`."""
    from madang.audit.light import MAX_PROOF_BYTES, check_consensus
    from madang.kernel.errors import Malformed

    if consensus is None:
        return []
    try:
        trusted = bytes.fromhex(validators)
    except ValueError:
        trusted = b""
    if len(trusted) != 32:
        raise typer.BadParameter(
            "give the hash of a set of validators: 64 hexadecimal digits", param_hint="--validators"
        )
    with consensus.open("rb") as opened:
        attested = check_consensus(opened.read(MAX_PROOF_BYTES + 1), chain, trusted)
    if attested.root != root:
        raise Malformed(
            "consensus.root",
            "The validators signed another state of the log. Ask for the proof of this receipt's checkpoint.",
        )
    value["consensus"] = {"height": attested.height, "signed_power": attested.signed, "total_power": attested.total}
    return [f"consensus {attested.signed} of {attested.total} voting power signed it, in block {attested.height}"]


def _signed(signed: bytes) -> dict[str, Any]:
    """Who signed what, as the envelope says. The log's rules checked the signatures when it was ordered."""
    from madang.kernel.codec import from_base64url

    if signed[:1] == b"{":
        general = json.loads(signed)
        payload = general["payload"]
        headers = [one["protected"] for one in general.get("signatures", [])]
        keys = [one["kid"] for one in general.get("assertions", [])]
    else:
        header, payload, _ = signed.decode().split(".")
        headers, keys = [header], []
    keys += [json.loads(from_base64url(one, "the header"))["kid"] for one in headers]
    return {"signed_by": keys, "payload": json.loads(from_base64url(payload, "the payload"))}


def outcome_text(result: "Result | Problem") -> str:
    """How a transaction ended, for people."""
    where = f" at height {result.height}, index {result.index}" if result.height is not None else ""
    again = " (sent before; this is its first outcome)" if result.repeated else ""
    said = getattr(result, "detail", "") or getattr(result, "message", "")
    code = f" [{', '.join(filter(None, (result.code, result.reason)))}]" if result.code else ""
    first = f"{result.outcome or 'not ordered'}{where}{again}"
    return "\n".join(line for line in (first, f"{said}{code}".strip(), f"id {result.id}" if result.id else "") if line)
