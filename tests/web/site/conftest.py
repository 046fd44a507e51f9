"""A server with pages, for tests over HTTP without a browser."""

from collections.abc import Iterator

import pytest

from tests.web.serving import Server, make_node, with_pages


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Server]:
    """The standard cast, served with pages."""
    folder = tmp_path_factory.mktemp("site") / "node"
    make_node(folder)
    with with_pages(folder) as server:
        yield server
