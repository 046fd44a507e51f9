"""Both databases, and a node on disk with appeals."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madang.engine import node as nodes
from madang.records.database import Database, open_database
from tests.engine.toy import LocalVerifier
from tests.records.scene import Yard

_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each sort in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    name = f"records_{next(_numbers)}"
    found: str = request.getfixturevalue("postgresql").database(name)
    return found


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    """An open database."""
    opened = open_database(address)
    yield opened
    opened.close()


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yard]:
    """A node on disk that takes transactions."""
    monkeypatch.setattr(nodes, "Verifier", LocalVerifier)
    with Yard(tmp_path / "node") as made:
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the same SQLite database, as often as asked."""
    opened: list[Database] = []

    def open_again() -> Database:
        opened.append(open_database(f"sqlite:///{tmp_path}/again.db"))
        return opened[-1]

    yield open_again
    for one in opened:
        one.close()
