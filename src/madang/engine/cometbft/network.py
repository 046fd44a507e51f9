"""How the nodes of several institutions find each other: each hands out a card, and takes those of the others.

A card is public: whose node it is, the key under which it votes, its name among peers, where peers find it. Whoever
brings cards to the operators vouches for them: read out `fingerprint` over another channel. A node talks to the nodes
whose cards it was given and to no others, since peers see every transaction in full.

1. `prepare` makes keys and the card. 2. `found` writes CometBFT's home from the cards, and who votes at first from the
ledger's own record. 3. `add_peers` takes the card of a node that comes later.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.engine.cometbft.home import FOLDER, Address, Keys, StateSync, Validator, write_genesis_document, write_home
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId

MAX_CARD_BYTES = 4 * 1024
MAX_CARDS = 200
CARD = "card.json"
PREPARED = "prepared.json"
LOOPBACK = "127.0.0.1"

NodeId = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}\Z", description="CometBFT's name of a node among its peers.")]
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z", description="An Ed25519 public key in base64url.")]
PeerAddress = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[1-9][0-9]{0,4}\Z", description="A host's name or IPv4, a port."),
]


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an institution gives to the others, so that their nodes know its own. Nothing in it is secret."""

    institution: PartyId
    consensus_key: Key
    node: NodeId
    address: PeerAddress

    def fingerprint(self) -> str:
        """What two people compare over the telephone: 128 bits of a hash, in groups of four."""
        digits = hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]
        return " ".join(digits[start : start + 4] for start in range(0, 32, 4))

    def peer(self) -> tuple[str, Address]:
        """The node as CometBFT dials it."""
        return self.node, read_address(self.address)


class Prepared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is kept from `prepare` to `found`, readable by the node's user alone: it holds the secrets."""

    card: Card
    listen: str
    rpc_port: int
    keys: Keys


def read_address(text: str) -> Address:
    """Host and port of `HOST:PORT`. Raises `MadangError` (`network.address`)."""
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}", host) or not re.fullmatch(r"[1-9][0-9]{0,4}", port):
        raise MadangError("network.address", f"{text[:300]!r} is no HOST:PORT, such as node.bank-a.example:26656.")
    if int(port) > 65_535:
        raise MadangError("network.address", f"{port} is no port: they end at 65535.")
    return host, int(port)


def prepare(folder: Path, institution: str, address: str, listen: str, rpc_port: int) -> Card:
    """Make the keys and the card of a node-to-be in `folder`; `listen` is the interface on which peers may come in.

    Raises `MadangError`: `network.address`, `node.exists`, `network.card`.
    """
    read_address(address)
    home = folder / FOLDER
    if home.exists() or (folder / "store").exists():
        raise MadangError("node.exists", f"{folder} holds a node already. Choose another folder.")
    keys = Keys.generate()
    fields = {
        "institution": institution,
        "consensus_key": to_base64url(keys.public()),
        "node": keys.node_id(),
        "address": address,
    }
    try:
        card = msgspec.convert(fields, Card)
    except msgspec.ValidationError as error:
        raise MadangError("network.card", f"This makes no card: {error}. Use the institution's short name.") from None
    home.mkdir(parents=True, mode=0o700)
    prepared = Prepared(card=card, listen=listen, rpc_port=rpc_port, keys=keys)
    (home / PREPARED).touch(0o600)
    (home / PREPARED).write_bytes(msgspec.json.encode(prepared))
    (folder / CARD).write_bytes(encode_card(card))
    return card


def encode_card(card: Card) -> bytes:
    """A card as it is handed out."""
    return msgspec.json.format(msgspec.json.encode(card)) + b"\n"


def read_card(path: Path) -> Card:
    """A card from a file. Raises `MadangError` (`network.card`)."""
    try:
        with path.open("rb") as file:
            card = msgspec.json.decode(file.read(MAX_CARD_BYTES), type=Card)
    except (OSError, msgspec.MsgspecError) as error:
        raise MadangError("network.card", f"{path} holds no card: {error}. Ask its institution again.") from None
    read_address(card.address)
    return card


def read_prepared(folder: Path) -> Prepared:
    """What `prepare` left in this folder. Raises `MadangError` (`network.unprepared`)."""
    try:
        return msgspec.json.decode((folder / FOLDER / PREPARED).read_bytes(), type=Prepared)
    except (OSError, msgspec.MsgspecError):
        raise MadangError(
            "network.unprepared", f"{folder} holds no keys that wait for cards. Make them: madang node init."
        ) from None


def check_cards(own: Card, cards: Sequence[Card], voting: Sequence[Validator], *, late: bool) -> list[Card]:
    """All cards, this node's among them, once each; or what is wrong with them. `voting` vote from the first block on.

    At the foundation each of those has a card with its very key. A node that comes `late` must not have one of their
    keys, and need not know all of them. Raises `MadangError`, in this order: `network.nobody` (nobody votes),
    `network.cards` (too many), `network.twice`, `network.founder` (late with a founder's key), `network.key`,
    `network.missing`.
    """
    if not voting:
        raise MadangError(
            "network.nobody", "The genesis document admits no validator. Put the cards into it: madang node genesis."
        )
    known = dict.fromkeys([own, *cards])
    if len(known) > MAX_CARDS:
        raise MadangError("network.cards", f"{len(known)} cards are too many. A ledger has at most {MAX_CARDS} nodes.")
    for what in ("institution", "consensus_key", "node", "address"):
        held = [getattr(card, what) for card in known]
        twice = sorted({one for one in held if held.count(one) > 1})
        if twice:
            raise MadangError(
                "network.twice", f"Two cards name the {what.replace('_', ' ')} {twice[0]}. Ask both who is right."
            )
    keys = {one.name: to_base64url(one.public) for one in voting}
    if late:
        if own.consensus_key in keys.values():
            raise MadangError(
                "network.founder",
                "The genesis document names this key: its node was there from the first block, or the key is used "
                "twice, which would be taken for fraud. Make a new key: madang node init in another folder.",
            )
        return list(known)
    for card in known:
        if card.institution in keys and keys[card.institution] != card.consensus_key:
            raise MadangError(
                "network.key",
                f"The card of {card.institution} and the genesis document name different keys. Take a card that "
                "fits; or, if this node comes to a ledger that runs already, say --late.",
            )
    missing = sorted(set(keys) - {card.institution for card in known})
    if missing:
        raise MadangError("network.missing", f"There is no card of {', '.join(missing)}. Ask for it.")
    return list(known)


def found(
    folder: Path,
    cards: Sequence[Card],
    genesis: bytes,
    voting: Sequence[Validator],
    *,
    late: bool = False,
    state_sync: StateSync | None = None,
) -> None:
    """Write CometBFT's home in a prepared folder. `voting` is what the genesis document makes validators.

    Raises what `read_prepared`, `check_cards` and `write_home` raise.
    """
    prepared = read_prepared(folder)
    checked = check_cards(prepared.card, cards, voting, late=late)
    listen = prepared.listen, read_address(prepared.card.address)[1]
    peers = sorted(card.peer() for card in checked if card != prepared.card)
    document = write_genesis_document(genesis, voting)
    write_home(folder / FOLDER, prepared.keys, document, listen, (LOOPBACK, prepared.rpc_port), peers, state_sync)
    (folder / FOLDER / PREPARED).unlink()


def add_peers(folder: Path, cards: Sequence[Card]) -> list[str]:
    """Let further nodes be peers of this one from its next start on; the node ids of all that are, then.

    A card of a node that is known already replaces its address. Raises `MadangError`: `network.config`.
    """
    path = folder / FOLDER / "config" / "config.toml"
    try:
        text = path.read_text(encoding="utf-8")
        own = msgspec.json.decode((folder / CARD).read_bytes(), type=Card)
    except (OSError, msgspec.MsgspecError):
        raise MadangError("network.config", f"{path} can't be read. Was this node made with cards?") from None
    listed = re.search(r'^persistent_peers = "([^"\n]*)"$', text, re.MULTILINE)
    allowed = re.search(r'^unconditional_peer_ids = "([^"\n]*)"$', text, re.MULTILINE)
    if listed is None or allowed is None:
        raise MadangError("network.config", f"{path} lists no peers: this node was not made with cards.")
    peers = dict(one.split("@", 1) for one in listed[1].split(",") if one)
    peers |= {card.node: card.address for card in cards if card.node != own.node}
    written = text.replace(listed[0], f'persistent_peers = "{",".join(f"{n}@{a}" for n, a in sorted(peers.items()))}"')
    written = written.replace(allowed[0], f'unconditional_peer_ids = "{",".join(sorted(peers))}"')
    aside = path.with_suffix(".new")
    aside.touch(0o600)
    aside.write_text(written, encoding="utf-8")
    aside.replace(path)
    return sorted(peers)
