"""A disk that loses and tears: a store with a write-ahead log in memory, as far as a crash can tell.

What was synced survives a crash; of what was written and not synced, any number of bytes does. Recovery reads whole
records from the start and stops at the first that is cut or does not match its sum.
"""

import bisect
import random
import zlib
from collections.abc import Callable, Iterable, Iterator

import msgspec

from madang.engine.store import View

Changes = Iterable[tuple[bytes, bytes | None]]


class Crash(Exception):  # noqa: N818
    """The power went."""


class Map:
    """An ordered map of bytes."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self._keys: list[bytes] | None = []

    def change(self, changes: Changes) -> None:
        for key, value in changes:
            if value is None:
                self.values.pop(key, None)
            else:
                self.values[key] = value
        self._keys = None

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        if self._keys is None:
            self._keys = sorted(self.values)
        keys = self._keys[bisect.bisect_left(self._keys, start) : bisect.bisect_left(self._keys, stop)]
        values = dict(self.values) if len(keys) > 1 else self.values
        for key in keys:
            yield key, values[key]

    def erase(self, start: bytes, stop: bytes) -> None:
        self.change([(key, None) for key, _ in list(self.scan(start, stop))])


class SimulatedStore:
    """`point` is called with the name of each moment at which the power may go; it raises `Crash` where it does."""

    def __init__(self, synced: bytes = b"", point: Callable[[str], None] = lambda _: None) -> None:
        self.point = point
        self.lazy = False
        self._state, self._log = Map(), Map()
        self._synced = bytearray()
        self._unsynced = bytearray()
        for record in records(bytes(synced)):
            self._apply(record)
            self._synced += frame(record)
        self.get = self._state.values.get
        self.log_get = self._log.values.get
        self.scan, self.log_scan = self._state.scan, self._log.scan

    def write(self, state: Changes, log: Changes, erase: tuple[bytes, bytes] | None = None) -> None:
        """Append, sync, apply; the power may go before each and after the last."""
        record = msgspec.msgpack.encode((list(state), list(log), erase))
        self.point("before the write")
        self._unsynced += frame(record)
        self.point("before the sync")
        if not self.lazy:
            self._synced += self._unsynced
            self._unsynced.clear()
        self._apply(record)
        self.point("after the sync")

    def _apply(self, record: bytes) -> None:
        state, log, erase = msgspec.msgpack.decode(record)
        if erase is not None:
            self._state.erase(*erase)
        self._state.change(state)
        self._log.change(log)

    def after_crash(self, chance: random.Random) -> bytes:
        """The bytes that are on the disk when the power comes back."""
        kept = chance.choice([0, len(self._unsynced), chance.randint(0, len(self._unsynced))])
        return bytes(self._synced + self._unsynced[:kept])

    def view(self) -> View:
        """Nothing runs beside a simulation."""
        return self

    def close(self) -> None:
        """Nothing to release."""


def frame(record: bytes) -> bytes:
    return len(record).to_bytes(4, "big") + zlib.crc32(record).to_bytes(4, "big") + record


def records(data: bytes) -> Iterator[bytes]:
    """Whole records, up to the first that is not."""
    position = 0
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        record = data[position + 8 : position + 8 + length]
        if len(record) < length or zlib.crc32(record) != int.from_bytes(data[position + 4 : position + 8], "big"):
            return
        yield record
        position += 8 + length
