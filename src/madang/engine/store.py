"""Where committed blocks live: one ordered map for state, one for the log, written together or not at all.

RocksDB, by measurement (docs/adr/0002): payments are write-heavy, and its durable batch is an order of magnitude
cheaper than the next best. A crash may cut the last, unacknowledged batch; anything else that does not match its
checksum makes `open` refuse, since a ledger that quietly forgot acknowledged blocks would be worse than none.
"""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn, Protocol

from rocksdict import (
    BlockBasedOptions,
    Cache,
    ColumnFamily,
    DBCompressionType,
    DBRecoveryMode,
    Options,
    Rdict,
    ReadOptions,
    Snapshot,
    WriteBatch,
)

from madang.engine.wal import check_journals
from madang.kernel.errors import StoreFailure

Changes = Iterable[tuple[bytes, bytes | None]]


class View(Protocol):
    """A reading of state and log at one moment: two keys written together are seen together."""

    def get(self, key: bytes) -> bytes | None:
        """The state's value under `key`, or None."""

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The state's pairs from `start` up to, not including, `stop`, in key order."""

    def log_get(self, key: bytes) -> bytes | None:
        """The log's value under `key`, or None."""

    def log_scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The log's pairs from `start` up to, not including, `stop`, in key order."""


class Store(View, Protocol):
    """What an engine needs of a store. `write` is atomic, and durable when it returns."""

    def write(self, state: Changes, log: Changes, erase: tuple[bytes, bytes] | None = None) -> None:
        """Apply one block: state and log changes, and the removal of one range of state keys, all or nothing."""

    def view(self) -> View:
        """A consistent view of what is durable now."""

    def close(self) -> None:
        """Release the store. Using it afterwards is an error."""


APPENDED = b"e"
"""The first byte of the log's keys that only ever grow, and that hold nearly all of its bytes: the entries."""
APPENDED_COLUMN = "entries"
LOG_COLUMNS = ("log", APPENDED_COLUMN)


class LogColumns:
    """The two column families of the log. What is only appended lies apart, so that compaction never rewrites it."""

    def __init__(self, database: Rdict) -> None:
        self._rest, self._appended = (database.get_column_family(name) for name in LOG_COLUMNS)

    def of(self, key: bytes) -> Rdict:
        """Where a key of the log lies. A scan stays within one first byte."""
        return self._appended if key[:1] == APPENDED else self._rest

    def close(self) -> None:
        """Let go of both."""
        self._rest.close()
        self._appended.close()


class RocksStore:
    """The store of a node, in a folder of its own. One process has it open at a time.

    `cache_bytes` bounds the block cache; memtables take at most 256 MiB beside it.
    """

    def __init__(self, path: Path, cache_bytes: int = 256 * 1024 * 1024) -> None:
        cache = Cache(cache_bytes)
        try:
            path.mkdir(parents=True, exist_ok=True)
            check_journals(path)
            columns = {name: _options(cache, bloom=False) for name in LOG_COLUMNS}
            self._db = Rdict(str(path), _options(cache, bloom=True), column_families=columns)
            self._log = LogColumns(self._db)
            self._handles: dict[bool, ColumnFamily] = {
                name == APPENDED_COLUMN: self._db.get_column_family_handle(name) for name in LOG_COLUMNS
            }
        except StoreFailure:
            raise
        except Exception as error:  # noqa: BLE001  the library raises bare Exception; its text names files, never contents
            raise StoreFailure(
                "store.open", f"{path} can't be opened: {error}. Is another process using it? Else restore a backup."
            ) from None
        # Nobody sees a block that is written and not yet on the disk, nor one that the disk did not take.
        self._turn = threading.Lock()
        self._is_durable = True

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

    def write(self, state: Changes, log: Changes, erase: tuple[bytes, bytes] | None = None) -> None:
        """Apply one block atomically; durable when it returns. Raises `StoreFailure` (`store.write`)."""
        batch = WriteBatch(raw_mode=True)
        if erase is not None:
            batch.delete_range(*erase)
        for key, value in state:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        for key, value in log:
            if value is None:
                batch.delete(key, self._handles[key[:1] == APPENDED])
            else:
                batch.put(key, value, self._handles[key[:1] == APPENDED])
        try:
            with self._turn:
                self._commit(batch)
        except Exception as error:  # noqa: BLE001  the library raises bare Exception
            raise StoreFailure("store.write", f"the block can't be made durable: {error}. The node stops.") from None

    def _commit(self, batch: WriteBatch) -> None:
        """Write a batch to the disk."""
        self._db.write(batch)
        self._is_durable = False
        # The library holds the interpreter while it writes, and lets go of it here, where the disk is awaited.
        self._db.flush_wal(True)
        self._is_durable = True

    def view(self) -> View:
        """A consistent view of what is durable now. Raises `StoreFailure` (`store.write`): the disk failed."""
        with self._turn:
            if not self._is_durable:
                raise StoreFailure("store.write", "the disk did not take the last block, which nobody may see.")
            return _RocksView(self._db, self._log)

    def close(self) -> None:
        """Flush and release the files, so that they can be opened again; views that are still held keep them locked."""
        self._log.close()
        self._db.close()
        self.__dict__.pop("_handles", None)  # it holds the lock as long as it lives


class _RocksView:
    """State and log of one moment. The library's snapshots answer `get` only: their iterators show later writes."""

    def __init__(self, state: Rdict, log: "LogColumns") -> None:
        self._state = state.snapshot()
        self._state_cursor = _Cursor(state)
        parts = {False: log.of(b""), True: log.of(APPENDED)}
        self._log = {appended: part.snapshot() for appended, part in parts.items()}
        self._log_cursor = {appended: _Cursor(part) for appended, part in parts.items()}

    def get(self, key: bytes) -> bytes | None:
        return _present(self._state, key)

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        return self._state_cursor.scan(start, stop)

    def log_get(self, key: bytes) -> bytes | None:
        return _present(self._log[key[:1] == APPENDED], key)

    def log_scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        return self._log_cursor[start[:1] == APPENDED].scan(start, stop)


class _Cursor:
    """An iterator that stays at the moment it was made; scans share it, each fetching some pairs at a time."""

    def __init__(self, database: Rdict) -> None:
        try:
            self._iterator = database.iter(ReadOptions())
        except Exception as error:  # noqa: BLE001  the library raises bare Exception
            _unreadable(error)
        self._lock = threading.Lock()

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        count = 16
        while pairs := self._fetch(start, stop, count):
            yield from pairs
            if len(pairs) < count:
                return
            start = pairs[-1][0] + b"\0"
            count = min(2 * count, 1024)

    def _fetch(self, start: bytes, stop: bytes, count: int) -> list[tuple[bytes, bytes]]:
        pairs: list[tuple[bytes, bytes]] = []
        iterator = self._iterator
        with self._lock:
            try:
                iterator.seek(start)
                while len(pairs) < count and iterator.valid() and (key := iterator.key()) < stop:
                    pairs.append((key, iterator.value()))
                    iterator.next()
                iterator.status()  # an iterator that met a damaged block looks as if it had come to the end
            except Exception as error:  # noqa: BLE001  the library raises bare Exception
                _unreadable(error)
        return pairs


def _get(database: Rdict, key: bytes) -> bytes | None:
    try:
        value: bytes | None = database.get(key)
    except Exception as error:  # noqa: BLE001  the library raises bare Exception
        _unreadable(error)
    return value


_MISSING_KEY = "key not found"
"""What the library says of a key that a snapshot lacks; the pinned version is tested for it."""


def _present(snapshot: Snapshot, key: bytes) -> bytes | None:
    try:
        value: bytes = snapshot[key]
    except Exception as error:  # noqa: BLE001  the library raises bare Exception, for a missing key too
        if str(error) == _MISSING_KEY:
            return None
        _unreadable(error)
    return value


def _scan(source: Rdict, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
    limits = ReadOptions()
    limits.set_iterate_upper_bound(stop)
    try:
        cursor = source.iter(limits)
        cursor.seek(start)
        while cursor.valid():
            yield cursor.key(), cursor.value()
            cursor.next()
        cursor.status()  # a cursor that met a damaged block looks as if it had come to the end
    except Exception as error:  # noqa: BLE001  the library raises bare Exception
        _unreadable(error)


def _unreadable(error: Exception) -> NoReturn:
    """A read that failed is the store's failure; a rule must never be blamed for it."""
    raise StoreFailure("store.read", f"the store can't be read: {error}. Restore a backup.") from None


def _options(cache: Cache, *, bloom: bool) -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.create_missing_column_families(True)
    options.set_max_background_jobs(2)
    options.set_write_buffer_size(64 * 1024 * 1024)
    options.set_max_write_buffer_number(3)
    options.set_db_write_buffer_size(256 * 1024 * 1024)
    options.set_level_compaction_dynamic_level_bytes(True)
    options.set_compression_type(DBCompressionType.lz4())
    options.set_wal_recovery_mode(DBRecoveryMode.tolerate_corrupted_tail_records())
    options.set_keep_log_file_num(4)
    table = BlockBasedOptions()
    table.set_block_cache(cache)
    table.set_cache_index_and_filter_blocks(True)
    table.set_pin_l0_filter_and_index_blocks_in_cache(True)
    table.set_format_version(5)
    if bloom:
        # A replay mark is looked up for every transaction and almost never found, a new payment's key never.
        table.set_bloom_filter(10, False)
        options.set_memtable_prefix_bloom_ratio(0.1)
        options.set_memtable_whole_key_filtering(True)
    options.set_block_based_table_factory(table)
    return options
