"""madang node: the node of one institution among several, from its keys to its repair (docs/operations.md)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli import evidence, files, node, proof, restoring, standing
from madang.cli.talk import Json, log_errors, patience, tell
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.engine.cometbft.home import StateSync, Validator
    from madang.engine.cometbft.network import Card

app = typer.Typer(no_args_is_help=True, help="The node of one institution among several.")
app.command()(evidence.evidence)
app.command()(proof.proof)

JOIN_SECONDS = 3_600.0
"""How long taking a snapshot and catching up may take."""

Folder = Annotated[Path, typer.Argument(help="The node's folder.", file_okay=False)]
Cards = Annotated[
    list[Path], typer.Option("--cards", help="A card of another node; once for each.", exists=True, dir_okay=False)
]
Genesis = Annotated[Path, typer.Option(help="The genesis document, the same for all.", exists=True, dir_okay=False)]


@app.command()
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help="The institution's short name on the ledger.")],
    peer_address: Annotated[str, typer.Option(help="HOST:PORT under which the other nodes find this one.")],
    listen: Annotated[
        str | None, typer.Option(help="The interface that takes peers, where it is not that host.")
    ] = None,
    rpc_port: Annotated[int, typer.Option(help="Port of CometBFT's RPC, on 127.0.0.1 only.", min=1, max=65535)] = 26657,
    as_json: Json = False,
) -> None:
    """Make the keys of a node, and the card that the others need. The card is public; the keys stay in the folder."""
    from madang.engine.cometbft.network import CARD, prepare, read_address

    card = prepare(folder, name, peer_address, listen or read_address(peer_address)[0], rpc_port)
    text = f"{folder} has keys. Give {folder / CARD} to the other institutions, and read this out to them:\n"
    value = {"folder": str(folder), "card": card, "fingerprint": card.fingerprint()}
    tell(text + card.fingerprint(), value, as_json=as_json)


@app.command()
def genesis(
    document: Annotated[Path, typer.Argument(help="A genesis document without validators.", exists=True)],
    cards: Cards,
    output: Annotated[Path, typer.Option(help="The file to write.", dir_okay=False)],
    by: Annotated[str, typer.Option(help="The operator that admits them.")] = "operator",
    power: Annotated[int, typer.Option(help="The voting power of each.", min=10, max=1_000_000)] = 10,
    force: files.Force = False,
    as_json: Json = False,
) -> None:
    """Admit the nodes of these cards in a genesis document, so that they vote from the first block on."""
    import hashlib

    import msgspec

    from madang.base.validators.transactions import Admit
    from madang.engine.genesis import Genesis as Document

    try:
        content = msgspec.json.decode(document.read_bytes(), type=Document)
        acts = msgspec.json.decode(content.acts, type=list[msgspec.Raw])
    except msgspec.MsgspecError as error:
        raise MadangError("genesis.invalid", f"{document} is no genesis document: {error}.") from None
    admitted = [
        Admit(by=by, institution=card.institution, consensus_key=card.consensus_key, power=power)
        for card in sorted(_read_cards(cards), key=lambda card: card.institution)
    ]
    acts += [msgspec.Raw(msgspec.json.encode(one)) for one in admitted]
    written = msgspec.json.encode(msgspec.structs.replace(content, acts=msgspec.Raw(msgspec.json.encode(acts))))
    files.write(output, written, force=force)
    digest = hashlib.sha256(written).hexdigest()
    names = ", ".join(one.institution for one in admitted)
    tell(
        f"{output} admits {names}. All must start from the same bytes, SHA-256 {digest}",
        {"output": str(output), "sha256": digest, "validators": [one.institution for one in admitted]},
        as_json=as_json,
    )


@app.command()
def join(
    folder: Folder,
    cards: Cards,
    genesis: Genesis,
    origin: Annotated[str, typer.Option(help="The name of this node's log, such as ledger.example/bank-a.")],
    late: Annotated[bool, typer.Option("--late", help="The ledger runs already; this node was not there.")] = False,
    state_sync: Annotated[
        list[str] | None, typer.Option(help="HOST:PORT of a node's RPC, to start from a snapshot; two at least.")
    ] = None,
    trust: Annotated[
        str | None, typer.Option(help="HEIGHT:HASH of a block that an operator vouches for (madang node status).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the ledger from the genesis document, and connect the node to those of the cards.

    At the foundation every validator of the genesis document needs its card here, with the same key. A node that comes
    later takes part without a vote until its institution is admitted.
    """
    from madang.app import MODULES
    from madang.base.validators.queries import updates
    from madang.engine.cometbft import network
    from madang.engine.cometbft.newcomer import join as take_snapshot
    from madang.engine.node import Node
    from madang.web.nodes import find_program

    program = find_program()
    sync = _state_sync(state_sync or [], trust, late=late)
    prepared = network.read_prepared(folder)
    document = genesis.read_bytes()
    with log_errors(), patience("Running the genesis acts"):
        voting = _founders(document)
        known = network.check_cards(prepared.card, _read_cards(cards), voting, late=late)
        Node.create(folder, MODULES, document, origin)
        network.found(folder, known, document, voting, late=late, state_sync=sync)
    if sync is not None:
        with patience("Taking a snapshot"):
            take_snapshot(folder, MODULES, program, JOIN_SECONDS, updates)
    votes = any(one.name == prepared.card.institution for one in voting) and not late
    text = f"{folder} is {'a validator' if votes else 'a node without a vote yet'}, with {len(known) - 1} peers."
    value = {"folder": str(folder), "validator": votes, "peers": [one.institution for one in known]}
    tell(f"{text} Start it: madang node start {folder}", value, as_json=as_json)


@app.command()
def peers(folder: Folder, cards: Cards, as_json: Json = False) -> None:
    """Let the nodes of these cards connect to this one, from its next start on."""
    from madang.engine.cometbft.network import add_peers

    found = add_peers(folder, _read_cards(cards))
    tell(f"{folder} knows {len(found)} peers from its next start on.", {"peers": found}, as_json=as_json)


app.command("start")(node.serve)
app.command()(standing.status)
app.command()(standing.snapshot)
app.command()(restoring.restore)


def _read_cards(paths: list[Path]) -> "list[Card]":
    from madang.engine.cometbft.network import read_card

    return [read_card(path) for path in paths]


def _founders(genesis: bytes) -> "list[Validator]":
    """Who votes from the first block on, as the ledger's own rules say after the genesis acts."""
    from madang.app import MODULES
    from madang.base.validators.queries import validators
    from madang.engine.cometbft.home import Validator
    from madang.engine.ledger import Ledger
    from madang.engine.snapshot import Scratch
    from madang.kernel.state import State

    scratch = Scratch()
    try:
        state = State(Ledger.create(scratch, MODULES, genesis).reader())
        return [Validator(name, one.key, one.power) for name, one in validators(state) if one.power]
    finally:
        scratch.close()


def _state_sync(servers: list[str], trust: str | None, *, late: bool) -> "StateSync | None":
    from madang.engine.cometbft.home import StateSync
    from madang.engine.cometbft.network import read_address

    if not servers and trust is None:
        return None
    height, _, digest = (trust or "").partition(":")
    if not late or len(servers) < 2 or not height.isdigit() or len(digest) != 64:
        raise MadangError(
            "network.state_sync",
            "To start from a snapshot say --late, name two nodes with --state-sync HOST:PORT, and a block that an "
            "operator vouches for with --trust HEIGHT:HASH (`madang node status` there says both).",
        )
    return StateSync([read_address(one) for one in servers], int(height), digest.upper())
