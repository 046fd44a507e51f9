"""Both databases, as the office may have either."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.records.database import Database, open_database

_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each sort in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/office.db"
    found: str = request.getfixturevalue("postgresql").database(f"eligibility_{next(_numbers)}")
    return found


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """An open database."""
    opened = open_database(address)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """A database where it does not matter which."""
    opened = open_database(f"sqlite:///{tmp_path}/quick.db")
    yield opened
    opened.close()
