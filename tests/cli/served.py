"""`madang serve` on a free port, as a person starts it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.client import Client
from madang.kernel.errors import MadangError
from tests.web.serving import free_port

MADANG = Path(sys.executable).with_name("madang")


class Served:
    """A node that is served."""

    def __init__(self, folder: Path, url: str, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.url = url
        self.process = process

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        self.process.terminate()
        assert self.process.wait(20) == 0


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve a node's folder."""
    port = free_port()
    process = subprocess.Popen([MADANG, "serve", str(folder), "--port", str(port)])
    found = Served(folder, f"http://127.0.0.1:{port}", process)
    try:
        for _ in range(2_400):
            try:
                Client(found.url).get_json("/health")
                break
            except MadangError:
                assert process.poll() is None, "the server ended by itself"
                time.sleep(0.05)
        yield found
    finally:
        if process.poll() is None:
            found.stop()
