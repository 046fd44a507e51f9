"""One village for all who check ledgers, and copies of it to alter."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madang.engine.store import RocksStore
from tests.audit.village import Village


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a village of 45 blocks with snapshots, closed."""
    folder = tmp_path_factory.mktemp("village")
    village = Village(folder, interval=20, delay=3)
    village.live(43)
    village.close()
    return folder


@pytest.fixture
def copy(lived: Path, tmp_path: Path) -> Iterator[Callable[[], RocksStore]]:
    """Opens a copy of that village's store."""
    stores: list[RocksStore] = []

    def open_copy() -> RocksStore:
        folder = tmp_path / f"copy-{len(stores)}"
        shutil.copytree(lived / "store", folder)
        stores.append(RocksStore(folder, cache_bytes=8 * 1024 * 1024))
        return stores[-1]

    yield open_copy
    for store in stores:
        store.close()
