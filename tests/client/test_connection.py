"""The client against a real server."""

from collections.abc import Iterator
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


@pytest.mark.parametrize("url", ["", "localhost:80", "ftp://x", "http://", "file:///etc/passwd"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(MadangError) as caught:
        Client(url)
    assert caught.value.code == "client.url"


def test_nobody_there() -> None:
    with pytest.raises(MadangError) as caught:
        Client(f"http://127.0.0.1:{free_port()}").get_json("/health")
    assert caught.value.code == "client.unreachable"
