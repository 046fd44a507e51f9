"""CometBFT's folder: what it listens on, who may read it, and a genesis document that is the same for all."""

import base64
import hashlib
import json
import tomllib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.engine.cometbft import bundle
from madang.engine.cometbft.application import read_app_state
from madang.engine.cometbft.home import (
    FOLDER,
    MAX_BLOCK_BYTES,
    Keys,
    StateSync,
    Validator,
    write_genesis_document,
    write_home,
)
from madang.engine.cometbft.node import read_rpc
from madang.engine.cometbft.process import Process
from madang.kernel.errors import MadangError
from tests.engine.toy import CHAIN, genesis

KEYS = Keys(b"v" * 32, b"n" * 32)
HOST = "127.0.0.1"


def write(folder: Path, sync: StateSync | None = None) -> dict:
    """A home, and its configuration as it is read."""
    document = write_genesis_document(genesis(), [Validator("bank-a", KEYS.public(), 10)])
    peers = [("ab" * 20, (HOST, 7001)), ("cd" * 20, (HOST, 7002))]
    write_home(folder / FOLDER, KEYS, document, (HOST, 7000), (HOST, 8000), peers, sync)
    return tomllib.loads((folder / FOLDER / "config/config.toml").read_text())


def test_nothing_listens_beyond_what_was_said(tmp_path):
    config = write(tmp_path)
    assert config["p2p"]["laddr"] == "tcp://127.0.0.1:7000" and config["rpc"]["laddr"] == "tcp://127.0.0.1:8000"
    assert config["p2p"]["persistent_peers"] == f"{'ab' * 20}@127.0.0.1:7001,{'cd' * 20}@127.0.0.1:7002"
    assert not config["statesync"]["enable"] and not config["consensus"]["create_empty_blocks"]
    assert read_rpc(tmp_path) == (HOST, 8000)


def test_secrets_are_the_owners_and_are_what_cometbft_reads(tmp_path):
    write(tmp_path)
    config = tmp_path / FOLDER / "config"
    assert {path.stat().st_mode & 0o777 for path in config.iterdir()} == {0o600}
    assert config.stat().st_mode & 0o777 == 0o700
    key = json.loads((config / "priv_validator_key.json").read_text())
    secret = base64.b64decode(key["priv_key"]["value"])
    public = Ed25519PrivateKey.from_private_bytes(KEYS.validator).public_key().public_bytes_raw()
    assert secret == KEYS.validator + public and base64.b64decode(key["pub_key"]["value"]) == public
    assert key["address"] == hashlib.sha256(public).hexdigest()[:40].upper()


def test_the_genesis_document_holds_ours_byte_for_byte():
    document = write_genesis_document(genesis(), [Validator("bank-a", KEYS.public(), 10)])
    content = json.loads(document)
    assert read_app_state(json.dumps(content["app_state"]).encode()) == genesis()
    assert (content["chain_id"], content["genesis_time"]) == (CHAIN, "2026-01-01T00:00:00Z")
    assert [(one["name"], one["power"]) for one in content["validators"]] == [("bank-a", "10")]
    assert document == write_genesis_document(genesis(), [Validator("bank-a", KEYS.public(), 10)])


def test_a_block_has_room_for_the_largest_bundle(tmp_path):
    config = write(tmp_path)
    assert config["mempool"]["max_tx_bytes"] == bundle.MAX_BUNDLE_BYTES < MAX_BLOCK_BYTES - 100_000
    assert config["rpc"]["max_body_bytes"] > bundle.MAX_BUNDLE_BYTES * 4 // 3 + 1000


def test_a_newcomer_is_told_whom_to_ask_and_what_to_trust(tmp_path):
    config = write(tmp_path, StateSync([(HOST, 8001), (HOST, 8002)], 7, "AB" * 32))["statesync"]
    assert config["enable"] and config["rpc_servers"] == "http://127.0.0.1:8001,http://127.0.0.1:8002"
    assert (config["trust_height"], config["trust_hash"]) == (7, "AB" * 32)


def test_a_home_is_made_once(tmp_path):
    write(tmp_path)
    with pytest.raises(MadangError) as error:
        write(tmp_path)
    assert error.value.code == "node.exists"


@pytest.mark.parametrize("text", [None, "", "not = [toml", '[rpc]\nladdr = "nowhere"'])
def test_a_home_that_says_nothing_of_rpc_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / FOLDER / "config").mkdir(parents=True)
        (tmp_path / FOLDER / "config/config.toml").write_text(text)
    with pytest.raises(MadangError) as error:
        read_rpc(tmp_path)
    assert error.value.code == "cometbft.home"


def test_a_program_that_is_not_there_is_said_in_words(tmp_path):
    process = Process(tmp_path / "none", tmp_path, tmp_path / "abci.sock", lambda _: None)
    with pytest.raises(MadangError) as error:
        process.start()
    assert error.value.code == "cometbft.missing"
    process.stop()
