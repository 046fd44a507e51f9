"""A real server process on a free loopback port, with the cast of `tests.support` and money, for tests over HTTP."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from madang.app import MODULES
from madang.engine.genesis import write_genesis
from madang.engine.node import Node
from madang.kernel.transaction import Act
from tests.support import cast
from tests.support.signing import ORIGIN, SITE

CHAIN = "test-chain"
LOOPBACK = "127.0.0.1"
START_SECONDS = 120
_PROGRAM = """
import sys, msgspec
from pathlib import Path
from madang.web.api.limits import Limits
from madang.web.server import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]), limits=msgspec.json.decode(sys.argv[3], type=Limits))
"""


def make_node(folder: Path, more: Sequence[Act] = ()) -> None:
    """A node's folder, its genesis the standard cast with money and `more`."""
    acts = [*cast.genesis(), *cast.residents(), *cast.funds(), *more]
    Node.create(folder, MODULES, write_genesis(CHAIN, int(time.time()) - 60, SITE, [ORIGIN], acts), "test.example/log")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Answer(msgspec.Struct):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read by the standard library."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code; fails where the answer is no problem."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem = self.json
        assert problem["status"] == self.status
        assert problem["type"] == f"/problems/{problem['code']}"
        assert problem["title"]
        assert problem["detail"]
        assert "Traceback" not in self.body.decode()
        return str(problem["code"])


class Server:
    """A running server."""

    def __init__(self, folder: Path, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.port = port
        self.process = process
        self.url = f"http://{LOOPBACK}:{port}"

    def connect(self, timeout: float = 20) -> http.client.HTTPConnection:
        """A connection of its own."""
        return http.client.HTTPConnection(LOOPBACK, self.port, timeout=timeout)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request; underscores in header names stand for hyphens."""
        connection = self.connect()
        try:
            connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): text for name, text in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        """A GET."""
        return self.ask("GET", path, None, **headers)

    def submit(self, body: bytes, kind: str = "application/jose") -> Answer:
        """POST /transactions."""
        return self.ask("POST", "/transactions", body, content_type=kind)

    def await_answers(self) -> None:
        """Wait until it answers, for as long as a busy machine may take."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with suppress(OSError):
                if self.get("/health").status == 200:
                    return
            assert self.process.poll() is None, "the server ended by itself"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask it to stop, and wait: its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=60)


@contextmanager
def served(command: Sequence[str], folder: Path, port: int, errors: IO[bytes] | None = None) -> Iterator[Server]:
    """What this command serves from the node in `folder`, once it answers; stopped at the end, however that comes."""
    process = subprocess.Popen(command, stderr=errors)
    server = Server(folder, port, process)
    try:
        server.await_answers()
        yield server
    finally:
        if process.poll() is None:
            server.stop()


@contextmanager
def serving(folder: Path, errors: IO[bytes] | None = None, **limits: object) -> Iterator[Server]:
    """Serve the node in `folder` under these limits; what it has to say goes to `errors` where that is given."""
    port = free_port()
    command = [sys.executable, "-c", _PROGRAM, str(folder), str(port), json.dumps(limits)]
    with served(command, folder, port, errors) as server:
        yield server


@contextmanager
def with_pages(folder: Path, *options: str, port: int = 0) -> Iterator[Server]:
    """`madang serve --pages` of the node in `folder`."""
    port = port or free_port()
    madang = str(Path(sys.executable).with_name("madang"))
    command = [madang, "serve", str(folder), "--pages", "--port", str(port), *options]
    with served(command, folder, port) as server:
        yield server
