"""The tree of commands."""

from typing import Annotated

import typer

from madang.cli import (
    appeals,
    backups,
    card,
    did,
    exchange,
    fraud,
    grants,
    identity,
    keys,
    letters,
    node,
    nodes,
    notices,
    programmes,
    proving,
    settlement,
    suspicious,
    transactions,
    trust,
    vault,
    witness,
)
from madang.cli.declared import Acts, Queries

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Madang (마당): public programmes on a shared ledger that anyone can check.",
)
app.command()(node.init)
app.command()(node.serve)
app.command()(node.verify)
app.command()(backups.backup)
app.command()(suspicious.suspicious)
app.command()(proving.prove)
_OWN_OPTIONS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
app.command(context_settings=_OWN_OPTIONS)(node.demo)
app.command(context_settings=_OWN_OPTIONS)(node.cluster)
app.add_typer(nodes.app, name="node")
app.add_typer(keys.app, name="keys")
app.add_typer(programmes.app, name="programme")
app.add_typer(grants.app, name="grants")
app.add_typer(letters.app, name="letters")
app.add_typer(card.app, name="card")
app.add_typer(identity.app, name="identity")
app.add_typer(did.app, name="did")
app.add_typer(appeals.app, name="appeals")
app.add_typer(vault.app, name="vault")
app.add_typer(notices.app, name="notices")
app.add_typer(fraud.app, name="fraud")
app.add_typer(transactions.transactions, name="transaction")
app.add_typer(transactions.receipts, name="receipt")
app.add_typer(trust.app, name="trust")
app.add_typer(witness.app, name="witness")
app.add_typer(exchange.qr, name="qr")
app.add_typer(exchange.payout, name="payout")
app.command()(exchange.reconcile)
app.command()(settlement.settlement)
app.add_typer(
    typer.Typer(cls=Acts, no_args_is_help=True, help="Sign an act and submit it: madang act MODULE ACT."), name="act"
)
app.add_typer(typer.Typer(cls=Queries, no_args_is_help=True, help="Read: madang query MODULE QUERY."), name="query")


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"madang {version('madang')}")
        raise typer.Exit


@app.callback()
def madang(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Madang (마당): public programmes on a shared ledger that anyone can check."""
