"""Four real validators: one order, one root; nothing twice, nothing lost, whoever of them dies."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from madang.engine.cometbft.cluster import committed_height
from tests.engine.cometbft.conftest import running
from tests.engine.test_toy_engine import ListEngine
from tests.engine.toy import ANNA, BERT, Break, Count, Decline, genesis, outcomes
from tests.engine.toy import sign as sign_at

WAIT = 20.0
COUNTER = "tests.engine.toy:COUNTERS"


@pytest.fixture(scope="module")
def cluster(needs):
    with running(needs("cometbft"), "toy", genesis()) as started:
        yield started


def sign(number: int, *acts, seconds: int = 60, **members) -> bytes:
    return sign_at(number, *acts, not_after=int(time.time()) + seconds, **members)


def value(cluster, number: int, name: str) -> int:
    found = cluster.ask(number, "state", COUNTER, name)
    return found.value if found else 0


def replay(blocks) -> ListEngine:
    """The other engine on the same ordered blocks; its roots must be theirs."""
    engine = ListEngine(genesis())
    assert engine.roots == [blocks[0][1]]
    for when, root, signed in blocks[1:]:
        engine.replay(when, signed)
        assert engine.roots[-1] == root
    return engine


def test_every_kind_of_answer_through_a_gateway(cluster):
    stamp = int(time.time()) + 60
    first = sign_at(1, not_after=stamp)
    header, body, _ = sign(5).split(b".")
    asked = [
        first,
        b"junk",
        sign(2, Decline(by=ANNA.party)),
        b".".join([header, body, sign(6).split(b".")[2]]),
        sign(7, Break(by=ANNA.party)),
        sign(9, Count(by=BERT.party, name="a")),
        sign(10, seconds=-100),
        sign(11, seconds=10_000),
        sign(12, chain="another-chain"),
        first,
    ]
    answers = cluster.submit(0, *asked)
    assert [getattr(one, "code", "") or one.outcome for one in answers] == [
        "accepted",
        "envelope.form",
        "toy.no",
        "signature.invalid",
        "kernel.defect",
        "authority.not_signed",
        "payload.expired",
        "payload.too_far",
        "payload.chain",
        "accepted",
    ]
    assert [one.repeated for one in (answers[0], answers[-1])] == [False, True]
    again, changed = cluster.submit(1, first, sign_at(1, Count(by=ANNA.party, name="b"), not_after=stamp))
    assert (again.outcome, again.repeated, again.height) == ("accepted", True, answers[0].height)
    assert changed.code == "payload.id_used"


def test_all_validators_and_the_other_engine_have_equal_roots(cluster):
    chance = random.Random(3)

    def send(gateway: int) -> list[str]:
        found = []
        for turn in range(8):
            numbers = [10_000 * (gateway + 1) + 100 * turn + n for n in range(chance.randrange(1, 20))]
            acts = [chance.choice([Count(by=ANNA.party, name="q"), Decline(by=ANNA.party)]) for _ in numbers]
            found += outcomes(cluster.submit(gateway, *map(sign, numbers, acts)))
        return found

    before = value(cluster, 0, "q")
    with ThreadPoolExecutor(4) as pool:
        found = [one for answers in pool.map(send, range(4)) for one in answers]
    blocks = cluster.settled()
    assert set(found) == {"accepted", "rejected"}
    assert value(cluster, 3, "q") - before == found.count("accepted")
    replay(blocks)


def test_one_transaction_through_all_gateways_at_once_is_executed_once(cluster):
    signed = [sign(20_000_000 + number, Count(by=ANNA.party, name="once")) for number in range(50)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda gateway: cluster.submit(gateway, *signed), range(4)))
    cluster.settled()
    assert {(one.outcome, one.id) for each in answers for one in each} == {("accepted", one.id) for one in answers[0]}
    for each in zip(*answers, strict=True):
        assert len({(one.height, one.index) for one in each}) == 1
    assert [value(cluster, number, "once") for number in range(4)] == [50] * 4


def test_an_idle_chain_is_still(cluster):
    cluster.submit(0, sign(30_000_000))
    time.sleep(1)
    heights = [committed_height(one) for one in cluster.members]
    time.sleep(1)
    assert [committed_height(one) for one in cluster.members] == heights
    assert len(set(heights)) == 1


def test_without_a_quorum_nothing_is_answered_and_expired_is_said_only_when_it_is_true(cluster):
    stopped = [cluster.ask(number, "cometbft") for number in (2, 3)]
    for identifier in stopped:
        os.kill(identifier, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(2) as pool:
            short = pool.submit(cluster.submit, 0, sign(40_000_000, seconds=2))
            long = pool.submit(cluster.submit, 0, sign(40_000_001, seconds=100))
            time.sleep(4)
            assert not short.done() and not long.done()
            for identifier in stopped:
                os.kill(identifier, signal.SIGCONT)
            assert outcomes(long.result(WAIT)) == ["accepted"]
            (answer,) = short.result(WAIT)
    finally:
        for identifier in stopped:
            os.kill(identifier, signal.SIGCONT)
    ordered = {signed for _, _, block in cluster.settled() for signed in block}
    if getattr(answer, "code", "") == "payload.expired":
        assert not any(b"40000000" in signed for signed in ordered)
    else:
        assert answer.outcome == "accepted"  # at a block time from before the pause, which is true as well


def test_one_validator_is_killed_with_both_processes_and_catches_up(cluster):
    victim = cluster.members[3]
    answers: list = []
    done = threading.Event()

    def keep_paying() -> None:
        number = 50_000_000
        while not done.is_set():
            number += 1
            answers.extend(cluster.submit(number % 3, sign(number, Count(by=ANNA.party, name="kill"))))

    paying = threading.Thread(target=keep_paying)
    paying.start()
    try:
        time.sleep(0.5)
        comet = cluster.ask(3, "cometbft")
        cluster.process(victim).kill()
        os.kill(comet, signal.SIGKILL)
        cluster.process(victim).wait()
        time.sleep(3)
        before = len(answers)
        cluster.start(victim)
        cluster.wait_for_height(committed_height(cluster.members[0]), [victim])
        time.sleep(0.5)
    finally:
        done.set()
        paying.join()
    assert outcomes(answers) == ["accepted"] * len(answers) and before > 3
    blocks = cluster.settled()
    assert value(cluster, 3, "kill") == len(answers)
    replay(blocks)
    assert outcomes(cluster.submit(3, sign(60_000_000))) == ["accepted"]


@pytest.mark.parametrize("which", ["cometbft", "ours"])
def test_if_either_process_ends_both_end_and_the_node_goes_on_after_a_restart(cluster, which):
    victim, comet = cluster.members[2], cluster.ask(2, "cometbft")
    process = cluster.process(victim)
    if which == "cometbft":
        os.kill(comet, signal.SIGKILL)
        assert process.wait(WAIT) == 1
    else:
        process.kill()
        process.wait()
        deadline = time.monotonic() + WAIT
        while is_running(comet):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    cluster.start(victim)
    cluster.wait_for_height(committed_height(cluster.members[0]), [victim])
    assert outcomes(cluster.submit(2, sign(70_000_000 + (which == "ours")))) == ["accepted"]
    cluster.settled()


def is_running(identifier: int) -> bool:
    try:
        with open(f"/proc/{identifier}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
