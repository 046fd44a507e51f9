"""madang init, serve, verify, demo: a node's folder, from its making to its audit."""

import functools
import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from madang.cli.talk import Json, log_errors, patience, tell
from madang.kernel.errors import MadangError

Folder = Annotated[Path, typer.Argument(help="The node's folder.", file_okay=False)]


def init(
    folder: Folder,
    genesis: Annotated[Path, typer.Option(help="The genesis document.", exists=True, dir_okay=False)],
    origin: Annotated[str, typer.Option(help="The log's name, such as ledger.example/main.")],
    as_json: Json = False,
) -> None:
    """Make a node's folder from a genesis document."""
    from madang.app import MODULES
    from madang.engine.node import Node
    from madang.log.note import SignerKey

    with log_errors(), patience("Running the genesis acts"):
        Node.create(folder, MODULES, genesis.read_bytes(), origin)
    key = str(SignerKey.parse((folder / "checkpoint.key").read_text()).verifier())
    text = f"{folder} is ready. Give out the log's key, with which receipts are checked:\n{key}"
    tell(text, {"folder": str(folder), "log_key": key}, as_json=as_json)


def serve(
    folder: Folder,
    host: Annotated[
        str, typer.Option(help="Address to listen on; put TLS in front of any but loopback.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8080,
    limits: Annotated[
        Path | None, typer.Option(help="JSON file of limits, such as rates and sizes.", exists=True, dir_okay=False)
    ] = None,
    pages: Annotated[bool, typer.Option("--pages", help="Serve the pages for people too (docs/pages.md).")] = False,
    database: Annotated[
        str | None, typer.Option(envvar="MADANG_DATABASE", help="Records of the pages; FOLDER/records.db by default.")
    ] = None,
    cards: Annotated[
        Path | None, typer.Option(help="The folder of a card service, for the pads of the pages.", file_okay=False)
    ] = None,
    master_key: Annotated[
        Path | None,
        typer.Option("--master-key", envvar="MADANG_CARD_MASTER_KEY", help="The file of that service's master key."),
    ] = None,
    vault_key: Annotated[
        Path | None,
        typer.Option(envvar="MADANG_VAULT_KEY", help="Master key of the vault, for evidence that people give here."),
    ] = None,
    vault_of: Annotated[
        list[str] | None, typer.Option(help="An institution whose evidence that vault keeps. Name each.")
    ] = None,
    identity: Annotated[
        Path | None,
        typer.Option(help="The folder of institutions that issue credentials and ask for them.", file_okay=False),
    ] = None,
    identity_passphrase: Annotated[
        Path | None,
        typer.Option(envvar="MADANG_IDENTITY_PASSPHRASE", help="The file of their keys' passphrase.", dir_okay=False),
    ] = None,
) -> None:
    """Serve a node over HTTP until SIGINT or SIGTERM."""
    from madang.cli.serving import additions, announced
    from madang.web.server import check_start, read_limits, serve

    if not (folder / "checkpoint.key").exists():
        raise MadangError("node.missing", f"{folder} holds no node. Make one with `madang init`.")
    allowed = read_limits(limits)
    address = (database or f"sqlite:///{folder / 'records.db'}") if pages else None
    kept = _kept_cards(cards, master_key) if pages and cards is not None else None
    institutions = _institutions(identity, identity_passphrase, vault_key) if pages and identity is not None else None
    keeps = pages and vault_key is not None and (vault_of or institutions is None)
    vault = _kept_vault(vault_key, vault_of or []) if keeps and vault_key is not None else None
    check_start(folder, host, port)
    print(f"Serving {folder} on http://{host}:{port} (stop with Ctrl-C)", file=sys.stderr)
    with announced(folder, host, port):
        serve(folder, host, port, allowed, additions=functools.partial(additions, address, kept, vault, institutions))


def _kept_cards(folder: Path, master_key: Path | None) -> tuple[Path, Path]:
    """Folder and master key of a card service that can be opened. Raises `MadangError` where it can't."""
    from madang.cards import Store, Vault, read_master_key

    if master_key is None:
        raise MadangError("card.master_key", "Name the file of the cards' master key with --master-key.")
    Store(folder, Vault(read_master_key(master_key)).mark).close()
    return folder, master_key


def _kept_vault(key: Path, offices: list[str]) -> tuple[Path, tuple[str, ...]]:
    """A vault's master key that can be opened, and whose evidence is kept. Raises `MadangError` where it can't."""
    from madang.records.masterkey import FileMasterKey

    if not offices:
        raise MadangError("vault.offices", "Name the institutions whose evidence the vault keeps with --vault-of.")
    FileMasterKey.open(key)
    return key, tuple(dict.fromkeys(offices))


def _institutions(folder: Path, passphrase: Path | None, vault_key: Path | None) -> tuple[Path, str, Path]:
    """Folder, passphrase and vault's master key of institutions that can be opened. Raises `MadangError`."""
    from madang.identity.institution import open_institutions, read_passphrase
    from madang.records.masterkey import FileMasterKey

    if passphrase is None or vault_key is None:
        raise MadangError("institution.passphrase", "Name two files: --identity-passphrase and --vault-key.")
    found = read_passphrase(passphrase)
    open_institutions(folder, found)
    FileMasterKey.open(vault_key)
    return folder, found, vault_key


def verify(folder: Folder, as_json: Json = False) -> None:
    """Check a node's folder in two ways that share no rule. Stop the node first.

    Every block is run again from genesis, each signature checked; and an auditor rebuilds every balance from what
    was written, and adds up the money.
    """
    from madang.cli.verifying import verified

    with log_errors():
        found = verified(folder)
    tell("\n".join(found.lines), found.value, as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)


def demo(context: typer.Context) -> None:
    """Show the platform at work, on this machine alone."""
    with log_errors():
        status = _hand_over("madang.demo.run", "demonstration", list(context.args))
    raise typer.Exit(status)


def cluster(context: typer.Context) -> None:
    """Show four validators at work on this machine, one killed and one hanging meanwhile."""
    with log_errors():
        status = _hand_over("madang.demo.cluster", "cluster", list(context.args))
    raise typer.Exit(status)


def _hand_over(module: str, what: str, arguments: list[str]) -> int:
    """Run `main(arguments)` of a part that brings its own report; its result is the exit status."""
    try:
        part: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if not module.startswith(error.name or "?"):
            raise
        raise MadangError("cli.absent", f"This installation has no {what}. Install Madang anew.") from None
    return int(part.main(arguments) or 0)
