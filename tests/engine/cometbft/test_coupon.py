"""The consumption coupon on four validators, with all modules as they are: the rules know nothing of the engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from madang.app import MODULES
from madang.base.validators.queries import updates
from madang.contract import canonical, digest, read_programme
from madang.engine.cometbft.cluster import committed_height
from madang.engine.cometbft.newcomer import join
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.state import State
from madang.log.checkpoint import open_checkpoint
from madang.log.note import SignerKey
from tests.crash import town
from tests.engine.cometbft.conftest import ORIGIN, newcomer, running
from tests.engine.cometbft.test_join import DELAY, INTERVAL, with_snapshots
from tests.services.vouchers import scene

WAIT = 60.0


@pytest.fixture
def current(monkeypatch) -> bytes:
    """The town's genesis document, with the coupon of this hour: CometBFT's time is the real one."""
    now = datetime.now(timezone(timedelta(hours=9))).replace(microsecond=0)
    kind, kind_text, _, kind_digest, _ = scene.documents()
    text = (scene.DOCUMENTS / "consumption-coupon-2025.yaml").read_text()
    text = text.replace("2025-07-21T09:00:00+09:00", (now - timedelta(hours=1)).isoformat())
    text = text.replace("2025-12-01T00:00:00+09:00", (now + timedelta(days=1)).isoformat())
    text = text.replace("subject: person", "subject: anyone")
    programme = read_programme(text, kind)
    documents = kind, kind_text, canonical(programme).decode(), kind_digest, digest(programme).hex()
    monkeypatch.setattr(town, "documents", lambda: documents)
    monkeypatch.setattr(town, "OPENS", int(now.timestamp()) - 400)
    return with_snapshots(town.document.__wrapped__(int(now.timestamp()) - 60))


def corrupt_a_chunk(snapshots: Path) -> None:
    """What one validator hands out is not what it exported."""
    for chunk in snapshots.glob("*/000000"):
        data = chunk.read_bytes()
        chunk.chmod(0o600)
        chunk.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def test_a_small_town_pays_a_newcomer_joins_and_the_embedded_ledger_comes_to_the_same_roots(needs, current, tmp_path):
    store = RocksStore(tmp_path / "store", cache_bytes=8 * 1024 * 1024)
    other = Ledger.create(store, MODULES, current)
    numbers = town.vouchers(State(other.reader()))
    with running(needs("cometbft"), "all", current) as cluster, ThreadPoolExecutor(4) as pool:

        def pay(gateway: int):
            turns = [[town.payment(40 * n + 4 * m + gateway, numbers) for m in range(10)] for n in range(12)]
            return [one for payments in turns for one in cluster.submit(gateway, *payments)]

        answers = [one for each in pool.map(pay, range(4)) for one in each]
        assert len(cluster.settled()) > INTERVAL + DELAY
        corrupt_a_chunk(cluster.members[3].folder / "snapshots")
        arrived = newcomer(cluster, current, "all")
        join(arrived.folder, MODULES, needs("cometbft"), WAIT, updates, workers=1)
        cluster.members.append(arrived)
        cluster.start(arrived)
        cluster.wait_for_height(committed_height(cluster.members[0]), [arrived])
        (again,) = cluster.submit(4, town.payment(5, numbers))
        (late,) = cluster.submit(4, town.payment(5_000, numbers))
        assert again.repeated and late.outcome in ("accepted", "rejected")
        blocks = cluster.settled(*range(4))
        cluster.wait_for_height(committed_height(cluster.members[0]), [arrived])
        assert cluster.ask(4, "progress")[1].root == blocks[-1][1]
        checkpoint = cluster.ask(1, "checkpoint")
        key = SignerKey.parse((cluster.members[1].folder / "checkpoint.key").read_text()).verifier()
    assert {one.outcome for one in answers} == {"accepted", "rejected"} and len(answers) == 480
    for when, root, signed in blocks[1:]:
        block = other.begin(when)
        for one in signed:
            block.execute(other.machine.read(one))
        commit = other.seal(block)
        other.write(commit)
        assert commit.tip.root == root
    published = open_checkpoint(checkpoint, key)
    assert (published.origin, published.root) == (ORIGIN, blocks[-1][1])
    town.laws_hold(State(other.reader()))
    store.close()
