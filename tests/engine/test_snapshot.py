"""Snapshots: the same on every node, committed at their height, crash or not; and nobody is fed a false balance."""

import shutil
import stat
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.app import MODULES
from madang.audit.auditor import audit
from madang.audit.reexecute import reexecute
from madang.audit.stored import opened
from madang.base.money.transactions import Pay
from madang.engine import entries, snapshot
from madang.engine.embedded import Embedded
from madang.engine.node import Node
from madang.engine.snapshot import LAST_KEY, Manifest
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError, StoreFailure
from madang.log.leaf import BlockLeaf, decode_leaf
from madang.log.proof import tree_root
from madang.log.tree import leaf_hash
from tests.audit.tampering import one_won_more
from tests.audit.village import Village, founding
from tests.engine.toy import WAIT, Gate, LocalVerifier
from tests.support.cast import ALICE, BORA

SMALL = 8 * 1024 * 1024


def roots(village: Village) -> dict[int, bytes]:
    """The snapshot roots in the opening leaves, by the leaf's height."""
    found = {}
    for _, data in village.store.log_scan(b"b", b"c"):
        tip = entries.read_tip(data)
        leaf = decode_leaf(entries.read_entry(village.store.log_get(entries.entry_key(tip.first)) or b"").leaf)
        assert isinstance(leaf, BlockLeaf)
        if leaf.snapshot_root != snapshot.NO_SNAPSHOT:
            found[leaf.height] = leaf.snapshot_root
    return found


def state_of(store: RocksStore) -> list[tuple[bytes, bytes]]:
    return list(store.scan(b"", LAST_KEY))


# ------------------------------------------------------------------------------------------------- at which height


def test_equal_blocks_give_equal_roots_in_the_opening_leaf_due_whatever_the_store(tmp_path: Path):
    first = Village(tmp_path / "a", interval=4, delay=3)
    first.live(11)
    expected = roots(first)
    assert list(expected) == [7, 11]
    assert expected[7] != expected[11]
    # Not RocksDB as far as a ledger can see: the export happens at once, and no file is kept.
    second = Village(tmp_path / "b", interval=4, delay=3, store=Gate(RocksStore(tmp_path / "b" / "store", SMALL)))
    second.follow(first)
    assert roots(second) == expected
    assert first.ledger.tip.root == second.ledger.tip.root
    assert not (tmp_path / "b" / "snapshots").exists()
    for village in (first, second):
        village.close()


def test_without_an_interval_there_are_no_snapshots(tmp_path: Path):
    village = Village(tmp_path, interval=0)
    village.live(5)
    assert roots(village) == {}
    village.close()
    assert not list((tmp_path / "snapshots").glob("*"))


def test_the_root_is_of_the_state_at_its_height_and_of_nothing_later(tmp_path: Path):
    village = Village(tmp_path, interval=4, delay=2)
    village.live(3)
    assert village.ledger.tip.height == 4
    at_height = snapshot.describe(4, village.store)
    village.live(4)
    assert roots(village)[6] == at_height.root
    assert snapshot.describe(4, village.store).root != at_height.root
    village.close()


def test_an_engine_waits_for_a_root_that_is_due_at_once(tmp_path: Path):
    village = Village(tmp_path, interval=2, delay=1)
    village.live(1)
    time = village.ledger.tip.time
    engine = Embedded(village.ledger, LocalVerifier(), lambda: time).start()  # type: ignore[arg-type]
    futures = [
        engine.submit([village.sign(Pay(by=ALICE.party, to=BORA.party, amount=1), by=ALICE)]) for _ in range(200)
    ]
    assert {future.result(WAIT)[0].outcome for future in futures} == {"accepted"}  # type: ignore[union-attr]
    for _ in range(3):  # one by one, so that there are several blocks however fast the engine is
        one = village.sign(Pay(by=ALICE.party, to=BORA.party, amount=1), by=ALICE)
        engine.submit([one]).result(WAIT)
    engine.stop()
    heights = list(roots(village))
    assert heights == [height for height in range(3, village.ledger.tip.height + 1) if height % 2]
    assert reexecute(village.store, MODULES, workers=1).divergence is None
    village.close()


def test_a_failed_export_stops_whoever_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> bool:
        raise OSError("no space left")

    monkeypatch.setattr(snapshot, "export_apart", fail)
    village = Village(tmp_path, interval=3, delay=2)
    with pytest.raises(StoreFailure) as stopped:
        village.live(6)
    assert stopped.value.code == "snapshot.export"
    assert village.ledger.tip.height == 4
    village.close()


# ------------------------------------------------------------------------------------------------------ after a crash


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Village:
    """A village that met no crash: snapshot at 5, committed at 9."""
    village = Village(tmp_path_factory.mktemp("undisturbed"), interval=5, delay=4)
    village.live(10)
    return village


@pytest.mark.parametrize("tip", [5, 6, 8])
@pytest.mark.parametrize("lost", ["nothing", "root", "checkpoint"])
def test_a_crash_between_a_snapshot_and_its_root_changes_nothing(
    undisturbed: Village, tmp_path: Path, tip: int, lost: str, monkeypatch: pytest.MonkeyPatch
):
    village = Village(tmp_path, interval=5, delay=4)
    if lost == "root":  # the crash comes before the export is done
        monkeypatch.setattr(snapshot, "export_apart", lambda *_: False)
    for seconds, signed in undisturbed.signed[:tip]:
        village.block(*signed, seconds=seconds)
    village.close()
    monkeypatch.undo()
    checkpoint = tmp_path / "snapshots" / "5.checkpoint"
    assert checkpoint.exists() or lost != "root"
    if lost == "checkpoint":
        shutil.rmtree(tmp_path / "snapshots")
        store = RocksStore(tmp_path / "store", SMALL)
        store.write((), [(snapshot.snapshot_key(5), None)])
        store.close()
    village.reopen()
    village.follow(undisturbed)
    assert roots(village) == roots(undisturbed)
    assert village.ledger.tip.root == undisturbed.ledger.tip.root
    village.close()
    assert snapshot.read_manifest(tmp_path / "snapshots" / "5").root == roots(undisturbed)[9]


def test_what_cut_short_exports_left_is_cleared_away_and_two_snapshots_are_kept(tmp_path: Path):
    village = Village(tmp_path, interval=2, delay=1)
    village.live(7)
    village.close()
    folder = tmp_path / "snapshots"
    (folder / ".8-abc").mkdir()
    (folder / "2.checkpoint").mkdir()
    (folder / "90.checkpoint").mkdir()
    village.reopen()
    village.ledger.snapshots.due(9)
    village.close()
    assert sorted(one.name for one in folder.iterdir()) == ["6", "8"]


# ------------------------------------------------------------------------------------------------ chunks and restoring


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, Manifest, Path]:
    """A village, and a snapshot of it in chunks of at most 100 kB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "CHUNK_BYTES", 100_000)
        village = Village(tmp_path_factory.mktemp("exported"))
        village.live(8)
        folder = tmp_path_factory.mktemp("snapshot") / "9"
        manifest = snapshot.export(9, village.store, folder)
    return village, manifest, folder


def test_a_restored_store_holds_the_state_of_the_snapshot(exported: tuple[Village, Manifest, Path], tmp_path: Path):
    village, manifest, folder = exported
    assert snapshot.read_manifest(folder) == manifest
    chunks = list(snapshot.read_chunks(folder, manifest))
    assert len(chunks) > 1
    store = snapshot.restore(tmp_path / "new", chunks, manifest.root, manifest.chunks)
    assert state_of(store) == state_of(village.store)  # type: ignore[arg-type]
    store.close()
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in folder.iterdir()), "payments are in there"


def test_a_chunk_with_one_altered_balance_is_refused(exported: tuple[Village, Manifest, Path], tmp_path: Path):
    _, manifest, folder = exported
    chunks = list(snapshot.read_chunks(folder, manifest))
    number = next(place for place, chunk in enumerate(chunks) if b"money.account\0" in chunk)
    pairs = msgspec.msgpack.decode(chunks[number])
    place = next(place for place, (key, _) in enumerate(pairs) if key.startswith(b"money.account\0"))
    pairs[place][1] = one_won_more(pairs[place][1])
    chunks[number] = msgspec.msgpack.encode(pairs)
    with pytest.raises(StoreFailure) as refused:
        snapshot.restore(tmp_path / "new", chunks, manifest.root, manifest.chunks)
    assert refused.value.code == "snapshot.chunk"
    assert f"chunk {number} " in refused.value.message
    assert not (tmp_path / "new").exists()
    # Nor does it help to bring hashes that fit: they are not those in the log.
    with pytest.raises(StoreFailure) as refused:
        snapshot.restore(tmp_path / "new", chunks, manifest.root, [leaf_hash(chunk) for chunk in chunks])
    assert refused.value.code == "snapshot.root"


def test_missing_further_and_misplaced_chunks_are_refused(exported: tuple[Village, Manifest, Path], tmp_path: Path):
    _, manifest, folder = exported
    chunks = list(snapshot.read_chunks(folder, manifest))
    cases = [
        ("snapshot.count", chunks[:-1]),
        ("snapshot.chunk", [*chunks, chunks[0]]),
        ("snapshot.chunk", [chunks[1], chunks[0], *chunks[2:]]),
    ]
    for code, wrong in cases:
        with pytest.raises(StoreFailure) as refused:
            snapshot.restore(tmp_path / "new", wrong, manifest.root, manifest.chunks)
        assert refused.value.code == code
    swapped = snapshot.manifest_of(0, [manifest.chunks[1], manifest.chunks[0]])
    with pytest.raises(StoreFailure) as refused:
        snapshot.restore(tmp_path / "new", [chunks[1], chunks[0]], swapped.root, swapped.chunks)
    assert refused.value.code == "snapshot.order"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").touch()
    with pytest.raises(StoreFailure) as refused:
        snapshot.restore(tmp_path / "full", chunks, manifest.root, manifest.chunks)
    assert refused.value.code == "store.not_empty"


@given(st.dictionaries(st.binary(min_size=1, max_size=20), st.binary(max_size=60)), st.integers(100, 400))
def test_chunks_hold_every_pair_once_in_order_within_the_limit(state: dict[bytes, bytes], limit: int):
    pairs = sorted(state.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "CHUNK_BYTES", limit)
        chunks = list(snapshot.cut(pairs))
    assert all(len(chunk) <= limit for chunk in chunks)
    found = [tuple(pair) for chunk in chunks for pair in msgspec.msgpack.decode(chunk)]
    assert found == pairs
    for chunk, following in pairwise(chunks):  # none could have taken one pair more
        first = msgspec.msgpack.encode(msgspec.msgpack.decode(following)[0])
        assert len(chunk) + len(first) > limit - 5


def test_the_encoding_of_a_chunk_is_msgpack_for_every_count():
    for count in (1, 15, 16, 65_535, 65_536):
        pairs = [(number.to_bytes(4, "big"), b"") for number in range(count)]
        assert list(snapshot.cut(pairs)) == [msgspec.msgpack.encode(pairs)]


def test_the_root_is_that_of_rfc_6962():
    hashes = [leaf_hash(bytes([number])) for number in range(5)]
    assert snapshot.manifest_of(1, hashes).root == tree_root(5, lambda _level, _index, _width: b"".join(hashes))


def test_a_pair_that_fits_no_chunk_is_an_error():
    with pytest.raises(StoreFailure) as refused:
        list(snapshot.cut([(b"a", bytes(snapshot.CHUNK_BYTES))]))
    assert refused.value.code == "snapshot.pair"


# -------------------------------------------------------------------------------------------------------------- backup


def node(folder: Path) -> Path:
    """A node's folder, with the village's genesis in it."""
    Node.create(folder, MODULES, founding(), "madang.example/village")
    return folder


def live(village: Village, running: Node, count: int) -> None:
    """Have payments ordered by a running node. The village only signs."""
    for _ in range(count):
        signed = village.sign(Pay(by=ALICE.party, to=BORA.party, amount=1), by=ALICE)
        assert running.engine.submit([signed]).result(WAIT)[0].outcome == "accepted"  # type: ignore[union-attr]


def test_a_backup_of_a_running_node_is_a_node_as_of_that_moment(tmp_path: Path):
    signer = Village(tmp_path / "signer")
    folder = node(tmp_path / "node")
    with Node(folder, MODULES, lambda: signer.ledger.tip.time) as running:
        live(signer, running, 3)
        running.backup(tmp_path / "backup")
        then = running.ledger.durable
        live(signer, running, 2)
        with pytest.raises(MadangError) as refused:
            running.backup(tmp_path / "backup")
    assert refused.value.code == "backup.exists"
    assert sorted(one.name for one in (tmp_path / "backup").iterdir()) == ["checkpoint.key", "store"]
    assert (tmp_path / "backup" / "checkpoint.key").read_bytes() == (folder / "checkpoint.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "backup" / "checkpoint.key").stat().st_mode) == 0o600
    with opened(tmp_path / "backup") as view:
        assert reexecute(view, MODULES, workers=1).root == then.root
        assert audit(view).holds
    with Node(tmp_path / "backup", MODULES, lambda: signer.ledger.tip.time) as restored:
        assert restored.ledger.durable == then
        live(signer, restored, 1)
    signer.close()


def test_a_restored_node_behind_what_was_published_is_refused(tmp_path: Path):
    signer = Village(tmp_path / "signer")
    folder = node(tmp_path / "node")
    with Node(folder, MODULES, lambda: signer.ledger.tip.time) as running:
        live(signer, running, 2)
        running.backup(tmp_path / "backup")
        live(signer, running, 2)
    shutil.copytree(folder / "log", tmp_path / "backup" / "log")
    with pytest.raises(StoreFailure) as refused:
        Node(tmp_path / "backup", MODULES)
    assert refused.value.code == "store.behind"
    signer.close()


def test_a_backup_of_a_stopped_node_needs_no_running_one(tmp_path: Path):
    folder = node(tmp_path / "node")
    with Node(folder, MODULES), pytest.raises(StoreFailure) as refused:
        snapshot.backup(folder, tmp_path / "backup")
    assert refused.value.code == "store.in_use"
    (folder / "witnesses.json").write_text("{}")
    tip = snapshot.backup(folder, tmp_path / "backup")
    with opened(tmp_path / "backup") as view:
        assert view.log_get(entries.TIP) == entries.encode(tip)
    # Without them the restored node would give out receipts that nobody cosigned, and not say so.
    assert (tmp_path / "backup" / "witnesses.json").read_text() == "{}"


def test_where_no_node_is_nothing_is_read_copied_or_made(tmp_path: Path):
    with pytest.raises(StoreFailure) as unopened, opened(tmp_path / "none"):
        pass
    assert unopened.value.code == "store.open"
    with pytest.raises(MadangError) as refused:
        snapshot.backup(tmp_path / "none", tmp_path / "backup")
    assert refused.value.code == "backup.no_node"
    assert not list(tmp_path.iterdir())


def test_a_backup_taken_while_a_snapshot_waits_still_commits_its_root(undisturbed: Village, tmp_path: Path):
    village = Village(tmp_path / "node", interval=5, delay=4)
    for seconds, signed in undisturbed.signed[:6]:
        village.block(*signed, seconds=seconds)
    (tmp_path / "node" / "checkpoint.key").write_text("not read here")
    assert isinstance(village.store, RocksStore)
    snapshot.backup(tmp_path / "node", tmp_path / "backup", village.store)
    village.close()
    village.folder = tmp_path / "backup"
    village.reopen()
    village.follow(undisturbed)
    assert roots(village) == roots(undisturbed)
    village.close()
