"""Every refusal of mandates as a table in order of precedence, and what grants, registrations and revocations do."""

import msgspec
import pytest

from madang.base.mandates import MODULE, queries
from madang.base.mandates.state import HELD, MANDATES, MAX_DAYS, MAX_GIVEN, WAIT, Held, Mandate
from madang.base.mandates.transactions import Grant, Revoke, Scope
from madang.base.parties.transactions import AppointInstitution, RegisterPeople, SetThreshold, Suspend
from madang.kernel.errors import Malformed
from madang.kernel.module import InvariantBroken
from madang.kernel.transaction import Act
from tests.base.mandates.scene import DAY, DESK, EVIDENCE, errand, mandates_world, registering, scope
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, officers, quorum
from tests.support.signing import wallet
from tests.support.world import START

FIRST, SECOND, THIRD = officers("desk")
SINGLE = wallet("the one officer of a small desk")
SMALL_DESK = [
    (
        AppointInstitution(by="operator", party="small", roles=["desk"], threshold=1, officers=[new_key(SINGLE)]),
        quorum("operator"),
    )
]
ALONE = [(SetThreshold(by="desk", threshold=1), DESK)]
GONE = [(Suspend(by="bank-a", party=BORA.party), officer("bank-a"))]
OFFICER = officer("ministry")
LATER = START + 40 * DAY


def grant(delegate: str = BORA.party, made: Scope | None = None, by: str = ALICE.party) -> Grant:
    return Grant(by=by, delegate=delegate, scope=made or scope())


def register(delegate: str = BORA.party, made: Scope | None = None, principal: str = ALICE.party, **more) -> Act:
    return registering(principal, delegate, made or scope(), **more)


def revoke(by: str = ALICE.party, programme: str | None = None) -> Revoke:
    return Revoke(by=by, principal=ALICE.party, delegate=BORA.party, programme=programme)


GRANTED = [(grant(), ALICE)]
FOR_COUPON = [(grant(made=scope(programme="coupon")), ALICE)]
NO_CAPS = {"per_use": 0, "total": 0}

# What happens before, then the code, the act that is refused so, and who signs.
CASES = [
    ([], "authority.not_signed", grant(), BORA),
    ([], "mandates.not_own_key", grant(by="ministry"), officer("ministry")),
    ([], "mandates.not_person", grant(by="bakery"), BAKERY),
    ([], "mandates.not_person", grant(by=FIRST.party), FIRST),
    ([], "mandates.itself", grant(ALICE.party, scope(until=START)), ALICE),
    ([], "mandates.not_delegate", grant("nobody", scope(until=START)), ALICE),
    ([], "mandates.not_delegate", grant("bakery"), ALICE),
    ([], "mandates.not_delegate", grant("desk"), ALICE),
    ([], "mandates.not_delegate", grant(FIRST.party), ALICE),
    ([], "mandates.not_delegate", grant(FIRST.party, scope("appeals.lodge")), ALICE),
    (GONE, "mandates.not_delegate", grant(), ALICE),
    ([], "mandates.act_twice", grant(made=scope("vouchers.pay", "vouchers.pay", until=START)), ALICE),
    ([], "mandates.dates", grant(made=scope(until=START, **NO_CAPS)), ALICE),
    ([], "mandates.dates", grant(made=scope(since=START + 5 * DAY, until=START + 5 * DAY)), ALICE),
    ([], "mandates.dates", grant(made=scope(until=START + MAX_DAYS * DAY + 1)), ALICE),
    ([], "mandates.caps", grant(made=scope(**NO_CAPS)), ALICE),
    ([], "mandates.caps", grant(made=scope(per_use=0)), ALICE),
    ([], "mandates.caps", grant(made=scope(per_use=25_001)), ALICE),
    ([], "mandates.caps", grant(made=scope("appeals.lodge", total=1)), ALICE),
    ([], "mandates.caps", grant(made=scope("vouchers.claim", per_use=1, total=1)), ALICE),
    ([], "mandates.caps", grant(made=scope("applications.apply", per_use=1, total=1)), ALICE),
    (GRANTED, "mandates.in_force", grant(), ALICE),
    (GRANTED, "mandates.in_force", register(), DESK),
    ([], "authority.quorum", register(), FIRST),
    ([], "authority.quorum", register(), [FIRST, ALICE]),
    ([], "mandates.not_desk", register(principal="nobody", by="bank-a"), quorum("bank-a")),
    ([], "mandates.not_desk", register(by=ALICE.party), ALICE),
    (ALONE, "mandates.two_officers", register(principal="nobody"), FIRST),
    (ALONE, "mandates.two_officers", register(), [FIRST, ALICE, officer("ministry")]),
    (SMALL_DESK, "mandates.two_officers", register(by="small"), SINGLE),
    (SMALL_DESK, "mandates.two_officers", register(by="small"), [SINGLE, FIRST, SECOND]),
    ([], "mandates.own_mandate", register(SECOND.party, principal="nobody"), DESK),
    ([], "mandates.own_mandate", register(), [*DESK, BORA]),
    ([], "mandates.not_person", register(principal="bakery"), DESK),
    ([], "mandates.itself", register(ALICE.party), DESK),
    ([], "mandates.not_delegate", register(THIRD.party), DESK),
    ([], "mandates.not_delegate", register(THIRD.party, ground="official_visit"), DESK),
    ([], "mandates.not_delegate", register(THIRD.party, scope("appeals.lodge"), ground="facility"), DESK),
    ([], "mandates.not_delegate", register(OFFICER.party, scope("appeals.lodge"), ground="official_visit"), DESK),
    (
        [],
        "mandates.not_delegate",
        register(THIRD.party, scope("appeals.lodge", "vouchers.pay"), ground="official_visit"),
        DESK,
    ),
    ([], "mandates.dates", register(made=scope(until=START + WAIT)), DESK),
    ([], "mandates.not_yours", revoke(CHUL.party), CHUL),
    (GRANTED, "mandates.not_yours", revoke("bank-a"), officer("bank-a")),
    (GRANTED, "mandates.not_yours", revoke(FIRST.party), FIRST),
    (GRANTED, "authority.not_signed", revoke(), BORA),
    ([], "mandates.unknown", revoke(), ALICE),
    (GRANTED, "mandates.unknown", revoke(programme="coupon"), ALICE),
    (FOR_COUPON, "mandates.unknown", revoke(), ALICE),
    ([*GRANTED, (revoke(), ALICE)], "mandates.unknown", revoke("desk"), FIRST),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = mandates_world()
    for step, signers in before:
        world.accept(step, by=signers)
    world.refuse(code, act, by=by)
    world.check()


def given(world, reader: str = ALICE.party):
    return queries.given(world.state(), reader)


def test_a_principal_grants_and_both_see_it_and_nobody_else():
    world = mandates_world()
    world.accept(grant(made=scope(since=START + DAY)), by=ALICE)
    (seen,) = given(world)
    assert seen.mandate == Mandate(
        ("vouchers.pay",), "signed", "", "", 10_000, 25_000, START + DAY, START + 30 * DAY, 0, 0
    )
    assert (seen.principal, seen.delegate, seen.programme) == (ALICE.party, BORA.party, "")
    assert queries.held(world.state(), BORA.party) == [seen]
    for other in (CHUL.party, "bank-a", "desk", FIRST.party, "audit-board"):
        assert given(world, other) == queries.held(world.state(), other) == []


def test_a_mandate_that_a_desk_registers_says_on_what_and_one_to_spend_waits_three_days():
    world = mandates_world()
    world.accept(register(), by=DESK)
    world.accept(register(made=scope("appeals.lodge", programme="another"), ground="legal_representative"), by=DESK)
    world.accept(register(made=scope("applications.apply", programme="apply"), ground="household_head"), by=DESK)
    spending, appealing, applying = (one.mandate for one in given(world))
    assert (spending.ground, spending.evidence, spending.registered_by) == ("written", EVIDENCE, "desk")
    assert spending.since == START + WAIT
    assert (appealing.ground, appealing.since) == ("legal_representative", START)
    assert (applying.ground, applying.since) == ("household_head", START)
    world.refuse("mandates.not_yet", errand(ALICE.party, 1_000), by=BORA)
    world.advance(WAIT - 1)
    world.refuse("mandates.not_yet", errand(ALICE.party, 1_000), by=BORA)
    world.advance(1)
    world.accept(errand(ALICE.party, 1_000), by=BORA)
    world.check()


def test_while_it_waits_the_principal_ends_a_mandate_that_a_desk_made_up():
    world = mandates_world()
    world.accept(register(), by=DESK)
    world.advance(WAIT - 1)
    world.accept(revoke(), by=ALICE)
    world.advance(1)
    world.refuse("mandates.none", errand(ALICE.party, 1_000), by=BORA)


def test_an_officer_who_visits_applies_for_people_and_never_spends():
    world = mandates_world()
    acts = scope("vouchers.claim", "appeals.lodge", "applications.apply")
    world.accept(register(THIRD.party, acts, ground="official_visit"), by=DESK)
    world.accept(errand(ALICE.party, by=THIRD.party, act="appeals.lodge"), by=THIRD)
    world.accept(errand(ALICE.party, by=THIRD.party, act="applications.apply"), by=THIRD)
    world.refuse("mandates.act", errand(ALICE.party, by=THIRD.party), by=THIRD)
    world.check()


@pytest.mark.parametrize(
    ("by", "signer"), [(ALICE.party, ALICE), (BORA.party, BORA), ("desk", FIRST)], ids=["principal", "delegate", "desk"]
)
def test_a_revoked_mandate_ends_at_once(by, signer):
    world = mandates_world()
    world.accept(grant(), by=ALICE)
    results = world.send(
        world.sign(errand(ALICE.party, 1_000), by=BORA),
        world.sign(revoke(by), by=signer),
        world.sign(errand(ALICE.party, 1_000), by=BORA),
    )
    assert [one.code for one in results] == ["", "", "mandates.none"]
    assert given(world) == queries.held(world.state(), BORA.party) == []
    assert len(queries.uses(world.state(), ALICE.party)) == 1
    world.check()


def test_what_ended_is_replaced_and_what_is_in_force_is_not():
    world = mandates_world()
    world.accept(grant(), by=ALICE)
    world.accept(errand(ALICE.party, 5_000), by=BORA)
    world.advance(30 * DAY - 1)
    world.refuse("mandates.in_force", grant(made=scope(until=LATER)), by=ALICE)
    world.advance(1)
    world.accept(grant(made=scope(until=LATER)), by=ALICE)
    assert [one.mandate.used for one in given(world)] == [0]
    world.check()


def test_a_principal_gives_few_mandates():
    world = mandates_world()
    acts = [grant(made=scope(programme=f"programme-{number}")) for number in range(MAX_GIVEN)]
    world.accept(*acts, by=ALICE)
    world.refuse("mandates.too_many", grant(), by=ALICE)
    world.accept(revoke(programme="programme-0"), grant(), by=ALICE)
    world.check()


def test_strangers_neither_fill_a_delegate_up_nor_hide_what_else_it_holds():
    world = mandates_world()
    strangers = [wallet(f"stranger {number}") for number in range(33)]
    world.accept(RegisterPeople(by="bank-b", keys=[new_key(one) for one in strangers]), by=officer("bank-b"))
    for one in strangers:
        acts = [grant(CHUL.party, scope(programme=f"p-{number}"), by=one.party) for number in range(MAX_GIVEN)]
        world.accept(*acts, by=one)
    world.accept(grant(CHUL.party), by=ALICE)
    world.accept(errand(ALICE.party, 1_000, by=CHUL.party), by=CHUL)
    seen, after = [], ""
    while page := queries.held(world.state(), CHUL.party, after, 100):
        assert len(page) <= 100
        seen += [(one.principal, one.programme) for one in page]
        after = "/".join(seen[-1])
    assert len(seen) == len(set(seen)) == 33 * MAX_GIVEN + 1
    assert (ALICE.party, "") in seen
    assert len(queries.held(world.state(), CHUL.party, limit=9_999)) == 500
    world.check()


@pytest.mark.parametrize(
    ("field", "value"),
    [("acts", []), ("acts", ["vouchers.refund"]), ("acts", ["vouchers.pay"] * 9), ("per_use", -1), ("programme", "X")],
)
def test_a_scope_has_a_form(field, value):
    made = msgspec.structs.replace(scope(), **{field: value})
    with pytest.raises(Malformed, match="json.invalid"):
        mandates_world().submit(grant(made=made), by=ALICE)


def give(state, count, mandate):
    for number in range(count):
        state.put(MANDATES, mandate, ALICE.party, CHUL.party, f"p-{number}")
        state.put(HELD, Held(1), CHUL.party, f"{ALICE.party}/p-{number}")


def test_the_laws_see_what_is_wrong():
    world = mandates_world()
    world.accept(grant(), by=ALICE)
    held, capped = MODULE.invariants
    key = (ALICE.party, BORA.party, "")
    good = world.state().get(MANDATES, *key)
    for law, change in [
        (held, lambda state: state.delete(HELD, BORA.party, f"{ALICE.party}/")),
        (held, lambda state: state.put(HELD, Held(1), CHUL.party, f"{ALICE.party}/")),
        (held, lambda state: give(state, MAX_GIVEN, good)),
        (capped, lambda state: state.put(MANDATES, msgspec.structs.replace(good, used=25_001), *key)),
        (capped, lambda state: state.put(MANDATES, good, ALICE.party, FIRST.party, "")),
    ]:
        state = world.state()
        law(state)
        change(state)
        with pytest.raises(InvariantBroken):
            law(state)
