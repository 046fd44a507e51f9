"""The database: the same schema on both, brought up to date by migrations, failures told without what they quote."""

import stat
import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import insert, select, text

from madang.kernel.errors import MadangError
from madang.records.database import migrations, open_database
from madang.records.schema import PROJECTIONS


def some(name: str, height: int = 1) -> dict[str, object]:
    return {"name": name, "version": 1, "chain": "c", "height": height, "root": bytes(32)}


def test_every_migration_has_one_head_and_opening_twice_changes_nothing(address, database):
    with database.writing() as connection:
        connection.execute(insert(PROJECTIONS).values(**some("kept")))
        command.check(migrations(connection))
    again = open_database(address)
    with again.reading() as connection:
        assert connection.execute(select(PROJECTIONS.c.name)).scalars().all() == ["kept"]
    again.close()


def test_text_sorts_by_its_bytes_in_both(database):
    names = ["b", "B", "a-1", "a1", "A", "_", "~", "-"]
    with database.writing() as connection:
        connection.execute(insert(PROJECTIONS), [some(name) for name in names])
    with database.reading() as connection:
        found = connection.execute(select(PROJECTIONS.c.name).order_by(PROJECTIONS.c.name)).scalars().all()
    assert found == sorted(names)


def test_a_transaction_that_fails_leaves_nothing(database):
    with pytest.raises(RuntimeError), database.writing() as connection:
        connection.execute(insert(PROJECTIONS).values(**some("lost")))
        raise RuntimeError
    with database.reading() as connection:
        assert connection.execute(select(PROJECTIONS)).all() == []


def test_what_a_driver_says_is_not_repeated(database):
    with database.writing() as connection:
        connection.execute(insert(PROJECTIONS).values(**some("010-1234-5678")))
    with pytest.raises(MadangError) as error, database.writing() as connection:
        connection.execute(insert(PROJECTIONS).values(**some("010-1234-5678")))
    assert error.value.code == "records.database"
    assert "010-1234-5678" not in str(error.value)


@pytest.mark.parametrize("url", ["records.db", "mysql://x/y", "sqlite+pysqlite:///x", "postgresql+asyncpg://x/y", ""])
def test_an_address_that_is_none_is_refused_and_not_repeated(url):
    with pytest.raises(MadangError) as error:
        open_database(url)
    assert error.value.code == "records.address"
    assert not url or url not in error.value.message


def test_a_server_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MadangError) as error:
        open_database("postgresql://nobody:secret@127.0.0.1:9/nothing")
    assert error.value.code == "records.database"
    assert "secret" not in error.value.message


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite://", "records.address"),
        ("sqlite:///:memory:", "records.address"),
        ("sqlite:////absent/folder/r.db", "records.database"),
    ],
)
def test_records_need_a_file_that_can_be_written(url, code):
    with pytest.raises(MadangError) as error:
        open_database(url)
    assert error.value.code == code


def test_a_file_of_sqlite_is_its_owners_alone_and_as_durable_as_a_server(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path}/r.db")
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.glob("r.db*")} == {0o600}
    with opened.reading() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1
    opened.close()


def test_a_second_opening_in_one_process_drops_no_lock_of_the_first(tmp_path):
    address = f"sqlite:///{tmp_path}/records.db"
    first, second = open_database(address), open_database(address)
    with second.writing() as connection:
        connection.execute(text("CREATE TABLE mine (one INTEGER)"))
    # Whoever closes last empties the journal: another process must see that somebody is still there.
    program = "import sys; from madang.records.database import open_database as o; d = o(sys.argv[1])\n"
    program += "with d.reading() as c: c.exec_driver_sql('SELECT 1')\nd.close()"
    subprocess.run([sys.executable, "-c", program, address], check=True, timeout=120)
    assert (tmp_path / "records.db-wal").exists()
    second.close()
    first.close()
