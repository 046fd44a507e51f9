"""The machine: what is never ordered, what is refused, what fails, and what each of them leaves behind."""

import json

import msgspec
import pytest

from madang.base.operations.transactions import Resume
from madang.base.parties.transactions import EnrolKey, RegisterPeople, Reinstate, RevokeKey, RotateKey, Suspend
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.machine import CHAIN, MARKS, PAUSES, PRUNED
from madang.kernel.transaction import MAX_AHEAD, MAX_TRANSACTION_BYTES
from tests.kernel import toys
from tests.kernel.toys import NOTES, Fail, Handles, Refuse, Stop, Write, WriteByQuorum
from tests.support.cast import ALICE, BASE, BORA, CHUL, new_key, officer, officers, quorum, standard_world
from tests.support.signing import base64url, compact, envelope, general, wallet
from tests.support.world import START, World, present

MODULES = (*BASE, toys.MODULE)
PAIR = quorum("ministry")
ONE = officer("ministry")


@pytest.fixture
def world() -> World:
    return standard_world(MODULES)


def write(name="n", by=ALICE.party, text=""):
    return Write(by=by, name=name, text=text)


def note(world, name="n"):
    found = world.state().get(NOTES, name)
    return found and found.text


def malformed(world, signed):
    """Send what must not be ordered; its code. Nothing of it may be left."""
    before = world.store.dump(), len(world.entries)
    with pytest.raises(Malformed) as caught:
        world.send(signed)
    assert (world.store.dump(), len(world.entries)) == before
    return caught.value.code


# -------------------------------------------------------------------------------------------------- never ordered


def raw_payload(world, **members):
    payload = json.loads(world.payload(write()))
    payload.update(members)
    return json.dumps({name: value for name, value in payload.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"chain": None}, "json.invalid"),
        ({"chain": "Madang"}, "json.invalid"),
        ({"chain": "madang-other"}, "payload.chain"),
        ({"id": None}, "json.invalid"),
        ({"id": "0" * 31}, "json.invalid"),
        ({"id": "A" * 32}, "json.invalid"),
        ({"id": "0" * 32 + "\n"}, "json.invalid"),
        ({"not_after": None}, "json.invalid"),
        ({"not_after": START - 1}, "payload.expired"),
        ({"not_after": START + MAX_AHEAD + 1}, "payload.too_far"),
        ({"not_after": -1}, "json.invalid"),
        ({"not_after": float(START)}, "json.invalid"),
        ({"not_after": 2**64}, "json.invalid"),
        ({"acts": None}, "json.invalid"),
        ({"acts": []}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": ALICE.party, "name": "n"}] * 17}, "json.invalid"),
        ({"acts": [{"type": "toy.none", "by": ALICE.party, "name": "n"}]}, "json.invalid"),
        ({"acts": [{"by": ALICE.party, "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": "", "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": "a\0b", "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": "ab\n", "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": "x" * 44, "name": "n"}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": ALICE.party, "name": "n", "more": 1}]}, "json.invalid"),
        ({"acts": [{"type": "toy.write", "by": ALICE.party, "name": "n", "quorum": False}]}, "json.invalid"),
        ({"more": 1}, "json.invalid"),
    ],
)
def test_another_payload_is_never_ordered(world, members, code):
    assert malformed(world, compact(raw_payload(world, **members), ALICE)) == code


@pytest.mark.parametrize("not_after", [START, START + MAX_AHEAD])
def test_the_window_of_time_includes_both_ends(world, not_after):
    world.accept(write(), by=ALICE, not_after=not_after)


def test_a_duplicate_member_is_never_ordered(world):
    payload = world.payload(write()).replace(b'"name":"n"', b'"name":"n","name":"m"')
    assert malformed(world, compact(payload, ALICE)) == "json.duplicate"


def test_a_huge_transaction_is_never_ordered(world):
    assert malformed(world, compact(world.payload(write(text="x" * MAX_TRANSACTION_BYTES)), ALICE)) == "envelope.size"


def test_unknown_keys_and_sorts_are_never_ordered(world):
    assert malformed(world, world.sign(write(), by=wallet("stranger"))) == "key.unknown"
    assert malformed(world, general(world.payload(write()), [], [ALICE.assertion(world.payload(write()))])) in (
        "passkey.challenge",
        "key.sort",
    )
    payload = world.payload(write())
    assert malformed(world, general(payload, [], [ALICE.assertion(payload)])) == "key.sort"
    assert malformed(world, compact(world.payload(write(by=BORA.party)), BORA)) == "key.sort"


def test_a_forged_signature_is_never_ordered(world):
    payload = world.payload(write())
    forged = BORA.sign(b"anything")
    protected = base64url(json.dumps({"alg": "ES256", "kid": ALICE.kid}).encode())
    assert malformed(world, f"{protected}.{base64url(payload)}.{base64url(forged)}".encode()) == "signature.invalid"


# ------------------------------------------------------------------------------------------------------- repeated


def test_sending_again_returns_the_first_outcome(world):
    signed = world.sign(write(), by=ALICE)
    (first,) = world.send(signed)
    (second,) = world.send(signed)
    assert first.outcome == "accepted"
    assert not first.repeated
    assert second == msgspec.structs.replace(first, repeated=True)
    assert len(world.entries) == 2  # genesis and one


def test_a_rejection_is_repeated_with_its_code_and_reason(world):
    signed = world.sign(Refuse(by=ALICE.party, name="n"), by=ALICE)
    (first,), (second,) = world.send(signed), world.send(signed)
    assert (first.code, first.reason, first.message) == ("toy.no", "x" * 64, "No. Ask for something else.")
    assert (second.outcome, second.code, second.reason, second.repeated) == ("rejected", "toy.no", "x" * 64, True)


def test_within_a_block_too_and_however_it_is_signed(world):
    payload = world.payload(write())
    twice = [compact(payload, ALICE), general(payload, [ALICE.jws(payload)])]
    first, second = world.send(*twice)
    assert (first.repeated, second.repeated, second.height, second.index) == (False, True, first.height, 0)


def test_an_id_stands_for_one_payload(world):
    payload = json.loads(world.payload(write()))
    world.send(compact(json.dumps(payload).encode(), ALICE))
    payload["acts"][0]["text"] = "other"
    assert malformed(world, compact(json.dumps(payload).encode(), ALICE)) == "payload.id_used"
    payload["not_after"] += 1
    world.send(compact(json.dumps(payload).encode(), ALICE))  # the id lives as long as its not_after
    assert note(world) == "other"


def test_marks_are_pruned_when_nothing_can_repeat_them(world):
    world.accept(write(), by=ALICE, not_after=START + 59)
    signed = world.sign(write("m"), by=ALICE, not_after=START + 60)
    world.send(signed)
    assert len(list(world.state().scan(MARKS))) == 2
    world.advance(60)
    (again,) = world.send(signed)
    assert again.repeated
    assert present(world.state().get(PRUNED)).before == START + 60
    assert [key[0] for key, _ in world.state().scan(MARKS)] == [START + 60]
    world.advance(60)
    assert malformed(world, signed) == "payload.expired"


# ------------------------------------------------------------------------------------------- accepted and rejected


def test_genesis_writes_what_it_fixed(world):
    assert present(world.state().get(CHAIN)).name == "madang-test"
    assert world.entries[0].result.outcome == "accepted"


def test_acts_run_in_order_on_block_time(world):
    world.advance(5)
    world.accept(write("a"), write("b", text="x"), write("b", text="y"), by=ALICE)
    assert note(world, "a") == f"1 {START + 5}"
    assert note(world, "b") == "y"


def test_a_rejection_drops_all_its_acts_and_keeps_its_mark(world):
    before = world.store.dump()
    world.refuse("toy.no", write(), Refuse(by=ALICE.party, name="m"), write("o"), by=ALICE)
    after = world.store.dump()
    assert {key.split(b"\0")[0] for key in after.keys() - before.keys()} == {b"kernel.mark"}
    assert {key: after[key] for key in before} == before


def test_what_was_refused_before_does_not_stain_the_next(world):
    results = world.send(
        world.sign(Refuse(by=ALICE.party, name="n"), by=ALICE),
        world.sign(write("m"), by=ALICE),
        world.sign(Refuse(by=ALICE.party, name="m"), by=ALICE),
    )
    assert [(one.outcome, one.index) for one in results] == [("rejected", 0), ("accepted", 1), ("rejected", 2)]
    assert (note(world, "n"), note(world, "m")) == (None, f"1 {START}")


def test_a_later_transaction_of_a_block_reads_what_an_earlier_one_wrote(world):
    pay = {"by": ALICE.party, "key": new_key(wallet("second"))}
    results = world.send(
        world.sign(EnrolKey(**pay), by=ALICE),  # type: ignore[arg-type]
        world.sign(EnrolKey(**pay), by=ALICE),  # type: ignore[arg-type]
    )
    assert [one.code for one in results] == ["", "parties.key_taken"]


def test_a_preview_tells_the_refusal_and_keeps_nothing(world):
    def preview(*acts, by=(ALICE.party,)):
        block = world.machine.open(world.store, world.height + 1, world.time)
        before = dict(block.seal().records)
        found = block.preview(acts, frozenset(by))
        sealed = block.seal()
        assert (sealed.entries, dict(sealed.records)) == ([], before)
        return found and found.code

    assert preview(write()) is None
    assert preview(write(), by=(BORA.party,)) == "authority.not_signed"
    assert preview(write(), Refuse(by=ALICE.party, name="n")) == "toy.no"
    assert note(world) is None


def test_every_entry_tells_exactly_what_it_wrote(world):
    world.accept(write("b"), write("a"), by=ALICE)
    keys = [key for key, _ in world.entries[-1].writes]
    assert keys == sorted(keys)
    assert {key[: key.index(b"\0")] for key in keys} == {b"kernel.mark", b"toy.note"}
    replayed = {}
    for block in world.blocks:
        for key, value in [*block.opening, *(pair for entry in block.entries for pair in entry.writes)]:
            replayed[key] = value
    assert replayed == world.store.dump()


def test_handles_are_new_and_follow_from_the_payload_alone(world):
    other = world.fork()
    signed = world.sign(Handles(by=ALICE.party), Handles(by=ALICE.party), by=ALICE)
    payload = world.payload(Handles(by=ALICE.party))
    world.send(signed, compact(payload, ALICE))
    other.advance(3)
    other.send(compact(payload, ALICE), signed)
    names = [key for key, _ in world.state().scan(NOTES)]
    assert len(names) == 6
    assert names == [key for key, _ in other.state().scan(NOTES)]


# -------------------------------------------------------------------------------------------------------- defects


def test_a_defect_pauses_its_act_type_until_a_quorum_resumes_it(world):
    act = Fail(by=ALICE.party, name="n")
    signed = world.sign(write("m"), act, by=ALICE)
    (result,) = world.send(signed)
    assert (result.outcome, result.code, result.reason) == ("defect", "kernel.defect", "")
    assert "ZeroDivisionError" in result.message
    assert (note(world, "m"), note(world, "n")) == (None, None)
    assert {key.split(b"\0")[0] for key, _ in world.entries[-1].writes} == {b"kernel.mark", b"kernel.pause"}
    (again,) = world.send(signed)
    assert (again.outcome, again.repeated) == ("defect", True)
    world.refuse("kernel.paused", act, by=ALICE)
    world.accept(write("m"), by=ALICE)  # other types go on
    world.accept(Resume(by="operator", act_type="toy.fail"), by=quorum("operator"))
    assert world.submit(act, by=ALICE).outcome == "defect"
    assert present(world.state().get(PAUSES, "toy.fail")).why == "defect"


def test_a_defect_blames_the_act_that_failed(world):
    first, second = world.send(world.sign(write("m"), by=ALICE), world.sign(Fail(by=CHUL.party, name="n"), by=CHUL))
    assert (first.outcome, second.outcome) == ("accepted", "defect")
    assert [name for (name,), _ in world.state().scan(PAUSES)] == ["toy.fail"]


@pytest.mark.parametrize(("how", "error"), [("memory", MemoryError), ("recursion", RecursionError), ("", StoreFailure)])
def test_what_a_machine_alone_suffers_stops_the_node(world, how, error):
    before = world.store.dump()
    with pytest.raises(error):
        world.submit(Stop(by=ALICE.party, how=how), by=ALICE)
    assert world.store.dump() == before


# ----------------------------------------------------------------------------------------------------- authority


def test_every_party_named_must_sign(world):
    world.refuse("authority.not_signed", write(), write("m", by=BORA.party), by=ALICE)
    world.accept(write(), write("m", by=BORA.party), by=[ALICE, BORA])
    world.accept(write(), by=[ALICE, BORA])  # who signs more than asked does no harm
    world.refuse("authority.unknown_party", write(by="nobody"), by=ALICE)


def test_an_officer_signs_for_the_own_institution_only(world):
    world.accept(write(by="ministry"), by=ONE)
    world.accept(write(by=ONE.party), by=ONE)
    world.refuse("authority.not_signed", write(by="desk"), by=ONE)
    world.refuse("authority.not_signed", write(by="bank-a"), by=ALICE)


def test_a_quorum_needs_different_officers_of_that_institution(world):
    act = WriteByQuorum(by="ministry", name="n")
    world.refuse("authority.quorum", act, by=ONE)
    world.refuse("authority.quorum", act, by=[ONE, officer("desk"), ALICE])
    world.accept(EnrolKey(by=ONE.party, key=new_key(wallet("second device"))), by=ONE)
    world.refuse("authority.quorum", act, by=[ONE, wallet("second device")])  # two keys, one officer
    world.accept(act, by=[officers("ministry")[2], ONE])
    assert note(world) == " ".join(sorted([ONE.party, officers("ministry")[2].party]))


def test_a_quorum_act_of_somebody_without_officers_needs_the_own_key(world):
    world.accept(WriteByQuorum(by=ALICE.party, name="n"), by=ALICE)
    world.refuse("authority.not_signed", WriteByQuorum(by=ALICE.party, name="n"), by=BORA)


def test_a_key_works_from_the_next_block(world):
    new = wallet("fresh")
    register = RegisterPeople(by="bank-a", keys=[new_key(new)])
    signed = world.sign(register, by=officer("bank-a"))
    early = world.sign(write(by=new.party), by=new)
    results = world.send(signed, early)
    assert [one.code for one in results] == ["", "authority.key_too_new"]
    world.accept(write(by=new.party), by=new)


def test_a_revoked_key_stops_at_once(world):
    world.accept(EnrolKey(by=ALICE.party, key=new_key(wallet("second"))), by=ALICE)
    results = world.send(
        world.sign(write(), by=ALICE),
        world.sign(RevokeKey(by=ALICE.party, party=ALICE.party, key=ALICE.kid), by=wallet("second")),
        world.sign(write(), by=ALICE),
        world.sign(write("m", by=CHUL.party), by=[CHUL, ALICE]),
        world.sign(write("m"), by=wallet("second")),
    )
    assert [one.code for one in results] == ["", "", "authority.key_revoked", "authority.key_revoked", ""]


def test_a_rotated_key_leaves_a_gap_of_one_block(world):
    results = world.send(
        world.sign(RotateKey(by=ALICE.party, old=ALICE.kid, key=new_key(wallet("next"))), by=ALICE),
        world.sign(write(), by=ALICE),
        world.sign(write(), by=wallet("next")),
    )
    assert [one.code for one in results] == ["", "authority.key_revoked", "authority.key_too_new"]
    world.accept(write(), by=wallet("next"))


# ---------------------------------------------------------------------------------------------------- determinism


def test_the_same_order_comes_to_the_same_state(world):
    other = world.fork()
    signed = [
        world.sign(write("a"), by=ALICE),
        world.sign(Refuse(by=ALICE.party, name="n"), by=ALICE),
        envelope(world.payload(write("b", by=BORA.party)), [BORA]),
        world.sign(Fail(by=CHUL.party, name="n"), by=CHUL),
        world.sign(WriteByQuorum(by="ministry", name="q"), by=PAIR),
        world.sign(Handles(by=ALICE.party), by=ALICE),
    ]
    results, others = world.send(*signed), other.send(*signed)
    assert results == others
    assert world.store.dump() == other.store.dump()
    assert world.blocks[-1].entries == other.blocks[-1].entries


def test_an_error_is_for_people_and_programs():
    error = MadangError("toy.no", "No. Ask for something else.")
    assert str(error) == "toy.no: No. Ask for something else."


def test_a_stranger_cannot_spend_the_id_of_a_payload(world):
    """A co-signer or a till that holds somebody's payload sends it first, signed by another key alone."""
    payload = world.payload(write())
    world.send(compact(payload, CHUL))
    (result,) = world.send(compact(payload, ALICE))
    assert result.outcome == "accepted"


def test_a_refusal_is_not_revived_by_a_strangers_signature(world):
    """A refused payload, wrapped anew with a further signature of nobody who counts, keeps its first outcome."""
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    payload = world.payload(write())
    (first,) = world.send(compact(payload, ALICE))
    assert first.code == "authority.suspended"
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    (again,) = world.send(envelope(payload, [ALICE, CHUL]))
    assert (again.outcome, again.repeated) == ("rejected", True)
