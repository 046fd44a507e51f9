"""Other people's Go code reads a log that we published: sumdb's `tlog` and `note`, and the cosignatures of
transparency-dev.

`main.go` beside this file recomputes every hash from the published files, makes its own proofs and compares them with
ours, verifies the checkpoint with four cosignatures, and signs it again with the same key. Its modules come through the
Go proxy, pinned by go.sum.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from madang.log.checkpoint import sign_checkpoint
from madang.log.directory import publish
from madang.log.note import NOTE_SIGNATURE, SignerKey, VerifierKey
from madang.log.proof import consistency_proof, inclusion_proof, tree_root
from madang.log.tiles import TilePath
from madang.log.tree import leaf_hash
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog

pytestmark = pytest.mark.conformance

SOURCE = Path(__file__).parent
BUILD_SECONDS = 300
SIZES = [1, 2, 255, 256, 257, 70_000]


def unavailable(reason: str) -> None:
    """What happens when the judge cannot be built: a failure, since a judge that is not asked has not agreed."""
    pytest.fail(f"NOT RUN: the Go judge of the log could not be built: {reason}", pytrace=False)


@pytest.fixture(scope="module")
def judge(needs: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled judge."""
    go = needs("go")
    folder = tmp_path_factory.mktemp("judge")
    for name in ("main.go", "go.mod", "go.sum"):
        shutil.copy(SOURCE / name, folder / name)
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    try:
        built = subprocess.run(
            [go, "build", "-p", "2", "-o", "judge", "."],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        unavailable(str(error))
    else:
        if built.returncode:
            unavailable(built.stderr.strip()[-2_000:])
    return folder / "judge"


def ask(judge: Path, directory: Path, task: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    question = directory.with_name("task.json")
    question.write_text(json.dumps(task))
    return subprocess.run([judge, directory, question], capture_output=True, text=True, timeout=60, check=False)


def task_of(log: MemoryLog) -> dict[str, Any]:
    """Proofs at this size and at earlier ones, and paths, for the judge to make itself and compare."""
    size = log.tree.size
    earlier = sorted({1, size // 3 or 1, max(1, size - 1), size, *(n for n in (255, 256, 257, 65_536) if n <= size)})
    inclusion, consistency = [], []
    for now in earlier:
        root = tree_root(now, log.read).hex()
        for index in sorted({0, now // 2, now - 1}):
            inclusion.append(
                {
                    "index": index,
                    "size": now,
                    "leaf": leaf_hash(log.leaves[index]).hex(),
                    "root": root,
                    "proof": [item.hex() for item in inclusion_proof(index, now, log.read)],
                }
            )
        consistency.append(
            {
                "old": now,
                "new": size,
                "old_root": root,
                "new_root": log.tree.root().hex(),
                "proof": [item.hex() for item in consistency_proof(now, size, log.read)],
            }
        )
    paths = [
        {"level": level, "index": index, "width": width, "path": str(TilePath(level, index, width))}
        for level in (0, 1, 7)
        for index in (0, 7, 999, 1_000, 1_234_067, 999_999_999, 1_000_000_000)
        for width in (1, 112, 255, 256)
    ]
    return {
        "log_key": str(LOG_KEY.verifier()),
        "signer_key": LOG_KEY.encode(),
        "witnesses": [str(witness.verifier()) for witness in WITNESSES],
        "inclusion": inclusion,
        "consistency": consistency,
        "paths": paths,
    }


@pytest.mark.parametrize("size", SIZES)
def test_go_accepts_our_files(judge: Path, tmp_path: Path, size: int):
    log = MemoryLog(size)
    directory = tmp_path / "log"
    publish(directory, log.tree, log.read_tile, log.read_leaves, log.note(WITNESSES))
    task = task_of(log)
    answered = ask(judge, directory, task)
    assert answered.returncode == 0, answered.stderr
    answer = json.loads(answered.stdout)
    assert (answer["origin"], answer["size"], answer["leaves"]) == (LOG_KEY.name, size, size)
    assert answer["growths"] == len(task["consistency"])
    assert answer["cosigners"] == {witness.name: 1_800_000_000 + n for n, witness in enumerate(WITNESSES)}
    assert answer["signed"].encode() == sign_checkpoint(log.checkpoint(), LOG_KEY)


def test_go_accepts_a_log_that_grew_in_steps(judge: Path, tmp_path: Path):
    log = MemoryLog()
    directory = tmp_path / "log"
    for step in (3, 250, 3, 1_000, 0, 744):
        log.grow(step)
        publish(directory, log.tree, log.read_tile, log.read_leaves, log.note(WITNESSES))
        answered = ask(judge, directory, task_of(log))
        assert answered.returncode == 0, answered.stderr


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/001", "checkpoint"])
def test_go_refuses_what_we_would_refuse(judge: Path, tmp_path: Path, name: str):
    """The judge has teeth: one changed bit anywhere makes it fail."""
    log = MemoryLog(600)
    directory = tmp_path / "log"
    publish(directory, log.tree, log.read_tile, log.read_leaves, log.note(WITNESSES))
    data = bytearray((directory / name).read_bytes())
    data[40] ^= 1
    (directory / name).write_bytes(data)
    assert ask(judge, directory, task_of(log)).returncode != 0


def test_go_knows_the_keys_by_the_same_ids(judge: Path, tmp_path: Path):
    log = MemoryLog(3)
    directory = tmp_path / "log"
    publish(directory, log.tree, log.read_tile, log.read_leaves, log.note(WITNESSES))
    stranger = SignerKey(LOG_KEY.name, NOTE_SIGNATURE, b"s" * 32)
    assert VerifierKey.parse(str(stranger.verifier())).key_id != LOG_KEY.verifier().key_id
    answered = ask(judge, directory, {**task_of(log), "log_key": str(stranger.verifier())})
    assert answered.returncode != 0
    assert "a signature was not recognised" in answered.stderr
