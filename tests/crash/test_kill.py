"""kill -9 at a random moment: what was answered is there, nothing is half done, and the ledger goes on."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from madang.app import MODULES
from madang.engine import entries
from madang.engine import node as nodes
from madang.engine.ledger import find
from madang.engine.node import Node
from madang.log import check_files
from tests.crash import town
from tests.crash.folding import state_of_log, state_of_store
from tests.engine.toy import LocalVerifier
from tests.services.vouchers.scene import OPENS
from tests.support.results import write_result

ROOT = Path(__file__).parents[2]
Answer = tuple[str, int, int]
MOST_ANSWERS = 60
"""A child is killed before it gave so many."""


class Rounds:
    """One folder, killed again and again."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.answered: dict[int, Answer] = {}
        self.roots: dict[int, bytes] = {}
        self.first = 0
        self.now = OPENS
        Node.create(folder, MODULES, town.document(), town.LOG)

    def round(self) -> None:
        """Start, kill, look."""
        self.now += 1
        command = [sys.executable, "-m", "tests.crash.child", str(self.folder), str(self.first), str(self.now)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            # At work done and not at a time: a machine that is busy must not make the test an empty one.
            read = b"".join(child.stdout.readline() for _ in range(self.chance.randrange(MOST_ANSWERS)))
            time.sleep(self.chance.random() * 0.02)
            child.kill()
            lines = (read + child.stdout.read()).decode().split("\n")
        for line in lines[:-1]:  # the last may be cut
            number, outcome, height, index = line.split()
            answer = (outcome, int(height), int(index))
            assert self.answered.setdefault(int(number), answer) == answer, f"payment {number} has two outcomes"
        self.look()

    def look(self) -> None:
        """Open what is left as a node does, and hold it against what was answered."""
        node = Node(self.folder, MODULES)
        store = node.ledger.store
        try:
            for number, answer in self.answered.items():
                found = find(store, town.identifier(number))
                assert found is not None, f"payment {number} was answered and is gone"
                result = found[1].result()
                assert (result.outcome, result.height, result.index) == answer
            for height, root in self.roots.items():
                assert entries.read_tip(store.log_get(entries.block_key(height)) or b"").root == root
            tip = node.ledger.durable
            assert tip.height >= max(self.roots, default=0)
            self.roots[tip.height] = tip.root
            town.laws_hold(node.state())
            assert state_of_log(store, tip) == state_of_store(store)
        finally:
            node.close()
        self.first = max(self.answered, default=-1) + 1


@pytest.fixture(autouse=True)
def _no_further_processes(monkeypatch):
    monkeypatch.setattr(nodes, "Verifier", LocalVerifier)


def test_what_was_answered_survives_twenty_kills(tmp_path):
    rounds = Rounds(tmp_path / "node", seed=1)
    total = 0
    for _ in range(20):
        rounds.round()
        total = max(rounds.answered, default=total)
    assert total > 100
    with Node(rounds.folder, MODULES) as node:
        size = node.ledger.durable.size
    assert check_files(rounds.folder / "log", node.log_key).checkpoint.size == size


@pytest.mark.soak
def test_what_was_answered_survives_two_thousand_kills(tmp_path):
    """Writes what it found (`tests/support/results.py`)."""
    kills = int(os.environ.get("MADANG_KILLS", "2000"))
    answered, started = 0, time.time()
    for start in range(0, kills, 50):
        rounds = Rounds(tmp_path / f"node-{start}", seed=start)
        for _ in range(min(50, kills - start)):
            rounds.round()
        answered += max(rounds.answered, default=0)
    found = {"kills": kills, "transactions": answered, "acknowledged_and_lost": 0, "invariants_broken": 0}
    write_result("soak-kill", found, time.time() - started)
