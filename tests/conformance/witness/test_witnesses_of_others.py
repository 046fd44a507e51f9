"""The protocol of witnesses against other people's Go code, in both directions.

A log of Tessera's has its checkpoints cosigned by our witness. Our node has its own cosigned by a witness that is
made of sumdb's `tlog` (it checks our consistency proofs) and transparency-dev's cosignatures, and by ours. What came of
it is opened with Go's `note`. `main.go` beside this file is pinned by go.sum.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from madang.engine import cosigning, publisher
from madang.engine.node import Node
from madang.log.checkpoint import require
from madang.log.note import COSIGNATURE, NOTE_SIGNATURE, SignerKey
from madang.witness.folder import Folder
from tests.engine.toy import MODULES, START, WAIT, genesis, sign
from tests.log.reference import LOG_KEY
from tests.web.serving import LOOPBACK, free_port
from tests.witness.notes import witness_folder
from tests.witness.test_server import running

pytestmark = pytest.mark.conformance

SOURCE = Path(__file__).parent
BUILD_SECONDS = 300
NODE_LOG = "toy.example/log"


@pytest.fixture(scope="module")
def peer(needs: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled program. One that can't be built has agreed to nothing."""
    go = needs("go")
    folder: Path = tmp_path_factory.mktemp("peer")
    for name in ("main.go", "go.mod", "go.sum"):
        shutil.copy(SOURCE / name, folder / name)
    built = subprocess.run(
        [go, "build", "-p", "2", "-o", "peer", "."],
        cwd=folder,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if built.returncode:
        pytest.fail(f"NOT RUN: Go's witnesses could not be built: {built.stderr.strip()[-2_000:]}", pytrace=False)
    return folder / "peer"


def test_a_log_of_tessera_is_cosigned_by_our_witness(peer: Path, tmp_path: Path) -> None:
    folder = witness_folder(tmp_path / "witness")
    own = folder.key().verifier()
    policy = tmp_path / "policy"
    with running(folder) as server:
        policy.write_text(f"witness ours {own} {server.url}\nquorum ours\n")
        asked = subprocess.run(
            [peer, "log", tmp_path / "log", LOG_KEY.encode(), policy, "5"],
            capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert asked.returncode == 0, asked.stderr.decode()
    opened = require(LOG_KEY.verifier(), [own], 1).open(asked.stdout)
    assert opened.checkpoint.size == 5
    assert folder.held(LOG_KEY.verifier(), own).seen.root == opened.checkpoint.root
    assert folder.evidence() == []


def test_a_witness_in_go_and_ours_cosign_our_node(peer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "PUBLISH_EVERY", 0.05)
    monkeypatch.setattr(cosigning, "ROUND_EVERY", 0.05)
    Node.create(tmp_path / "node", MODULES, genesis(), NODE_LOG)
    log_key = SignerKey.parse((tmp_path / "node" / "checkpoint.key").read_text()).verifier()
    theirs = SignerKey.generate("go.example/witness", COSIGNATURE)
    ours = Folder.create(tmp_path / "witness", "python.example/witness")
    ours.trust(log_key)
    keys = [theirs.verifier(), ours.key().verifier()]
    port = free_port()
    # Their library takes the secret as a key of a log, and makes a cosigner of the same name and seed of it.
    secret = SignerKey(theirs.name, NOTE_SIGNATURE, theirs.seed).encode()
    go = subprocess.Popen([peer, "witness", f"{LOOPBACK}:{port}", str(log_key), secret])
    try:
        with running(ours) as server:
            urls = [f"http://{LOOPBACK}:{port}", server.url]
            named = [{"url": url, "key": str(key)} for url, key in zip(urls, keys, strict=True)]
            (tmp_path / "node" / "witnesses.json").write_text(json.dumps({"witnesses": named, "quorum": 2}))
            for first in (0, 300):  # two runs of the node, so that the second is told by each where it stood
                grow(tmp_path / "node", first)
    finally:
        go.terminate()
        go.wait(10)
    read = subprocess.run(
        [peer, "open", tmp_path / "node" / "log" / "checkpoint", str(log_key), *map(str, keys)],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert read.returncode == 0, read.stderr
    found = json.loads(read.stdout)
    note = (tmp_path / "node" / "log" / "checkpoint").read_bytes()
    opened = require(log_key, keys, 2).open(note)
    assert (found["log"], found["text"], found["unknown"]) == (NODE_LOG, opened.checkpoint.text(), 0)
    assert found["cosigners"] == {one.name: one.timestamp for one in opened.cosigners}


def grow(folder: Path, first: int) -> None:
    """Order three hundred transactions in several blocks, and wait until all of it is cosigned."""
    with Node(folder, MODULES, lambda: START) as node:
        for start in range(first, first + 300, 60):
            node.engine.submit([sign(number) for number in range(start, start + 60)]).result(WAIT)
            time.sleep(0.1)
        size = f"\n{node.ledger.durable.size}\n".encode()
    assert size in (folder / "log" / "checkpoint").read_bytes()
