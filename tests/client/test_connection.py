"""The client against a real server."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from madang.client import Client, Problem
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from tests.web.serving import Server, free_port, make_node, serving
from tests.web.signing import signed_payment


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("client") / "node"
    make_node(folder)
    with serving(folder) as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    with Client(server.url) as connected:
        yield connected


def test_submitting_and_reading(client: Client) -> None:
    assert client.chain == "test-chain"
    result = client.submit(signed_payment())
    assert isinstance(result, Result)
    assert client.transaction(result.id) == result
    assert client.receipt(result.id).startswith(b"MDRC")
    assert client.query("money", "bank", {"name": "bank-a"})["liability"] > 0


def test_refusals_are_values_and_errors_of_reads_are_raised(client: Client) -> None:
    refused = client.submit(signed_payment(2**50))
    assert isinstance(refused, Problem)
    assert (refused.status, refused.code, refused.outcome) == (422, "money.balance", "rejected")
    malformed = client.submit(b"hello")
    assert isinstance(malformed, Problem)
    assert (malformed.status, malformed.outcome) == (400, "")
    for ask, code in [
        (lambda: client.transaction("0" * 32), "transaction.unknown"),
        (lambda: client.query("money", "nothing", {}), "http.not_found"),
        (lambda: client.query("money", "show_account", {"name": "bakery"}), "read.unsigned"),
        (lambda: client.submit_many([]), "batch.size"),
    ]:
        with pytest.raises(MadangError) as caught:
            ask()
        assert caught.value.code == code


def test_many_keep_their_order(client: Client) -> None:
    answers = client.submit_many([signed_payment(), b"x", signed_payment(2**50)])
    assert [type(one) for one in answers] == [Result, Problem, Problem]
    assert answers[2].outcome == "rejected"


def test_a_connection_that_was_closed_is_opened_again(server: Server, client: Client) -> None:
    assert client.get_json("/health")["status"] == "ok"
    assert client._connection.sock is not None
    client._connection.sock.shutdown(2)
    assert client.get_json("/health")["status"] == "ok"


@pytest.mark.parametrize(
    "url",
    [
        *("", "localhost:80", "ftp://x", "http://", "file:///etc/passwd"),
        *("http://x:99999", "http://x:port", "http://[::1", "http://a b/"),
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(MadangError) as caught:
        Client(url)
    assert caught.value.code == "client.url"


def test_nobody_there() -> None:
    with pytest.raises(MadangError) as caught:
        Client(f"http://127.0.0.1:{free_port()}").get_json("/health")
    assert caught.value.code == "client.unreachable"


class Elsewhere(BaseHTTPRequestHandler):
    """A web site that is no node."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"chain":5}' if self.path == "/mine/chain" else b"<html>welcome")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


def test_what_answers_and_is_no_node() -> None:
    site = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{site.server_port}"
        asks: list[Callable[[Client], object]] = [
            lambda client: client.chain,
            lambda client: client.get_json("/health"),
            lambda client: client.transaction("0" * 32),
            lambda client: client.query("money", "supply", {}),
            lambda client: client.submit(b"x"),
            lambda client: client.submit_many([b"x"]),
        ]
        for ask in asks:
            for address in (url, f"{url}/mine"):
                with Client(address) as client, pytest.raises(MadangError) as caught:
                    ask(client)
                assert caught.value.code == "client.answer"
    finally:
        site.shutdown()
        site.server_close()


def test_an_address_that_swallows_everything_is_left_after_a_while() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        with Client(f"http://127.0.0.1:{port}", timeout=0.2) as client, pytest.raises(MadangError) as caught:
            client.get_json("/health")
    assert caught.value.code == "client.unreachable"
