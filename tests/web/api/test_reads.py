"""Reading modules over HTTP: who may, what is signed, and what the parameters are."""

import time
from urllib.parse import quote

import pytest

from tests.support.cast import ALICE, BORA, CHUL
from tests.support.signing import Wallet, envelope, wallet
from tests.web.serving import Server
from tests.web.signing import pay, payload, read_header, signed_payment


def account(server: Server, reader: Wallet, owner: str):
    path = f"/money/show_account?name={owner}"
    return server.get(path, authorization=read_header(reader, path))


def test_public_queries_answer_everyone(server: Server) -> None:
    answer = server.get("/money/bank?name=bank-a")
    assert answer.status == 200
    assert set(answer.json) >= {"liability"}
    assert int(answer.headers["madang-height"]) >= 0
    assert server.get("/registers/version?register=none").json == 0


def test_a_holding_answers_its_holder_alone(server: Server) -> None:
    mine = account(server, ALICE, ALICE.party)
    assert mine.status == 200
    assert mine.json["bank"] == "bank-a"
    assert account(server, CHUL, CHUL.party).json["bank"] == "bank-b"
    assert account(server, ALICE, CHUL.party).json is None
    assert account(server, CHUL, ALICE.party).json is None


def test_reads_see_what_was_answered(server: Server) -> None:
    before = account(server, ALICE, ALICE.party).json["balance"]
    height = server.submit(signed_payment(7)).json["height"]
    answer = account(server, ALICE, ALICE.party)
    assert answer.json["balance"] == before - 7
    assert int(answer.headers["madang-height"]) >= height


def test_what_is_written_together_is_seen_together(server: Server) -> None:
    """Two accounts change in one transaction; two readers never see money that is in neither or both."""
    act = pay(3, ALICE, BORA.party)
    supply = server.get("/money/bank?name=bank-a").json["liability"]
    for _ in range(5):
        assert server.submit(envelope(payload(act), [ALICE])).status == 200
        assert server.get("/money/bank?name=bank-a").json["liability"] == supply


PATH = "/money/show_account?name=bakery"
UNSIGNED = [
    ("none", None, "read.unsigned"),
    ("other scheme", lambda: "Bearer abc", "read.unsigned"),
    ("no token", lambda: "Madang ", "read.unsigned"),
    ("rubbish", lambda: "Madang abc", "envelope.form"),
    ("expired", lambda: read_header(ALICE, PATH, not_after=int(time.time()) - 5), "read.expired"),
    ("too far", lambda: read_header(ALICE, PATH, not_after=int(time.time()) + 3600), "read.expired"),
    ("other path", lambda: read_header(ALICE, "/money/show_account?name=grocer"), "read.other"),
    ("other chain", lambda: read_header(ALICE, PATH, chain="other-chain"), "read.other"),
    ("other method", lambda: read_header(ALICE, PATH, method="POST"), "json.invalid"),
    ("a member more", lambda: read_header(ALICE, PATH, more=1), "json.invalid"),
    ("stranger", lambda: read_header(wallet("nobody registered this"), PATH), "key.unknown"),
    ("a transaction", lambda: f"Madang {signed_payment().decode()}", "json.invalid"),
    ("wrong signature", lambda: read_header(ALICE, PATH)[:-86] + read_header(CHUL, PATH)[-86:], "signature.invalid"),
]


@pytest.mark.parametrize(("make", "code"), [row[1:] for row in UNSIGNED], ids=[row[0] for row in UNSIGNED])
def test_unsigned_or_wrongly_signed_reads(server: Server, make, code: str) -> None:
    answer = server.get(PATH, **({} if make is None else {"authorization": make()}))
    assert (answer.status, answer.code) == (401, code)
    assert answer.headers["www-authenticate"] == "Madang"


def test_a_read_request_is_no_transaction(server: Server) -> None:
    token = read_header(ALICE, PATH).removeprefix("Madang ")
    assert server.submit(token.encode()).code == "json.invalid"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/money/bank", 400, "query.parameters"),
        ("/money/bank?name=bank-a&name=bank-b", 400, "query.parameters"),
        ("/money/bank?name=bank-a&more=1", 400, "query.parameters"),
        ("/money/bank?nonsense", 400, "query.parameters"),
        ("/money/bank?name=%ff", 400, "query.parameters"),
        (f"/money/bank?name={quote(chr(0))}x", 400, "query.parameters"),
        ("/registers/holds?register=a&code=b&time=x", 400, "query.parameters"),
        ("/registers/holds?register=a&code=b&time=1.5", 400, "query.parameters"),
        ("/merchants/merchants?region=abc", 400, "query.parameters"),
        ("/money/account?name=bakery", 404, "http.not_found"),
        ("/money/nothing", 404, "http.not_found"),
        ("/nothing/nothing", 404, "http.not_found"),
        ("/money/__class__", 404, "http.not_found"),
        ("/nothing", 404, "http.not_found"),
        ("/money/bank/more", 404, "http.not_found"),
    ],
)
def test_bad_queries(server: Server, path: str, status: int, code: str) -> None:
    answer = server.get(path)
    assert (answer.status, answer.code) == (status, code)
