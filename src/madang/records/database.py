"""The database of records: one file of SQLite by default, PostgreSQL in production. Same schema, same tests."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from madang.kernel.errors import MadangError

BUSY_SECONDS = 30
WRITES = "madang_writes"
SCHEMES = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


class Database:
    """An open database at the newest schema. `reading` and `writing` give a transaction each; a failure undoes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment. Raises `MadangError` (`records.database`)."""
        with _telling(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes all or nothing. Raises `MadangError` (`records.database`)."""
        with _telling(), self._engine.connect() as connection:
            writing = connection.execution_options(**{WRITES: True})
            with writing.begin():
                yield writing

    def forget(self) -> None:
        """See to it that what was deleted is not left behind in SQLite's journal. PostgreSQL does so as it vacuums."""
        if self.dialect == "sqlite":
            with _telling(), self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release connections and files."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at this address, and bring its schema up to date.

    `sqlite:///records.db` is a file, `postgresql://user@host/name` a server. Raises `MadangError`: `records.address`,
    `records.database`.
    """
    engine = _engine(url)
    database = Database(engine)
    try:
        with database.writing() as connection:
            upgrade(connection)
    except BaseException:
        database.close()
        raise
    return database


def upgrade(connection: Connection) -> None:
    """Bring the schema up to date within this transaction."""
    command.upgrade(migrations(connection), "head")


def migrations(connection: Connection) -> Config:
    """Where Alembic finds our migrations, and which connection it works on."""
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", "madang.records:migrations")
    config.attributes["connection"] = connection
    return config


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
        scheme = SCHEMES[address.drivername]
    except (ArgumentError, KeyError):
        # The address may hold a password: it is not repeated.
        raise MadangError(
            "records.address", "A database's address is sqlite:///FILE or postgresql://USER@HOST/NAME. Write one."
        ) from None
    if scheme == "sqlite":
        _make_private(address.database)
        engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    isolation: Any = "REPEATABLE READ"
    return create_engine(address.set(drivername=scheme), isolation_level=isolation, pool_pre_ping=True)


def _make_private(file: str | None) -> None:
    """Make a new file for its owner alone, before SQLite makes it for everybody; its journal takes after it."""
    if not file or file == ":memory:":
        raise MadangError("records.address", "Records need a file: sqlite:///FILE. Name one.")
    try:
        # Never one that is there: closing it again would drop the locks that SQLite holds in this process.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if not os.path.isfile(file) or not os.access(file, os.W_OK):
            raise MadangError(
                "records.database", f"{file} can't be written: it is no file of yours. Name another file."
            ) from None
    except OSError as error:
        raise MadangError(
            "records.database", f"{file} can't be written: {error.strerror}. Name another file."
        ) from None


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # FULL: what was acknowledged survives a power cut, as on PostgreSQL.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes its turn at once, else two could wait for each other."""
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        # What a driver says may quote data: only its kind is told.
        kind = type(error.orig if isinstance(error, DBAPIError) else error).__name__
        raise MadangError(
            "records.database", f"The database failed ({kind}). See its own log; nothing was half done. Try again."
        ) from error
