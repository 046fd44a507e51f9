"""The consumption coupon on four validators, with all modules as they are: the rules know nothing of the engine."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

from madang.app import MODULES
from madang.contract import canonical, digest, read_programme
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.state import State
from madang.log.checkpoint import open_checkpoint
from madang.log.note import SignerKey
from tests.crash import town
from tests.engine.cometbft.conftest import ORIGIN, running
from tests.services.vouchers import scene


@pytest.fixture
def current(monkeypatch) -> bytes:
    """The town's genesis document, with the coupon of this hour: CometBFT's time is the real one."""
    now = datetime.now(timezone(timedelta(hours=9))).replace(microsecond=0)
    kind, kind_text, _, kind_digest, _ = scene.documents()
    text = (scene.DOCUMENTS / "consumption-coupon-2025.yaml").read_text()
    text = text.replace("2025-07-21T09:00:00+09:00", (now - timedelta(hours=1)).isoformat())
    text = text.replace("2025-12-01T00:00:00+09:00", (now + timedelta(days=1)).isoformat())
    programme = read_programme(text, kind)
    documents = kind, kind_text, canonical(programme).decode(), kind_digest, digest(programme).hex()
    monkeypatch.setattr(town, "documents", lambda: documents)
    monkeypatch.setattr(town, "OPENS", int(now.timestamp()) - 400)
    return town.document.__wrapped__(int(now.timestamp()) - 60)


def test_a_small_town_pays_and_the_embedded_ledger_comes_to_the_same_roots(needs, current, tmp_path):
    store = RocksStore(tmp_path / "store", cache_bytes=8 * 1024 * 1024)
    other = Ledger.create(store, MODULES, current)
    numbers = town.vouchers(State(other.reader()))
    with running(needs("cometbft"), "all", current) as cluster, ThreadPoolExecutor(4) as pool:

        def pay(gateway: int):
            payments = [town.payment(4 * n + gateway, numbers) for n in range(60)]
            return cluster.submit(gateway, *payments)

        answers = [one for each in pool.map(pay, range(4)) for one in each]
        blocks = cluster.settled()
        checkpoint = cluster.ask(1, "checkpoint")
        key = SignerKey.parse((cluster.members[1].folder / "checkpoint.key").read_text()).verifier()
    assert {one.outcome for one in answers} == {"accepted", "rejected"} and len(answers) == 240
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
