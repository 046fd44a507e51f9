"""A file is got from a real server on this machine, within bounds, or refused."""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from madang.identity.fetching import MAX_ADDRESSES, MAX_BYTES, MAX_URI, Reach, fetch, is_public
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


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A certificate of `localhost`, signed by its own key, with that key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def answering_by_tls(file: Path, answer: Callable[[ssl.SSLSocket], None]) -> Iterator[str]:
    """A server that answers one request over TLS as it is told; its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(65_536)
                answer(wrapped)
        except OSError:
            return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}/1"
        thread.join(10)


def says(*parts: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(b"".join(parts))


def ok(body: bytes, length: int | None = None, headers: bytes = b"") -> Callable[[socket.socket], None]:
    size = len(body) if length is None else length
    return says(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (size, headers), body)


def dripping(headers: bytes) -> Callable[[socket.socket], None]:
    """A body that comes a byte at a time, for ten seconds."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n%s\r\n" % headers)
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.1)

    return drip


def refused(uri: str, seconds: float = 5, reach: Reach = "here") -> str:
    with pytest.raises(MadangError) as error:
        fetch(uri, ACCEPT, seconds, reach)
    assert error.value.code == "fetch.unavailable"
    return error.value.message


def test_what_is_there_is_got():
    with answering(ok(b"a.b.c")) as (uri, asked):
        assert fetch(uri, ACCEPT, reach="here") == b"a.b.c"
    head = asked[0].decode().lower()
    assert head.startswith("get /status/1?x=1 http/1.1\r\n")
    assert f"accept: {ACCEPT}\r\n" in head
    assert "accept-encoding: identity\r\n" in head
    assert "cookie" not in head


def test_the_largest_is_got_and_one_byte_more_is_not():
    with answering(ok(b"x" * MAX_BYTES)) as (uri, _):
        assert len(fetch(uri, ACCEPT, reach="here")) == MAX_BYTES
    with answering(ok(b"x" * (MAX_BYTES + 1))) as (uri, _):
        assert "more than" in refused(uri)
    with answering(says(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MAX_BYTES + 9))) as (uri, _):
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


@pytest.mark.parametrize("size", [b"-1", b"-5", b"-ffffffffffff"])
def test_a_part_of_less_than_nothing_is_not_taken_for_all_that_comes(size):
    """To Python's reader minus one means as much as there is, whatever that is, and any other is no number to read."""
    taken = 0

    def answer(connection: socket.socket) -> None:
        nonlocal taken
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n" % size)
        while taken < 16 * MAX_BYTES:
            taken += connection.send(b"x" * 65_536)

    with answering(answer) as (uri, _):
        refused(uri)
    assert taken < 16 * MAX_BYTES


def test_what_comes_in_parts_is_put_together():
    parts = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na.\r\n3\r\nb.c\r\n0\r\n\r\n"
    with answering(says(parts)) as (uri, _):
        assert fetch(uri, ACCEPT, reach="here") == b"a.b.c"


def test_one_who_answers_a_letter_at_a_time_is_cut_off():
    begun = time.monotonic()
    with answering(dripping(b"Content-Length: 1000\r\n")) as (uri, _):
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
        time.sleep(0.3)
        return found(*address, **more)

    found = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", slow)

    begun = time.monotonic()
    with answering(dripping(b"Content-Length: 1000\r\n")) as (uri, _):
        refused(uri, seconds=0.5)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:{}/1", "http://localhost:{}/1", "https://localhost:{}/1", "https://127.0.0.1:{}/1"]
)
def test_nobody_asks_this_machine_who_did_not_say_so(uri):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        assert "not a public one" in refused(uri.format(listening.getsockname()[1]), reach="public")
        with pytest.raises(TimeoutError):
            listening.accept()


def names(*addresses: str) -> Callable[..., list[Any]]:
    """A resolver that has these addresses for every name."""

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in addresses
        ]

    return look_up


@pytest.mark.parametrize("reach", ["public", "here"])
@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.0.0.1",),
        ("169.254.169.254",),
        ("8.8.8.8", "192.168.0.1"),
        ("2001:4860:4860::8888", "::1"),
    ],
)
def test_a_name_that_leads_inside_is_not_asked(monkeypatch, addresses, reach):
    monkeypatch.setattr(socket, "getaddrinfo", names(*addresses))
    assert "not a public one" in refused("https://status.example/1", reach=reach)


def test_localhost_that_leads_elsewhere_is_not_asked(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", names("8.8.8.8"))
    assert "not a public one" in refused("http://localhost:1/1")


def test_a_name_of_very_many_addresses_is_not_asked(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", names(*["8.8.8.8"] * (MAX_ADDRESSES + 1)))
    assert "addresses" in refused("https://status.example/1")


def test_a_name_that_nobody_finds_in_time(monkeypatch):
    def slow(host: str, port: int, **_: Any) -> list[Any]:
        time.sleep(2)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = time.monotonic()
    assert "in time" in refused("https://status.example/1", seconds=0.3)
    assert time.monotonic() - begun < 1.5


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_asked(monkeypatch):
    asked: list[str] = []

    def look_up(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        return names("127.0.0.1" if len(asked) == 1 else "10.0.0.1")(host, port)

    with answering(ok(b"a.b.c")) as (uri, _):
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert fetch(uri.replace("127.0.0.1", "localhost"), ACCEPT, reach="here") == b"a.b.c"
    assert asked == ["localhost"]


def test_where_nobody_answers_at_one_address_the_next_is_asked(monkeypatch):
    with answering(ok(b"a.b.c")) as (uri, _):
        monkeypatch.setattr(socket, "getaddrinfo", names("127.0.0.2", "127.0.0.1"))
        assert fetch(uri.replace("127.0.0.1", "localhost"), ACCEPT, reach="here") == b"a.b.c"


@pytest.mark.parametrize("head", [b"Connection: close\r\n", b"Connection: close\r\nContent-Length: 1000\r\n"])
def test_one_who_closes_when_done_and_is_never_done_is_cut_off(head):
    begun = time.monotonic()
    with answering(dripping(head)) as (uri, _):
        refused(uri, seconds=0.5)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
        ("2001:0:a00:1::1", False),
        ("fc00::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("status.example", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public


def test_over_tls_the_name_is_proven(tls, monkeypatch):
    with answering_by_tls(tls, ok(b"a.b.c")) as uri:
        assert "SSLCertVerificationError" in refused(uri)  # nobody whom this machine trusts vouches for it
    monkeypatch.setenv("SSL_CERT_FILE", str(tls))
    with answering_by_tls(tls, ok(b"a.b.c")) as uri:
        assert fetch(uri, ACCEPT, reach="here") == b"a.b.c"
    with answering_by_tls(tls, ok(b"a.b.c")) as uri:
        assert "SSLCertVerificationError" in refused(uri.replace("localhost", "127.0.0.1"))


def test_over_tls_an_answer_without_length_that_somebody_else_ended_is_refused(tls, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls))
    with answering_by_tls(tls, says(b"HTTP/1.1 200 OK\r\n\r\na.b")) as uri:
        assert "SSLEOFError" in refused(uri)
    with answering_by_tls(tls, lambda connection: _end(connection, b"HTTP/1.1 200 OK\r\n\r\na.b.c")) as uri:
        assert fetch(uri, ACCEPT, reach="here") == b"a.b.c"


def _end(connection: ssl.SSLSocket, answer: bytes) -> None:
    connection.sendall(answer)
    connection.unwrap()


def test_over_tls_a_greeting_that_never_ends_is_cut_off():
    def drip(connection: socket.socket) -> None:
        for _ in range(100):
            connection.sendall(b"\x16")
            time.sleep(0.1)

    begun = time.monotonic()
    with answering(drip) as (uri, _):
        refused(uri.replace("http:", "https:"), seconds=0.5)
        assert time.monotonic() - begun < 5


def test_a_time_that_ends_before_the_greeting_begins_is_a_refusal(tls, monkeypatch):
    monkeypatch.setattr(threading.Timer, "start", lambda timer: timer.function(*timer.args))
    with answering_by_tls(tls, ok(b"a.b.c")) as uri:
        refused(uri)
    with answering(ok(b"a.b.c")) as (uri, _):
        refused(uri)
