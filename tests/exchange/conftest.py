"""Ledgers on disk that several tests read; nobody writes to them."""

from collections.abc import Iterator

import pytest

from madang.audit.stored import opened
from madang.engine.store import View
from tests.exchange.town import Lived, live, live_with_days


@pytest.fixture(scope="package")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Two days of a town without business days of its own."""
    return live(tmp_path_factory.mktemp("lived") / "node")


@pytest.fixture(scope="package")
def view(lived: Lived) -> Iterator[View]:
    """The same, as it is stored."""
    with opened(lived.folder) as found:
        yield found


@pytest.fixture(scope="package")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    """A ledger with business days, as it is stored."""
    with opened(live_with_days(tmp_path_factory.mktemp("dated") / "node").folder) as found:
        yield found
