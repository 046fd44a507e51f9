"""POST /transactions over real HTTP: how each end of a transaction is answered, one by one and together."""

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from madang.log import VerifierKey, check, require
from tests.support.cast import ALICE, BORA, CHUL, officer, quorum
from tests.support.signing import Wallet, base64url, compact, envelope, general, wallet
from tests.web.serving import Server
from tests.web.signing import pay, payload, signed_payment

GENERAL = "application/jose+json"


def stranger() -> Wallet:
    return wallet("nobody registered this")


BAD: list[tuple[str, Callable[[], bytes], int, str]] = [
    ("nothing", lambda: b"", 400, "envelope.form"),
    ("text", lambda: b"hello", 400, "envelope.form"),
    ("two parts", lambda: b"a.b", 400, "envelope.form"),
    ("padding", lambda: b"e30=.e30.AAAA", 400, "base64.invalid"),
    ("header", lambda: b"e30.e30." + b"A" * 86, 400, "json.invalid"),
    ("alg none", lambda: base64url(b'{"alg":"none"}').encode() + b".e30.", 400, "json.invalid"),
    ("no payload", lambda: compact(b"{}", ALICE), 400, "json.invalid"),
    ("a member more", lambda: signed_payment(more=1), 400, "json.invalid"),
    ("a float", lambda: envelope(payload(pay() | {"amount": 1.5}), [ALICE]), 400, "json.invalid"),
    ("nothing paid", lambda: signed_payment(0), 400, "json.invalid"),
    ("more than exact", lambda: signed_payment(2**53), 400, "json.invalid"),
    ("unknown act", lambda: envelope(payload({"type": "money.print", "by": "x"}), [ALICE]), 400, "json.invalid"),
    ("no acts", lambda: envelope(payload(), [ALICE]), 400, "json.invalid"),
    ("17 acts", lambda: envelope(payload(*[pay()] * 17), [ALICE]), 400, "json.invalid"),
    ("twice", lambda: compact(b'{"chain":"test-chain",' + payload(pay())[1:], ALICE), 400, "json.duplicate"),
    ("deep", lambda: compact(b"[" * 5000 + b"]" * 5000, ALICE), 400, "json.depth"),
    ("other chain", lambda: signed_payment(chain="other-chain"), 400, "payload.chain"),
    ("expired", lambda: signed_payment(not_after=1), 400, "payload.expired"),
    ("too far", lambda: signed_payment(not_after=2**40), 400, "payload.too_far"),
    ("stranger", lambda: envelope(payload(pay(1, stranger())), [stranger()]), 400, "key.unknown"),
    ("passkey in a JWS", lambda: compact(payload(pay(1, BORA)), BORA), 400, "key.sort"),
    ("wrong signature", lambda: signed_payment()[:-86] + signed_payment()[-86:], 400, "signature.invalid"),
    ("no signatures", lambda: general(payload(pay())), 400, "envelope.signatures"),
    ("too much", lambda: signed_payment(2**53 - 1), 422, "money.balance"),
    ("somebody else's", lambda: envelope(payload(pay(1, CHUL)), [ALICE]), 422, "authority.not_signed"),
    ("no such party", lambda: envelope(payload(pay() | {"by": "nobody"}), [ALICE]), 422, "authority.unknown_party"),
]


@pytest.mark.parametrize(("make", "status", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_named(server: Server, make: Callable[[], bytes], status: int, code: str) -> None:
    body = make()
    answer = server.submit(body, GENERAL if body[:1] == b"{" else "application/jose")
    assert (answer.status, answer.code) == (status, code)
    assert ("height" in answer.json) == (status == 422)


def test_accepted_is_durable_and_read_later(server: Server) -> None:
    answer = server.submit(signed_payment())
    assert answer.status == 200
    result = answer.json
    assert result["outcome"] == "accepted"
    assert server.get(f"/transactions/{result['id']}").json == result


def test_rejected_is_read_later_with_its_reason(server: Server) -> None:
    problem = server.submit(signed_payment(2**50)).json
    later = server.get(f"/transactions/{problem['id']}")
    assert later.status == 200
    assert later.json["outcome"] == "rejected"
    assert later.json["code"] == problem["code"] == "money.balance"
    assert later.json["message"] == problem["detail"]


def test_sending_again_repeats_the_first_outcome(server: Server) -> None:
    body = signed_payment()
    first, again = server.submit(body).json, server.submit(body).json
    assert again == first | {"repeated": True}
    refused = signed_payment(2**50)
    server.submit(refused)
    answer = server.submit(refused)
    assert (answer.status, answer.code, answer.json["repeated"]) == (422, "money.balance", True)


def test_an_id_stands_for_one_payload(server: Server) -> None:
    identifier = secrets.token_hex(16)
    assert server.submit(signed_payment(1, id=identifier, not_after=_soon())).status == 200
    answer = server.submit(signed_payment(2, id=identifier, not_after=_soon()))
    assert (answer.status, answer.code) == (409, "payload.id_used")


def _soon() -> int:
    # The mark is kept under not_after and id together.
    import time

    return int(time.time()) // 100 * 100 + 300


def test_several_signers_and_passkeys(server: Server) -> None:
    act = {"type": "money.issue_currency", "by": "central-bank", "bank": "bank-a", "amount": 1}
    assert server.submit(envelope(payload(act), quorum("central-bank")), GENERAL).status == 200
    assert server.submit(envelope(payload(pay(1, ALICE, BORA.party)), [ALICE])).status == 200
    assert server.submit(envelope(payload(pay(1, BORA)), [BORA]), GENERAL).status == 200


def test_white_space_around_is_not_signed(server: Server) -> None:
    assert server.submit(signed_payment() + b"\r\n").status == 200


def test_together_each_stands_alone(server: Server) -> None:
    repeated = signed_payment()
    bodies = [signed_payment(), b"hello", signed_payment(2**50), repeated, repeated]
    server.submit(envelope(payload(pay(1, ALICE, BORA.party)), [ALICE]))
    several = envelope(payload(pay(1, BORA)), [BORA])
    body = json.dumps({"transactions": [one.decode() for one in bodies] + [json.loads(several)]}).encode()
    answer = server.submit(body, "application/json")
    assert answer.status == 200
    found = [(one.get("outcome"), one.get("status"), one.get("code")) for one in answer.json]
    assert found[:4] == [
        ("accepted", None, None),
        (None, 400, "envelope.form"),
        ("rejected", 422, "money.balance"),
        ("accepted", None, None),
    ]
    assert answer.json[4] == answer.json[3] | {"repeated": True}
    assert answer.json[5]["outcome"] == "accepted"
    heights = {(one["height"], one["index"]) for one in answer.json if one.get("height")}
    assert len(heights) == 4


def test_objects_in_a_batch_are_taken_as_they_were_signed(server: Server) -> None:
    server.submit(envelope(payload(pay(1, ALICE, BORA.party)), [ALICE]))
    spaced = envelope(payload(pay(1, BORA)), [BORA]).replace(b'", "', b'"  ,\n "')
    first = server.submit(b'{"transactions":[ ' + spaced + b" ]}", "application/json").json[0]
    assert first["outcome"] == "accepted"
    checked = check(server.get(f"/transactions/{first['id']}/receipt").body, _policy(server))
    assert checked.signed == spaced


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "batch.invalid"),
        (b"[]", 400, "batch.invalid"),
        (b"{}", 400, "batch.invalid"),
        (b'{"transactions":[]}', 400, "batch.size"),
        (b'{"transactions":["a"],"more":1}', 400, "batch.invalid"),
        (b'{"transactions":"a"}', 400, "batch.invalid"),
        (b'{"transactions":["\xff"]}', 400, "batch.invalid"),
        (b'{"transactions":["\\ud800"]}', 400, "batch.invalid"),
        (b'{"transactions":[' + b",".join([b'"a"'] * 1001) + b"]}", 413, "batch.size"),
        (b'{"transactions":' + b"[" * 100_000, 400, "batch.invalid"),
    ],
)
def test_bad_batches(server: Server, body: bytes, status: int, code: str) -> None:
    answer = server.submit(body, "application/json")
    assert (answer.status, answer.code) == (status, code)


def test_a_batch_of_rubbish_is_answered_one_by_one(server: Server) -> None:
    answer = server.submit(b'{"transactions":[1,null,{},[],"\\u0000","a.b.c"]}', "application/json")
    assert answer.status == 200
    assert [one["status"] for one in answer.json] == [400] * 6


def test_many_clients_at_once_get_their_own_answers(server: Server) -> None:
    bodies = [signed_payment(1 if number % 3 else 2**50) for number in range(90)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(server.submit, bodies))
    assert [one.status for one in answers] == [200 if number % 3 else 422 for number in range(90)]
    assert len({one.json["id"] for one in answers}) == 90
    places = [(one.json["height"], one.json["index"]) for one in answers]
    assert len(set(places)) == 90


def test_receipt_checks_off_line(server: Server) -> None:
    body = signed_payment()
    result = server.submit(body).json
    answer = server.get(f"/transactions/{result['id']}/receipt")
    assert answer.status == 200
    checked = check(answer.body, _policy(server))
    assert checked.signed == body
    assert (checked.leaf.height, checked.leaf.index) == (result["height"], result["index"])


@pytest.mark.parametrize("identifier", ["0" * 32, "F" * 32, "0" * 31, "x" * 32, "%00" * 32, "a"])
@pytest.mark.parametrize("suffix", ["", "/receipt"])
def test_unknown_ids(server: Server, identifier: str, suffix: str) -> None:
    answer = server.get(f"/transactions/{identifier}{suffix}")
    assert (answer.status, answer.code) == (404, "transaction.unknown")


def _policy(server: Server):
    return require(VerifierKey.parse(server.get("/chain").json["log_key"]), [], 0)


def test_a_key_that_was_unknown_works_once_it_is_registered(server: Server) -> None:
    late = wallet("registered late")
    assert server.submit(signed_payment(1, late)).code == "key.unknown"
    act = {"type": "parties.register_people", "by": "bank-a", "keys": [late.new]}
    assert server.submit(envelope(payload(act), [officer("bank-a")])).status == 200
    assert server.submit(signed_payment(1, late)).code == "money.no_account"
