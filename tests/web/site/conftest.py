"""A server with pages, for tests over HTTP without a browser."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.serving import Server, free_port, make_node


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Server]:
    """The standard cast, served with pages."""
    folder = tmp_path_factory.mktemp("site") / "node"
    make_node(folder)
    port = free_port()
    madang = Path(sys.executable).with_name("madang")
    with subprocess.Popen([madang, "serve", str(folder), "--pages", "--port", str(port)]) as process:
        server = Server(folder, port, process)
        deadline = time.monotonic() + 60
        while True:
            try:
                if server.get("/health").status == 200:
                    break
            except OSError:
                assert process.poll() is None, "the server ended by itself"
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield server
        process.terminate()
