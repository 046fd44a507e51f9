"""Cards: what is handed out holds no secret, what disagrees is refused, and a node knows nobody but its peers."""

import tomllib

import msgspec
import pytest

from madang.engine.cometbft.home import FOLDER, Validator
from madang.engine.cometbft.network import (
    CARD,
    PREPARED,
    Card,
    add_peers,
    check_cards,
    found,
    prepare,
    read_address,
    read_card,
    read_prepared,
)
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from tests.engine.toy import genesis


def card(number: int, **other: str) -> Card:
    fields = {
        "institution": f"bank-{number}",
        "consensus_key": to_base64url(bytes([number]) * 32),
        "node": f"{number}" * 40,
        "address": f"node{number}.example:26656",
    }
    return Card(**(fields | other))


def votes(one: Card) -> Validator:
    return Validator(one.institution, from_base64url(one.consensus_key, "a key"), 10)


def refused(call, *arguments, **more) -> str:
    with pytest.raises(MadangError) as caught:
        call(*arguments, **more)
    return caught.value.code


@pytest.fixture
def prepared(tmp_path):
    folder = tmp_path / "node"
    return folder, prepare(folder, "bank-a", "127.0.0.1:26601", "127.0.0.1", 26701)


def test_a_card_holds_what_is_public_and_nothing_else(prepared):
    folder, made = prepared
    secrets = read_prepared(folder).keys
    assert made == read_card(folder / CARD)
    assert from_base64url(made.consensus_key, "a key") == secrets.public() and made.node == secrets.node_id()
    assert not any(one.hex().encode() in (folder / CARD).read_bytes() for one in (secrets.validator, secrets.node))
    assert msgspec.json.encode(secrets.validator)[1:-1] not in (folder / CARD).read_bytes()
    assert ((folder / FOLDER / PREPARED).stat().st_mode & 0o777, (folder / FOLDER).stat().st_mode & 0o777) == (
        0o600,
        0o700,
    )
    assert len(made.fingerprint().split()) == 8


@pytest.mark.parametrize(
    "text", ["", "a", "a:", ":1", "a:0", "a:65536", "a b:1", "a:1\n", "http://a:1", "-a:1", "a,b:1"]
)
def test_what_is_no_address_is_refused(text):
    assert refused(read_address, text) == "network.address"


@pytest.mark.parametrize(
    "change",
    [
        {"node": "g" * 40},
        {"consensus_key": "short"},
        {"institution": "a b"},
        {"address": "nowhere"},
        {"address": 'a:1"\nladdr = "x:1'},
        {"more": "x"},
    ],
)
def test_a_card_that_is_none_is_refused(tmp_path, change):
    path = tmp_path / "card.json"
    path.write_bytes(msgspec.json.encode(msgspec.to_builtins(card(1)) | change))
    assert refused(read_card, path) == "network.card"


FOUNDERS = [card(1), card(2)]
REFUSED = [
    ("network.nobody", card(1), FOUNDERS, [], False),
    ("network.cards", card(1), [card(1, node=f"{number:040x}") for number in range(201)], FOUNDERS, False),
    ("network.twice", card(1), [card(1, node="a" * 40), card(2)], FOUNDERS, False),
    ("network.twice", card(1), [card(2, consensus_key=card(1).consensus_key)], FOUNDERS, False),
    ("network.twice", card(1), [card(2, node="1" * 40)], FOUNDERS, False),
    ("network.twice", card(1), [card(2, address="node1.example:26656")], FOUNDERS, False),
    ("network.founder", card(1), FOUNDERS, FOUNDERS, True),
    ("network.key", card(1, consensus_key=card(3).consensus_key), [card(2)], FOUNDERS, False),
    ("network.key", card(1), [card(2, consensus_key=card(3).consensus_key)], FOUNDERS, False),
    ("network.missing", card(1), [card(3)], FOUNDERS, False),
]


@pytest.mark.parametrize(("code", "own", "cards", "voting", "late"), REFUSED)
def test_cards_that_do_not_agree_are_refused(code, own, cards, voting, late):
    assert refused(check_cards, own, cards, [votes(one) for one in voting], late=late) == code


def test_cards_that_agree_are_taken_once_each():
    voting = [votes(one) for one in FOUNDERS]
    assert check_cards(card(1), [card(2), card(1), card(3)], voting, late=False) == [card(1), card(2), card(3)]
    late = card(2, consensus_key=card(4).consensus_key)
    assert check_cards(late, [card(1)], voting, late=True) == [late, card(1)]


def test_a_node_lets_in_its_peers_alone_and_listens_where_it_was_told(prepared):
    folder, own = prepared
    found(folder, [card(1), card(2)], genesis(), [votes(own), votes(card(1))])
    config = tomllib.loads((folder / FOLDER / "config" / "config.toml").read_text())
    peers = sorted([card(1), card(2)], key=lambda one: one.node)
    assert config["p2p"]["max_num_inbound_peers"] == 0 and config["p2p"]["pex"] is False
    assert config["p2p"]["unconditional_peer_ids"] == ",".join(one.node for one in peers)
    assert config["p2p"]["persistent_peers"] == ",".join(f"{one.node}@{one.address}" for one in peers)
    assert (config["p2p"]["laddr"], config["rpc"]["laddr"]) == ("tcp://127.0.0.1:26601", "tcp://127.0.0.1:26701")
    assert not (folder / FOLDER / PREPARED).exists()
    assert refused(prepare, folder, "bank-a", "127.0.0.1:26601", "127.0.0.1", 26701) == "node.exists"
    assert refused(found, folder, [], genesis(), [votes(own)]) == "network.unprepared"


def test_a_further_peer_is_let_in_and_a_known_one_moves(prepared):
    folder, own = prepared
    assert refused(add_peers, folder, [card(3)]) == "network.config"
    found(folder, [card(1)], genesis(), [votes(own), votes(card(1))])
    moved = card(1, address="elsewhere.example:1")
    assert add_peers(folder, [card(3), moved, own]) == [card(1).node, card(3).node]
    config = tomllib.loads((folder / FOLDER / "config" / "config.toml").read_text())
    assert config["p2p"]["persistent_peers"] == f"{moved.node}@{moved.address},{card(3).node}@{card(3).address}"
    assert config["p2p"]["unconditional_peer_ids"] == f"{card(1).node},{card(3).node}"
    assert (folder / FOLDER / "config" / "config.toml").stat().st_mode & 0o777 == 0o600
