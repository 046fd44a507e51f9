"""madang backup: a copy of a node, running or not, that is known to work before it is needed."""

import os
from pathlib import Path
from typing import Annotated

import typer

from madang.cli.talk import Json, log_errors, patience, tell
from madang.kernel.errors import MadangError

NICE = 10
"""How far the check stands back behind a node that runs on the same machine."""


def backup(
    folder: Annotated[Path, typer.Argument(help="The node's folder.", file_okay=False)],
    target: Annotated[Path, typer.Argument(help="The copy's folder, which must not exist.")],
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Verify the copy as `madang verify` does, before it is trusted.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Copy a node as of one moment, and check that the copy can be restored. A node that is served goes on meanwhile.

    The copy holds the ledger and the key that signs its log: keep it as safe as the node, on another disk.
    """
    from madang.cli.verifying import verified

    with log_errors():
        with patience("Copying the node"):
            _copy(folder, target.absolute())
        copied = {**_tip(target), "log_key": _log_key(target)}
        os.nice(NICE)
        verdict = verified(target) if check else None
    lines = [f"{target} holds block {copied['height']}, root {copied['root']}, and the key of {copied['log_key']}"]
    lines += verdict.lines if verdict else [f"Nobody has checked it yet: madang verify {target}"]
    value = {"target": str(target), **copied, "checked": verdict is not None, "holds": verdict and verdict.holds}
    tell("\n".join(lines), value, as_json=as_json)
    if verdict and not verdict.holds:
        raise MadangError("backup.broken", f"{target} can't be relied on. Verify the node itself, and restore another.")


def _copy(folder: Path, target: Path) -> None:
    from madang.cli import serving
    from madang.engine.snapshot import backup

    try:
        backup(folder, target)
    except MadangError as error:
        if error.code != "store.in_use":
            raise
        serving.ask(folder, target)


def _tip(target: Path) -> dict[str, int | str]:
    from madang.audit.stored import opened, tip_of

    with opened(target) as view:
        tip = tip_of(view)
    return {"height": tip.height, "root": tip.root.hex()}


def _log_key(target: Path) -> str:
    """The log that the copied key signs: a node without it does not start."""
    from madang.log.errors import LogError
    from madang.log.note import SignerKey

    try:
        return str(SignerKey.parse((target / "checkpoint.key").read_text(encoding="ascii")).verifier())
    except (OSError, UnicodeDecodeError, LogError):
        raise MadangError(
            "backup.key",
            f"{target} holds the ledger, but {target / 'checkpoint.key'} can't be read, as in the node itself. "
            "Restore the key from an older backup: without it the node does not start again.",
        ) from None
