"""A served node, and browsers that visit it: Debian's Chromium, driven by Playwright."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Playwright, sync_playwright

from madang.engine.node import Node
from madang.kernel.transaction import Act
from tests.browser import town
from tests.browser.visitor import Visitor

START_SECONDS = 60.0


# Not for the whole session: as long as Playwright runs there is an event loop, and other tests run loops of their own.
@pytest.fixture(scope="package")
def chromium(needs) -> Iterator[Chromium]:
    """The browser's program, started once for all of these tests."""
    program = needs("chromium")
    with sync_playwright() as playwright:
        yield launch(playwright, program)


def launch(playwright: Playwright, program: Path) -> Chromium:
    """Start the browser's program."""
    # Without a user namespace, as in containers, Chromium's sandbox can't start; what it visits is our own.
    options = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    return playwright.chromium.launch(executable_path=str(program), args=options)


_launch = launch


class Served:
    """A node with pages at `url`, in a folder of its own; `more` happens in its town besides, and it is served with
    these `options` besides. Its ledger begins at the second `start`, or an hour ago.
    """

    def __init__(self, folder: Path, more: Sequence[Act] = (), options: Sequence[str] = (), start: int = 0) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self._options = options
        Node.create(folder, town.MODULES, town.document(self.url, more, start), town.LOG)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve; returns when it answers."""
        command = [
            str(Path(sys.executable).with_name("madang")),
            "serve",
            str(self.folder),
            "--pages",
            "--port",
            str(self.port),
            *self._options,
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2):
                    return
            except OSError:
                assert self._process.poll() is None, "the server ended at once"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop serving; what was durable stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    """A served town, fresh for each file of tests."""
    found = Served(tmp_path_factory.mktemp("town") / "node")
    found.start()
    yield found
    found.stop()


@pytest.fixture
def visit(chromium, served) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser profile of its own: `visit()`, `visit(phone=True, language="en")`."""
    with ExitStack() as stack:
        made: list[Visitor] = []

        def make(*, phone: bool = True, language: str = "ko") -> Visitor:
            made.append(Visitor(chromium, served.url, phone=phone, language=language))
            stack.callback(made[-1].context.close)
            return made[-1]

        yield make
        for one in made:
            one.tell()
            assert not one.complaints, one.complaints
