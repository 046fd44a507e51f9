"""A thousand ordered blocks have equal roots at every height, on either engine, however Python hashes its strings."""

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from madang.app import MODULES
from madang.base.money.transactions import IssueCurrency, IssueTokens
from madang.base.parties.transactions import RegisterPeople
from madang.base.validators.transactions import Admit, Remove
from madang.engine.cometbft.home import Keys
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.codec import to_base64url
from madang.kernel.machine import Result
from madang.kernel.transaction import Act
from tests.crash import town
from tests.determinism.run import CACHE_BYTES, WAYS, Recorded
from tests.services.vouchers.scene import CLOSES
from tests.simulation.unsigned import unsigned
from tests.simulation.wishes import Wishes
from tests.support.cast import new_key, officer, quorum
from tests.support.signing import Wallet, wallet

ROOT = Path(__file__).parents[2]
BLOCKS = 1_000
SEEDS = ("0", "1", "4242")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    """What clients of the simulation wish for, and what officers do, until after the coupon closes."""
    chance = random.Random(11)
    wishes = Wishes(chance)
    time = CLOSES - BLOCKS
    genesis = town.document(time)
    store = RocksStore(tmp_path_factory.mktemp("store"), cache_bytes=CACHE_BYTES)
    ledger = Ledger.create(store, MODULES, genesis)
    blocks: list[tuple[int, list[bytes]]] = []
    found: Counter[str] = Counter()
    while len(blocks) < BLOCKS:
        time += chance.choice([0, 1, 1, 2, 3])
        names = [f"{len(blocks)}-{number}" for number in range(chance.choice([1, 2, 3, 5]))]
        wished = [
            wishes.wish(ledger, time, name).signed if chance.random() < 0.5 else official(chance, time, name)
            for name in names
        ]
        block = ledger.begin(time)
        for one in wished:
            result = block.execute(ledger.machine.read(one))
            assert isinstance(result, Result)
            found[result.code or result.outcome] += 1
        ledger.write(ledger.seal(block))
        blocks.append((time, wished))
    store.close()
    assert time > CLOSES and found["accepted"] > 500 and len(found) > 8, found
    path: Path = tmp_path_factory.mktemp("recorded") / "blocks"
    path.write_bytes(msgspec.msgpack.encode(Recorded(town.CHAIN, genesis, blocks)))
    return path


def official(chance: random.Random, time: int, name: str) -> bytes:
    """What an officer does, or somebody who is none."""
    acts: list[tuple[Act, list[Wallet]]] = [
        (RegisterPeople(by="bank-a", keys=[new_key(wallet(f"new {name}"))]), [officer("bank-a")]),
        (RegisterPeople(by="bank-b", keys=[new_key(wallet(f"new {name}"))]), [officer("bank-a")]),
        (IssueTokens(by="bank-a", account="bakery", amount=chance.randrange(1, 99), reference=name), quorum("bank-a")),
        (IssueTokens(by="bank-b", account="bakery", amount=1, reference=name), quorum("bank-b")),
        (IssueCurrency(by="central-bank", bank="bank-b", amount=chance.randrange(1, 9)), quorum("central-bank")),
        (
            Admit(
                by="operator",
                institution=chance.choice(["bank-a", "bank-b", "ministry"]),
                consensus_key=to_base64url(Keys(name.encode().ljust(32), b"").public()),
                power=chance.randrange(10, 100),
            ),
            quorum("operator"),
        ),
        (Remove(by="operator", institution=chance.choice(["bank-a", "bank-b", "ministry"])), quorum("operator")),
    ]
    act, signers = chance.choice(acts)
    identifier = hashlib.sha256(b"official" + name.encode()).hexdigest()[:32]
    payload = {"chain": town.CHAIN, "id": identifier, "not_after": time + 60, "acts": [act]}
    return unsigned(msgspec.json.encode(payload), signers)


def roots(path: Path, way: str, seed: str) -> list[str]:
    """What a process of its own comes to."""
    environment = os.environ | {"PYTHONHASHSEED": seed}
    command = [sys.executable, "-m", "tests.determinism.run", str(path), way]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout.split()


def test_roots_are_equal_at_every_height(recorded):
    first = roots(recorded, "ledger", SEEDS[0])
    assert len(set(first)) == BLOCKS + 1
    for way in WAYS:
        for seed in SEEDS:
            found = roots(recorded, way, seed)
            differing = [height for height, pair in enumerate(zip(first, found, strict=True)) if pair[0] != pair[1]]
            assert not differing, f"{way} with PYTHONHASHSEED={seed} differs first at height {differing[0]}"
