"""Verifying processes: right and wrong signatures, many at once, bounded memory, and what happens when one dies."""

import hashlib
import os
import signal
import time

import pytest

from madang.engine.signatures import JOB_BYTES, KeyCache, Verifier, check_jobs
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from tests.engine.toy import ANNA, BERT, WAIT, Running, outcomes, sign
from tests.support.signing import _ORDER, wallet

MESSAGE = b"what is signed"
DIGEST = hashlib.sha256(MESSAGE).digest()


def job(point: bytes, value: bytes, digest: bytes = DIGEST) -> bytes:
    made = point + digest + value
    assert len(made) == JOB_BYTES
    return made


RIGHT = ANNA.sign(MESSAGE, high=False)
R, S = RIGHT[:32], RIGHT[32:]
ZERO, ORDER = bytes(32), _ORDER.to_bytes(32, "big")
CASES = {
    "low s": (job(ANNA.point, RIGHT), True),
    "high s": (job(ANNA.point, R + (_ORDER - int.from_bytes(S, "big")).to_bytes(32, "big")), True),
    "another key": (job(BERT.point, RIGHT), False),
    "another digest": (job(ANNA.point, RIGHT, hashlib.sha256(b"other").digest()), False),
    "one bit off": (job(ANNA.point, RIGHT[:-1] + bytes([RIGHT[-1] ^ 1])), False),
    "r zero": (job(ANNA.point, ZERO + S), False),
    "s zero": (job(ANNA.point, R + ZERO), False),
    "r is the order": (job(ANNA.point, ORDER + S), False),
    "s above the order": (job(ANNA.point, R + (int.from_bytes(ORDER, "big") + 1).to_bytes(32, "big")), False),
    "all ones": (job(ANNA.point, b"\xff" * 64), False),
    "a point off the curve": (job(b"\x01" * 64, RIGHT), False),
    "the point zero": (job(bytes(64), RIGHT), False),
}


@pytest.mark.parametrize("name", CASES)
def test_a_signature_is_right_or_wrong(name):
    made, expected = CASES[name]
    assert check_jobs(made, KeyCache(10)) == bytes([expected])


def test_the_cache_keeps_the_latest_and_no_more():
    cache = KeyCache(3)
    points = [wallet(f"cached {number}").point for number in range(6)]
    for point in points[:3]:
        cache.get(point)
    kept = cache.get(points[0])
    for point in points[3:5]:
        cache.get(point)
    assert list(cache._keys) == [points[0], points[3], points[4]]
    assert cache.get(points[0]) is kept
    with pytest.raises(Malformed):
        cache.get(bytes(64))
    assert len(cache._keys) == 3


def test_answers_come_in_order_whichever_process_has_the_key():
    verifier = Verifier(2)
    made = [one for _ in range(400) for one in CASES.values()]
    tickets = [verifier.send([one for one, _ in made[start : start + 1000]]) for start in range(0, len(made), 1000)]
    answers = [answer for ticket in tickets for answer in verifier.collect(ticket)]
    assert answers == [expected for _, expected in made]
    assert verifier.check([]) == []
    verifier.close()
    assert all(worker._process.returncode == 0 for worker in verifier._workers)


def test_a_lost_process_is_told_when_sending_and_when_collecting():
    verifier = Verifier(1)
    process = verifier._workers[0]._process
    assert verifier.check([CASES["low s"][0]]) == [True]
    process.send_signal(signal.SIGSTOP)
    ticket = verifier.send([CASES["low s"][0]])
    process.kill()
    process.wait()
    with pytest.raises(StoreFailure) as error:
        verifier.collect(ticket)
    assert error.value.code == "verifier.lost"
    with pytest.raises(StoreFailure) as error:
        for _ in range(100):
            verifier.send([CASES["low s"][0]] * 1200)
    assert error.value.code == "verifier.lost"
    verifier.close()


def test_a_process_that_does_not_end_is_ended(monkeypatch):
    verifier = Verifier(1)
    worker = verifier._workers[0]
    wait = worker._process.wait
    monkeypatch.setattr(worker._process, "wait", lambda timeout=None: wait(timeout=timeout and 0.2))
    worker._process.send_signal(signal.SIGSTOP)
    verifier.close()
    assert worker._process.returncode == -signal.SIGKILL


def test_when_a_verifying_process_dies_the_node_stops_and_nobody_hangs(tmp_path):
    verifier = Verifier(1)
    with Running(tmp_path / "store", verifier) as node:
        assert outcomes(node.answers(sign(1))) == ["accepted"]
        os.kill(verifier._workers[0]._process.pid, signal.SIGKILL)
        futures = [node.submit(sign(number)) for number in range(2, 60)]
        for future in futures:
            error = future.exception(WAIT)
            assert isinstance(error, MadangError) and error.code == "verifier.lost"
        deadline = time.monotonic() + WAIT
        while node.engine.failure is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert node.engine.failure.code == "verifier.lost"
        assert node.submit(sign(99)).exception(WAIT) is node.engine.failure
        assert node.counter("a") == 1
