"""Every refusal of appeals as a table in order of precedence: where two apply, the first is given."""

from typing import Any

import pytest

from madang.base.mandates.transactions import Grant as MandateGrant
from madang.base.mandates.transactions import Scope
from madang.base.parties.transactions import AppointOfficer, DismissOfficer, Suspend, SuspendByQuorum
from madang.base.programmes.transactions import Draft
from madang.kernel.errors import Malformed
from madang.services.appeals.transactions import MAX_EVIDENCE, MAX_OFFICES
from tests.services.appeals.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    OTHER_OFFICIAL,
    SECOND,
    THIRD,
    UNTIL,
    appeals_world,
    decide,
    digest,
    lodge,
    lodge_in,
    supplement,
    take,
    terms,
    withdraw,
)
from tests.services.vouchers.scene import COUPON, OPENS, coupon_world, documents
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, BANK = quorum("ministry"), officer("bank-a")
NOTHING = "B" * 22
MANY = [digest(number) for number in range(10, 10 + MAX_EVIDENCE)]


def _played() -> tuple[World, dict[str, str]]:
    world = appeals_world()
    _, kind, document, _, _ = documents()
    renamed = document.replace(COUPON, "a-draft")
    world.accept(
        Draft(by="ministry", programme="a-draft", bank="treasury-bank", kind=kind, document=renamed), by=OFFICIAL
    )
    scope = Scope(acts=["vouchers.claim"], until=OPENS + 100)
    world.accept(MandateGrant(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)
    ended = Scope(acts=["appeals.lodge"], until=OPENS + 1)
    world.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=ended), by=ALICE)
    made = {"alice": lodge_in(world, ALICE), "chul": lodge_in(world, CHUL, matter="region", office="ministry")}
    made["handle"] = lodge_in(world, DESK, for_party=HANDLE)
    for name, matter in (("taken", "freeze"), ("decided", "recovery"), ("gone", "refusal")):
        made[name] = lodge_in(world, ALICE, matter=matter)
    world.accept(take(made["taken"]), by=DESK)
    world.accept(take(made["taken"], by=SECOND.party), by=SECOND)
    world.accept(take(made["decided"]), by=DESK)
    world.accept(decide(made["decided"]), by=SECOND)
    world.accept(withdraw(made["gone"]), by=ALICE)
    world.accept(take(made["chul"], by=OFFICIAL.party), by=OFFICIAL)
    world.accept(take(made["handle"], by=SECOND.party), by=SECOND)
    world.advance(1)
    return world, made


PLAYED, MADE = _played()
OPEN, REGION, HANDLES, TAKEN, DECIDED, GONE = (
    MADE[name] for name in ("alice", "chul", "handle", "taken", "decided", "gone")
)

# The code, the reason, the act that is refused so, and who signs. A number before these is the time, if it matters.
CASES: list[tuple[Any, ...]] = [
    # ------------------------------------------------------------------------------------------------- set_terms
    ("authority.quorum", "", terms(), OFFICIAL),
    ("appeals.programme", "", terms(by="bank-a", programme="nothing"), quorum("bank-a")),
    ("appeals.programme", "", terms(by="bank-a", programme="a-draft"), quorum("bank-a")),
    ("appeals.not_sponsor", "", terms(by="bank-a", until=0), quorum("bank-a")),
    ("appeals.in_the_past", "", terms(until=OPENS, offices=["bank-a"]), MINISTRY),
    ("appeals.office_role", "bank-a", terms(offices=["desk", "bank-a"]), MINISTRY),
    ("appeals.office_role", "nobody", terms(offices=["nobody"]), MINISTRY),
    # ----------------------------------------------------------------------------------------------------- lodge
    ("authority.not_signed", "", lodge(), BORA),
    ("appeals.not_own_key", "", lodge(by="desk", for_party="nobody", programme="nothing"), DESK),
    ("mandates.none", "", lodge(for_party=BORA.party, programme="nothing"), ALICE),
    ("mandates.none", "", lodge(by=BANK.party, for_party=HANDLE, programme="nothing"), BANK),
    ("mandates.none", "", lodge(by=OFFICIAL.party, for_party="bakery"), OFFICIAL),
    ("mandates.act", "", lodge(by=CHUL.party, for_party=ALICE.party, matter="region"), CHUL),
    ("mandates.ended", "", lodge(by=BORA.party, for_party=ALICE.party, programme="nothing"), BORA),
    ("appeals.not_person", "", lodge(by="bakery", programme="nothing"), BAKERY),
    ("appeals.not_person", "", lodge(by=DESK.party, programme="nothing"), DESK),
    ("appeals.not_person", "", lodge(by=DESK.party, for_party="bakery", programme="nothing"), DESK),
    ("appeals.principal", "", lodge(by=DESK.party, for_party="nobody", programme="nothing"), DESK),
    ("appeals.principal", "", lodge(by=DESK.party, for_party="A" * 43), DESK),
    ("appeals.no_terms", "", lodge(programme="nothing", office="nobody"), ALICE),
    (UNTIL + 1, "appeals.too_late", "", lodge(office="nobody"), ALICE),
    ("appeals.not_office", "", lodge(office="welfare"), ALICE),
    ("appeals.open_already", "", lodge(evidence=[digest(1), digest(1)]), ALICE),
    ("appeals.open_already", "", lodge(office="ministry", ground="other"), ALICE),
    ("appeals.open_already", "", lodge(by=DESK.party, for_party=ALICE.party), DESK),
    ("appeals.open_already", "", lodge(by=SECOND.party, for_party=HANDLE), SECOND),
    ("appeals.same_evidence", "", lodge(by=BORA.party, evidence=[digest(1), digest(2), digest(1)]), BORA),
    # ------------------------------------------------------------------------------------------------ supplement
    ("authority.not_signed", "", supplement(OPEN, digest(2)), BORA),
    ("appeals.not_own_key", "", supplement(NOTHING, digest(2), by="desk"), DESK),
    ("appeals.unknown_appeal", "", supplement(NOTHING, digest(2)), ALICE),
    ("appeals.not_yours", "", supplement(DECIDED, digest(2), by=BORA.party), BORA),
    ("appeals.not_yours", "", supplement(OPEN, digest(2), by=DESK.party), DESK),
    ("appeals.not_yours", "", supplement(HANDLES, digest(2), by=OFFICIAL.party), OFFICIAL),
    ("appeals.closed", "", supplement(DECIDED, digest(1)), ALICE),
    ("appeals.closed", "", supplement(GONE, digest(2)), ALICE),
    ("appeals.too_much_evidence", "", supplement(OPEN, *MANY), ALICE),
    ("appeals.same_evidence", "", supplement(OPEN, digest(1)), ALICE),
    # ------------------------------------------------------------------------------------------------------ take
    ("authority.not_signed", "", take(OPEN), SECOND),
    ("appeals.not_own_key", "", take(NOTHING, by="desk"), DESK),
    ("appeals.unknown_appeal", "", take(NOTHING), DESK),
    ("appeals.not_officer", "", take(DECIDED, by=ALICE.party), ALICE),
    ("appeals.not_officer", "", take(OPEN, by=OFFICIAL.party), OFFICIAL),
    ("appeals.closed", "", take(DECIDED), DESK),
    ("appeals.closed", "", take(GONE), DESK),
    ("appeals.taken_already", "", take(TAKEN, by=SECOND.party), SECOND),
    ("appeals.taken_already", "", take(TAKEN), DESK),
    # ---------------------------------------------------------------------------------------------------- decide
    ("authority.not_signed", "", decide(TAKEN), THIRD),
    ("appeals.not_own_key", "", decide(NOTHING, by="desk"), THIRD),
    ("appeals.unknown_appeal", "", decide(NOTHING), SECOND),
    ("appeals.not_officer", "", decide(DECIDED, by=ALICE.party), ALICE),
    ("appeals.not_officer", "", decide(TAKEN, by=OTHER_OFFICIAL.party), OTHER_OFFICIAL),
    ("appeals.closed", "", decide(DECIDED, by=DESK.party), DESK),
    ("appeals.closed", "", decide(GONE), SECOND),
    ("appeals.lodged_it", "", decide(HANDLES, by=DESK.party), DESK),
    ("appeals.not_taken", "", decide(OPEN, "granted"), SECOND),
    ("appeals.handled_it", "", decide(TAKEN, "granted"), SECOND),
    ("appeals.handled_it", "", decide(TAKEN, by=DESK.party), DESK),
    ("appeals.handled_it", "", decide(HANDLES), SECOND),
    ("appeals.outcome", "", decide(TAKEN, "region_moved", by=THIRD.party), THIRD),
    ("appeals.names_nothing", "", decide(TAKEN, "granted", by=THIRD.party), THIRD),
    ("appeals.names_something", "", decide(TAKEN, "dismissed", by=THIRD.party, follows="r1"), THIRD),
    # -------------------------------------------------------------------------------------------------- withdraw
    ("authority.not_signed", "", withdraw(OPEN), BORA),
    ("appeals.not_own_key", "", withdraw(NOTHING, by="desk"), DESK),
    ("appeals.unknown_appeal", "", withdraw(NOTHING), ALICE),
    ("appeals.not_yours", "", withdraw(GONE, by=BORA.party), BORA),
    ("appeals.not_yours", "", withdraw(OPEN, by=DESK.party), DESK),
    ("appeals.closed", "", withdraw(DECIDED), ALICE),
    ("appeals.closed", "", withdraw(GONE), ALICE),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[-4]}-{type(case[-2]).__name__}")
def test_refusals(case):
    *time, code, reason, act, by = case
    world = PLAYED.fork()
    world.time = time[0] if time else world.time
    result = world.refuse(code, act, by=by)
    assert result.reason == reason
    world.check()


def test_a_programme_without_terms_takes_no_appeals():
    coupon_world().refuse("appeals.no_terms", lodge(), by=ALICE)


def test_eight_officers_have_an_appeal_in_hand_and_no_more():
    world = PLAYED.fork()
    more = [wallet(f"desk officer more {number}") for number in range(8)]
    for one in more:
        world.accept(AppointOfficer(by="desk", key=new_key(one)), by=quorum("desk"))
    for one in more:
        world.accept(take(OPEN, by=one.party), by=one)
    world.refuse("appeals.too_many_handlers", take(OPEN, by=THIRD.party), by=THIRD)
    world.accept(decide(OPEN, by=THIRD.party), by=THIRD)
    world.check()


def test_officers_who_left_and_institutions_that_are_suspended_decide_nothing():
    world = PLAYED.fork()
    world.accept(DismissOfficer(by="desk", officer=THIRD.party), by=quorum("desk"))
    world.refuse("authority.key_revoked", decide(TAKEN, by=THIRD.party), by=THIRD)
    world.accept(SuspendByQuorum(by="operator", party="ministry"), by=quorum("operator"))
    world.refuse("appeals.not_officer", decide(REGION, by=OTHER_OFFICIAL.party), by=OTHER_OFFICIAL)
    world.check()


def test_a_frozen_person_signs_no_appeal_and_no_delegate_of_a_thiefs_does():
    world = PLAYED.fork()
    scope = Scope(acts=["appeals.lodge"], until=OPENS + 100)
    world.accept(MandateGrant(by=BORA.party, delegate=CHUL.party, scope=scope), by=BORA)
    world.accept(Suspend(by="bank-a", party=BORA.party), by=BANK)
    world.refuse("authority.suspended", lodge(by=BORA.party), by=BORA)
    world.refuse("mandates.principal_suspended", lodge(by=CHUL.party, for_party=BORA.party), by=CHUL)


FORMS = [
    terms(days=0),
    terms(days=366),
    terms(until=-1),
    terms(offices=[]),
    terms(offices=[f"office-{number}" for number in range(MAX_OFFICES + 1)]),
    lodge(matter="taste"),
    lodge(ground="none"),
    lodge(evidence=[digest(number) for number in range(MAX_EVIDENCE + 1)]),
    lodge(evidence=["short"]),
    lodge(evidence=["g" * 64]),
    supplement(OPEN),
    take(OPEN + "\n"),
    decide(OPEN, "withdrawn"),
    decide(OPEN, "granted", follows=""),
    withdraw(OPEN[:-1]),
]


@pytest.mark.parametrize("act", FORMS, ids=lambda act: type(act).__name__)
def test_what_has_no_form_is_never_ordered(act):
    with pytest.raises(Malformed, match="json.invalid"):
        PLAYED.fork().submit(act, by=[ALICE, DESK, *MINISTRY])
