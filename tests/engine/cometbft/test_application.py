"""The application, driven by messages alone: what it votes for, what it writes, and what survives which crash."""

import base64
import random
from functools import cache

import pytest

from madang.engine.cometbft import record
from madang.engine.cometbft.bundle import pack
from madang.engine.cometbft.record import Misbehaviour
from madang.kernel.errors import StoreFailure
from madang.kernel.state import State, after
from tests.engine import toy
from tests.engine.cometbft.driver import Driver
from tests.engine.test_toy_engine import ListEngine
from tests.engine.toy import ANNA, BERT, COUNTERS, START, Break, Count, Decline, genesis, outcomes
from tests.support.signing import wallet

# A signature is another one each time; here each transaction is one.
sign = cache(toy.sign)


@pytest.fixture
def node(tmp_path):
    driver = Driver(tmp_path / "store")
    yield driver
    driver.close()


def counter(driver: Driver, name: str) -> int:
    found = State(driver.ledger.reader()).get(COUNTERS, name)
    return found.value if found else 0


def swapped(number: int) -> bytes:
    """Anna's payload and key with a signature of another payload."""
    header, body, _ = sign(number).split(b".")
    return b".".join([header, body, sign(number + 1000).split(b".")[2]])


def stranger(number: int) -> bytes:
    other = wallet("toy nobody")
    return sign(number, Count(by=other.party, name="a"), by=other)


# ---------------------------------------------------------------------------------------------------- beginning


def test_before_the_first_block_the_height_is_0_and_the_chain_may_be_started_again_and_again(tmp_path):
    driver = Driver(tmp_path / "store", started=False)
    for _ in range(3):
        assert (driver.info().last_block_height, driver.info().last_block_app_hash) == (0, b"")
        assert driver.init_chain().app_hash == driver.ledger.durable.root == ListEngine(genesis()).roots[0]
    driver.close()


@pytest.mark.parametrize("more", [{"document": genesis() + b" "}, {"document": b""}, {"chain": "another-chain"}])
def test_another_genesis_document_stops_the_node(node, more):
    with pytest.raises(StoreFailure) as error:
        node.init_chain(**more)
    assert error.value.code == "genesis.other"


@pytest.mark.parametrize("state", [b"", b"{}", b'"%"', b"7", base64.b64encode(genesis())])
def test_an_app_state_of_another_form_stops_the_node(node, state):
    with pytest.raises(StoreFailure):
        node.ask("init_chain", "InitChain", app_state_bytes=state, chain_id=node.ledger.machine.chain.name)


A, B = b"a" * 32, b"b" * 32


@pytest.mark.parametrize("voting", [{}, {A: 10}, {A: 10, B: 9}, {A: 10, B: 10, b"c" * 32: 10}])
def test_other_validators_than_the_ledger_admits_stop_the_node(tmp_path, voting):
    driver = Driver(tmp_path / "store", started=False, validator_updates=lambda before, now: [(A, 10), (B, 10)])
    assert driver.init_chain(voting={A: 10, B: 10}).app_hash == driver.ledger.durable.root
    with pytest.raises(StoreFailure) as error:
        driver.init_chain(voting=voting)
    assert error.value.code == "genesis.validators"
    driver.close()


# ------------------------------------------------------------------------------------------------- equal roots


def test_equal_blocks_have_the_roots_of_the_other_engine_and_blocks_without_entries_have_none(node):
    """Every outcome, repeats, blocks of nothing, and time that passes over the pruning of marks."""
    chance = random.Random(5)
    other = ListEngine(genesis())
    time, number = START, 0
    seen: list[bytes] = []
    for height in range(2, 60):
        signed = []
        for _ in range(chance.randrange(8)):
            number += 1
            by = chance.choice([ANNA, BERT])
            act = chance.choice(
                [
                    Count(by=by.party, name=chance.choice("abc")),
                    Decline(by=by.party),
                    Count(by="nobody", name="a"),
                    Break(by=by.party) if number > 100 else Count(by=by.party, name="b"),
                ]
            )
            signed.append(sign(number, act, by=by, not_after=time + 30))
        repeats = [one for one in seen[-3:] if chance.random() < 0.5]
        seen = seen[-3:] + signed
        halves = [signed[: len(signed) // 2] + repeats, signed[len(signed) // 2 :]]
        root = node.decide(height, time, [pack(half) for half in halves if half])
        if signed:
            other.replay(time, signed)
            assert record.height_of(node.store, len(other.roots) - 1) == height
        assert root == other.roots[-1]
        time += chance.choice([0, 1, 7])
    assert node.ledger.durable.height == len(other.roots) - 1 < node.height == 59
    assert other.store.dump() == dict(node.store.scan(b"", after(b"z")))
    assert len({one.outcome for block in node.heard for one in block.answers}) == 3


def test_a_block_of_repeats_alone_changes_nothing_but_the_height(node):
    node.order(sign(1))
    before = node.ledger.durable
    (again,) = node.order(sign(1), time=START + 5)
    assert again.repeated and (again.height, again.index) == (1, 0)
    assert node.ledger.durable == before and node.height == 3 and counter(node, "a") == 1


def test_a_transaction_twice_in_one_block_writes_once(node):
    assert [one.repeated for one in node.order(sign(1), sign(1))] == [False, True]
    assert counter(node, "a") == 1


# ---------------------------------------------------------------------------------------------------- proposals

MALFORMED = {
    "unreadable": lambda: b"junk",
    "chain": lambda: sign(1, chain="another-chain"),
    "key": lambda: stranger(2),
    "signature": lambda: swapped(3),
    "expired": lambda: sign(4, not_after=START - 1),
    "too far": lambda: sign(5, not_after=START + 601),
    "id": lambda: sign(90, Count(by=ANNA.party, name="b")),
}


@pytest.mark.parametrize("make", MALFORMED.values(), ids=MALFORMED)
def test_a_proposal_with_one_malformed_transaction_is_refused_whole_and_never_proposed(node, make):
    node.order(sign(90))
    bad, good = make(), [sign(number) for number in (6, 7)]
    assert node.accepts([pack(good)], START)
    assert not node.accepts([pack(good), pack([bad])], START)
    assert not node.accepts([pack([good[0], bad, good[1]])], START)
    proposed = node.prepare([pack([good[0], bad]), pack([bad]), pack([good[1]])], START)
    readable = bad not in (b"junk", MALFORMED["chain"]())
    assert proposed == [pack([one]) for one in (good if readable else good[1:])]
    assert node.accepts(proposed, START)
    assert outcomes(node.order(*good)) == ["accepted"] * 2


def test_two_payloads_with_one_id_are_not_proposed_together(node):
    one, two = sign(1), sign(1, Count(by=ANNA.party, name="b"))
    assert not node.accepts([pack([one, two])], START)
    assert node.prepare([pack([one]), pack([two])], START) == [pack([one])]


@pytest.mark.parametrize("data", [b"", b"\x90", b"\xc4\x01a", b"\xdc\x00\x01" + pack([sign(1)])[1:]])
def test_what_is_no_bundle_is_refused_and_left_out(node, data):
    assert not node.accepts([data], START)
    assert node.prepare([data, pack([sign(1)])], START) == [pack([sign(1)])]
    assert node.check(data).code


def test_repeats_are_left_out_of_proposals_but_spoil_none(node):
    node.order(sign(1))
    assert node.prepare([pack([sign(1), sign(2)]), pack([sign(1)]), pack([sign(2)])], START) == [pack([sign(2)])]
    assert node.accepts([pack([sign(1), sign(2)]), pack([sign(2)])], START)


def test_after_a_pause_the_first_proposal_is_left_empty(tmp_path):
    Driver(tmp_path / "store").close()
    driver = Driver(tmp_path / "store")
    assert driver.prepare([pack([sign(1)])], START) == []
    assert driver.prepare([pack([sign(1)])], START) == [pack([sign(1)])]
    driver.close()


def test_trying_blocks_writes_nothing(node):
    before = dict(node.store.scan(b"", after(b"z"))), node.ledger.tip, node.info()
    for time in (START, START + 1):
        node.prepare([pack([sign(1)])], time)
        assert node.accepts([pack([sign(2)])], time)
    assert (dict(node.store.scan(b"", after(b"z"))), node.ledger.tip, node.info()) == before
    assert counter(node, "a") == 0


def test_a_signature_is_checked_once_on_its_way(node):
    data = pack([sign(number) for number in range(20)])
    assert node.check(data).code == 0
    assert node.verifier.checked == 20
    proposed = node.prepare([data], START)
    assert proposed == [data] and node.accepts(proposed, START)
    node.decide(node.height + 1, START, proposed)
    assert node.verifier.checked == 20
    assert not node.accepts([pack([swapped(30)])], START) and not node.accepts([pack([swapped(30)])], START + 1)
    assert node.verifier.checked == 22  # a wrong one is never remembered


# ---------------------------------------------------------------------------------------------------- admission


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (lambda: [sign(1)], ""),
        (lambda: [sign(1), sign(2, not_after=START - 1)], ""),
        (lambda: [b"junk"], "envelope.form"),
        (lambda: [sign(1), swapped(2)], "signature.invalid"),
        (lambda: [stranger(1)], "key.unknown"),
        (lambda: [sign(1, not_after=START - 1)], "payload.expired"),
        (lambda: [sign(1, not_after=START + 601)], "payload.too_far"),
        (lambda: [sign(90)], "transaction.ordered"),
        (lambda: [sign(90, Count(by=ANNA.party, name="b"))], "payload.id_used"),
    ],
)
def test_what_may_wait(node, signed, code):
    node.order(sign(90))
    answer = node.check(pack(signed()))
    assert (bool(answer.code), answer.log) == (bool(code), code)


def test_what_waits_is_dropped_once_nothing_in_it_can_come_any_more(node):
    data = pack([sign(1), sign(2), sign(3, not_after=START + 5)])
    assert node.check(data, recheck=True).code == 0
    node.order(sign(1))
    assert node.check(data, recheck=True).code == 0
    node.order(sign(2))
    assert node.check(data, recheck=True).code == 0
    node.decide(node.height + 1, START + 6)  # an empty block: its time counts all the same
    assert node.check(data, recheck=True).code
    assert node.verifier.checked == 2  # those of the blocks: to check again costs no arithmetic


def test_on_an_idle_chain_far_ahead_is_measured_by_the_clock(tmp_path):
    now = [START + 5000]
    driver = Driver(tmp_path / "store", clock=lambda: now[0])
    data = pack([sign(1, not_after=START + 5060)])
    assert driver.check(data).code == 0
    assert not driver.accepts([data], START + 1)
    assert driver.prepare([data], START + 1) == []
    assert driver.accepts([data], START + 5000)
    now[0] = START
    assert driver.check(data).log == "payload.too_far"
    driver.close()


# ------------------------------------------------------------------------------------------------ crash and replay


def test_nothing_is_durable_before_commit_and_a_replayed_block_ends_the_same(tmp_path):
    driver = Driver(tmp_path / "store")
    driver.order(sign(1))
    durable, dump = driver.info(), dict(driver.store.scan(b"", after(b"z")))
    data = [pack([sign(2), sign(3, Decline(by=ANNA.party))])]
    first = driver.finalize(3, START + 1, data)
    assert driver.info() == durable and driver.finalize(3, START + 1, data) == first
    driver.close()
    driver = Driver(tmp_path / "store")
    assert driver.info() == durable and dict(driver.store.scan(b"", after(b"z"))) == dump
    assert driver.decide(3, START + 1, data) == first.app_hash
    assert (driver.info().last_block_height, driver.info().last_block_app_hash) == (3, first.app_hash)
    driver.close()


def test_a_whole_chain_replayed_on_another_node_without_proposals_has_the_same_roots(tmp_path):
    one, two = Driver(tmp_path / "one"), Driver(tmp_path / "two")
    for height in range(2, 12):
        data = [pack([sign(10 * height + n) for n in range(3)])]
        proposed = one.prepare(data, START + height)
        assert one.accepts(proposed, START + height)
        assert one.decide(height, START + height, proposed) == two.decide(height, START + height, proposed)
    one.close()
    two.close()


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda node: node.finalize(4, START), "consensus.order"),
        (lambda node: node.finalize(1, START), "consensus.order"),
        (lambda node: node.commit(), "consensus.order"),
        (lambda node: (node.finalize(2, START), node.finalize(2, START, [pack([sign(1)])])), "consensus.order"),
        (lambda node: node.finalize(2, START, [b"junk"]), "consensus.decided"),
        (lambda node: node.finalize(2, START, [pack([swapped(1)])]), "consensus.decided"),
    ],
)
def test_what_honest_validators_never_decide_stops_the_node(node, break_it, code):
    with pytest.raises(StoreFailure) as error:
        break_it(node)
    assert error.value.code == code
    assert node.height == 1


# ------------------------------------------------------------------------------------------------------- the rest


def test_evidence_is_kept_with_its_block(node):
    found = {"type": 1, "validator": {"address": b"v" * 20, "power": 10}, "height": 1, "total_voting_power": 40}
    node.decide(2, START, misbehavior=[found])
    node.decide(3, START, [pack([sign(1)])], misbehavior=[found])
    expected = [Misbehaviour(1, b"v" * 20, 10, 40, 1, 0)]
    assert [record.read_misbehaviour(node.store, height) for height in (1, 2, 3)] == [[], expected, expected]


def test_validators_follow_from_the_states_before_and_after_a_block(tmp_path):
    def updates(before: State, now: State) -> list[tuple[bytes, int]]:
        values = [getattr(state.get(COUNTERS, "a"), "value", 0) for state in (before, now)]
        return [(b"k" * 32, values[1])] if values[0] != values[1] else []

    driver = Driver(tmp_path / "store", validator_updates=updates)
    response = driver.finalize(2, START, [pack([sign(1), sign(2)])])
    assert [(one.pub_key.ed25519, one.power) for one in response.validator_updates] == [(b"k" * 32, 2)]
    driver.commit()
    assert not driver.finalize(3, START, [pack([sign(3, Count(by=ANNA.party, name="b"))])]).validator_updates
    driver.close()


def test_a_listener_that_raises_changes_nothing(node):
    def broken(_):
        raise RuntimeError("no")

    node.application.listen(broken)
    node.order(sign(1))
    assert isinstance(node.application.listener_failure, RuntimeError) and node.height == 2


def test_a_query_over_cometbft_is_refused_and_harms_nobody(node):
    assert node.ask("query", "Query", path="/store", data=b"x").code


def test_who_asks_again_after_the_time_hears_how_it_ended_and_a_stranger_to_the_ledger_that_it_is_too_late(node):
    (first,) = node.order(sign(1))
    node.decide(node.height + 1, START + 100, [pack([sign(2, not_after=START + 160)])])
    standing = node.application.standing()
    again = standing.of(node.ledger.machine.read(sign(1)))
    assert (again.outcome, again.height, again.index, again.repeated) == (
        first.outcome,
        first.height,
        first.index,
        True,
    )
    assert standing.of(node.ledger.machine.read(sign(3))).code == "payload.expired"
    other = sign(1, Count(by=ANNA.party, name="b"))
    assert standing.of(node.ledger.machine.read(other)).code == "payload.expired"
