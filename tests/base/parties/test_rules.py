"""Every refusal of parties as a table in order of precedence, and what each act does when it is accepted."""

import pytest

from madang.base.parties import queries
from madang.base.parties.state import MAX_KEYS, MAX_TILLS, RECOVERY_LAPSE, RECOVERY_WAIT
from madang.base.parties.transactions import (
    AddTill,
    AppointInstitution,
    AppointOfficer,
    CompleteRecovery,
    DismissOfficer,
    EnrolKey,
    NewKey,
    NewMerchant,
    Recover,
    RegisterMerchants,
    RegisterPeople,
    Reinstate,
    ReinstateByQuorum,
    RevokeKey,
    RotateKey,
    SetThreshold,
    Suspend,
    SuspendByQuorum,
    VetoRecovery,
)
from tests.support.cast import (
    ALICE,
    BAKERY,
    BASE,
    BORA,
    CHUL,
    genesis,
    new_key,
    officer,
    officers,
    quorum,
    standard_world,
)
from tests.support.signing import base64url, wallet
from tests.support.world import World, present

OPERATOR, BANK, DESK = quorum("operator"), quorum("bank-a"), quorum("desk")
A = officer("bank-a")
NEW = [wallet(f"new {number}") for number in range(40)]
KEYS = [new_key(one) for one in NEW]
THIRD = officers("bank-a")[2].party


def appoint(party="city", roles=("sponsor",), threshold=2, keys=KEYS[:2], by="operator"):
    return AppointInstitution(by=by, party=party, roles=list(roles), threshold=threshold, officers=list(keys))


def merchants(*new, by="bank-a"):
    return RegisterMerchants(by=by, merchants=[NewMerchant(key=key, party=party) for key, party in new])


def people(*keys, by="bank-a"):
    return RegisterPeople(by=by, keys=list(keys))


def enrol(count, start=0):
    return [(EnrolKey(by=ALICE.party, key=key), ALICE) for key in KEYS[start : start + count]]


RECOVER = Recover(by="bank-a", party=ALICE.party, key=KEYS[0])
OFF_CURVE = NewKey(public_key=base64url(b"\1" * 64), sort="jws")

# What happens before (act, signer, or seconds to wait), then the code, the act refused with it, and its signer.
CASES = [
    ([], "authority.quorum", appoint(), officer("operator")),
    ([], "parties.not_operator", appoint(party="bank-b", by="bank-a"), BANK),
    ([], "parties.name_reserved", appoint(party="x" * 43, threshold=3), OPERATOR),
    ([], "parties.name_taken", appoint(party="bank-b", threshold=3), OPERATOR),
    ([], "parties.name_taken", appoint(party="bakery", threshold=3), OPERATOR),
    ([], "parties.role_twice", appoint(roles=("bank", "bank"), threshold=3), OPERATOR),
    ([], "parties.threshold", appoint(roles=("bank",), threshold=3), OPERATOR),
    ([], "parties.dual_control", appoint(roles=("desk", "bank"), threshold=1, keys=[OFF_CURVE]), OPERATOR),
    ([], "key.invalid", appoint(threshold=1, keys=[OFF_CURVE]), OPERATOR),
    ([], "parties.key_taken", appoint(keys=[KEYS[0], KEYS[0]]), OPERATOR),
    ([], "parties.key_taken", appoint(keys=[KEYS[0], new_key(ALICE)]), OPERATOR),
    ([], "parties.not_institution", AppointOfficer(by="bakery", key=new_key(ALICE)), BAKERY),
    (
        [(AppointOfficer(by="bank-a", key=key), BANK) for key in KEYS[:29]],
        "parties.too_many_officers",
        AppointOfficer(by="bank-a", key=new_key(ALICE)),
        BANK,
    ),
    ([], "parties.key_taken", AppointOfficer(by="bank-a", key=new_key(ALICE)), BANK),
    ([], "parties.not_institution", DismissOfficer(by="bakery", officer=A.party), BAKERY),
    ([], "parties.not_officer", DismissOfficer(by="bank-a", officer=ALICE.party), BANK),
    ([], "parties.not_officer", DismissOfficer(by="bank-a", officer=officer("bank-b").party), BANK),
    ([], "parties.not_officer", DismissOfficer(by="bank-a", officer="nobody"), BANK),
    (
        [(DismissOfficer(by="bank-a", officer=THIRD), BANK)],
        "parties.not_officer",
        DismissOfficer(by="bank-a", officer=THIRD),
        BANK,
    ),
    (
        [(DismissOfficer(by="bank-a", officer=THIRD), BANK)],
        "parties.too_few_officers",
        DismissOfficer(by="bank-a", officer=A.party),
        BANK,
    ),
    ([], "parties.not_institution", SetThreshold(by="bakery", threshold=9), BAKERY),
    ([], "parties.threshold", SetThreshold(by="bank-a", threshold=4), BANK),
    ([], "parties.dual_control", SetThreshold(by="bank-a", threshold=1), BANK),
    ([], "parties.not_registrar", people(OFF_CURVE, by="ministry"), officer("ministry")),
    ([], "parties.not_registrar", people(OFF_CURVE, by=ALICE.party), ALICE),
    ([], "key.invalid", people(OFF_CURVE), A),
    ([], "parties.key_taken", people(KEYS[0], KEYS[0]), A),
    ([], "parties.not_registrar", merchants((OFF_CURVE, "bakery"), by="desk"), officer("desk")),
    ([], "key.invalid", merchants((OFF_CURVE, "bakery")), A),
    ([], "parties.key_taken", merchants((new_key(ALICE), "bakery")), A),
    ([], "parties.name_reserved", merchants((KEYS[0], NEW[1].party)), A),
    ([], "parties.name_taken", merchants((KEYS[0], "shop"), (KEYS[1], "shop")), A),
    ([], "parties.not_own_key", AddTill(by="bank-a", key=OFF_CURVE), A),
    ([], "parties.not_merchant", AddTill(by=ALICE.party, key=OFF_CURVE), ALICE),
    ([], "key.invalid", AddTill(by="bakery", key=OFF_CURVE), BAKERY),
    ([], "parties.not_own_key", EnrolKey(by="bank-a", key=KEYS[0]), A),
    (enrol(MAX_KEYS - 1), "parties.too_many_keys", EnrolKey(by=ALICE.party, key=OFF_CURVE), ALICE),
    ([], "parties.key_taken", EnrolKey(by=ALICE.party, key=new_key(ALICE)), ALICE),
    ([], "parties.key_taken", EnrolKey(by=ALICE.party, key=new_key(BORA)), ALICE),
    ([], "parties.not_own_key", RotateKey(by="bank-a", old=ALICE.kid, key=OFF_CURVE), A),
    ([], "parties.not_its_key", RotateKey(by=ALICE.party, old=BORA.kid, key=OFF_CURVE), ALICE),
    ([], "parties.key_taken", RotateKey(by=ALICE.party, old=ALICE.kid, key=new_key(ALICE)), ALICE),
    (
        [(RotateKey(by=ALICE.party, old=ALICE.kid, key=KEYS[0]), ALICE)],
        "parties.not_its_key",
        RotateKey(by=ALICE.party, old=ALICE.kid, key=OFF_CURVE),
        NEW[0],
    ),
    ([], "parties.not_own_key", RevokeKey(by="bank-a", party="bank-a", key=A.kid), A),
    ([], "parties.unknown_party", RevokeKey(by="bank-a", party="nobody", key=ALICE.kid), A),
    ([], "parties.not_yours", RevokeKey(by="bank-b", party=ALICE.party, key=BORA.kid), officer("bank-b")),
    ([], "parties.by_quorum", RevokeKey(by="bank-a", party=THIRD, key=BORA.kid), A),
    ([], "parties.not_its_key", RevokeKey(by=ALICE.party, party=ALICE.party, key=BORA.kid), ALICE),
    ([], "parties.last_key", RevokeKey(by=ALICE.party, party=ALICE.party, key=ALICE.kid), ALICE),
    ([], "parties.unknown_party", Suspend(by="bank-a", party="nobody"), A),
    ([], "parties.not_yours", Suspend(by="bank-a", party=CHUL.party), A),
    ([], "parties.not_yours", Suspend(by=ALICE.party, party=BORA.party), ALICE),
    ([], "parties.by_quorum", Suspend(by="bank-a", party=THIRD), A),
    ([], "parties.by_quorum", Suspend(by="operator", party="bank-a"), officer("operator")),
    (
        [(Suspend(by="bank-a", party=ALICE.party), A)],
        "parties.not_active",
        Suspend(by="bank-a", party=ALICE.party),
        A,
    ),
    ([], "parties.unknown_party", Reinstate(by="bank-a", party="nobody"), A),
    ([], "parties.by_quorum", Reinstate(by="bank-a", party=THIRD), A),
    ([], "parties.not_suspended", Reinstate(by="bank-a", party=ALICE.party), A),
    ([], "authority.quorum", SuspendByQuorum(by="operator", party="bank-a"), officer("operator")),
    ([], "parties.itself", SuspendByQuorum(by="operator", party="operator"), OPERATOR),
    ([], "parties.not_yours", SuspendByQuorum(by="central-bank", party="bank-a"), quorum("central-bank")),
    ([], "parties.not_by_quorum", SuspendByQuorum(by="bank-a", party=ALICE.party), BANK),
    (
        [(SuspendByQuorum(by="bank-a", party=THIRD), BANK)],
        "parties.too_few_officers",
        SuspendByQuorum(by="bank-a", party=A.party),
        BANK,
    ),
    (
        [(SuspendByQuorum(by="bank-a", party=THIRD), BANK)],
        "parties.too_few_officers",
        DismissOfficer(by="bank-a", officer=A.party),
        BANK,
    ),
    (
        [(SuspendByQuorum(by="bank-a", party=THIRD), BANK)],
        "parties.not_active",
        SuspendByQuorum(by="bank-a", party=THIRD),
        BANK,
    ),
    ([], "parties.not_by_quorum", ReinstateByQuorum(by="bank-a", party=ALICE.party), BANK),
    ([], "parties.not_suspended", ReinstateByQuorum(by="operator", party="bank-a"), OPERATOR),
    ([], "authority.quorum", RECOVER, A),
    ([], "parties.unknown_party", Recover(by="bank-a", party="nobody", key=OFF_CURVE), BANK),
    ([], "parties.not_yours", Recover(by="bank-b", party=ALICE.party, key=OFF_CURVE), quorum("bank-b")),
    ([], "parties.not_by_quorum", Recover(by="operator", party="bank-a", key=OFF_CURVE), OPERATOR),
    (
        [(DismissOfficer(by="bank-a", officer=THIRD), BANK)],
        "parties.revoked",
        Recover(by="bank-a", party=THIRD, key=OFF_CURVE),
        BANK,
    ),
    ([(RECOVER, BANK)], "parties.recovery_waits", RECOVER, BANK),
    ([], "parties.key_taken", Recover(by="bank-a", party=ALICE.party, key=new_key(BORA)), BANK),
    ([], "parties.not_yours", VetoRecovery(by=BORA.party, party=ALICE.party), BORA),
    ([], "parties.no_recovery", VetoRecovery(by=ALICE.party, party=ALICE.party), ALICE),
    ([], "parties.no_recovery", VetoRecovery(by="bank-a", party=ALICE.party), A),
    ([], "parties.not_yours", CompleteRecovery(by=ALICE.party, party=ALICE.party), ALICE),
    ([], "parties.no_recovery", CompleteRecovery(by="bank-a", party=ALICE.party), A),
    (
        [(RECOVER, BANK), RECOVERY_WAIT - 1],
        "parties.too_early",
        CompleteRecovery(by="bank-a", party=ALICE.party),
        A,
    ),
    (
        [(RECOVER, BANK), RECOVERY_WAIT + RECOVERY_LAPSE],
        "parties.recovery_lapsed",
        CompleteRecovery(by="bank-a", party=ALICE.party),
        A,
    ),
    (
        [(RECOVER, BANK), (people(KEYS[0], by="bank-b"), officer("bank-b")), RECOVERY_WAIT],
        "parties.key_taken",
        CompleteRecovery(by="bank-a", party=ALICE.party),
        A,
    ),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for step in before:
        if isinstance(step, int):
            world.advance(step)
        else:
            world.accept(step[0], by=step[1])
    world.refuse(code, act, by=by)
    world.check()


def test_a_merchant_has_so_many_tills():
    world = standard_world()
    tills = [new_key(wallet(f"till {number}")) for number in range(MAX_TILLS)]
    for start in range(0, MAX_TILLS, 16):
        world.accept(*(AddTill(by="bakery", key=key) for key in tills[start : start + 16]), by=BAKERY)
    world.refuse("parties.too_many_tills", AddTill(by="bakery", key=KEYS[0]), by=BAKERY)
    assert len(queries.tills(world.state(), "bakery")) == MAX_TILLS
    world.check()


# ---------------------------------------------------------------------------------------- who signs from when on


def signs(world, signer, party=""):
    """Whether the ledger takes this key for its party."""
    act = VetoRecovery(by=party or signer.party, party=party or signer.party)
    code = world.submit(act, by=signer).code
    assert code in ("parties.no_recovery", "authority.suspended", "authority.key_revoked")
    return code == "parties.no_recovery"


def test_genesis_starts_with_the_operator_itself():
    with pytest.raises(Exception, match="not_operator"):
        World(BASE, genesis()[1:])
    world = World(BASE, genesis())
    assert present(queries.institution(world.state(), "operator")).appointed_by == "operator"
    world.check()


def test_an_institution_acts_from_the_next_block():
    world = standard_world()
    world.accept(appoint(roles=("desk",)), by=OPERATOR)
    world.accept(people(KEYS[5], by="city"), by=NEW[0])
    assert queries.officers(world.state(), "city") == sorted(one.party for one in NEW[:2])
    assert present(queries.party(world.state(), NEW[5].party)).appointed_by == "city"
    world.check()


def test_an_officer_comes_and_goes():
    world = standard_world()
    world.accept(AppointOfficer(by="bank-a", key=KEYS[0]), by=BANK)
    world.accept(people(KEYS[1]), by=NEW[0])
    world.accept(SetThreshold(by="bank-a", threshold=4), by=BANK)
    world.refuse("authority.quorum", DismissOfficer(by="bank-a", officer=NEW[0].party), by=BANK)
    everyone = [*officers("bank-a"), NEW[0]]
    world.accept(SetThreshold(by="bank-a", threshold=2), by=everyone)
    world.accept(DismissOfficer(by="bank-a", officer=NEW[0].party), by=BANK)
    world.refuse("authority.key_revoked", people(KEYS[2]), by=NEW[0])
    assert NEW[0].party not in queries.officers(world.state(), "bank-a")
    world.check()


def test_people_and_merchants_are_registered_in_bulk():
    world = standard_world()
    keys = [new_key(wallet(f"bulk {number}")) for number in range(50)]
    world.accept(people(*keys, by="desk"), by=officer("desk"))
    found = present(queries.party(world.state(), wallet("bulk 7").party))
    assert (found.roles, found.appointed_by, found.standing) == (("person",), "desk", "active")
    assert signs(world, wallet("bulk 7"))
    world.accept(merchants((KEYS[0], None), (KEYS[1], "shop"), (KEYS[2], NEW[2].party)), by=A)
    assert [queries.merchant_of(world.state(), one) for one in (NEW[0].party, "shop", NEW[2].party, ALICE.party)] == [
        NEW[0].party,
        "shop",
        NEW[2].party,
        None,
    ]
    assert queries.merchant_of(world.state(), "nobody") is None
    world.check()


def test_keys_are_enrolled_rotated_and_revoked():
    world = standard_world()
    world.accept(EnrolKey(by=ALICE.party, key=KEYS[0]), by=ALICE)
    assert signs(world, NEW[0], ALICE.party)
    world.accept(RotateKey(by=ALICE.party, old=ALICE.kid, key=KEYS[1]), by=NEW[0])
    assert not signs(world, ALICE)
    assert signs(world, NEW[1], ALICE.party)
    world.accept(RevokeKey(by=ALICE.party, party=ALICE.party, key=NEW[0].kid), by=NEW[1])
    assert not signs(world, NEW[0], ALICE.party)
    world.refuse("parties.last_key", RevokeKey(by="bank-a", party=ALICE.party, key=NEW[1].kid), by=A)
    world.accept(EnrolKey(by=ALICE.party, key=KEYS[2]), by=NEW[1])
    world.accept(RevokeKey(by="bank-a", party=ALICE.party, key=NEW[1].kid), by=A)
    assert present(queries.notice(world.state(), ALICE.party)).kind == "key_revoked"
    assert present(queries.party(world.state(), ALICE.party)).keys == (NEW[2].kid,)
    world.refuse("parties.key_taken", people(new_key(ALICE)), by=A)  # once registered is for ever
    world.check()


def test_suspension_stops_a_person_at_once():
    world = standard_world()
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=A)
    assert not signs(world, ALICE)
    assert present(queries.notice(world.state(), ALICE.party)).kind == "suspended"
    assert not queries.has_role(world.state(), ALICE.party, "person")
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=A)
    assert signs(world, ALICE)
    world.check()


def test_a_suspended_merchant_takes_its_tills_along_and_gets_them_back():
    world = standard_world()
    world.accept(AddTill(by="bakery", key=KEYS[0]), AddTill(by="bakery", key=KEYS[1]), by=BAKERY)
    assert queries.merchant_of(world.state(), NEW[0].party) == "bakery"
    world.accept(Suspend(by="bakery", party=NEW[1].party), by=BAKERY)
    world.accept(Suspend(by="bank-a", party="bakery"), by=A)
    world.check()
    assert [signs(world, one) for one in (NEW[0], NEW[1])] == [False, False]
    assert not signs(world, BAKERY)
    world.accept(Reinstate(by="bank-a", party="bakery"), by=A)
    assert [signs(world, one) for one in (NEW[0], NEW[1])] == [True, False]
    world.accept(Reinstate(by="bakery", party=NEW[1].party), by=BAKERY)
    assert signs(world, NEW[1])
    world.check()


def test_nobody_acts_for_a_suspended_institution():
    world = standard_world()
    world.accept(SuspendByQuorum(by="operator", party="bank-a"), by=OPERATOR)
    world.refuse("authority.suspended", people(KEYS[0]), by=A)
    assert signs(world, ALICE)  # its customers are not its officers
    world.accept(ReinstateByQuorum(by="operator", party="bank-a"), by=OPERATOR)
    world.accept(people(KEYS[0]), by=A)


def test_a_suspended_officer_counts_for_nothing():
    world = standard_world()
    world.accept(SuspendByQuorum(by="bank-a", party=THIRD), by=BANK)
    world.refuse("authority.suspended", people(KEYS[0]), by=officers("bank-a")[2])
    world.accept(ReinstateByQuorum(by="bank-a", party=THIRD), by=BANK)
    world.accept(people(KEYS[0]), by=officers("bank-a")[2])
    world.check()


def test_a_lost_key_is_recovered_after_three_days():
    world = standard_world()
    world.accept(EnrolKey(by=ALICE.party, key=KEYS[1]), by=ALICE)
    world.accept(RECOVER, by=BANK)
    notice = present(queries.notice(world.state(), ALICE.party))
    assert (notice.kind, notice.by, notice.until) == ("recovery_begun", "bank-a", world.time + RECOVERY_WAIT)
    world.advance(RECOVERY_WAIT)
    world.accept(CompleteRecovery(by="bank-a", party=ALICE.party), by=A)
    assert present(queries.notice(world.state(), ALICE.party)).kind == "recovery_completed"
    assert queries.recovery(world.state(), ALICE.party) is None
    assert [signs(world, one, ALICE.party) for one in (ALICE, NEW[1], NEW[0])] == [False, False, True]
    world.check()


def test_any_key_vetoes_a_recovery_which_can_begin_again():
    world = standard_world()
    world.accept(EnrolKey(by=ALICE.party, key=KEYS[1]), by=ALICE)
    world.accept(RECOVER, by=BANK)
    world.accept(VetoRecovery(by=ALICE.party, party=ALICE.party), by=NEW[1])
    assert present(queries.notice(world.state(), ALICE.party)).kind == "recovery_vetoed"
    world.accept(RECOVER, by=BANK)
    world.accept(VetoRecovery(by="bank-a", party=ALICE.party), by=A)
    world.accept(RECOVER, by=BANK)
    world.advance(RECOVERY_WAIT + RECOVERY_LAPSE)
    world.accept(RECOVER, by=BANK)  # what lapsed stands in nobody's way


def test_a_frozen_party_is_recovered_and_stays_frozen_until_reinstated():
    world = standard_world()
    world.accept(Suspend(by="bank-a", party=ALICE.party), by=A)
    world.accept(RECOVER, by=BANK)
    world.refuse("authority.suspended", VetoRecovery(by=ALICE.party, party=ALICE.party), by=ALICE)
    world.advance(RECOVERY_WAIT)
    world.accept(CompleteRecovery(by="bank-a", party=ALICE.party), by=A)
    assert not signs(world, NEW[0], ALICE.party)
    world.accept(Reinstate(by="bank-a", party=ALICE.party), by=A)
    assert signs(world, NEW[0], ALICE.party)
    world.check()


# ------------------------------------------------------------------------------------------------------ queries


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        (ALICE.party, True),
        (A.party, True),
        (officer("audit-board").party, True),
        (BORA.party, False),
        (officer("bank-b").party, False),
        (officer("operator").party, False),
        ("nobody", False),
        ("", False),
    ],
)
def test_a_person_is_shown_to_itself_its_bank_and_auditors(reader, seen):
    world = standard_world()
    world.accept(RECOVER, by=BANK)
    shown = (queries.show_party, queries.show_notice, queries.show_recovery)
    assert [query(world.state(), reader, ALICE.party) is not None for query in shown] == [seen] * 3


def test_the_public_sees_institutions_only():
    state = standard_world().state()
    assert present(queries.institution(state, "bank-a")).roles == ("bank",)
    assert queries.institution(state, ALICE.party) is None
    assert queries.institution(state, "nobody") is None
    assert not queries.may_see(state, ALICE.party, "nobody")
    assert present(queries.key(state, ALICE.kid)).party == ALICE.party


def test_the_laws_see_what_is_wrong():
    """Each invariant is shown a state that breaks it."""
    import msgspec

    from madang.base.parties import MODULE
    from madang.base.parties.state import MEMBERS, Member
    from madang.kernel.authority import KEYS as KEY_TABLE
    from madang.kernel.authority import PARTIES
    from madang.kernel.module import InvariantBroken

    def broken(write):
        state = standard_world().state()
        write(state)
        found = []
        for law in MODULE.invariants:
            try:
                law(state)
            except InvariantBroken:
                found.append(law.__name__)
        return found

    def change(table, name, **members):
        def write(state):
            state.put(table, msgspec.structs.replace(state.get(table, name), **members), name)

        return write

    assert broken(lambda state: None) == []
    assert broken(change(KEY_TABLE, ALICE.kid, party=BORA.party)) == ["keys_belong"]
    assert broken(change(KEY_TABLE, ALICE.kid, party="nobody")) == ["keys_belong"]
    assert broken(change(KEY_TABLE, ALICE.kid, point=BORA.point)) == ["keys_belong"]
    assert broken(change(KEY_TABLE, ALICE.kid, standing="suspended")) == ["keys_belong"]
    assert broken(change(KEY_TABLE, ALICE.kid, standing="revoked")) == ["keys_belong"]
    assert broken(change(PARTIES, ALICE.party, keys=())) == ["keys_belong"]
    assert broken(change(PARTIES, ALICE.party, keys=(ALICE.kid, "x" * 43))) == ["keys_belong"]
    assert broken(change(PARTIES, ALICE.party, keys=(ALICE.kid,) * 9)) == ["keys_belong"]
    assert broken(change(PARTIES, "bank-a", threshold=4)) == ["quorums_can_act"]
    assert broken(lambda state: state.put(MEMBERS, Member(0), "bank-a", ALICE.party)) == ["members_belong"]
