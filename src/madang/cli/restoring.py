"""madang node restore: a validator goes on from a backup of its store, and has what came after it from its CometBFT."""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli.talk import Json, patience, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.engine.entries import Tip

CONSENSUS = "cometbft"


def restore(
    folder: Annotated[Path, typer.Argument(help="The validator's folder, whose store is damaged.", file_okay=False)],
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup of a node of this ledger.", exists=True)],
    as_json: Json = False,
) -> None:
    """Put a backup's store in the place of a validator's. Stop the node first.

    The damaged store is set aside. Keys and what CometBFT knows of its own votes stay as they are: the blocks after the
    backup are executed again at the next start, and the published log is written again.
    """
    from madang.engine.snapshot import refuse_in_use

    refuse_in_use(folder / "store")
    _check(folder, source)
    with patience("Copying the backup"):
        tip, aside = _replace(folder, source)
    tell(
        f"{folder} is back at block {tip.height}; what was there lies in {aside}. Start it: madang node start {folder}",
        {"folder": str(folder), "height": tip.height, "aside": str(aside)},
        as_json=as_json,
    )


def _check(folder: Path, source: Path) -> None:
    """Raises `MadangError`: `restore.embedded`, `restore.other`, `restore.newer`, and what reading a store raises."""
    from madang.audit.stored import opened
    from madang.engine import entries
    from madang.engine.cometbft import record
    from madang.engine.cometbft.application import read_app_state

    document = folder / CONSENSUS / "config" / "genesis.json"
    if not document.is_file():
        raise MadangError(
            "restore.embedded",
            f"{folder} is no validator's. Nobody can give back what came after its backup: docs/backup.md, Restore.",
        )
    with opened(source) as view:
        genesis = entries.read_entry(view.log_get(entries.entry_key(1)) or b"").signed
        height = record.read_progress(view).height
    if read_app_state(json.dumps(json.loads(document.read_bytes())["app_state"]).encode()) != genesis:
        raise MadangError("restore.other", f"{source} is a backup of another ledger. Name one of this.")
    signed = int(json.loads((folder / CONSENSUS / "data" / "priv_validator_state.json").read_bytes())["height"])
    if 0 < signed < height:
        raise MadangError(
            "restore.newer",
            f"{source} is of block {height}, while this node's CometBFT has no more than {signed} and can't give what "
            "comes before. Name an older backup, best of this very node.",
        )


def _replace(folder: Path, source: Path) -> "tuple[Tip, Path]":
    from madang.audit.stored import opened, tip_of

    arriving = folder / "store.arriving"
    shutil.rmtree(arriving, ignore_errors=True)
    shutil.copytree(source / "store", arriving)
    for file in arriving.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    aside = folder / next(f"aside-{number}" for number in range(1, 10_000) if not (folder / f"aside-{number}").exists())
    aside.mkdir(mode=0o700)
    for name in ("store", "log", "snapshots"):
        if (folder / name).exists():
            (folder / name).rename(aside / name)
    arriving.rename(folder / "store")
    with opened(folder) as view:
        return tip_of(view), aside
