"""The database of a card service: SQLite, one row a card, and the wrong tries at each pad.

Nothing here is readable without the master key. Tries are counted by one statement in a transaction of its own that is
on the disk before it returns, so that neither a killed process nor two pads at once give a sixth try.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from madang.kernel.errors import MadangError

MAX_TRIES = 5
BUSY_SECONDS = 30.0
_FILE = "cards.sqlite"
_SCHEMA = """
CREATE TABLE mark (mark BLOB NOT NULL);
CREATE TABLE card (
    number BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    salt BLOB NOT NULL,
    pin BLOB,
    pins INTEGER NOT NULL DEFAULT 0,
    resets INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE try (pad TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX try_by_pad ON try (pad, at);
"""


class Row(NamedTuple):
    """What is kept of a card: its name on the ledger, sealed key, hashed PIN (None: none was chosen), and counters."""

    number: bytes
    name: str
    sealed: bytes
    salt: bytes
    pin: bytes | None
    pins: int
    resets: int
    tries: int


class Store:
    """An open database. Each method is one transaction, durable when it returns. Not for several threads."""

    def __init__(self, folder: Path, mark: bytes) -> None:
        """Open the database in `folder`.

        Raises `MadangError`: `card.no_database`, `card.other_master_key` (it was made under another).
        """
        path = folder / _FILE
        if not path.is_file():
            raise MadangError("card.no_database", f"{folder} holds no cards. Make it: madang card init {folder}")
        self._database = _connect(path)
        found = self._database.execute("SELECT mark FROM mark").fetchone()
        if found is None or found[0] != mark:
            self.close()
            raise MadangError("card.other_master_key", f"{folder} was made under another master key. Name that one.")

    @classmethod
    def make(cls, folder: Path, mark: bytes) -> "Store":
        """Make an empty database in `folder`. Raises `MadangError` (`card.exists`)."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / _FILE
        if path.exists():
            raise MadangError("card.exists", f"{folder} holds cards already. Name another folder.")
        path.touch(mode=0o600)
        database = _connect(path)
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO mark VALUES (?)", (mark,))
        database.close()
        return cls(folder, mark)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def add(self, cards: Sequence[tuple[bytes, str, bytes, bytes]]) -> None:
        """Keep new cards: digest of the number, name, sealed key, and a salt; all of them or none."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._database.executemany("INSERT INTO card (number, name, sealed, salt) VALUES (?, ?, ?, ?)", cards)
        except sqlite3.Error:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def find(self, number: bytes) -> Row | None:
        """The card of a number's digest, or None."""
        found = self._database.execute("SELECT * FROM card WHERE number = ?", (number,)).fetchone()
        return None if found is None else Row(*found)

    def count_try(self, number: bytes) -> Row | None:
        """Count a try of the PIN before it is looked at; None where there is no PIN, or no try is left."""
        counted = self._database.execute(
            "UPDATE card SET tries = tries + 1 WHERE number = ? AND pin IS NOT NULL AND tries < ? RETURNING *",
            (number, MAX_TRIES),
        ).fetchone()
        return None if counted is None else Row(*counted)

    def forgive(self, number: bytes) -> None:
        """The PIN was right: all tries are there again."""
        self._database.execute("UPDATE card SET tries = 0 WHERE number = ?", (number,))

    def reset_tries(self, number: bytes, resets: int) -> None:
        """A desk reset the tries for the `resets`-th time; each time counts once."""
        self._database.execute(
            "UPDATE card SET tries = 0, resets = ? WHERE number = ? AND resets < ?", (resets, number, resets)
        )

    def choose_pin(self, number: bytes, pin: bytes, salt: bytes, pins: int) -> bool:
        """Keep a PIN that a desk allowed for the `pins`-th time; False where that was used already."""
        changed = self._database.execute(
            "UPDATE card SET pin = ?, salt = ?, pins = ?, tries = 0 WHERE number = ? AND pins < ?",
            (pin, salt, pins, number, pins),
        )
        return changed.rowcount == 1

    def count_pad(self, pad: str, at: int, since: int, limit: int) -> bool:
        """Count a try at a pad; False, and not counted, where there were `limit` after the second `since`."""
        self._database.execute("DELETE FROM try WHERE at <= ?", (since,))
        counted = self._database.execute(
            "INSERT INTO try SELECT ?, ? WHERE (SELECT count(*) FROM try WHERE pad = ?) < ?", (pad, at, pad, limit)
        )
        return counted.rowcount == 1

    def forgive_pad(self, pad: str) -> None:
        """The PIN was right: the latest try at this pad does not count."""
        self._database.execute("DELETE FROM try WHERE rowid = (SELECT max(rowid) FROM try WHERE pad = ?)", (pad,))


def _connect(path: Path) -> sqlite3.Connection:
    """A connection on which every statement is a transaction of its own, on the disk when it returns."""
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA secure_delete = ON")
    return database
