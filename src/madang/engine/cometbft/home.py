"""The folder of CometBFT inside a node's, and the document that all validators start from.

    config/config.toml, genesis.json, node_key.json, priv_validator_key.json; data/

Everything listens on loopback addresses where nobody said otherwise. Blocks are made when there is something to order:
no timeout after a commit, no empty blocks. Throughput keys: docs.cometbft.com, "Configure CometBFT".
"""

import base64
import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.engine.cometbft import bundle
from madang.engine.cometbft.application import write_app_state
from madang.engine.genesis import Genesis
from madang.kernel.errors import MadangError

MAX_BLOCK_BYTES = 1_310_720
"""Room for one of the largest bundles. Larger blocks take so long to make that rounds time out on a loaded machine."""
MAX_BODY_BYTES = 2 * bundle.MAX_BUNDLE_BYTES + 1024
"""What CometBFT's RPC takes: the largest bundle in hexadecimal digits, and its name."""
EVIDENCE_SECONDS = 14 * 86_400
EVIDENCE_BLOCKS = 100_000
FOLDER = "cometbft"
SOCKET = "abci.sock"

Address = tuple[str, int]


class Keys(msgspec.Struct, frozen=True):
    """The secrets of one node: `validator` signs votes, `node` names it among its peers. Ed25519, 32 bytes each."""

    validator: bytes
    node: bytes

    @classmethod
    def generate(cls) -> "Keys":
        """New ones."""
        return cls(os.urandom(32), os.urandom(32))

    def public(self) -> bytes:
        """The public key under which the node votes (32 bytes)."""
        return _public(self.validator)

    def node_id(self) -> str:
        """The name of the node among its peers: 20 bytes of a hash, in hexadecimal."""
        return hashlib.sha256(_public(self.node)).hexdigest()[:40]


class Validator(msgspec.Struct, frozen=True):
    """Who votes from the first block on: name, public key, power."""

    name: str
    public: bytes
    power: int


class StateSync(msgspec.Struct, frozen=True):
    """How a newcomer starts from a snapshot: whose RPC to ask, and a header to trust (from somebody trusted)."""

    servers: Sequence[Address]
    height: int
    header_hash: str
    discovery_seconds: int = 5


def write_home(
    folder: Path,
    keys: Keys,
    genesis: bytes,
    peer_to_peer: Address,
    rpc: Address,
    peers: Sequence[tuple[str, Address]],
    state_sync: StateSync | None = None,
    *,
    closed: bool = True,
) -> None:
    """Make CometBFT's folder. `genesis` is from `write_genesis_document`; `peers` are node ids with their addresses.

    A `closed` node lets nobody in but these peers, who prove their ids: whoever is a peer sees every transaction.
    Raises `MadangError` (`node.exists`).
    """
    config, data = folder / "config", folder / "data"
    if config.exists():
        raise MadangError("node.exists", f"{folder} holds a node already. Choose another folder.")
    config.mkdir(parents=True, mode=0o700)
    data.mkdir(mode=0o700)
    _write(config / "genesis.json", genesis)
    _write(config / "config.toml", _config(peer_to_peer, rpc, peers, state_sync, closed=closed).encode())
    _write(config / "node_key.json", _json({"priv_key": _private_json(keys.node)}))
    validator = {
        "address": hashlib.sha256(keys.public()).hexdigest()[:40].upper(),
        "pub_key": _public_json(keys.public()),
        "priv_key": _private_json(keys.validator),
    }
    _write(config / "priv_validator_key.json", _json(validator))
    _write(data / "priv_validator_state.json", _json({"height": "0", "round": 0, "step": 0}))


def write_genesis_document(genesis: bytes, validators: Sequence[Validator]) -> bytes:
    """CometBFT's genesis document: our own inside it, and who votes at first. Every node needs the same bytes."""
    ours = msgspec.json.decode(genesis, type=Genesis)
    document = {
        "genesis_time": datetime.fromtimestamp(ours.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "chain_id": ours.chain,
        "initial_height": "1",
        "consensus_params": {
            "block": {"max_bytes": str(MAX_BLOCK_BYTES), "max_gas": "-1"},
            "evidence": {
                "max_age_num_blocks": str(EVIDENCE_BLOCKS),
                "max_age_duration": str(EVIDENCE_SECONDS * 10**9),
                "max_bytes": str(MAX_BLOCK_BYTES // 4),
            },
            "validator": {"pub_key_types": ["ed25519"]},
            "version": {"app": "0"},
            "abci": {"vote_extensions_enable_height": "0"},
        },
        "validators": [
            {"pub_key": _public_json(one.public), "power": str(one.power), "name": one.name} for one in validators
        ],
        "app_hash": "",
        "app_state": write_app_state(genesis),
    }
    return _json(document)


def _config(
    peer_to_peer: Address,
    rpc: Address,
    peers: Sequence[tuple[str, Address]],
    state_sync: StateSync | None,
    *,
    closed: bool,
) -> str:
    listed = ",".join(f"{identifier}@{host}:{port}" for identifier, (host, port) in peers)
    # Unconditional peers are let in beyond the limit, all others up to it.
    door = ""
    if closed:
        door = f"""max_num_inbound_peers = 0
unconditional_peer_ids = "{",".join(identifier for identifier, _ in peers)}"
"""
    sync = "enable = false"
    if state_sync is not None:
        servers = ",".join(f"http://{host}:{port}" for host, port in state_sync.servers)
        sync = f"""enable = true
rpc_servers = "{servers}"
trust_height = {state_sync.height}
trust_hash = "{state_sync.header_hash}"
trust_period = "{EVIDENCE_SECONDS // 3600}h"
discovery_time = "{state_sync.discovery_seconds}s\""""
    return f"""# Keys that are not here have CometBFT's defaults.
abci = "socket"
log_level = "error"
log_format = "json"

[rpc]
laddr = "tcp://{rpc[0]}:{rpc[1]}"
max_body_bytes = {MAX_BODY_BYTES}

[p2p]
laddr = "tcp://{peer_to_peer[0]}:{peer_to_peer[1]}"
persistent_peers = "{listed}"
addr_book_strict = false
allow_duplicate_ip = true
pex = false
{door}flush_throttle_timeout = "5ms"
max_packet_msg_payload_size = 65536
send_rate = 104857600
recv_rate = 104857600

[mempool]
type = "flood"
recheck = true
max_tx_bytes = {bundle.MAX_BUNDLE_BYTES}
max_txs_bytes = 268435456
cache_size = 20000

[statesync]
{sync}

[consensus]
timeout_propose = "1s"
timeout_propose_delta = "250ms"
timeout_prevote = "500ms"
timeout_prevote_delta = "250ms"
timeout_precommit = "500ms"
timeout_precommit_delta = "250ms"
timeout_commit = "0s"
create_empty_blocks = false
peer_gossip_sleep_duration = "5ms"

[tx_index]
indexer = "null"
"""


def _public(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def _public_json(public: bytes) -> dict[str, str]:
    return {"type": "tendermint/PubKeyEd25519", "value": base64.b64encode(public).decode()}


def _private_json(secret: bytes) -> dict[str, str]:
    # As Go's library writes it: the seed and then the public key.
    return {"type": "tendermint/PrivKeyEd25519", "value": base64.b64encode(secret + _public(secret)).decode()}


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value))


def _write(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
