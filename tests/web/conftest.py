"""One server for all tests that do not change its limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.serving import Server, make_node, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with the standard cast."""
    folder: Path = tmp_path_factory.mktemp("web") / "node"
    make_node(folder)
    with serving(folder) as running:
        yield running
