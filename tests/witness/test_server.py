"""A real witness on a port: the statuses, bodies and types of C2SP tlog-witness, and its limits."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from madang.kernel.errors import MadangError
from madang.log.checkpoint import attach, require
from madang.log.witness import MAX_REQUEST_BYTES, encode_request
from madang.witness.folder import Folder, origin_hash
from tests.log.reference import MemoryLog
from tests.web.serving import LOOPBACK, Answer, free_port
from tests.witness.notes import KEY, Fork, request, signed, witness_folder

MADANG = [sys.executable, "-c", "from madang.cli import main; main()"]


class Server:
    """A running witness."""

    def __init__(self, folder: Folder, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.port = port
        self.process = process
        self.url = f"http://{LOOPBACK}:{port}"

    def ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def add(self, body: bytes) -> Answer:
        return self.ask("POST", "/add-checkpoint", body)


@contextmanager
def running(folder: Folder) -> Iterator[Server]:
    """Serve a witness until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [*MADANG, "witness", "serve", str(folder.path), "--port", str(port)], start_new_session=True
    )
    server = Server(folder, port, process)
    try:
        for _ in range(200):
            try:
                server.ask("GET", "/")
                break
            except OSError:
                time.sleep(0.05)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def wait_until_free(folder: Folder) -> None:
    """The system lets go of the lock a moment after it killed the process."""
    for _ in range(200):
        try:
            folder.lock()
        except MadangError:
            time.sleep(0.01)
        else:
            folder.unlock()
            return
    raise AssertionError("the witness is still there")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path: Path = tmp_path_factory.mktemp("witness") / "w"
    with running(witness_folder(path)) as started:
        yield started


def test_add_checkpoint_as_the_specification_has_it(server: Server) -> None:
    log = MemoryLog(10)
    own = server.folder.key().verifier()
    done = server.add(request(log, 0))
    assert (done.status, done.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert require(KEY, [own], 1).open(attach(log.note(), done.body, own)).checkpoint.size == 10
    conflict = server.add(request(MemoryLog(13), 0))
    assert (conflict.status, conflict.headers["content-type"], conflict.body) == (409, "text/x.tlog.size", b"10\n")
    stranger = request(log, 10).replace(KEY.name.encode(), b"stranger.example")
    for body, status, code in (
        (b"old 10\n\ngarbage", 400, "log.note.malformed"),
        (request(log, 11, ()), 400, "log.witness.old_size"),
        (request(log, 10).replace(b"\n10\n", b"\n11\n"), 403, "log.witness.signature"),
        (stranger, 404, "log.witness.unknown"),
        (request(Fork(4, 10), 10), 422, "log.witness.inconsistent"),
    ):
        refused = server.add(body)
        assert (refused.status, refused.headers["content-type"]) == (status, "application/problem+json")
        assert refused.json["code"] == code
    assert server.add(request(MemoryLog(13), 10)).status == 200


def test_monitors_see_what_was_cosigned_last(server: Server) -> None:
    shown = server.ask("GET", f"/{origin_hash(KEY.name)}/checkpoint")
    assert shown.status == 200
    opened = require(KEY, [server.folder.key().verifier()], 1).open(shown.body)
    assert opened.checkpoint.size >= 10
    for path in (f"/{origin_hash('nobody')}/checkpoint", "/../witness.key", "/logs", "/" + "0" * 63 + "/checkpoint"):
        assert server.ask("GET", path).status == 404
    assert server.ask("GET", "/add-checkpoint").headers["allow"] == "POST"
    assert server.ask("POST", f"/{origin_hash(KEY.name)}/checkpoint", b"").status == 405


def test_sizes_are_bounded_and_connections_kept(server: Server) -> None:
    assert server.add(bytes(MAX_REQUEST_BYTES + 1)).status == 413
    assert server.add(encode_request(0, [], signed(MemoryLog(1))) + bytes(MAX_REQUEST_BYTES)).status == 413
    with socket.create_connection((LOOPBACK, server.port), timeout=5) as raw:
        for _ in range(2):
            raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
            assert raw.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_a_second_process_is_refused(server: Server) -> None:
    command = [*MADANG, "witness", "serve", str(server.folder.path), "--port", str(free_port())]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "[witness.in_use]" in second.stderr


def test_a_witness_that_is_killed_forgets_nothing(tmp_path: Path) -> None:
    folder = witness_folder(tmp_path / "w")
    log, old = MemoryLog(), 0
    with running(folder) as server:
        for _ in range(6):
            log.grow(3)
            assert server.add(request(log, old)).status == 200
            old = log.tree.size
        os.killpg(server.process.pid, signal.SIGKILL)
        wait_until_free(folder)
    with running(folder) as server:
        assert server.add(request(Fork(2, 30), 0)).body == b"18\n"
        assert server.add(request(Fork(2, 30), 18)).status == 422
    assert [one.verdict.proven for one in folder.evidence()] == [True]
