"""Migrations form one line, in the order of their files, and each runs on what the one before left."""

from pathlib import Path

import pytest
from alembic import command
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import madang.records
from madang.records.database import migrations

FOLDER = Path(madang.records.__file__).parent / "migrations" / "versions"
NUMBERS = [file.name[1:5] for file in sorted(FOLDER.glob("r*.py"))]


@pytest.fixture
def empty(address):
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_they_form_one_line_in_the_order_of_their_files(empty):
    script = ScriptDirectory.from_config(migrations(empty))
    assert [one.revision for one in reversed(list(script.walk_revisions()))] == NUMBERS
    assert [one.down_revision for one in reversed(list(script.walk_revisions()))] == [None, *NUMBERS[:-1]]


def test_each_runs_on_what_the_one_before_left(empty):
    for number in NUMBERS:
        command.upgrade(migrations(empty), number)
        assert MigrationContext.configure(empty).get_current_revision() == number
