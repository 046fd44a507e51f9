"""The decision of a witness, in the order and with the status codes of C2SP tlog-witness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.log.checkpoint import Checkpoint, attach, require, sign_checkpoint
from madang.log.errors import LogError
from madang.log.note import SignerKey
from madang.log.proof import consistency_proof
from madang.log.tree import EMPTY_ROOT
from madang.log.witness import Request, Seen, WitnessError, decide, encode_request, parse_request
from tests.log.reference import LOG_KEY, WITNESSES, MemoryLog

KEY = LOG_KEY.verifier()


def request_of(log: MemoryLog, old: int) -> Request:
    proof = consistency_proof(old, log.tree.size, log.read)
    return parse_request(encode_request(old, proof, log.note()))


def refusal(request: Request, seen: Seen) -> tuple[str, int]:
    with pytest.raises(WitnessError) as caught:
        decide(request, KEY, seen, WITNESSES[0], 7)
    return caught.value.code, caught.value.status


def test_a_witness_follows_a_log():
    log, seen = MemoryLog(), Seen()
    for step in (0, 1, 1, 5, 300, 0, 44):
        old = log.tree.size
        log.grow(step)
        decision = decide(request_of(log, old), KEY, seen, WITNESSES[0], 7)
        seen = decision.seen
        assert seen == Seen(log.tree.size, log.tree.root())
        note = attach(log.note(), decision.line, WITNESSES[0].verifier())
        opened = require(KEY, [WITNESSES[0].verifier()], 1).open(note)
        assert opened.cosigners[0].timestamp == 7


def test_the_body_of_a_request():
    note = sign_checkpoint(Checkpoint(LOG_KEY.name, 0, EMPTY_ROOT), LOG_KEY)
    body = encode_request(3, [b"a" * 32], note)
    assert body == b"old 3\nYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n\n" + note
    assert encode_request(0, [], note) == b"old 0\n\n" + note
    assert parse_request(body) == Request(3, (b"a" * 32,), note)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 3\n",
        b"old 03\n\nnote",
        b"old -1\n\nnote",
        b"new 3\n\nnote",
        b"old 3\nYWFh\n\nnote",
        b"old 3\n?\n\nnote",
        b"old 3\n" + b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n" * 64 + b"\nnote",
        b"old 3\n\n" + b"x" * 200_000,
    ],
)
def test_malformed_requests(body: bytes):
    with pytest.raises(WitnessError) as caught:
        parse_request(body)
    assert (caught.value.code, caught.value.status) == ("log.witness.request", 400)


def test_refusals_in_their_order():
    log, other = MemoryLog(10), MemoryLog(9)
    seen = Seen(4, MemoryLog(4).tree.root())
    good = request_of(log, 4)
    stranger = SignerKey(LOG_KEY.name, 1, b"s" * 32)
    unsigned = Request(4, good.proof, sign_checkpoint(log.checkpoint(), stranger))
    assert refusal(unsigned, seen) == ("log.witness.signature", 403)
    assert refusal(Request(11, (), good.note), seen) == ("log.witness.old_size", 400)
    assert refusal(request_of(log, 5), seen) == ("log.witness.conflict", 409)
    assert refusal(Request(4, good.proof[:-1], good.note), seen) == ("log.witness.inconsistent", 422)
    assert refusal(good, Seen(4, bytes(32))) == ("log.witness.inconsistent", 422)
    assert refusal(Request(0, good.proof, good.note), Seen()) == ("log.witness.inconsistent", 422)
    assert refusal(Request(9, (), other.note()), Seen(9, bytes(32))) == ("log.witness.inconsistent", 422)


def test_a_conflict_tells_the_size():
    with pytest.raises(WitnessError) as caught:
        decide(request_of(MemoryLog(10), 0), KEY, Seen(4, bytes(32)), WITNESSES[0], 7)
    assert caught.value.size == 4


@given(st.binary(max_size=300))
def test_no_bytes_break_the_witness(body: bytes):
    with pytest.raises(LogError):
        decide(parse_request(b"old 0\n\n" + body), KEY, Seen(), WITNESSES[0], 7)
