"""State: typed tables over one ordered space of keys, and the overlay that a transaction writes to.

A table's key starts with the table's name, so that keys of two tables never meet and iterate apart. Records are
frozen structs, encoded as msgpack arrays: the encoding is a function of the value alone. Nothing here knows a
store: whoever drives the machine brings a `Reader`.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from madang.kernel.errors import StoreFailure


class Record(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """What a table holds: immutable, so that a cached one can be shared; written as an array of its fields.

    Not tracked by the garbage collector: a record holds values, never anything that could hold it.
    """


R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
Value = Any
"""A record of some table; which one only the table knows."""

_UNREAD: Any = object()
_encode = msgspec.msgpack.Encoder().encode


class Table(Generic[R]):
    """A named set of records under keys of declared parts: `str` (no NUL), `int` (u64), last also `bytes`.

    Keys sort by their parts in turn. `record` is the type of what is stored; `public` marks tables whose content
    anyone may read (totals, roles), as opposed to what only the parties concerned and auditors may. In a `sparse`
    table few keys are ever asked for and most hold nothing, so that a reader does well to remember the absence.
    Of a record in a `proven` table anyone may have the proof that it was written (`log.written`): the table is public,
    and each record says in `height` where it was written last.
    """

    def __init__(
        self,
        name: str,
        record: type[R],
        *parts: type,
        public: bool = False,
        sparse: bool = False,
        proven: bool = False,
    ) -> None:
        self.name = name
        self.record = record
        if bytes in parts[:-1]:
            raise TypeError("bytes can only be a key's last part: nothing marks where they end")
        self.parts = parts
        self.public = public
        self.sparse = sparse
        self.proven = proven
        self.prefix = name.encode("ascii") + b"\0"
        self.key = _key_maker(self.prefix, parts)
        self._decode = msgspec.msgpack.Decoder(record).decode

    def encode(self, record: R) -> bytes:
        """The stored form of a record."""
        return _encode(record)

    def decode(self, data: bytes) -> R:
        """The record of its stored form; `StoreFailure` where the store holds something else."""
        try:
            return self._decode(data)
        except msgspec.MsgspecError as error:
            raise StoreFailure("store.corrupt", f"a record of {self.name} can't be read: {error}") from None

    def split(self, key: bytes) -> tuple[Any, ...]:
        """The parts of a key that `key` made."""
        rest = key[len(self.prefix) :]
        values: list[Any] = []
        for position, part in enumerate(self.parts):
            last = position == len(self.parts) - 1
            if part is int:
                values.append(int.from_bytes(rest[:8], "big"))
                rest = rest[8:]
            elif last:
                values.append(rest.decode() if part is str else rest)
            else:
                text, _, rest = rest.partition(b"\0")
                values.append(text.decode())
        return tuple(values)

    def range(self, *leading: Any) -> tuple[bytes, bytes]:
        """First and last-plus-one key of all records whose first parts are `leading`."""
        start = self.prefix + b"".join(
            _part(kind, value, last=position == len(self.parts) - 1)
            for position, (kind, value) in enumerate(zip(self.parts, leading, strict=False))
        )
        return start, after(start)


def after(prefix: bytes) -> bytes:
    """The first key behind every key that starts with `prefix`."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1])


def _part(kind: type, value: Any, *, last: bool) -> bytes:
    if kind is int:
        return int(value).to_bytes(8, "big")
    encoded = value.encode() if kind is str else value
    return bytes(encoded) if last or kind is bytes else bytes(encoded) + b"\0"


def _key_maker(prefix: bytes, parts: tuple[type, ...]) -> Callable[..., bytes]:
    """The common shapes are written out: a key is made several times in every payment."""
    if parts == (str,):
        return lambda a: prefix + a.encode()
    if parts == (str, str):
        return lambda a, b: b"%b%b\0%b" % (prefix, a.encode(), b.encode())
    if parts == (str, str, str):
        return lambda a, b, c: b"%b%b\0%b\0%b" % (prefix, a.encode(), b.encode(), c.encode())
    if parts == (int, bytes):
        return lambda a, b: prefix + a.to_bytes(8, "big") + b
    count = len(parts)

    def key(*values: Any) -> bytes:
        if len(values) != count:
            raise TypeError(f"a key of {count} parts was given {len(values)}")
        return prefix + b"".join(
            _part(kind, value, last=position == count - 1)
            for position, (kind, value) in enumerate(zip(parts, values, strict=True))
        )

    return key


class Reader(Protocol):
    """What the machine reads from: everything committed before the block it is executing."""

    def read(self, table: Table[R], key: bytes) -> R | None:
        """The record under `key`, or None."""

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys from `start` up to, not including, `stop` in order, with their encoded records."""


class State:
    """What a rule sees: the reader below, the open block's writes above it, its own transaction's on top.

    A transaction's writes join the block's when it is accepted and vanish when it is not. A state reads each record
    once: make a new one for each block and for each look at what is committed.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._block: dict[bytes, Value] = {}
        self._encoded: dict[bytes, bytes | None] = {}
        self._open: dict[bytes, Value] = {}
        # What the block read or wrote, so that each record comes from the reader once a block.
        self._seen: dict[bytes, Value] = {}
        # What transactions of the block wrote, and of it the keys by table as far as a scan has asked for them.
        self._accepted: list[list[tuple[bytes, bytes | None]]] = []
        self._listed = 0
        self._tables: dict[bytes, dict[bytes, None]] = {}

    def get(self, table: Table[R], *parts: Any) -> R | None:
        """The record under these key parts as this transaction would leave it, or None."""
        return self.get_key(table, table.key(*parts))

    def get_key(self, table: Table[R], key: bytes) -> R | None:
        """`get` for a key already made."""
        record = self._open.get(key, _UNREAD)
        if record is _UNREAD:
            record = self._seen.get(key, _UNREAD)
            if record is _UNREAD:
                record = self._seen[key] = self._reader.read(table, key)
        return record  # type: ignore[no-any-return]

    def put(self, table: Table[R], record: R, *parts: Any) -> None:
        """Write a record under these key parts."""
        self._open[table.key(*parts)] = record

    def put_key(self, table: Table[R], record: R, key: bytes) -> None:
        """`put` for a key already made."""
        self._open[key] = record

    def delete(self, table: Table[Any], *parts: Any) -> None:
        """Remove the record under these key parts; removing what is not there is no error."""
        self._open[table.key(*parts)] = None

    def scan(self, table: Table[R], *leading: Any) -> Iterator[tuple[tuple[Any, ...], R]]:
        """Records whose first key parts are `leading`, in key order, as (key parts, record)."""
        start, stop = table.range(*leading)
        for key, record in self._merged(table, start, stop):
            yield table.split(key), record

    def scan_after(self, table: Table[R], *parts: Any) -> Iterator[tuple[tuple[Any, ...], R]]:
        """Records behind the key of `parts` that share all its parts but the last: the next page of a `scan`."""
        _, stop = table.range(*parts[:-1])
        for key, record in self._merged(table, table.key(*parts) + b"\0", stop):
            yield table.split(key), record

    def _merged(self, table: Table[R], start: bytes, stop: bytes) -> Iterator[tuple[bytes, R]]:
        above = {key: self._block[key] for key in self._keys(table) if start <= key < stop}
        above.update((key, value) for key, value in self._open.items() if start <= key < stop)
        waiting = sorted(above)
        position = 0
        for key, data in self._reader.scan(start, stop):
            while position < len(waiting) and waiting[position] < key:
                if above[waiting[position]] is not None:
                    yield waiting[position], above[waiting[position]]
                position += 1
            if key not in above:
                yield key, table.decode(data)
        for key in waiting[position:]:
            if above[key] is not None:
                yield key, above[key]

    def _keys(self, table: Table[R]) -> dict[bytes, None]:
        """What the block wrote of a table. Scans are few and writes many, so it is sorted out when one asks."""
        for written in self._accepted[self._listed :]:
            for key, _ in written:
                self._tables.setdefault(key[: key.index(b"\0") + 1], {})[key] = None
        self._listed = len(self._accepted)
        return self._tables.get(table.prefix, {})

    def drop(self) -> None:
        """Forget what the open transaction wrote."""
        self._open.clear()

    def accept(self) -> list[tuple[bytes, bytes | None]]:
        """Join the open transaction's writes to the block's; returns them encoded, in key order."""
        written: list[tuple[bytes, bytes | None]] = []
        for key in sorted(self._open):
            record = self._open[key]
            self._block[key] = self._seen[key] = record
            written.append((key, None if record is None else _encode(record)))
        self._encoded.update(written)
        self._accepted.append(written)
        self._open.clear()
        return written

    def changes(self) -> tuple[dict[bytes, Value], dict[bytes, bytes | None]]:
        """All that the block has written so far: as records, and encoded."""
        return self._block, self._encoded
