"""Where a ledger is not what it must be, named once: the first place is what matters."""

import msgspec

NO_INDEX = -1
"""The index of what belongs to a block as a whole."""


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where what is stored is not what it must be.

    `what` is a stable code such as `entry.signed`; `index` counts within the block (-1: the block itself);
    `table` and `key` say which record, where it is one. `message` is for people.
    """

    what: str
    message: str
    height: int
    index: int = NO_INDEX
    table: str = ""
    key: str = ""

    def __str__(self) -> str:
        place = f"block {self.height}" + ("" if self.index == NO_INDEX else f", transaction {self.index}")
        record = f", {self.table} {self.key}".rstrip() if self.table else ""
        return f"{self.what} at {place}{record}: {self.message}"


class Diverged(Exception):  # noqa: N818  it carries what was found
    """Ends a check at its first divergence."""

    def __init__(self, found: Divergence) -> None:
        super().__init__(str(found))
        self.found = found


def diverged(what: str, message: str, height: int, index: int = NO_INDEX, record: bytes | None = None) -> Diverged:
    """The exception for a divergence; `record` is the key of the record it is about."""
    table, key = ("", "") if record is None else name_of(record)
    return Diverged(Divergence(what=what, message=message, height=height, index=index, table=table, key=key))


def name_of(key: bytes) -> tuple[str, str]:
    """Table and key of a record in words. Parts of a key stand apart by a slash; bytes that are no text as hex."""
    table, _, rest = key.partition(b"\0")
    parts = [part.decode() if part.isascii() and part.decode().isprintable() else part.hex() for part in _parts(rest)]
    return table.decode("ascii", "replace"), "/".join(parts)


def _parts(rest: bytes) -> list[bytes]:
    # A number in a key starts with zeros, as no text does: such a key is shown whole.
    return [rest] if rest.startswith(b"\0") else rest.split(b"\0")


def words(value: bytes | None) -> str:
    """A stored record in words: its fields, without their names."""
    if value is None:
        return "nothing"
    try:
        fields = msgspec.msgpack.decode(value)
    except msgspec.MsgspecError:
        return f"no record ({len(value)} bytes)"
    return repr(fields)[:400]
