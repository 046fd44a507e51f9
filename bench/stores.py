"""Which store: RocksDB and LMDB, with the reads and writes that a voucher payment really makes.

    python -m bench.stores [--json] [--sizes 1000000,10000000] [--blocks 200] [--stores rocksdb,lmdb]

A store is filled with so many vouchers (each with its holder's allowance, registered key and grant, as they are on
a ledger), then blocks of 500 payments are read and written, each block durable when it is counted, over vouchers
drawn uniformly at random. A payment reads its replay mark, the payer's key, voucher, allowance, takings and payment
part; it writes voucher, allowance, takings, payment part, replay mark, the log entry and the index by id; a block
writes the programme's total and its own record. Sizes of keys and values are those of a real ledger. Every store is
filled in one process and measured in another, so that memory is its own. `fsync` is what one flush of a 4 kB file
costs on this disk.

LMDB is not a dependency: `pip install lmdb` to measure it.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from madang.engine.store import RocksStore

BLOCK = 500
ROOT = Path("var/bench/stores")
SHOPS = 1_000
FILL = 20_000
ENTRY = 1_378
BLOCKS = 200
"""Enough that RocksDB flushes and compacts while it is measured."""

Pairs = list[tuple[bytes, bytes]]


class Measured(Protocol):
    """A store as this benchmark uses it."""

    def get(self, key: bytes) -> bytes | None:
        """The value under a key of the state."""

    def fill(self, state: Pairs) -> None:
        """Write in key order, as fast as may be."""

    def settle(self) -> None:
        """Let the store come to rest after filling."""

    def commit(self, state: Pairs, log: Pairs) -> None:
        """Write one block, durable at the end."""

    def close(self) -> None:
        """Release the files."""


class Rocks:
    """RocksDB as the engine uses it."""

    def __init__(self, folder: Path) -> None:
        self._store = RocksStore(folder)

    def get(self, key: bytes) -> bytes | None:
        return self._store.get(key)

    def fill(self, state: Pairs) -> None:
        self._store.write(state, ())

    def settle(self) -> None:
        self._store._db.flush()
        self._store._db.compact_range(None, None)

    def commit(self, state: Pairs, log: Pairs) -> None:
        self._store.write(state, log)

    def close(self) -> None:
        self._store.close()


class Lmdb:
    """LMDB with two databases, one write transaction a block, synchronous."""

    def __init__(self, folder: Path) -> None:
        import lmdb

        folder.mkdir(parents=True, exist_ok=True)
        self._environment = lmdb.open(str(folder), map_size=2**40, max_dbs=2, readahead=False, sync=True, metasync=True)
        self._state = self._environment.open_db(b"state")
        self._log = self._environment.open_db(b"log")
        self._reading = self._environment.begin(db=self._state)

    def get(self, key: bytes) -> bytes | None:
        value: bytes | None = self._reading.get(key)
        return value

    def fill(self, state: Pairs) -> None:
        with self._environment.begin(write=True) as transaction:
            transaction.cursor(self._state).putmulti(state)

    def settle(self) -> None:
        self._environment.sync(True)

    def commit(self, state: Pairs, log: Pairs) -> None:
        with self._environment.begin(write=True) as transaction:
            transaction.cursor(self._state).putmulti(state)
            transaction.cursor(self._log).putmulti(log)
        # One reading transaction a block: a longer one would keep old pages from being used again.
        self._reading.abort()
        self._reading = self._environment.begin(db=self._state)

    def close(self) -> None:
        self._reading.abort()
        self._environment.close()


STORES: dict[str, Callable[[Path], Measured]] = {"rocksdb": Rocks, "lmdb": Lmdb}


# ------------------------------------------------------------------------------------------------- what is in a ledger


_NOISE = random.Random(0).randbytes(1_000_003)
_LETTERS = bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[byte % 64] for byte in _NOISE)


def _name(number: int, length: int) -> bytes:
    """A name such as a thumbprint (43) or a handle (22): ascending with its number, so that stores fill in order."""
    place = number * 7919 % 1_000_000
    return b"%010x" % (number * 97_003) + _LETTERS[place : place + length - 10].ljust(length - 10, b"A")


def key_record(number: int) -> bytes:
    """A holder's registered key."""
    return b"kernel.key\0" + _name(number, 43)


def record(kind: bytes, name: bytes) -> bytes:
    """A record of the programme."""
    return b"programmes.record\0bench-coupon\0" + kind + b"\0" + name


def voucher(number: int) -> bytes:
    """A voucher."""
    return record(b"voucher", _name(number, 22))


def allowance(number: int) -> bytes:
    """A holder's allowance."""
    return record(b"allowance", _name(number, 43))


def takings(shop: int) -> bytes:
    """A shop's takings."""
    return record(b"takings", b"shop-%05d" % shop)


def value(seed: int, size: int) -> bytes:
    """A record's bytes: half of them do not compress, as names and hashes do not."""
    place = seed * 104_729 % 900_001
    return _NOISE[place : place + size // 2].ljust(size, b"\x01")


def ledger(size: int) -> Iterator[Pairs]:
    """The state of `size` vouchers, in key order, in batches."""
    tables: list[tuple[Callable[[int], bytes], int]] = [
        (key_record, 130),
        (lambda number: b"kernel.party\0" + _name(number, 43), 120),
        (allowance, 52),
        (voucher, 89),
        (lambda number: b"vouchers.grant\0bench-coupon\0g%010d" % number, 24),
    ]
    for make, length in tables:
        for start in range(0, size, FILL):
            yield [(make(number), value(number, length)) for number in range(start, min(start + FILL, size))]
    yield [(takings(shop), value(shop, 15)) for shop in range(SHOPS)]


class Payments:
    """Payments with random vouchers, block after block."""

    def __init__(self, size: int, seed: int) -> None:
        self._size = size
        self._random = random.Random(seed)
        self._height = 0

    def block(self) -> tuple[list[bytes], Pairs, Pairs]:
        """What a block of payments reads, and what it writes to state and log."""
        self._height += 1
        chance = self._random
        reads: list[bytes] = []
        state: dict[bytes, bytes] = {}
        log: Pairs = []
        for index in range(BLOCK):
            holder, shop = chance.randrange(self._size), chance.randrange(SHOPS)
            identifier = chance.randbytes(16)
            mark = b"kernel.mark\0" + self._height.to_bytes(8, "big") + identifier
            payment = record(b"payment", b"shop-%05d/%010x%b/0" % (shop, self._height, identifier.hex()[:22].encode()))
            reads += [mark, key_record(holder), voucher(holder), allowance(holder), takings(shop), payment]
            position = (self._height * BLOCK + index).to_bytes(8, "big")
            state[voucher(holder)] = value(index, 89)
            state[allowance(holder)] = value(index, 52)
            state[takings(shop)] = value(index, 15)
            state[payment] = value(index, 54)
            state[mark] = value(index, 52)
            log.append((b"e" + position, chance.randbytes(900).ljust(ENTRY, b"\x01")))
            log.append((b"i" + identifier + position, b""))
        state[b"programmes.total\0bench-coupon"] = value(self._height, 35)
        log += [(b"b" + self._height.to_bytes(8, "big"), bytes(314)), (b"h", bytes(314))]
        return reads, sorted(state.items()), sorted(log)


# ------------------------------------------------------------------------------------------------------- measuring


def measure(name: str, size: int, blocks: int, seed: int) -> dict[str, Any]:
    """Read and write blocks of payments in a store that is filled."""
    folder = ROOT / f"{name}-{size}"
    store = STORES[name](folder)
    try:
        before, written = _bytes(folder), _written()
        payments = Payments(size, seed)
        reading, writing = [], []
        for _ in range(blocks):
            reads, state, log = payments.block()
            moment = time.perf_counter()
            for key in reads:
                store.get(key)
            between = time.perf_counter()
            store.commit(state, log)
            reading.append(between - moment)
            writing.append(time.perf_counter() - between)
        per_payment = 1e6 / BLOCK / blocks
        return {
            "store": name,
            "vouchers": size,
            "read_us": round(sum(reading) * per_payment, 1),
            "write_us": round(sum(writing) * per_payment, 1),
            "slowest_block_ms": round(1e3 * max(writing), 1),
            "disk_gb": round(before / 1e9, 2),
            "disk_bytes_per_payment": round((_bytes(folder) - before) / (BLOCK * blocks)),
            "written_bytes_per_payment": round((_written() - written) / (BLOCK * blocks)),
            "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "own_mb": round(_own_memory()),
        }
    finally:
        store.close()


def fill(name: str, size: int) -> float:
    """Make a filled store; seconds."""
    folder = ROOT / f"{name}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    store = STORES[name](folder)
    started = time.perf_counter()
    for batch in ledger(size):
        store.fill(batch)
    store.settle()
    store.close()
    return round(time.perf_counter() - started, 1)


def fsync_us(count: int = 200) -> float:
    """What it costs to flush a small write to this disk."""
    ROOT.mkdir(parents=True, exist_ok=True)
    path = ROOT / "fsync"
    with path.open("wb") as file:
        started = time.perf_counter()
        for _ in range(count):
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
        taken = time.perf_counter() - started
    path.unlink()
    return round(1e6 * taken / count, 1)


def _bytes(folder: Path) -> int:
    """Bytes on disk: files may have holes."""
    return sum(one.stat().st_blocks * 512 for one in folder.iterdir())


def _written() -> int:
    """Bytes that this process has sent to the disk."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    return 0


def _own_memory() -> float:
    """Memory of this process now without mapped files, in MB: the page cache of a map is not the process's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default="1000000")
    parser.add_argument("--stores", default="rocksdb,lmdb")
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = []
    flush = fsync_us()
    for size in map(int, options.sizes.split(",")):
        for name in options.stores.split(","):
            try:
                with context.Pool(1) as pool:
                    seconds = pool.apply(fill, (name, size))
                with context.Pool(1) as pool:
                    measured = pool.apply(measure, (name, size, options.blocks, options.seed))
            finally:
                shutil.rmtree(ROOT / f"{name}-{size}", ignore_errors=True)
            results.append({**measured, "fill_seconds": seconds})
            if not options.json:
                print(results[-1], flush=True)
            else:
                print(results[-1], file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps({"fsync_us": flush, "cores": len(os.sched_getaffinity(0)), "results": results}))


if __name__ == "__main__":
    main()
