"""Every refusal of validators as a table in order of precedence, and what each act does when it is accepted."""

import json
from pathlib import Path

import msgspec
import pytest

from madang.base.parties.transactions import AppointInstitution, ReinstateByQuorum, SetThreshold, SuspendByQuorum
from madang.base.validators import MODULE, queries
from madang.base.validators.state import (
    ANSWERABLE,
    EVIDENCE,
    KEYS,
    MAX_TOTAL_POWER,
    MAX_VALIDATORS,
    NOTICE_OF_UPGRADE,
    VALIDATORS,
    Evidence,
    RegisteredKey,
    Validator,
)
from madang.base.validators.transactions import (
    MAX_POWER,
    Admit,
    ChangePower,
    Readmit,
    Remove,
    ReportEquivocation,
    RotateConsensusKey,
    ScheduleUpgrade,
    WithdrawUpgrade,
)
from madang.kernel.errors import StoreFailure
from madang.kernel.machine import UPGRADES, Upgrade
from madang.kernel.module import InvariantBroken, Module
from madang.kernel.state import State
from tests.base.validators.scene import (
    FOUR,
    MODULES,
    POWER,
    admit,
    public,
    public_bytes,
    report,
    vote,
    world,
)
from tests.base.validators.test_ed25519 import SMALL_ORDER
from tests.base.validators.test_votes import signed_vote
from tests.support.cast import ALICE, INSTITUTIONS, genesis, new_key, officer, quorum
from tests.support.signing import base64url, wallet
from tests.support.world import DictStore, World, present

OPERATOR, BANK = quorum("operator"), quorum("bank-a")
SMALL = base64url(SMALL_ORDER[0])


def improper(institution: str) -> Admit:
    """What is wrong with key and power too."""
    return Admit(by="operator", institution=institution, consensus_key=SMALL, power=999)


def power(institution: str, value: int, by: str = "operator") -> ChangePower:
    return ChangePower(by=by, institution=institution, power=value)


def remove(institution: str, by: str = "operator") -> Remove:
    return Remove(by=by, institution=institution)


def readmit(institution: str, key: str, value: int = POWER, by: str = "operator") -> Readmit:
    return Readmit(by=by, institution=institution, consensus_key=key, power=value)


def rotate(key: str, by: str = "bank-a") -> RotateConsensusKey:
    return RotateConsensusKey(by=by, consensus_key=key)


def schedule(height: int, version: int = 2, by: str = "operator") -> ScheduleUpgrade:
    return ScheduleUpgrade(by=by, version=version, height=height)


def withdraw(version: int = 2, by: str = "operator") -> WithdrawUpgrade:
    return WithdrawUpgrade(by=by, version=version)


def signers(act):
    """Who signs an act: Alice her own, an institution's quorum the others."""
    return ALICE if act.by == ALICE.party else quorum(act.by)


but = msgspec.structs.replace
CAUGHT = report("bank-a", by=ALICE.party)
REMOVED = remove("bank-a")
SUSPENDED = SuspendByQuorum(by="operator", party="welfare")
A = ALICE.party

# What happens before, then the code, the act refused with it, and who signs (by default whoever it names).
CASES = [
    ([], "authority.quorum", admit("welfare"), officer("operator")),
    ([], "validators.not_operator", admit("nobody", by="central-bank"), None),
    (
        [],
        "validators.not_institution",
        Admit(by="operator", institution="nobody", consensus_key=SMALL, power=999),
        None,
    ),
    ([], "validators.not_institution", admit("bakery"), None),
    ([SUSPENDED], "validators.not_institution", admit("welfare"), None),
    ([], "validators.admitted", improper("bank-a"), None),
    ([CAUGHT], "validators.jailed", improper("bank-a"), None),
    ([], "base64.invalid", Admit(by="operator", institution="welfare", consensus_key="B" * 43, power=999), None),
    ([], "validators.improper_key", improper("welfare"), None),
    ([], "validators.key_taken", admit("welfare", "bank-a", power=999), None),
    ([REMOVED], "validators.key_taken", admit("bank-a"), None),
    ([REMOVED], "validators.key_taken", admit("welfare", "bank-a"), None),
    ([rotate(public("new"))], "validators.key_taken", admit("welfare", "bank-a"), None),
    ([], "validators.too_much_at_once", admit("welfare", power=134), None),
    ([], "authority.quorum", power("bank-a", 110), officer("operator")),
    ([], "validators.not_operator", power("welfare", 110, by="bank-a"), None),
    ([], "validators.not_validator", power("welfare", 999), None),
    ([REMOVED], "validators.not_validator", power("bank-a", 999), None),
    ([CAUGHT], "validators.not_validator", power("bank-a", 999), None),
    ([], "validators.too_much_at_once", power("bank-a", 234), None),
    ([power("bank-a", 200)], "validators.too_much_at_once", power("bank-a", 33), None),
    ([], "authority.quorum", remove("bank-a"), officer("operator")),
    ([], "validators.not_operator", remove("welfare", by="bank-a"), None),
    ([], "validators.not_validator", remove("welfare"), None),
    ([REMOVED], "validators.not_validator", remove("bank-a"), None),
    ([power("bank-a", 201)], "validators.too_much_at_once", remove("bank-a"), None),
    ([], "authority.quorum", readmit("bank-a", public("new")), officer("operator")),
    ([CAUGHT], "validators.not_operator", readmit("welfare", SMALL, by="bank-a"), None),
    ([CAUGHT], "validators.not_institution", readmit("nobody", SMALL, 999), None),
    ([], "validators.not_jailed", readmit("bank-a", SMALL, 999), None),
    ([], "validators.not_jailed", readmit("welfare", SMALL, 999), None),
    ([CAUGHT, REMOVED], "validators.not_jailed", readmit("bank-a", SMALL, 999), None),
    ([CAUGHT], "base64.invalid", readmit("bank-a", "B" * 43, 999), None),
    ([CAUGHT], "validators.improper_key", readmit("bank-a", SMALL, 999), None),
    ([CAUGHT], "validators.key_taken", readmit("bank-a", public("bank-a"), 999), None),
    ([CAUGHT], "validators.too_much_at_once", readmit("bank-a", public("new"), 101), None),
    ([], "authority.quorum", rotate(public("new")), officer("bank-a")),
    ([], "validators.not_validator", rotate(SMALL, by="welfare"), None),
    ([], "validators.not_validator", rotate(public("new"), by=A), None),
    ([CAUGHT], "validators.not_validator", rotate(public("new")), None),
    ([], "base64.invalid", rotate("B" * 43), None),
    ([], "validators.improper_key", rotate(SMALL), None),
    ([], "validators.key_taken", rotate(public("bank-a")), None),
    ([], "validators.key_taken", rotate(public("bank-b")), None),
    ([power("bank-a", 201)], "validators.too_much_at_once", rotate(public("new")), None),
    ([], "base64.invalid", but(CAUGHT, consensus_key="B" * 43), None),
    ([], "validators.unknown_key", report("nobody", "one", "one", by=A), None),
    ([CAUGHT], "validators.reported", CAUGHT, None),
    ([CAUGHT], "validators.reported", report("bank-a", "one", "one", by=A, height=9), None),
    ([CAUGHT, REMOVED], "validators.reported", CAUGHT, None),
    ([], "validators.same_block", but(report("bank-a", "one", "one", by=A), height=9), None),
    ([], "validators.same_block", report("bank-a", None, None, by=A), None),
    ([], "validators.wrong_signature", but(CAUGHT, first=vote("bank-b", "one")), None),
    ([], "validators.wrong_signature", but(CAUGHT, second=vote("bank-b", "other")), None),
    ([], "validators.wrong_signature", but(CAUGHT, second=vote("bank-a", "other", height=6)), None),
    ([], "validators.wrong_signature", but(CAUGHT, second=vote("bank-a", "other", round_number=1)), None),
    ([], "validators.wrong_signature", but(CAUGHT, second=vote("bank-a", "other", sort="prevote")), None),
    ([], "validators.wrong_signature", but(CAUGHT, second=vote("bank-a", "other", chain="another")), None),
    ([], "validators.wrong_signature", but(CAUGHT, consensus_key=public("bank-b")), None),
    ([], "authority.quorum", schedule(200), officer("operator")),
    ([], "validators.not_operator", schedule(1, 9, by="bank-a"), None),
    ([schedule(200)], "validators.upgrade_waits", schedule(1, 9), None),
    ([], "validators.wrong_version", schedule(1, 1), None),
    ([], "validators.wrong_version", schedule(200, 3), None),
    ([], "validators.short_notice", schedule(NOTICE_OF_UPGRADE), None),
    ([], "authority.quorum", withdraw(), officer("operator")),
    ([], "validators.not_operator", withdraw(by="bank-a"), None),
    ([], "validators.no_upgrade", withdraw(), None),
    ([schedule(200)], "validators.no_upgrade", withdraw(3), None),
]


@pytest.mark.parametrize(
    ("before", "code", "act", "by"), CASES, ids=[f"{number}-{case[1]}" for number, case in enumerate(CASES)]
)
def test_refusals(before, code, act, by):
    ledger = world()
    for step in before:
        ledger.accept(step, by=signers(step))
    ledger.refuse(code, act, by=by or signers(act))
    ledger.check()


def test_a_refused_report_says_which_vote_is_wrong():
    ledger = world()
    for which in ("first", "second"):
        act = but(CAUGHT, **{which: vote("bank-b", "third")})
        assert f"The {which} vote" in ledger.refuse("validators.wrong_signature", act, by=ALICE).message


def many(count: int) -> World:
    """A ledger of `count` institutions that all validate, and one more that does not."""
    appointed = [
        AppointInstitution(
            by="operator",
            party=f"office-{number}",
            roles=["desk"],
            threshold=1,
            officers=[new_key(wallet(f"office {number}"))],
        )
        for number in range(count + 1)
    ]
    return World(MODULES, [*genesis(), *appointed, *(admit(f"office-{number}") for number in range(count))])


def test_there_are_not_too_many_validators():
    ledger = many(MAX_VALIDATORS)
    assert len(queries.powers(ledger.state())) == MAX_VALIDATORS
    newcomer = f"office-{MAX_VALIDATORS}"
    ledger.refuse("validators.too_many", admit(newcomer, power=9_999), by=OPERATOR)
    ledger.accept(remove("office-0"), by=OPERATOR)
    ledger.accept(admit(newcomer), by=OPERATOR)
    ledger.check()


def test_power_is_bounded_in_all():
    names = sorted(INSTITUTIONS)
    assert len(names) * MAX_POWER < MAX_TOTAL_POWER < (len(names) + 2) * MAX_POWER
    appointed = [
        AppointInstitution(
            by="operator", party=name, roles=["desk"], threshold=1, officers=[new_key(wallet(f"officer of {name}"))]
        )
        for name in ("city", "county")
    ]
    first = [admit(name, power=MAX_POWER) for name in (*names, "city")]
    ledger = World(MODULES, [*genesis(), *appointed, *first])
    ledger.refuse("validators.total_power", admit("county", power=10), by=OPERATOR)
    ledger.accept(power("bank-a", MAX_POWER - 10), by=OPERATOR)
    ledger.accept(admit("county", power=10), by=OPERATOR)
    ledger.refuse("validators.total_power", power("bank-a", MAX_POWER - 9), by=OPERATOR)
    ledger.check()


# ------------------------------------------------------------------------------------------------- who validates


def changed(ledger: World, *acts) -> list[tuple[bytes, int]]:
    """What consensus is told of one block with these acts, each in a transaction of its own."""
    before = State(ledger.store.copy())
    results = ledger.send(*(ledger.sign(act, by=signers(act)) for act in acts))
    assert [result.code for result in results] == [""] * len(acts)
    ledger.check()
    return queries.updates(before, ledger.state())


def test_an_institution_is_admitted_reweighted_and_removed():
    ledger = world()
    assert queries.powers(ledger.state()) == dict.fromkeys(sorted(map(public_bytes, FOUR)), POWER)
    assert changed(ledger, admit("welfare", power=90)) == [(public_bytes("welfare"), 90)]
    assert changed(ledger, power("welfare", 120)) == [(public_bytes("welfare"), 120)]
    assert queries.validator(ledger.state(), "welfare") == Validator(public_bytes("welfare"), 120, "active", 2)
    assert changed(ledger, remove("welfare")) == [(public_bytes("welfare"), 0)]
    assert queries.validator(ledger.state(), "welfare") == Validator(public_bytes("welfare"), 0, "removed", 3)
    assert changed(ledger, admit("welfare", "welfare again")) == [(public_bytes("welfare again"), POWER)]
    assert queries.validator(ledger.state(), "desk") is None
    assert [name for name, _ in queries.validators(ledger.state())] == sorted((*FOUR, "welfare"))


def test_what_comes_and_goes_within_a_block_is_not_told():
    ledger = world()
    assert changed(ledger, admit("welfare", power=60), remove("welfare"), power("bank-a", 110)) == [
        (public_bytes("bank-a"), 110)
    ]
    assert changed(ledger, power("bank-a", 120), power("bank-a", 110)) == []


def test_a_block_moves_a_third_and_no_more_however_it_is_cut():
    ledger = world()
    keys = [public(f"rotated {number}") for number in range(2)]
    assert changed(ledger, admit("welfare", power=33), rotate(keys[0])) == sorted(
        [(public_bytes("welfare"), 33), (public_bytes("bank-a"), 0), (public_bytes("rotated 0"), POWER)]
    )
    # 433 in all: 144 is a third, so one may rotate and give 44 more in a block.
    ledger.refuse("validators.too_much_at_once", admit("desk", power=45), rotate(keys[1]), by=[*OPERATOR, *BANK])
    first, second = rotate(keys[1]), rotate(public("another"), by="bank-b")
    results = ledger.send(ledger.sign(first, by=BANK), ledger.sign(second, by=quorum("bank-b")))
    assert [result.code for result in results] == ["", "validators.too_much_at_once"]
    ledger.accept(second, by=quorum("bank-b"))
    ledger.check()


def test_the_last_validator_stays_and_weights_move_by_thirds():
    ledger = world(("bank-a",))
    ledger.refuse("validators.last", remove("bank-a"), by=OPERATOR)
    ledger.refuse("validators.too_much_at_once", rotate(public("new")), by=BANK)
    ledger.accept(admit("bank-b", power=33), by=OPERATOR)
    for value in (77, 121, 180):
        ledger.accept(power("bank-b", value), by=OPERATOR)
    ledger.refuse("validators.too_much_at_once", remove("bank-a"), by=OPERATOR)
    ledger.accept(power("bank-a", 50), by=OPERATOR)
    ledger.accept(remove("bank-a"), by=OPERATOR)
    ledger.refuse("validators.last", remove("bank-b"), by=OPERATOR)
    ledger.check()


def test_the_first_block_with_validators_sets_them_freely():
    ledger = world(())
    assert queries.powers(ledger.state()) == {}
    assert len(changed(ledger, *(admit(name) for name in FOUR))) == 4
    ledger.refuse("validators.too_much_at_once", admit("welfare", power=134), by=OPERATOR)


def test_a_rotated_key_is_the_institutions_for_ever():
    ledger = world()
    ledger.advance(7)
    assert changed(ledger, rotate(public("new"))) == sorted([(public_bytes("bank-a"), 0), (public_bytes("new"), POWER)])
    state = ledger.state()
    assert state.get(KEYS, public_bytes("bank-a")) == RegisteredKey("bank-a", 0, ledger.time)
    assert state.get(KEYS, public_bytes("new")) == RegisteredKey("bank-a", 1, None)


def test_a_cometbft_address_leads_to_its_institution():
    key = json.loads((Path(__file__).parent / "vectors" / "votes.json").read_text())
    ledger = world()
    ledger.accept(Admit(by="operator", institution="welfare", consensus_key=key["key"], power=10), by=OPERATOR)
    assert queries.institution_at(ledger.state(), key["address"]) == "welfare"
    ledger.accept(remove("welfare"), by=OPERATOR)
    assert queries.institution_at(ledger.state(), key["address"]) == "welfare"
    assert queries.institution_at(ledger.state(), key["address"].lower()) is None


# -------------------------------------------------------------------------------------------------- double votes


@pytest.mark.parametrize(
    "act",
    [
        report("bank-a", by=A),
        report("bank-a", "one", None, by=A, sort="prevote"),
        report("bank-a", None, "other", by=A, height=2**53 - 1, round_number=2**31 - 1),
    ],
)
def test_whoever_votes_twice_is_jailed(act):
    ledger = world()
    assert changed(ledger, act) == [(public_bytes("bank-a"), 0)]
    assert queries.validator(ledger.state(), "bank-a") == Validator(public_bytes("bank-a"), 0, "jailed", 1)
    ((key, found),) = queries.evidence(ledger.state())
    assert (key, found.institution, found.vote) == (public("bank-a"), "bank-a", act.vote)
    assert (found.height, found.round, found.reported_at, found.jailed) == (act.height, act.round, 1, True)
    assert changed(ledger, readmit("bank-a", public("new"))) == [(public_bytes("new"), POWER)]


def test_what_a_digest_says_does_not_depend_on_the_order_of_the_votes():
    digests = []
    for first, second in (("one", "other"), ("other", "one"), ("one", "third")):
        ledger = world()
        ledger.accept(report("bank-a", first, second, by=A), by=ALICE)
        digests.append(queries.evidence(ledger.state())[0][1].digest)
    assert digests[0] == digests[1] != digests[2]


def test_votes_that_cometbft_signed_are_evidence_also_where_a_signature_evades_the_library():
    """The vectors' first two votes are a double vote; CometBFT's own code made and accepts all three signatures."""
    vectors = json.loads((Path(__file__).parent / "vectors" / "votes.json").read_text())
    for name in ("signature", "evading_signature"):
        ledger = world()
        ledger.accept(Admit(by="operator", institution="welfare", consensus_key=vectors["key"], power=10), by=OPERATOR)
        one, other = vectors["votes"][:2]
        act = ReportEquivocation(
            by=A,
            consensus_key=vectors["key"],
            vote="precommit",
            height=7,
            round=0,
            first=signed_vote(one),
            second=signed_vote({**other, "signature": other[name]}),
        )
        ledger.accept(act, by=ALICE)
        assert present(queries.validator(ledger.state(), "welfare")).standing == "jailed"
        ledger.check()


def test_jailing_needs_no_third_but_uses_it_up():
    ledger = world()
    caught = [report(name, by=A) for name in ("bank-a", "bank-b", "central-bank")]
    signed = [ledger.sign(act, by=signers(act)) for act in (*caught, power("ministry", 101))]
    assert [result.code for result in ledger.send(*signed)] == ["", "", "", "validators.too_much_at_once"]
    ledger.accept(power("ministry", 101), by=OPERATOR)
    assert queries.powers(ledger.state()) == {public_bytes("ministry"): 101}
    ledger = world()
    signed = [ledger.sign(act, by=signers(act)) for act in (*caught[:1], remove("bank-b"))]
    assert [result.code for result in ledger.send(*signed)] == ["", "validators.too_much_at_once"]
    ledger.check()


def test_the_last_validator_is_reported_and_not_jailed():
    ledger = world(("bank-a",))
    assert changed(ledger, CAUGHT) == []
    assert present(queries.validator(ledger.state(), "bank-a")).standing == "active"
    assert not queries.evidence(ledger.state())[0][1].jailed
    assert queries.powers(ledger.state()) == {public_bytes("bank-a"): POWER}


@pytest.mark.parametrize(("wait", "standing"), [(ANSWERABLE, "jailed"), (ANSWERABLE + 1, "active")])
def test_rotating_does_not_free_from_what_was_signed_for_a_week(wait, standing):
    ledger = world()
    ledger.accept(rotate(public("new")), by=BANK)
    ledger.advance(wait)
    went = [(public_bytes("new"), 0)] if standing == "jailed" else []
    assert changed(ledger, CAUGHT) == went
    assert present(queries.validator(ledger.state(), "bank-a")).standing == standing
    assert queries.evidence(ledger.state())[0][1].jailed == (standing == "jailed")


def test_evidence_against_one_that_is_gone_is_recorded():
    ledger = world()
    ledger.accept(REMOVED, by=OPERATOR)
    assert changed(ledger, CAUGHT) == []
    assert present(queries.validator(ledger.state(), "bank-a")).standing == "removed"
    assert not queries.evidence(ledger.state())[0][1].jailed


def test_whoever_was_jailed_may_be_let_go_and_admitted_anew():
    ledger = world()
    ledger.accept(CAUGHT, by=ALICE)
    jailed_at = present(ledger.state().get(KEYS, public_bytes("bank-a")))
    ledger.advance(9)
    assert changed(ledger, REMOVED) == []
    assert ledger.state().get(KEYS, public_bytes("bank-a")) == jailed_at
    assert changed(ledger, admit("bank-a", "new")) == [(public_bytes("new"), POWER)]


def test_a_suspended_institution_validates_until_it_is_removed():
    ledger = world()
    ledger.accept(SuspendByQuorum(by="operator", party="ministry"), by=OPERATOR)
    assert public_bytes("ministry") in queries.powers(ledger.state())
    ledger.refuse("authority.suspended", rotate(public("new"), by="ministry"), by=quorum("ministry"))
    ledger.accept(report("ministry", by=A), by=ALICE)
    ledger.refuse("validators.not_institution", readmit("ministry", public("new")), by=OPERATOR)
    ledger.accept(ReinstateByQuorum(by="operator", party="ministry"), by=OPERATOR)
    ledger.accept(readmit("ministry", public("new")), by=OPERATOR)
    ledger.check()


# ------------------------------------------------------------------------------------------------------ upgrades


def test_an_upgrade_holds_from_its_height_on():
    # Software that knows two more versions: a ledger goes on only under rules that are present.
    later = Module("later", {}, (), (), {}, since=3)
    ledger = World((*MODULES, later), [*genesis(), admit("bank-a")])
    earliest = 1 + NOTICE_OF_UPGRADE
    ledger.accept(schedule(earliest), by=OPERATOR)
    assert queries.upgrades(ledger.state()) == [(earliest, Upgrade(2, 1))]
    state = ledger.state()
    assert [queries.rule_version(state, height) for height in (0, earliest - 1, earliest, 10**9)] == [1, 1, 2, 2]
    assert queries.scheduled_upgrade(state, earliest - 1) == (earliest, Upgrade(2, 1))
    assert queries.scheduled_upgrade(state, earliest) is None
    while ledger.height < earliest:
        ledger.accept(SetThreshold(by="bank-a", threshold=2), by=BANK)
    ledger.refuse("validators.no_upgrade", withdraw(), by=OPERATOR)
    ledger.refuse("validators.wrong_version", schedule(10**6, 2), by=OPERATOR)
    ledger.accept(schedule(10**6, 3), by=OPERATOR)
    assert queries.rule_version(ledger.state(), 10**6) == 3
    ledger.check()


def test_an_upgrade_can_be_withdrawn_while_it_waits():
    ledger = world()
    ledger.accept(schedule(101), by=OPERATOR)
    ledger.accept(withdraw(), by=OPERATOR)
    assert queries.upgrades(ledger.state()) == []
    assert queries.rule_version(ledger.state(), 101) == 1
    ledger.accept(schedule(150), by=OPERATOR)
    ledger.check()


def test_a_store_without_genesis_has_no_rule_version():
    with pytest.raises(StoreFailure) as error:
        queries.rule_version(State(DictStore()), 1)
    assert error.value.code == "store.corrupt"


# ---------------------------------------------------------------------------------------------------------- laws

KEY = public_bytes("bank-a")
FINE = Validator(KEY, POWER, "active", 0)
PROOF = Evidence("bank-a", "precommit", 1, 0, bytes(32), 1, True)


def law(number: int, said: str, *steps):
    """A law, what it says, and the change of state (table, record, key part) that it says it of."""
    return pytest.param(number, said, steps, id=said)


@pytest.mark.parametrize(
    ("number", "said", "steps"),
    [
        law(0, "bank-a is active with a power of 0", (VALIDATORS, but(FINE, power=0), "bank-a")),
        law(0, "bank-a is removed with a power of 100", (VALIDATORS, but(FINE, standing="removed"), "bank-a")),
        law(0, "a power of 1000001", (VALIDATORS, but(FINE, power=MAX_POWER + 1), "bank-a")),
        law(0, "bakery validates and is no", (VALIDATORS, FINE, "bakery")),
        law(0, "no validator is left", *((VALIDATORS, Validator(KEY, 0, "removed", 0), name) for name in FOUR)),
        law(1, "the key of bank-a is registered as None", (VALIDATORS, but(FINE, key=bytes(32)), "bank-a")),
        law(1, "the key of bank-b is registered as Reg", (VALIDATORS, FINE, "bank-b")),
        law(1, "was retired at 5", (KEYS, RegisteredKey("bank-a", 0, 5), KEY)),
        law(1, "was retired at None", (KEYS, RegisteredKey("bank-a", 0, None), public_bytes("new"))),
        law(1, "is no proper key", (KEYS, RegisteredKey("bank-a", 0, 5), SMALL_ORDER[0])),
        law(2, "evidence against bank-a is about", (EVIDENCE, PROOF, public_bytes("bank-b"))),
        law(2, "evidence against bank-a is about", (EVIDENCE, PROOF, public_bytes("new"))),
        law(2, "bank-a is jailed without", (VALIDATORS, Validator(KEY, 0, "jailed", 0), "bank-a")),
        law(
            2,
            "bank-a is jailed without",
            (VALIDATORS, Validator(KEY, 0, "jailed", 0), "bank-a"),
            (EVIDENCE, but(PROOF, jailed=False), KEY),
        ),
        law(3, "version 3 follows 1", (UPGRADES, Upgrade(3, 1), 200)),
        law(3, "was decided at 101", (UPGRADES, Upgrade(2, 101), 200)),
        law(3, "was decided at 199", (UPGRADES, Upgrade(2, 1), 200), (UPGRADES, Upgrade(3, 199), 400)),
    ],
)
def test_the_laws_see_what_is_wrong(number, said, steps):
    state = world().state()
    for one in MODULE.invariants:
        one(state)
    for table, record, part in steps:
        state.put(table, record, part)
    with pytest.raises(InvariantBroken, match=said):
        MODULE.invariants[number](state)


def test_the_first_law_sees_too_many_and_too_much():
    state = many(MAX_VALIDATORS).state()
    MODULE.invariants[0](state)
    state.put(VALIDATORS, FINE, f"office-{MAX_VALIDATORS}")
    with pytest.raises(InvariantBroken, match="101 validators"):
        MODULE.invariants[0](state)
    state.drop()
    for number in range(MAX_TOTAL_POWER // MAX_POWER):
        state.put(VALIDATORS, but(FINE, power=MAX_POWER), f"office-{number}")
    with pytest.raises(InvariantBroken, match="100 validators have a power of 10009000"):
        MODULE.invariants[0](state)
