"""The gateway alone, with a CometBFT that is not there: what it takes, what it says, and who decides in its stead."""

import time

import pytest

from madang.engine import intake
from madang.engine.cometbft import gateway as module
from madang.engine.cometbft.bundle import pack
from madang.engine.cometbft.gateway import Gateway
from madang.engine.cometbft.rpc import Rpc
from madang.kernel.errors import MadangError, StoreFailure
from tests.engine.cometbft.conftest import free_ports
from tests.engine.cometbft.driver import Driver
from tests.engine.toy import ANNA, BERT, START, WAIT, Count, Revoke, outcomes, payload, sign
from tests.support.signing import envelope


@pytest.fixture
def driver(tmp_path):
    made = Driver(tmp_path / "store")
    yield made
    made.close()


@pytest.fixture
def gateway(driver, monkeypatch):
    monkeypatch.setattr(module, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(module, "RETRY_AFTER", 0.2)
    made = Gateway(driver.application, driver.admission, Rpc("127.0.0.1", free_ports(1)[0])).start()
    yield made
    made.stop()
    made.close()


def code_of(future) -> str:
    error = future.exception(WAIT)
    assert isinstance(error, MadangError)
    return error.code


def held(gateway, *signed):
    """A submission that is on its way."""
    expected = gateway._undecided_count + len(signed)
    future = gateway.submit(signed)
    deadline = time.monotonic() + WAIT
    while gateway._undecided_count < expected:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return future


def test_a_caller_is_answered_when_the_block_is_durable_and_not_before(driver, gateway):
    one, two = sign(1), sign(2)
    future = held(gateway, one, two)
    driver.finalize(2, START, [pack([two, one])])
    time.sleep(0.05)
    assert not future.done()
    driver.commit()
    answers = future.result(WAIT)
    assert [(each.outcome, each.height, each.index) for each in answers] == [("accepted", 1, 1), ("accepted", 1, 0)]


def test_whoever_ordered_it_each_of_two_callers_is_answered(driver, gateway):
    one = sign(1)
    first, second = held(gateway, one), held(gateway, one)
    driver.order(one)
    assert [each.result(WAIT)[0].repeated for each in (first, second)] == [False, True]


def test_the_same_payload_signed_anew_ends_as_the_first(driver, gateway):
    one = payload(1, Count(by=ANNA.party, name="a"))
    first = held(gateway, envelope(one, [ANNA]))
    driver.order(envelope(one, [ANNA]))
    (answer,) = first.result(WAIT)
    assert (answer.outcome, answer.repeated, answer.height) == ("accepted", True, 1)


def test_an_id_that_was_used_meanwhile_is_malformed(driver, gateway):
    future = held(gateway, sign(1))
    driver.order(sign(1, Count(by=BERT.party, name="b"), by=BERT))
    assert future.result(WAIT)[0].code == "payload.id_used"


def test_it_is_expired_once_a_committed_block_is_later_and_not_before(driver, gateway):
    future = held(gateway, sign(1, not_after=START + 5))
    driver.decide(2, START + 5)
    time.sleep(0.4)
    assert not future.done()
    driver.decide(3, START + 6)
    assert future.result(WAIT)[0].code == "payload.expired"


def test_what_needs_no_order_is_answered_at_once(driver, gateway):
    driver.order(done := sign(1))
    answers = gateway.submit([done, b"junk", sign(2, not_after=START + 601)]).result(WAIT)
    assert outcomes(answers) == ["accepted", "envelope.form", "payload.too_far"] and answers[0].repeated


def test_what_a_revoked_key_signed_is_not_sent_and_what_was_sent_before_is_decided(driver, gateway):
    early = held(gateway, sign(1))
    driver.order(sign(2, Revoke(by=ANNA.party)))
    late, first = sign(3), sign(2, Revoke(by=ANNA.party))
    turned_away, repeated = gateway.submit([late, first]).result(WAIT)
    assert turned_away.code == "authority.key_revoked"
    assert (repeated.outcome, repeated.repeated) == ("accepted", True)
    assert not early.done()
    driver.order(sign(1))
    assert [(one.outcome, one.code) for one in early.result(WAIT)] == [("rejected", "authority.key_revoked")]


def test_what_it_does_not_take(gateway, monkeypatch):
    assert code_of(gateway.submit([])) == "engine.size"
    assert code_of(gateway.submit([b"x"] * (intake.MAX_BLOCK + 1))) == "engine.size"
    monkeypatch.setattr(intake, "MAX_WAITING", 3)
    held(gateway, sign(1), sign(2))
    assert code_of(gateway.submit([sign(3), sign(4)])) == "engine.busy"
    monkeypatch.setattr(intake, "MAX_WAITING_BYTES", 10)
    assert code_of(gateway.submit([sign(3)])) == "engine.busy"


def test_while_enough_is_undecided_the_rest_waits_here(driver, gateway, monkeypatch):
    monkeypatch.setattr(module, "MAX_UNDECIDED", 2)
    first = held(gateway, one := sign(1), two := sign(2))
    later = gateway.submit([three := sign(3)])
    time.sleep(0.3)
    assert gateway._undecided_count == 2
    driver.order(one, two)
    assert outcomes(first.result(WAIT)) == ["accepted"] * 2
    held_by = time.monotonic() + WAIT
    while not gateway._undecided_count:
        assert time.monotonic() < held_by
    driver.order(three)
    assert outcomes(later.result(WAIT)) == ["accepted"]


def test_stopping_waits_a_while_and_then_says_so(driver, gateway):
    future = held(gateway, sign(1))
    gateway.stop()
    assert code_of(future) == code_of(gateway.submit([sign(2)])) == "engine.stopped"


def test_when_the_node_stops_everybody_who_waits_hears_why(driver, gateway):
    futures = [held(gateway, sign(1)), gateway.submit([sign(2)])]
    gateway.fail(StoreFailure("store.write", "the disk is full"))
    assert {code_of(one) for one in [*futures, gateway.submit([sign(3)])]} == {"store.write"}
    assert gateway.failure.code == "store.write"


def test_listeners_hear_of_blocks_that_hold_something_and_one_that_raises_changes_nothing(driver, gateway):
    heard = []

    def broken(_):
        raise RuntimeError("no")

    gateway.listen(broken)
    gateway.listen(lambda commit: heard.append(commit.tip.height))
    driver.order(sign(1))
    driver.decide(3, START)
    driver.order(sign(2))
    assert heard == [1, 2] and isinstance(gateway.listener_failure, RuntimeError)


def test_a_caller_that_goes_away_disturbs_nobody(driver, gateway):
    one, two = sign(1), sign(2)
    future, other = held(gateway, one), gateway.submit([two])
    assert not future.cancel()
    driver.order(one, two)
    assert outcomes(other.result(WAIT)) == ["accepted"]
