"""Snapshots of the state: cut into chunks whose Merkle root the log commits to; and backups of a node.

At every height that is a multiple of the chain's `snapshot_interval` the state is exported in key order into chunks
of at most 8 MB. The RFC 6962 root over the chunks enters the opening leaf exactly `snapshot_delay` blocks later, so
that whoever joins by a snapshot can't be fed a false balance, and no block waits for an export.

A chunk is the msgpack array of the pairs [key, value] that follow the chunk before it, as many as fit. So equal
states have equal chunks, whatever store they lie in.

With a folder, RocksDB makes a checkpoint (hard links) after block h is durable and before h + 1 is written, and a
process of low priority exports it:

    <height>.checkpoint/   the store at that height, until its export is done; a crash before that costs nothing
    <height>/              manifest, and the chunks 000000, 000001, ... for other nodes; the last two are kept

Without one the export happens at once. The manifest is kept in the store's log. If neither it nor a checkpoint is
left (a backup carries none), the state of that height is rebuilt from the writes in the log.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from rocksdict import AccessType, Checkpoint, Rdict, WriteBatch, WriteOptions

from madang.engine import entries
from madang.engine.entries import Tip
from madang.engine.store import LogColumns, RocksStore, Store, View, _get, _scan
from madang.engine.wal import check_journals
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.machine import MARKS, PRUNED, Chain
from madang.log.leaf import decode_leaf
from madang.log.tree import Tree, leaf_hash

CHUNK_BYTES = 8_000_000
KEPT = 2
"""How many snapshots stay in the folder."""
NO_SNAPSHOT = bytes(32)
LAST_KEY = b"\xff"
"""Behind every key: those of the state begin with the name of a table, which is ASCII."""
KEY_FILE = "checkpoint.key"
WITNESSES_FILE = "witnesses.json"
_MANIFEST = "manifest"
_LONGEST_HEADER = 5


class Manifest(msgspec.Struct, frozen=True, array_like=True):
    """What a snapshot is: the height whose state it holds, the root that the log commits to, the hash of each chunk."""

    height: int
    root: bytes
    chunks: tuple[bytes, ...]


_manifests = msgspec.msgpack.Decoder(Manifest)
_chunks = msgspec.msgpack.Decoder(list[tuple[bytes, bytes]])


def snapshot_key(height: int) -> bytes:
    """Where the log keeps the manifest of a snapshot."""
    return b"s" + height.to_bytes(8, "big")


# ------------------------------------------------------------------------------------------------------------ chunks


def cut(pairs: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Chunks of pairs that come in key order. Raises `StoreFailure` (`snapshot.pair`): one that fits no chunk."""
    held: list[bytes] = []
    size = _LONGEST_HEADER
    for pair in pairs:
        encoded = entries.encode(pair)
        if size + len(encoded) > CHUNK_BYTES:
            if held:
                yield _array(held)
            held, size = [], _LONGEST_HEADER
        if size + len(encoded) > CHUNK_BYTES:
            raise StoreFailure("snapshot.pair", f"a record of {len(encoded)} bytes is larger than a chunk.")
        held.append(encoded)
        size += len(encoded)
    if held:
        yield _array(held)


def _array(encoded: list[bytes]) -> bytes:
    """The msgpack array of values that are encoded already."""
    count = len(encoded)
    if count < 16:
        header = bytes([0x90 | count])
    elif count < 2**16:
        header = b"\xdc" + count.to_bytes(2, "big")
    else:
        header = b"\xdd" + count.to_bytes(4, "big")
    return b"".join([header, *encoded])


def manifest_of(height: int, hashes: Sequence[bytes]) -> Manifest:
    """The manifest of a snapshot whose chunks have these leaf hashes."""
    tree = Tree()
    tree.extend(list(hashes))
    return Manifest(height, tree.root(), tuple(hashes))


def describe(height: int, view: View) -> Manifest:
    """The manifest of the state in a view, without keeping its chunks."""
    return manifest_of(height, [leaf_hash(chunk) for chunk in cut(view.scan(b"", LAST_KEY))])


def export(height: int, view: View, folder: Path) -> Manifest:
    """Write the chunks of the state in a view, and their manifest, into `folder`, which appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        hashes = []
        for number, chunk in enumerate(cut(view.scan(b"", LAST_KEY))):
            hashes.append(leaf_hash(chunk))
            _write_file(aside / f"{number:06d}", chunk)
        manifest = manifest_of(height, hashes)
        _write_file(aside / _MANIFEST, entries.encode(manifest))
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest in a snapshot's folder. Raises `StoreFailure` (`snapshot.unreadable`)."""
    try:
        return _manifests.decode((folder / _MANIFEST).read_bytes())
    except (OSError, msgspec.MsgspecError) as error:
        raise StoreFailure("snapshot.unreadable", f"{folder} holds no snapshot: {error}") from None


def read_chunks(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """The chunks in a snapshot's folder, in order. Raises `StoreFailure` (`snapshot.unreadable`)."""
    for number in range(len(manifest.chunks)):
        try:
            yield (folder / f"{number:06d}").read_bytes()
        except OSError as error:
            raise StoreFailure("snapshot.unreadable", f"a chunk is missing: {error}. Fetch it again.") from None


def restore(folder: Path, chunks: Iterable[bytes], root: bytes, hashes: Sequence[bytes]) -> RocksStore:
    """A store in `folder` whose state is that of a snapshot; its log is empty.

    `root` is from an opening leaf that a trusted checkpoint covers; chunks and their `hashes` may come from anybody.
    Raises `StoreFailure`, leaving nothing behind: `snapshot.root`, `snapshot.chunk`, `snapshot.count`,
    `snapshot.order`; `store.not_empty`.
    """
    if manifest_of(0, hashes).root != root:
        raise StoreFailure("snapshot.root", "these hashes are not of the snapshot in the log. Ask somebody else.")
    if folder.exists() and any(folder.iterdir()):
        raise StoreFailure("store.not_empty", f"{folder} holds something already. Choose another folder.")
    store = RocksStore(folder)
    try:
        _fill(store, chunks, hashes)
    except BaseException:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return store


def _fill(store: Store, chunks: Iterable[bytes], hashes: Sequence[bytes]) -> None:
    last = b""
    count = 0
    for number, chunk in enumerate(chunks):
        if number >= len(hashes) or leaf_hash(chunk) != hashes[number]:
            raise StoreFailure("snapshot.chunk", f"chunk {number} is not the one in the log. Fetch it elsewhere.")
        pairs = _chunks.decode(chunk)
        for key, _ in pairs:
            if key <= last:
                raise StoreFailure("snapshot.order", f"chunk {number} is not in key order. Its maker is in error.")
            last = key
        store.write(pairs, ())
        count += 1
    if count != len(hashes):
        raise StoreFailure("snapshot.count", f"{count} chunks came of {len(hashes)}. Fetch the rest.")


# ------------------------------------------------------------------------------------------------- rebuilding a state


class Scratch(RocksStore):
    """A store to rebuild a state in: bounded memory, nothing durable, gone when it is closed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="madang-", dir=folder))
        super().__init__(self.folder / "store", cache_bytes=128 * 1024 * 1024)
        self._unlogged = WriteOptions()
        self._unlogged.disable_wal = True  # type: ignore[method-assign, assignment]  # its stub says method, it is a value

    def _commit(self, batch: WriteBatch) -> None:
        """Write a batch that nobody needs after a crash."""
        self._db.write(batch, self._unlogged)

    def close(self) -> None:
        """Release and remove the files."""
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


def erased(writes: Iterable[tuple[bytes, bytes | None]]) -> tuple[bytes, bytes] | None:
    """The range of replay marks that a block removes, known from the writes of its opening leaf."""
    for key, value in writes:
        if key == PRUNED.key() and value is not None:
            return MARKS.prefix, MARKS.prefix + PRUNED.decode(value).before.to_bytes(8, "big")
    return None


def replay(view: View, size: int, into: Store) -> None:
    """Apply the writes of the first `size` entries of a log, as their blocks did.

    Raises `StoreFailure` (`snapshot.writes`) where they are not those of their leaf: a node that joined by a snapshot
    has the leaves of what came before it, and not the writes.
    """
    changes: dict[bytes, bytes | None] = {}
    erase: tuple[bytes, bytes] | None = None
    for key, data in view.log_scan(entries.entry_key(0), entries.entry_key(size)):
        entry = entries.read_entry(data)
        if entries.digest(entry.writes) != decode_leaf(entry.leaf).writes_hash:
            raise StoreFailure(
                "snapshot.writes",
                "a snapshot is due that can't be rebuilt here: what was written before this node joined is missing. "
                "Restore a backup that was not taken during an export, or join anew.",
            )
        writes = entries.read_writes(entry.writes)
        if not entry.signed and key != entries.entry_key(0):
            into.write(changes.items(), (), erase)
            changes, erase = {}, None
        if not entry.signed:
            erase = erased(writes)
        changes.update(writes)
    into.write(changes.items(), (), erase)


# ------------------------------------------------------------------------------------------------- following a ledger


class Snapshots:
    """Makes the snapshots of one ledger. Without a `folder` they are made at once, and their chunks are not kept."""

    def __init__(self, store: Store, chain: Chain, folder: Path | None = None) -> None:
        self._store = store
        self._interval = chain.snapshot_interval
        self._delay = chain.snapshot_delay
        self._folder = folder if isinstance(store, RocksStore) else None
        self._ready = threading.Condition()
        self._roots: dict[int, bytes] = {}
        self._failure: MadangError | None = None
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def resume(self, height: int) -> None:
        """Take up, after opening a ledger whose durable tip is at `height`, what was left undone."""
        if not self._interval:
            return
        if self._folder is not None:
            self._clear_up(height)
        first = max(0, height - self._delay) // self._interval + 1
        for described in range(first * self._interval, height + 1, self._interval):
            stored = self._store.log_get(snapshot_key(described))
            if stored is not None:
                self._roots[described] = _manifests.decode(stored).root
            elif described == height or (self._folder and self._checkpoint(described).exists()):
                self._begin(described)
            else:
                self._start(self._rebuild, described)

    def written(self, height: int) -> None:
        """Block `height` is durable and its successor is not written yet: make a snapshot where one is due."""
        if self._interval and height and height % self._interval == 0:
            self._begin(height)

    def due(self, height: int) -> bytes:
        """What the opening leaf of block `height` holds: a snapshot's root, or zeros.

        Waits for an export that is not done. Blocks are written by another thread, or the block that the
        snapshot describes has been written. Raises `StoreFailure` (`snapshot.export`), or what `fail` was given.
        """
        described = height - self._delay
        if not self._interval or described <= 0 or described % self._interval:
            return NO_SNAPSHOT
        with self._ready:
            self._ready.wait_for(lambda: described in self._roots or self._failure is not None)
            if described not in self._roots and self._failure is not None:
                raise self._failure
            return self._roots[described]

    def fail(self, error: MadangError) -> None:
        """Nothing will be written any more: let go whoever waits."""
        with self._ready:
            self._failure = self._failure or error
            self._ready.notify_all()

    def close(self) -> None:
        """Stop exporting; what is not done is done again after the next start. The store must still be open."""
        self._stopping.set()
        self.fail(StoreFailure("snapshot.stopped", "the node is stopping."))
        for thread in self._threads:
            thread.join()

    def _checkpoint(self, height: int) -> Path:
        return (self._folder or Path()) / f"{height}.checkpoint"

    def _begin(self, height: int) -> None:
        if self._folder is None or not isinstance(self._store, RocksStore):
            self._keep(describe(height, self._store))
            return
        checkpoint = self._checkpoint(height)
        if not checkpoint.exists():
            make_checkpoint(self._store, checkpoint)
        self._start(self._export, height)

    def _start(self, work: "Work", height: int) -> None:
        if self._folder is None:
            work(height)
            return
        thread = threading.Thread(target=self._guard, args=(work, height), name="madang-snapshot", daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _guard(self, work: "Work", height: int) -> None:
        try:
            work(height)
        except MadangError as error:
            self.fail(error)
        except Exception as error:  # noqa: BLE001  whoever waits for the root must be told, whatever it was
            self.fail(StoreFailure("snapshot.export", f"the snapshot of block {height} failed: {error!r}"))

    def _export(self, height: int) -> None:
        target = (self._folder or Path()) / str(height)
        checkpoint = self._checkpoint(height)
        if export_apart(checkpoint, height, target, self._stopping):
            self._keep(read_manifest(target))
            shutil.rmtree(checkpoint, ignore_errors=True)
            self._drop_old()

    def _rebuild(self, height: int) -> None:
        tip = entries.read_tip(self._store.log_get(entries.block_key(height)) or b"")
        scratch = Scratch(self._folder)
        try:
            replay(self._store, tip.size, scratch)
            folder = self._folder
            self._keep(export(height, scratch, folder / str(height)) if folder else describe(height, scratch))
        finally:
            scratch.close()

    def _keep(self, manifest: Manifest) -> None:
        self._store.write((), [(snapshot_key(manifest.height), entries.encode(manifest))])
        with self._ready:
            needed = {height: root for height, root in self._roots.items() if height + self._delay > manifest.height}
            self._roots = {**needed, manifest.height: manifest.root}
            self._ready.notify_all()

    def _drop_old(self) -> None:
        folder = self._folder or Path()
        heights = sorted((int(one.name) for one in folder.iterdir() if one.name.isdigit()), reverse=True)
        for old in heights[KEPT:]:
            shutil.rmtree(folder / str(old), ignore_errors=True)

    def _clear_up(self, height: int) -> None:
        """Remove what exports that were cut short left behind, and checkpoints that no block at hand waits for."""
        folder = self._folder or Path()
        folder.mkdir(parents=True, exist_ok=True)
        for one in folder.iterdir():
            described = int(one.stem) if one.suffix == ".checkpoint" and one.stem.isdigit() else None
            if one.name.startswith(".") or (described and not height - self._delay < described <= height):
                shutil.rmtree(one, ignore_errors=True)


Work = Callable[[int], None]


def make_checkpoint(store: RocksStore, target: Path) -> None:
    """The store as it is now, in a folder that shares its files. Raises `StoreFailure` (`snapshot.checkpoint`)."""
    aside = target.with_name(f".{target.name}")
    shutil.rmtree(aside, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        Checkpoint(store._db).create_checkpoint(str(aside))
        aside.rename(target)
        _sync(target.parent)
    except Exception as error:  # noqa: BLE001  the library raises bare Exception; its text names files, never contents
        raise StoreFailure("snapshot.checkpoint", f"{target} can't be made: {error}. Is the disk full?") from None


def export_apart(checkpoint: Path, height: int, target: Path, stopping: threading.Event) -> bool:
    """Export a checkpoint in a process of low priority, so that rules run on meanwhile. False when it was stopped.

    The process ends with this one. Raises `StoreFailure` (`snapshot.export`).
    """
    command = [sys.executable, "-m", "madang.engine.snapshot", str(checkpoint), str(height), str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        while child.poll() is None and not stopping.is_set():
            try:
                child.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
        if child.returncode is None and child.stdin is not None:
            child.stdin.close()
            child.wait()
            return False
    if child.returncode:
        raise StoreFailure("snapshot.export", f"the export of block {height} ended with {child.returncode}.")
    return True


class ReadOnlyStore:
    """A `View` of a store's folder that changes nothing in it.

    Raises `StoreFailure`: `store.in_use` (a node is running on it), `store.open`, `store.damaged`.
    """

    def __init__(self, path: Path) -> None:
        refuse_in_use(path)
        if not (path / "CURRENT").is_file():
            raise StoreFailure("store.open", f"{path} holds no store. Name the folder of a node.")
        check_journals(path)
        try:
            self._db = Rdict(str(path), access_type=AccessType.read_only())
            self._log = LogColumns(self._db)
        except Exception as error:  # noqa: BLE001  the library raises bare Exception; its text names files, never contents
            raise StoreFailure("store.open", f"{path} can't be read: {error}. Is it a node's store?") from None

    def get(self, key: bytes) -> bytes | None:
        """The state's value under `key`, or None."""
        return _get(self._db, key)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The state's pairs from `start` up to, not including, `stop`, in key order."""
        return _scan(self._db, start, stop)

    def log_get(self, key: bytes) -> bytes | None:
        """The log's value under `key`, or None."""
        return _get(self._log.of(key), key)

    def log_scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The log's pairs from `start` up to, not including, `stop`, in key order."""
        return _scan(self._log.of(start), start, stop)

    def close(self) -> None:
        """Release the files."""
        self._log.close()
        self._db.close()


def refuse_in_use(store: Path) -> None:
    """Raise `StoreFailure` (`store.in_use`) where a node is running on this store's folder."""
    if _is_locked(store / "LOCK"):
        raise StoreFailure("store.in_use", f"a node is running on {store}. Stop it, or use a backup of it.")


def _is_locked(path: Path) -> bool:
    # Opening the file to ask would, when closed, release a lock that this very process holds (POSIX): so look it up.
    try:
        inode = path.stat().st_ino
        held = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return False
    return any(line.split()[5].endswith(f":{inode}") for line in held.splitlines() if len(line.split()) > 5)


def backup(folder: Path, target: Path, store: RocksStore | None = None) -> Tip:
    """Copy a node's folder to `target`: the store as of one moment, the checkpoint key, its witnesses. Returns its tip.

    `store` is that of the node while it runs in this process. What was published (`log/`) is not copied: it can be
    written again. Raises `MadangError`: `store.in_use`, `backup.no_node`, `backup.exists`, and what opening
    a store raises.
    """
    if store is None and _is_locked(folder / "store" / "LOCK"):
        raise StoreFailure("store.in_use", f"a node is running on {folder}. Stop it, or have it make the backup.")
    if not (folder / "store" / "CURRENT").is_file() or not (folder / KEY_FILE).is_file():
        raise MadangError("backup.no_node", f"{folder} holds no node. Name the folder of one.")
    if target.exists():
        raise MadangError("backup.exists", f"{target} exists. Name a folder that does not.")
    aside = target.with_name(f".{target.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True, mode=0o700)
    opened = store or RocksStore(folder / "store")
    try:
        make_checkpoint(opened, aside / "store")
    finally:
        if store is None:
            opened.close()
    for name in (KEY_FILE, WITNESSES_FILE):
        if (folder / name).exists():
            _write_file(aside / name, (folder / name).read_bytes())
    copy = ReadOnlyStore(aside / "store")
    try:
        tip = entries.read_tip(copy.log_get(entries.TIP) or b"")
    finally:
        copy.close()
    aside.rename(target)
    _sync(target.parent)
    return tip


def _write_file(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _export_here(checkpoint: Path, height: int, target: Path) -> None:
    """What the process of `export_apart` does; it ends as soon as its parent does."""
    os.nice(10)

    def follow_parent() -> None:
        os.read(0, 1)
        os._exit(3)

    threading.Thread(target=follow_parent, daemon=True).start()
    view = ReadOnlyStore(checkpoint)
    export(height, view, target)
    view.close()


if __name__ == "__main__":
    _export_here(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
