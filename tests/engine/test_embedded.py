"""The embedded engine on a real store: who is answered what, when, and what is never lost or seen too early."""

import json
import threading
import time
from concurrent.futures import Future
from pathlib import Path

import pytest

from madang.engine import embedded, intake
from madang.engine.ledger import find
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.machine import Result
from madang.kernel.state import State
from tests.engine.toy import (
    ANNA,
    BERT,
    COUNTERS,
    LEFT,
    RIGHT,
    START,
    WAIT,
    Break,
    Count,
    Decline,
    Revoke,
    Running,
    outcomes,
    payload,
    sign,
)
from tests.support.signing import envelope, general


@pytest.fixture
def node(tmp_path: Path):
    with Running(tmp_path / "store") as running:
        yield running


def failure_of(future: "Future[list]") -> MadangError:
    error = future.exception(WAIT)
    assert isinstance(error, MadangError)
    return error


def held(node: Running, number: int) -> "Future[list]":
    """A submission whose block stands before a closed gate."""
    node.store.open.clear()
    node.store.entered.clear()
    future = node.submit(sign(number))
    assert node.store.entered.wait(WAIT)
    return future


# ------------------------------------------------------------------------------------------------------- the door


def test_what_a_revoked_key_signed_is_never_ordered(node):
    before, spent = sign(1), sign(2, Revoke(by=ANNA.party))
    assert outcomes(node.answers(before, spent)) == ["accepted", "accepted"]
    size = node.ledger.durable.size
    late, both = sign(3), envelope(payload(4, Count(by=BERT.party, name="a")), [ANNA, BERT])
    for answer in node.answers(late, both, late):
        assert isinstance(answer, Malformed)
        assert answer.code == "authority.key_revoked"
    assert node.ledger.durable.size == size
    assert node.counter("a") == 1
    assert find(node.ledger.store.view(), id_of(3)) is None


def test_a_key_that_is_revoked_in_a_block_is_turned_away_behind_that(node):
    first, last = node.answers(sign(1, Revoke(by=ANNA.party)), sign(2))
    assert first.outcome == "accepted"
    assert isinstance(last, Malformed)
    assert last.code == "authority.key_revoked"


def test_whoever_asks_again_after_the_key_was_revoked_hears_the_first_outcome(node):
    (first,) = node.answers(sign(1))
    node.answers(sign(2, Revoke(by=ANNA.party)))
    (again,) = node.answers(sign(1))
    assert (again.outcome, again.height, again.index, again.repeated) == ("accepted", first.height, first.index, True)


# --------------------------------------------------------------------------------------------------- group commit


def test_nobody_is_answered_and_nobody_sees_before_the_block_is_durable(node):
    first = held(node, 1)
    later = [node.submit(sign(number)) for number in range(2, 8)]
    time.sleep(0.05)
    assert not any(one.done() for one in [first, *later])
    assert node.counter("a") == 0
    assert find(node.ledger.store.view(), "00" * 16) is None
    assert node.ledger.durable.height == 1
    node.store.open.set()
    assert [outcomes(one.result(WAIT)) for one in [first, *later]] == [["accepted"]] * 7
    assert node.counter("a") == 7


def test_what_waits_while_a_block_is_written_shares_few_blocks(node):
    first = held(node, 1)
    later = [node.submit(sign(number)) for number in range(2, 202)]
    node.store.open.set()
    for one in [first, *later]:
        one.result(WAIT)
    assert node.store.writes <= 12


def test_a_repeat_of_what_is_not_yet_durable_waits_for_it(node):
    first = held(node, 1)
    again = node.submit(sign(1))
    time.sleep(0.05)
    assert not again.done()
    node.store.open.set()
    (one,), (two,) = first.result(WAIT), again.result(WAIT)
    assert (one.repeated, two.repeated) == (False, True)
    assert (one.id, one.outcome, one.height, one.index) == (two.id, two.outcome, two.height, two.index)


def test_answers_are_in_the_order_of_what_was_asked(node):
    futures = [node.submit(*(sign(10 * batch + n) for n in range(10))) for batch in range(20)]
    places = []
    for batch, future in enumerate(futures):
        answers = future.result(WAIT)
        assert [answer.id for answer in answers] == [id_of(10 * batch + n) for n in range(10)]
        places += [(answer.height, answer.index) for answer in answers]
    assert places == sorted(places)
    assert node.counter("a") == 200


def test_no_block_takes_more_than_it_may(node, monkeypatch):
    monkeypatch.setattr(embedded, "MAX_BLOCK", 10)
    first = held(node, 0)
    later = [node.submit(*(sign(100 * batch + n) for n in range(7))) for batch in range(1, 9)]
    node.store.open.set()
    answers = [answer for future in [first, *later] for answer in future.result(WAIT)]
    assert [answer.outcome for answer in answers] == ["accepted"] * 57
    heights = [answer.height for answer in answers]
    assert max(heights.count(height) for height in heights) <= 10


def test_a_caller_that_goes_away_disturbs_nobody(node):
    future = held(node, 1)
    assert not future.cancel()
    node.store.open.set()
    assert outcomes(future.result(WAIT)) == ["accepted"]
    assert outcomes(node.answers(sign(2))) == ["accepted"]


# ------------------------------------------------------------------------------------------------------ outcomes


def id_of(number: int) -> str:
    return str(json.loads(payload(number))["id"])


def test_every_kind_of_answer_in_one_submission(node):
    wrong = general(payload(3, Count(by=ANNA.party, name="a")), [BERT.jws(payload(4)) | {"protected": "e30"}])
    answers = node.answers(
        sign(1),
        b"junk",
        sign(2, Decline(by=ANNA.party)),
        wrong,
        swapped(5),
        sign(6, Count(by=ANNA.party, name="a"), Decline(by=ANNA.party)),
        sign(7, Break(by=ANNA.party)),
        sign(8, Break(by=ANNA.party)),
        sign(9, Count(by=BERT.party, name="a")),
        sign(10, not_after=START - 1),
        sign(11, not_after=START + 601),
        sign(12, chain="another-chain"),
        sign(1),
        sign(1, Count(by=ANNA.party, name="b")),
        sign(13),
    )
    assert [(outcome_or_code(one), getattr(one, "code", "")) for one in answers] == [
        ("accepted", ""),
        ("envelope.form", "envelope.form"),
        ("rejected", "toy.no"),
        ("json.invalid", "json.invalid"),
        ("signature.invalid", "signature.invalid"),
        ("rejected", "toy.no"),
        ("defect", "kernel.defect"),
        ("rejected", "kernel.paused"),
        ("rejected", "authority.not_signed"),
        ("payload.expired", "payload.expired"),
        ("payload.too_far", "payload.too_far"),
        ("payload.chain", "payload.chain"),
        ("accepted", ""),
        ("payload.id_used", "payload.id_used"),
        ("accepted", ""),
    ]
    ordered = [one for one in answers if isinstance(one, Result) and not one.repeated]
    assert [one.index for one in ordered] == list(range(len(ordered)))
    assert answers[12].repeated and answers[12].index == 0
    assert (node.counter("a"), node.counter("b"), node.counter("declined"), node.counter("broken")) == (2, 0, 0, 0)


def outcome_or_code(answer: Result | Malformed) -> str:
    return answer.outcome if isinstance(answer, Result) else answer.code


def swapped(number: int) -> bytes:
    """Anna's payload and key with a signature of another payload."""
    header, body, _ = sign(number).split(b".")
    return b".".join([header, body, sign(number + 1000).split(b".")[2]])


def test_a_block_of_nothing_but_malformed_is_no_block(node):
    before = node.ledger.durable
    assert outcomes(node.answers(b"junk", swapped(1))) == ["envelope.form", "signature.invalid"]
    assert node.ledger.durable == before


def test_a_repeat_returns_the_first_outcome_also_after_a_restart(tmp_path):
    with Running(tmp_path / "store") as node:
        first = node.answers(sign(1), sign(2, Decline(by=ANNA.party)), sign(3, Break(by=ANNA.party)))
    with Running(tmp_path / "store") as node:
        again = node.answers(sign(1), sign(2, Decline(by=ANNA.party)), sign(3, Break(by=ANNA.party)))
        assert [one.repeated for one in again] == [True] * 3
        for one, two in zip(first, again, strict=True):
            assert (one.outcome, one.code, one.height, one.index) == (two.outcome, two.code, two.height, two.index)
        assert node.counter("a") == 1
        node.clock.now += 61
        assert outcomes(node.answers(sign(1))) == ["payload.expired"]


def test_time_never_runs_backwards(node):
    node.clock.now = START + 50
    node.answers(sign(1))
    node.clock.now = START - 1_000
    node.answers(sign(2))
    assert node.ledger.durable.time == START + 50


# ------------------------------------------------------------------------------------------------------- refusals


def test_what_the_engine_does_not_take(node, monkeypatch):
    assert failure_of(node.submit()).code == "engine.size"
    assert failure_of(node.submit(*[b"x"] * (intake.MAX_BLOCK + 1))).code == "engine.size"
    monkeypatch.setattr(intake, "MAX_WAITING", 5)
    first = held(node, 1)
    later = [node.submit(sign(number)) for number in range(2, 6)]
    assert failure_of(node.submit(sign(9))).code == "engine.busy"
    node.store.open.set()
    for one in [first, *later]:
        one.result(WAIT)
    assert outcomes(node.answers(sign(9))) == ["accepted"]


def test_stopping_finishes_what_was_submitted_and_takes_no_more(tmp_path):
    with Running(tmp_path / "store") as node:
        future = held(node, 1)
        later = node.submit(sign(2))
        stopping = threading.Thread(target=node.engine.stop)
        stopping.start()
        while failure_or_none(node.submit(sign(3))) is None:
            pass
        node.store.open.set()
        stopping.join(WAIT)
        assert outcomes(future.result(0)) == outcomes(later.result(0)) == ["accepted"]
        assert failure_of(node.submit(sign(4))).code == "engine.stopped"


def failure_or_none(future: "Future[list]") -> BaseException | None:
    return future.exception(0) if future.done() else None


# ------------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("failing", [StoreFailure("store.write", "full"), OSError("gone"), SystemExit()])
def test_when_the_store_fails_everyone_who_waits_hears_of_it(tmp_path, failing):
    with Running(tmp_path / "store") as node:
        root = node.ledger.durable.root
        first = held(node, 1)
        later = [node.submit(*(sign(10 * n + m) for m in range(3))) for n in range(1, 200)]
        node.store.failing = failing
        node.store.open.set()
        assert {failure_of(one).code for one in [first, *later]} == {"store.write"}
        assert failure_of(node.submit(sign(5000))).code == "store.write"
        assert node.engine.failure.code == "store.write"
        assert node.counter("a") == 0
    with Running(tmp_path / "store") as node:
        assert node.ledger.durable.root == root
        assert outcomes(node.answers(sign(1))) == ["accepted"]


def test_when_reading_the_store_fails_no_rule_is_blamed_and_everyone_hears_of_it(node, monkeypatch):
    def broken(*_):
        raise StoreFailure("store.read", "a bad block")

    monkeypatch.setattr(node.ledger.working, "_store", type("Broken", (), {"get": broken, "scan": broken})())
    futures = [node.submit(sign(number)) for number in range(50)]
    assert {failure_of(one).code for one in futures} == {"store.read"}
    assert failure_of(node.submit(sign(99))).code == "store.read"


def test_a_failure_of_the_machine_itself_stops_the_node_and_nobody_waits(node, monkeypatch):
    def broken(*_):
        raise MemoryError

    monkeypatch.setattr(node.ledger.machine, "read", broken)
    futures = [node.submit(sign(number)) for number in range(50)]
    assert {failure_of(one).code for one in futures} == {"engine.defect"}


def test_a_listener_that_raises_loses_no_answer_and_no_other_listener(node):
    heard = []

    def broken(_):
        raise RuntimeError("no")

    node.engine.listen(broken)
    node.engine.listen(lambda commit: heard.append(commit.tip.height))
    answers = [node.answers(sign(number))[0] for number in range(3)]
    assert [one.height for one in answers] == heard
    assert isinstance(node.engine.listener_failure, RuntimeError)
    assert node.engine.failure is None


# -------------------------------------------------------------------------------------------------------- readers


def test_what_was_written_together_is_seen_together(node):

    torn, looked, done = [], [0], threading.Event()

    def hammer():
        while not done.is_set():
            state = State(node.ledger.reader())
            seen = {getattr(state.get(table, "a"), "value", 0) for table in (RIGHT, COUNTERS, LEFT)}
            scanned = {record.value for table in (LEFT, RIGHT) for _, record in state.scan(table, "a")}
            looked[0] += 1
            if len(seen) != 1 or len(scanned) > 1 or (scanned and scanned != seen):
                torn.append((seen, scanned))

    threads = [threading.Thread(target=hammer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(60):
        node.answers(sign(number))
    done.set()
    for thread in threads:
        thread.join()
    assert not torn
    assert looked[0] > 100


def test_reopening_continues_with_the_same_root(tmp_path):
    roots: list[bytes] = []
    for start in range(0, 60, 20):
        with Running(tmp_path / "store") as node:
            if roots:
                assert node.ledger.durable.root == roots[-1]
            assert node.counter("a") == start
            for number in range(start, start + 20):
                node.answers(sign(number))
            roots.append(node.ledger.durable.root)
    assert len(set(roots)) == 3
