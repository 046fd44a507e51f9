"""What the server refuses before it costs anything: size, time, rate, headers, media types, methods."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.web.api.limits import Buckets, Limits
from tests.web.serving import LOOPBACK, Server, make_node, serving
from tests.web.signing import signed_payment
from tests.web.streams import Stream


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has little patience."""
    folder: Path = tmp_path_factory.mktemp("strict") / "node"
    make_node(folder)
    with serving(
        folder, body_seconds=0.5, rate=50, burst=1000, proxies=[LOOPBACK], subscribers=2, bodies_bytes=100_000
    ) as running:
        yield running


def raw(server: Server, *pieces: bytes, pause: float = 0.0, most: int = 1 << 16) -> bytes:
    """Send bytes as they are; what came back until the end or two seconds of silence."""
    with socket.create_connection((LOOPBACK, server.port), timeout=5) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        received = b""
        try:
            while len(received) < most:
                data = connection.recv(65536)
                if not data:
                    break
                received += data
                if b"\r\n\r\n" in received and received.endswith(b"}"):
                    break
        except TimeoutError:
            pass
        return received


def head(length: str, kind: str = "application/jose") -> bytes:
    return f"POST /transactions HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n{length}\r\n\r\n".encode()


@pytest.mark.parametrize(("kind", "most"), [("application/jose", 2**20), ("application/json", 8 * 2**20)])
def test_an_announced_giant_is_refused_unread(server: Server, kind: str, most: int) -> None:
    before = time.monotonic()
    for length in (most + 1, 10**9, 10**30):
        answer = raw(server, head(f"Content-Length: {length}", kind))
        if length < 2**63:
            assert b" 413 " in answer
            assert b"http.size" in answer
        else:
            assert b" 400 " in answer
    assert time.monotonic() - before < 3


def test_a_gigabyte_in_chunks_is_refused_after_its_limit(server: Server) -> None:
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    sent = 0
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        try:
            for _ in range(2**30 // 0x10000):
                connection.sendall(chunk)
                sent += 0x10000
        except (ConnectionResetError, BrokenPipeError):
            pass
    assert sent < 64 * 2**20
    assert _memory(server) < 600 * 2**20
    assert server.get("/health").status == 200


def _memory(server: Server) -> int:
    """Resident bytes of the server's processes."""
    total = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(folder.name) == server.process.pid or int(stat[1]) == server.process.pid:
                    total += int(stat[21]) * 4096
            except OSError:
                continue
    return total


def test_a_slow_body_is_given_up(strict: Server) -> None:
    before = time.monotonic()
    answer = raw(strict, head("Content-Length: 100"), b"aaaa")
    assert b" 408 " in answer
    assert b"http.slow" in answer
    assert time.monotonic() - before < 3


def test_a_stream_without_a_body_is_no_slow_body(strict: Server) -> None:
    stream = Stream(strict)
    try:
        time.sleep(0.8)
        assert strict.submit(signed_payment()).status == 200
        assert stream.take(1)
    finally:
        stream.close()


def test_slow_bodies_do_not_stop_others(strict: Server) -> None:
    waiting = [socket.create_connection((LOOPBACK, strict.port)) for _ in range(50)]
    try:
        for one in waiting:
            one.sendall(head("Content-Length: 100") + b"a")
        before = time.monotonic()
        assert strict.submit(signed_payment()).status == 200
        assert time.monotonic() - before < 2
    finally:
        for one in waiting:
            one.close()


def test_bodies_are_bounded_together_and_their_room_comes_back(strict: Server) -> None:
    with socket.create_connection((LOOPBACK, strict.port)) as holding:
        holding.sendall(head("Content-Length: 100000") + b"a" * 90_000)
        time.sleep(0.2)
        refused = raw(strict, head("Content-Length: 20000") + b"a" * 20_000)
        assert b" 503 " in refused
        assert b"http.busy" in refused
    time.sleep(0.6)
    assert b" 503 " not in raw(strict, head("Content-Length: 20000") + b"a" * 20_000)


def test_a_body_that_breaks_off_changes_nothing(server: Server) -> None:
    body = signed_payment()
    with socket.create_connection((LOOPBACK, server.port)) as connection:
        connection.sendall(head(f"Content-Length: {len(body)}") + body[:-10])
    assert server.get("/health").status == 200


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jwt"]
)
def test_other_media_types_are_refused(server: Server, kind: str) -> None:
    answer = server.submit(signed_payment(), kind)
    assert (answer.status, answer.code) == (415, "http.media_type")


def test_media_type_parameters_and_case_are_ignored(server: Server) -> None:
    assert server.submit(signed_payment(), "Application/JOSE; charset=utf-8").status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/transactions"),
        ("PUT", "/transactions"),
        ("DELETE", "/chain"),
        ("POST", "/checkpoint"),
        ("POST", "/events"),
    ],
)
def test_other_methods_are_refused(server: Server, method: str, path: str) -> None:
    answer = server.ask(method, path, b"" if method == "POST" else None)
    assert (answer.status, answer.code) == (405, "http.method")
    assert method not in answer.headers["allow"].split(", ")


def test_large_headers_and_targets_are_refused(server: Server) -> None:
    answer = server.get("/chain", x_padding="a" * 70_000)
    assert (answer.status, answer.code) == (431, "http.headers")
    answer = server.get("/chain?" + "a" * 40_000)
    assert (answer.status, answer.code) == (414, "http.target")
    assert b" 200 " not in raw(server, b"GET /chain HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 10**6 + b"\r\n\r\n")
    assert b" 200 " not in raw(server, b"GET /chain HTTP/1.1\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n")


def test_rate_by_address_with_retry_after(strict: Server) -> None:
    flooding = {"x_forwarded_for": "192.0.2.7"}
    body = json.dumps({"transactions": ["a"] * 990}).encode()
    assert strict.ask("POST", "/transactions", body, content_type="application/json", **flooding).status == 200
    answers = [strict.get("/health", **flooding) for _ in range(40)]
    refused = [one for one in answers if one.status == 429]
    assert refused
    assert {one.code for one in refused} == {"http.rate"}
    assert int(refused[0].headers["retry-after"]) >= 1
    assert strict.get("/health", x_forwarded_for="192.0.2.8").status == 200
    batch = strict.ask("POST", "/transactions", body, content_type="application/json", **flooding)
    assert (batch.status, batch.code) == (429, "http.rate")


def test_the_header_of_proxies_is_anybodys_word_elsewhere(server: Server) -> None:
    # Were it believed, an attacker would choose whose bucket to empty.
    assert server.get("/health", x_forwarded_for="192.0.2.9").status == 200


def test_every_answer_has_the_security_headers(server: Server) -> None:
    answers = [server.get(path) for path in ("/chain", "/nothing", "/checkpoint", "/transactions/0", "/openapi.json")]
    answers += [server.submit(b"a"), server.submit(signed_payment()), server.ask("PUT", "/chain")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "cache-control" in answer.headers


class Clock:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_buckets_fill_and_are_bounded() -> None:
    clock = Clock()
    buckets = Buckets(Limits(rate=10, burst=1000, addresses=100), clock)
    assert buckets.take("a", 1000) == 0
    assert buckets.take("a") == 1
    assert buckets.take("a", 105) == 11
    assert buckets.take("b") == 0
    clock.now = 0.1
    assert buckets.take("a") == 0
    assert buckets.take("a") == 1
    for number in range(1000):
        buckets.take(f"c{number}")
    assert len(buckets._buckets) == 100
    assert buckets.take("a") == 0


def test_an_ipv6_network_is_one_client() -> None:
    buckets = Buckets(Limits(rate=10, burst=1000), Clock())
    assert buckets.take("2001:db8::1", 1000) == 0
    assert buckets.take("2001:db8::ffff:1") == 1
    assert buckets.take("2001:db8:0:1::1") == 0
