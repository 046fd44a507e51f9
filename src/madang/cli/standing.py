"""madang node status and snapshot: how a node is, whether it runs or not, for its operators and for their scripts."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from madang.cli.talk import Json, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.engine.entries import Tip

ASK_SECONDS = 5.0
"""How long a running node may take to say how it is; one that hangs would take for ever."""
Row = tuple[str, str]


def status(
    folder: Annotated[Path | None, typer.Argument(help="The node's folder.", file_okay=False)] = None,
    url: Annotated[str | None, typer.Option(help="Ask this node's public part instead.")] = None,
    as_json: Json = False,
) -> None:
    """Say how a node is. Exit status 0 while it is well, 1 if an operator should look (docs/operations.md)."""
    if folder is not None and url is None:
        found = _running(folder) or _stopped(folder)
    elif url is not None and folder is None:
        found = _public(url)
    else:
        raise MadangError("cli.usage", "Name the node's folder, or its address with --url.")
    troubles = found["troubles"]
    rows = [("well", "no" if troubles else "yes"), *[("trouble", f"{one['code']}: {one['text']}") for one in troubles]]
    tell("\n".join(f"{name:<12}{text}" for name, text in [*rows, *_rows(found)]), found, as_json=as_json)
    if troubles:
        raise typer.Exit(1)


def snapshot(
    folder: Annotated[Path, typer.Argument(help="The node's folder.", file_okay=False)], as_json: Json = False
) -> None:
    """List the snapshots that the node keeps for those who join.

    All nodes make them at the same heights, since their roots enter the log: none can be made in between.
    """
    from madang.engine.snapshot import read_manifest
    from madang.web.api.status import snapshots

    kept = [
        {"height": height, "chunks": len(manifest.chunks), "root": manifest.root.hex()}
        for height in snapshots(folder)
        for manifest in [read_manifest(folder / "snapshots" / str(height))]
    ]
    text = "\n".join(f"block {one['height']}, {one['chunks']} chunks, root {one['root']}" for one in kept)
    tell(text or "No snapshot yet. The genesis document says at which heights they are made.", kept, as_json=as_json)


def _public(url: str) -> dict[str, Any]:
    from madang.client import Client

    with Client(url, timeout=ASK_SECONDS) as client:
        try:
            return {"running": True, "ledger": client.get_json("/status"), "troubles": []}
        except MadangError as error:
            return {"running": False, "ledger": None, "troubles": [_trouble(error.code, error.message)]}


def _running(folder: Path) -> dict[str, Any] | None:
    """What the running node says; None where none runs."""
    from madang.cli import serving
    from madang.client import Client
    from madang.engine.snapshot import refuse_in_use

    try:
        with Client(serving.read(folder).url, timeout=ASK_SECONDS) as client:
            return {"running": True, **client.get_json("/node/status")}
    except MadangError as error:
        refused = error
    try:
        refuse_in_use(folder / "store")
    except MadangError:
        what = "node.hanging" if refused.code != "backup.not_served" else "node.unserved"
        text = (
            f"Process {_holder(folder)} says nothing. If it starts or stops just now, wait; else kill -9 that process."
        )
        return {"running": True, "ledger": None, "troubles": [_trouble(what, text)]}
    return None


def _holder(folder: Path) -> str:
    """The number of the process that holds the store, as the system lists locks (proc(5), /proc/locks)."""
    try:
        inode = (folder / "store" / "LOCK").stat().st_ino
        rows = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    except OSError:
        return "of this node"
    return next((row[4] for row in rows if len(row) > 5 and row[5].endswith(f":{inode}")), "of this node")


def _stopped(folder: Path) -> dict[str, Any]:
    """What a stopped node's folder says, and why it stopped."""
    from madang.web.api.consensus import FOLDER
    from madang.web.api.journal import read_last
    from madang.web.api.status import ONE_MACHINE, snapshots

    if not folder.is_dir():
        raise MadangError("node.missing", f"{folder} holds no node. Make one with `madang node init`.")
    last = read_last(folder, ("started", "failed", "stopped"))
    why = "It was never started." if last is None else "It was killed, or its machine stopped."
    if last is not None and last["event"] == "failed":
        why = f"At {last['time']}: {last['detail']} [{last['code']}]"
    elif last is not None and last["event"] == "stopped":
        why = f"It was told to, at {last['time']}."
    troubles = [_trouble("node.stopped", why)]
    ledger: dict[str, Any] | None = None
    try:
        tip = _tip(folder)
        ledger = {"height": tip.height, "time": tip.time, "size": tip.size, "root": tip.root.hex()}
        if not (folder / FOLDER).is_dir():
            ledger["caution"] = _trouble(ONE_MACHINE.code, ONE_MACHINE.text)
    except MadangError as error:
        troubles.append(_trouble(error.code, error.message))
    return {"running": False, "ledger": ledger, "snapshots": snapshots(folder), "troubles": troubles}


def _tip(folder: Path) -> "Tip":
    from madang.audit.stored import opened, tip_of

    with opened(folder) as view:
        return tip_of(view)


def _trouble(code: str, text: str) -> dict[str, str]:
    return {"code": code, "text": text}


def _rows(found: dict[str, Any]) -> list[Row]:
    return [*_of_ledger(found.get("ledger")), *_of_node(found)] if found["running"] else _of_ledger(found["ledger"])


def _of_ledger(ledger: dict[str, Any] | None) -> list[Row]:
    if ledger is None:
        return []
    time = datetime.fromtimestamp(ledger["time"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    rows = [
        ("ledger", f"block {ledger['height']} of {time}, {ledger['size']} leaves"),
        ("root", ledger["root"]),
    ]
    if caution := ledger.get("caution"):
        rows.insert(0, ("caution", f"{caution['code']}: {caution['text']}"))
    for one in ledger.get("validators", ()):
        rows.append(("validator", f"{one['institution']}, {one['standing']}, power {one['power']}"))
    if upgrade := ledger.get("upgrade"):
        rows.append(("upgrade", f"rules of version {upgrade['version']} from block {upgrade['height']} on"))
    return rows


def _of_node(found: dict[str, Any]) -> list[Row]:
    rows = []
    if consensus := found.get("consensus"):
        rows.append(("consensus", f"block {consensus['height']}, header {consensus['header_hash']}"))
        rows.append(("peers", f"{consensus['peers']}, at block {consensus['peers_height']} at most"))
        if consensus["clock_ahead"] is not None:
            rows.append(("clock", f"{consensus['clock_ahead']:+.1f} s against the other validators"))
    if "disk_free" in found:
        rows.append(("waiting", f"{found['waiting']} transactions"))
        rows.append(("published", f"{found['published']} leaves"))
        rows += [("witness", f"{one['name']}, {one['size']} leaves") for one in found["witnesses"]]
        rows.append(("snapshots", ", ".join(map(str, found["snapshots"])) or "none yet"))
        rows.append(("disk", f"{found['disk_free'] // 2**30} GiB of {found['disk_size'] // 2**30} GiB are free"))
    return rows
