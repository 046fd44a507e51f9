"""The store of a node: what it may lose, what it must refuse, and what a failed read is called."""

import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from madang.engine.ledger import Ledger
from madang.engine.node import Node
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError, StoreFailure
from tests.engine.toy import ANNA, MODULES, WAIT, Count, Running, genesis, outcomes, sign

ORIGIN = "toy.example/log"


def small(path: Path) -> RocksStore:
    return RocksStore(path, cache_bytes=8 * 1024 * 1024)


class SlowDisk:
    """A database whose disk takes as long as it is told to."""

    def __init__(self, database):
        self._database = database
        self.waiting, self.done = threading.Event(), threading.Event()

    def flush_wal(self, sync):
        assert sync
        self.waiting.set()
        assert self.done.wait(60)
        self._database.flush_wal(sync)

    def __getattr__(self, name):
        return getattr(self._database, name)


def test_nobody_sees_a_block_before_the_disk_has_it(tmp_path):
    store = small(tmp_path / "s")
    store.write([(b"a", b"1")], [])
    disk = SlowDisk(store._db)
    store._db = disk  # type: ignore[assignment]
    with ThreadPoolExecutor(2) as pool:
        written = pool.submit(store.write, [(b"a", b"2")], [])
        assert disk.waiting.wait(60)
        seen = pool.submit(lambda: store.view().get(b"a"))
        with pytest.raises(TimeoutError):
            seen.result(0.2)
        disk.done.set()
        written.result(60)
        assert seen.result(60) == b"2"


class BrokenDisk:
    """A database whose disk takes nothing any more."""

    def __init__(self, database):
        self._database = database

    def flush_wal(self, sync):
        raise Exception("IO error: While fsync: Input/output error")

    def __getattr__(self, name):
        return getattr(self._database, name)


def test_nobody_sees_a_block_that_the_disk_did_not_take(tmp_path):
    store = small(tmp_path / "s")
    store.write([(b"a", b"1")], [])
    before = store.view()
    store._db = BrokenDisk(store._db)  # type: ignore[assignment]
    with pytest.raises(StoreFailure) as error:
        store.write([(b"a", b"2")], [])
    assert error.value.code == "store.write"
    with pytest.raises(StoreFailure) as error:
        store.view()
    assert error.value.code == "store.write"
    assert before.get(b"a") == b"1"


def test_a_batch_with_an_erased_range_is_one_step(tmp_path):
    store = small(tmp_path / "s")
    store.write([(b"a1", b"1"), (b"a2", b"2"), (b"b1", b"3")], [(b"l", b"1")])
    before = store.view()
    store.write([(b"a3", b"4"), (b"b1", None)], [(b"l", b"2")], (b"a", b"a3"))
    assert list(store.scan(b"", b"z")) == [(b"a3", b"4")]
    assert list(before.scan(b"", b"z")) == [(b"a1", b"1"), (b"a2", b"2"), (b"b1", b"3")]
    assert (before.log_get(b"l"), store.log_get(b"l"), store.view().log_get(b"l")) == (b"1", b"2", b"2")
    assert list(store.log_scan(b"", b"z")) == [(b"l", b"2")]
    store.close()


def test_scans_of_a_view_stay_at_its_moment_however_long_and_nested(tmp_path):
    store = small(tmp_path / "s")
    keys = [b"k%05d" % n for n in range(5000)]
    store.write([(key, b"old") for key in keys], [(key, b"old") for key in keys])
    view = store.view()
    store.write([(key, None if n % 2 else b"new") for n, key in enumerate(keys)], [(b"k", b"new")])
    outer = view.scan(b"k", b"l")
    seen = [next(outer) for _ in range(17)]
    assert list(view.scan(b"k00100", b"k00103")) == [(key, b"old") for key in keys[100:103]]
    assert list(view.log_scan(b"k", b"l")) == [(key, b"old") for key in keys]
    assert seen + list(outer) == [(key, b"old") for key in keys]
    assert [view.get(key) for key in keys[:3]] == [b"old"] * 3
    del view, outer
    store.close()


def test_a_closed_store_can_be_opened_again_at_once(tmp_path):
    for _ in range(3):
        store = small(tmp_path / "s")
        store.view().get(b"a")
        store.close()


def test_a_store_is_opened_once(tmp_path):
    store = small(tmp_path / "s")
    with pytest.raises(StoreFailure) as error:
        small(tmp_path / "s")
    assert error.value.code == "store.open"
    code = "import pathlib, sys; from madang.engine.store import RocksStore as S; S(pathlib.Path(sys.argv[1]))"
    other = subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], capture_output=True, text=True)
    assert other.returncode == 1 and "store.open" in other.stderr and "another process" in other.stderr
    store.close()


def test_a_damaged_block_of_a_table_is_never_read_as_an_absence(tmp_path):
    """A reader must not take a bad block for the end of a range, nor a rule be blamed for it."""
    store = small(tmp_path / "s")
    store.write(
        [(b"k%04d" % n, bytes([n % 251]) * 50) for n in range(2000)], [(b"l%04d" % n, b"x") for n in range(2000)]
    )
    for family in (store._db, store._log.of(b"l")):
        family.flush()
    store.close()
    for path in sorted((tmp_path / "s").glob("*.sst")):
        data = bytearray(path.read_bytes())
        data[len(data) // 4] ^= 1
        path.write_bytes(data)
    store = small(tmp_path / "s")
    view = store.view()
    for read in (
        lambda: [store.get(b"k%04d" % n) for n in range(2000)],
        lambda: list(store.scan(b"k", b"l")),
        lambda: list(store.log_scan(b"l", b"m")),
        lambda: [view.get(b"k%04d" % n) for n in range(2000)],
        lambda: list(view.scan(b"k", b"l")),
    ):
        with pytest.raises(StoreFailure) as error:
            read()
        assert error.value.code == "store.read"
    store.close()


# ----------------------------------------------------------------------------------------------------------- nodes


def make(folder: Path) -> Path:
    Node.create(folder, MODULES, genesis(), ORIGIN)
    return folder


def refused(make_it) -> str:
    with pytest.raises(MadangError) as error:
        make_it()
    return error.value.code


def test_a_node_is_made_once_and_opened_where_it_is(tmp_path):
    folder = make(tmp_path / "node")
    assert refused(lambda: make(folder)) == "node.exists"
    assert refused(lambda: Node(tmp_path / "nowhere", MODULES)) == "store.empty"
    (folder / "checkpoint.key").rename(tmp_path / "key")
    assert refused(lambda: Node(folder, MODULES)) == "node.key"
    assert refused(lambda: make(folder)) == "store.not_empty"
    (tmp_path / "key").rename(folder / "checkpoint.key")
    with Node(folder, MODULES):
        assert refused(lambda: Node(folder, MODULES)) == "store.open"
    Node(folder, MODULES).close()
    with Node(folder, MODULES):
        pass


def test_a_store_without_a_genesis_is_empty(tmp_path):
    store = small(tmp_path / "s")
    assert refused(lambda: Ledger.open(store, MODULES)) == "store.empty"
    store.close()


def test_a_store_set_back_behind_what_was_published_is_refused(tmp_path):
    """Whatever RocksDB believes, what was published was committed."""
    folder = make(tmp_path / "node")
    shutil.copytree(folder / "store", tmp_path / "old")
    clock = lambda: 1_767_225_600  # noqa: E731
    with Node(folder, MODULES, clock) as node:
        node.engine.submit([sign(1)]).result(WAIT)
        node.engine.submit([sign(2)]).result(WAIT)
    shutil.rmtree(folder / "store")
    shutil.copytree(tmp_path / "old", folder / "store")
    assert refused(lambda: Node(folder, MODULES)) == "store.behind"
    checkpoint = folder / "log" / "checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-20])
    assert refused(lambda: Node(folder, MODULES)) == "log.checkpoint"


def test_a_node_that_can_not_publish_releases_everything(tmp_path):
    folder = make(tmp_path / "node")
    (folder / "log").write_text("not a folder")
    node = Node(folder, MODULES)
    with pytest.raises(Exception, match="publish|written|Not a directory"):
        node.__enter__()
    (folder / "log").unlink()
    with Node(folder, MODULES):
        pass


def test_a_corrupt_tip_is_refused(tmp_path):
    with Running(tmp_path / "store") as node:
        assert outcomes(node.answers(sign(1, Count(by=ANNA.party, name="a")))) == ["accepted"]
    store = small(tmp_path / "store")
    store.write([], [(b"h", b"\xc1junk")])
    assert refused(lambda: Ledger.open(store, MODULES)) == "store.corrupt"
    store.write([], [(b"h", (store.log_get(b"b" + bytes(8)) or b"")[:-1] + b"\x00")])
    assert refused(lambda: Ledger.open(store, MODULES)) == "store.corrupt"
    store.close()
