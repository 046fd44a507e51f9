"""A list is got from a real server on this machine, within bounds, or refused."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from madang.identity.status.fetching import MAX_URI, fetch
from madang.identity.status.token import MAX_TOKEN_BYTES
from madang.kernel.errors import MadangError

ACCEPT = "application/statuslist+jwt"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads one request and answers as it is told; its address, and what it was sent."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(65_536))
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/status/1?x=1", asked
        thread.join(10)


def says(*parts: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(b"".join(parts))


def ok(body: bytes, length: int | None = None, headers: bytes = b"") -> Callable[[socket.socket], None]:
    size = len(body) if length is None else length
    return says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (size, headers), body)


def refused(uri: str, seconds: float = 5) -> str:
    with pytest.raises(MadangError) as error:
        fetch(uri, ACCEPT, seconds)
    assert error.value.code == "status.unavailable"
    return error.value.message


def test_what_is_there_is_got():
    with answering(ok(b"a.b.c")) as (uri, asked):
        assert fetch(uri, ACCEPT) == b"a.b.c"
    head = asked[0].decode().lower()
    assert head.startswith("get /status/1?x=1 http/1.1\r\n")
    assert f"accept: {ACCEPT}\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "cookie" not in head


def test_the_largest_is_got_and_one_byte_more_is_not():
    with answering(ok(b"x" * MAX_TOKEN_BYTES)) as (uri, _):
        assert len(fetch(uri, ACCEPT)) == MAX_TOKEN_BYTES
    with answering(ok(b"x" * (MAX_TOKEN_BYTES + 1))) as (uri, _):
        assert "more than" in refused(uri)
    with answering(says(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MAX_TOKEN_BYTES + 9))) as (uri, _):
        assert "more than" in refused(uri)


@pytest.mark.parametrize(
    "answer",
    [
        says(),
        says(b"no HTTP at all\r\n\r\n"),
        says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
        says(b"HTTP/1.1 204 No Content\r\n\r\n"),
        ok(b"a.b.c", headers=b"Content-Encoding: gzip\r\n"),
        ok(b"a.b.c", length=9),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na.b"),
        says(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1_000, b"\r\n"),
    ],
)
def test_another_answer_is_refused(answer):
    with answering(answer) as (uri, _):
        refused(uri)


def test_one_who_answers_a_letter_at_a_time_is_cut_off():
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.1)

    begun = time.monotonic()
    with answering(drip) as (uri, _):
        refused(uri, seconds=0.5)
        assert time.monotonic() - begun < 5


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert "ConnectionRefusedError" in refused(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "status/1",
        "ftp://status.example/1",
        "file:///etc/passwd",
        "http://status.example/1",
        "http://192.168.0.1/1",
        "https://user:word@status.example/1",
        "https:///1",
        "https://status.example:99999/1",
        "https://[::1/1",
        "https://status.example/a b",
        "https://status.example/\r\nHost: other",
        "https://상태.example/1",
        f"https://status.example/{'x' * MAX_URI}",
    ],
)
def test_what_is_no_address_is_not_asked(uri):
    assert "address" in refused(uri)


def test_time_that_went_by_before_the_connection_stood_is_not_given_twice(monkeypatch):
    def slow(*address: Any, **more: Any) -> Any:
        time.sleep(0.6)
        return found(*address, **more)

    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", slow)

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.1)

    begun = time.monotonic()
    with answering(drip) as (uri, _):
        refused(uri, seconds=0.5)
        assert time.monotonic() - begun < 5
