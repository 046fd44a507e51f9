"""Every refusal of applications as a table in order of precedence: where two apply, the first is given."""

from typing import Any

import pytest

from madang.base.mandates.transactions import Grant as MandateGrant
from madang.base.mandates.transactions import Scope
from madang.base.parties.transactions import AppointInstitution, DismissOfficer, Suspend, SuspendByQuorum
from madang.base.programmes.transactions import Close, Draft, NameAuthorities
from madang.kernel.errors import Malformed
from madang.services.applications.state import MAX_CHANGES, MAX_OPEN
from madang.services.applications.transactions import MAX_AUTHORITIES, MAX_EVIDENCE, MAX_SUBJECTS
from madang.services.vouchers.transactions import Reclaim
from tests.services.applications.scene import (
    DESK,
    HANDLE,
    OFFICIAL,
    OTHER_OFFICIAL,
    SECOND,
    THIRD,
    UNTIL,
    WELFARE,
    applications_world,
    apply,
    apply_in,
    change,
    decide,
    declined,
    digest,
    granted,
    terms,
    withdraw,
)
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS, coupon_world, documents
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, BANK = quorum("ministry"), officer("bank-a")
NOTHING = "B" * 22
MANY = [digest(number) for number in range(910, 910 + MAX_EVIDENCE)]
DAEJEON = wallet("other desk")
"""An officer of another desk."""


def _played() -> tuple[World, dict[str, str]]:
    world = applications_world()
    desk = AppointInstitution(by="operator", party="desk-b", roles=["desk"], threshold=1, officers=[new_key(DAEJEON)])
    world.accept(desk, by=quorum("operator"))
    _, kind, document, _, _ = documents()
    renamed = document.replace(COUPON, "a-draft")
    world.accept(
        Draft(by="ministry", programme="a-draft", bank="treasury-bank", kind=kind, document=renamed), by=OFFICIAL
    )
    scope = Scope(acts=["vouchers.claim"], until=OPENS + 100)
    world.accept(MandateGrant(by=ALICE.party, delegate=CHUL.party, scope=scope), by=ALICE)
    ended = Scope(acts=["applications.apply"], until=OPENS + 1)
    world.accept(MandateGrant(by=ALICE.party, delegate=BORA.party, scope=ended), by=ALICE)
    acting = Scope(acts=["applications.apply"], until=UNTIL)
    world.accept(MandateGrant(by=CHUL.party, delegate=BORA.party, scope=acting), by=CHUL)
    made = {"alice": apply_in(world, 1), "handle": apply_in(world, 2, by=DESK, for_party=HANDLE)}
    made["chul"] = apply_in(world, 3, by=BORA, for_party=CHUL.party)
    for place, name in enumerate(("granted", "declined", "withdrawn", "waiting"), 4):
        made[name] = apply_in(world, place)
    world.accept(granted(made["granted"]), by=OFFICIAL)
    world.accept(declined(made["declined"]), by=OFFICIAL)
    world.accept(withdraw(made["withdrawn"]), by=ALICE)
    world.accept(decide(made["waiting"]), by=OFFICIAL)
    world.accept(change(made["handle"], 2, 12, by=SECOND.party), by=SECOND)
    world.advance(1)
    return world, made


PLAYED, MADE = _played()
OPEN, HANDLES, CHULS, GRANTED, DECLINED, GONE, WAITING = MADE.values()
BIRTH: dict[str, Any] = {"ground": "birth", "earlier": GRANTED}

# The code, the reason, the act that is refused so, and who signs. A number before these is the time, if it matters.
CASES: list[tuple[Any, ...]] = [
    # ------------------------------------------------------------------------------------------------- set_terms
    ("authority.quorum", "", terms(), OFFICIAL),
    ("applications.programme", "", terms(by="bank-a", programme="nothing"), quorum("bank-a")),
    ("applications.programme", "", terms(programme="a-draft"), MINISTRY),
    ("applications.not_sponsor", "", terms(by="bank-a", until=0), quorum("bank-a")),
    ("applications.window", "", terms(since=OPENS + 10, until=OPENS + 9, authorities=["bank-a"]), MINISTRY),
    ("applications.window", "", terms(since=0, until=OPENS), MINISTRY),
    ("applications.authority_role", "desk", terms(authorities=["welfare", "desk"]), MINISTRY),
    ("applications.authority_role", "nobody", terms(authorities=["nobody"]), MINISTRY),
    # ----------------------------------------------------------------------------------------------------- apply
    ("authority.not_signed", "", apply(), BORA),
    ("applications.not_own_key", "", apply("desk", for_party="nobody", programme="nothing"), DESK),
    ("mandates.none", "", apply(ALICE.party, for_party=BORA.party, programme="nothing"), ALICE),
    ("mandates.principal_suspended", "", apply(OFFICIAL.party, for_party=HANDLE, programme="nothing"), OFFICIAL),
    ("mandates.act", "", apply(CHUL.party, for_party=ALICE.party, programme="nothing"), CHUL),
    ("mandates.ended", "", apply(BORA.party, for_party=ALICE.party, programme="nothing"), BORA),
    ("applications.not_person", "", apply("bakery", programme="nothing"), BAKERY),
    ("applications.not_person", "", apply(DESK.party, programme="nothing"), DESK),
    ("applications.not_person", "", apply(DESK.party, for_party="bakery", programme="nothing"), DESK),
    ("applications.applicant", "", apply(DESK.party, for_party="nobody", programme="nothing"), DESK),
    ("applications.applicant", "", apply(DESK.party, for_party="A" * 43), DESK),
    ("applications.programme", "", apply(programme="nothing", ground="birth"), ALICE),
    ("applications.programme", "", apply(programme="a-draft"), ALICE),
    (OPENS - 1, "applications.outside_window", "", apply(ground="birth"), ALICE),
    (UNTIL + 1, "applications.outside_window", "", apply(ground="birth"), ALICE),
    ("applications.names_no_earlier", "", apply(ground="birth", holder="nobody"), ALICE),
    ("applications.names_earlier", "", apply(earlier=NOTHING, holder="nobody"), ALICE),
    ("applications.unknown_earlier", "", apply(ground="split", earlier=NOTHING, holder="nobody"), ALICE),
    ("applications.unknown_earlier", "", apply(ground="moved_in", earlier=GONE, holder="nobody"), ALICE),
    ("applications.earlier_open", "", apply(ground="birth", earlier=OPEN, holder="nobody"), ALICE),
    ("applications.earlier_open", "", apply(ground="birth", earlier=WAITING, holder="nobody"), ALICE),
    ("applications.delegates_holder", "", apply(BORA.party, 7, 7, for_party=CHUL.party, holder=BORA.party), BORA),
    ("applications.delegates_holder", "", apply(BORA.party, 7, 7, for_party=CHUL.party, holder="nobody"), BORA),
    ("applications.not_holder", "", apply(ALICE.party, 7, 7, holder="nobody"), ALICE),
    ("applications.not_holder", "", apply(ALICE.party, 7, 7, holder="bakery"), ALICE),
    ("applications.not_holder", "", apply(DESK.party, 7, 7, for_party=HANDLE, holder=DESK.party), DESK),
    ("applications.same_subject", "", apply(ALICE.party, 1, 1, evidence=[digest(1), digest(1)]), ALICE),
    ("applications.same_evidence", "", apply(ALICE.party, 1, evidence=[digest(1), digest(2), digest(1)]), ALICE),
    ("applications.open_already", "", apply(ALICE.party, 1), ALICE),
    ("applications.open_already", "", apply(BORA.party, 8, 12), BORA),
    ("applications.open_already", "", apply(DESK.party, 7, 8, for_party=NOTHING), DESK),
    ("applications.open_already", "", apply(BORA.party, 1, **BIRTH), BORA),
    # ---------------------------------------------------------------------------------------------------- change
    ("authority.not_signed", "", change(OPEN, 1, 8), BORA),
    ("applications.not_own_key", "", change(NOTHING, 1, by="desk"), DESK),
    ("applications.unknown_application", "", change(NOTHING, 1), ALICE),
    ("applications.not_yours", "", change(GRANTED, 1, by=BORA.party), BORA),
    ("applications.not_yours", "", change(OPEN, 1, 8, by=DESK.party), DESK),
    ("applications.not_yours", "", change(HANDLES, 2, by=DAEJEON.party), DAEJEON),
    ("applications.not_yours", "", change(OPEN, 1, 8, by=OFFICIAL.party), OFFICIAL),
    ("applications.not_yours", "", change(WAITING, 7, by=OFFICIAL.party), OFFICIAL),
    ("applications.closed", "", change(GRANTED), ALICE),
    ("applications.closed", "", change(DECLINED), ALICE),
    ("applications.closed", "", change(GONE, 6), ALICE),
    (UNTIL, "mandates.ended", "", change(CHULS, by=BORA.party), BORA),
    ("applications.at_a_desk", "", change(WAITING), ALICE),
    ("applications.changes_nothing", "", change(OPEN), ALICE),
    ("applications.delegates_holder", "", change(CHULS, 3, 3, by=BORA.party, holder=BORA.party), BORA),
    ("applications.not_holder", "", change(OPEN, 1, 1, holder="bakery"), ALICE),
    ("applications.same_subject", "", change(OPEN, 3, 3, evidence=[digest(901)]), ALICE),
    ("applications.too_much_evidence", "", change(OPEN, 3, evidence=MANY), ALICE),
    ("applications.same_evidence", "", change(OPEN, 3, evidence=[digest(901)]), ALICE),
    ("applications.open_already", "", change(OPEN, 1, 12), ALICE),
    # ---------------------------------------------------------------------------------------------------- decide
    ("authority.not_signed", "", decide(OPEN), WELFARE),
    ("applications.not_own_key", "", decide(NOTHING, by="ministry"), OFFICIAL),
    ("applications.unknown_application", "", decide(NOTHING), OFFICIAL),
    ("applications.not_authority", "", decide(GRANTED, by=ALICE.party), ALICE),
    ("applications.not_authority", "", decide(HANDLES, by=THIRD.party), THIRD),
    ("applications.not_authority", "", decide(OPEN, by=BANK.party), BANK),
    ("applications.closed", "", declined(GRANTED), OFFICIAL),
    ("applications.closed", "", granted(DECLINED, "ref-2"), OFFICIAL),
    ("applications.closed", "", decide(GONE), OFFICIAL),
    ("applications.waits_for_desk", "", decide(WAITING, by=OTHER_OFFICIAL.party, reference="ref-2"), OTHER_OFFICIAL),
    ("applications.waits_for_desk", "", decide(WAITING, "declined", WELFARE.party), WELFARE),
    ("applications.names_no_reference", "", decide(OPEN, "granted", ground="not_entitled"), OFFICIAL),
    ("applications.names_no_reference", "", decide(WAITING, "granted"), OFFICIAL),
    ("applications.names_reference", "", decide(OPEN, "declined", reference="ref-1"), OFFICIAL),
    ("applications.names_reference", "", decide(OPEN, reference="ref-2", ground="not_entitled"), OFFICIAL),
    ("applications.names_no_ground", "", decide(OPEN, "declined"), OFFICIAL),
    ("applications.names_ground", "", decide(OPEN, "granted", reference="ref-1", ground="not_entitled"), OFFICIAL),
    ("applications.names_ground", "", decide(OPEN, ground="not_entitled"), OFFICIAL),
    ("applications.reference_used", "ref-1", granted(OPEN, "ref-1"), OFFICIAL),
    # -------------------------------------------------------------------------------------------------- withdraw
    ("authority.not_signed", "", withdraw(OPEN), BORA),
    ("applications.not_own_key", "", withdraw(NOTHING, by="desk"), DESK),
    ("applications.unknown_application", "", withdraw(NOTHING), ALICE),
    ("applications.not_yours", "", withdraw(GONE, by=BORA.party), BORA),
    ("applications.not_yours", "", withdraw(OPEN, by=DESK.party), DESK),
    ("applications.not_yours", "", withdraw(WAITING, by=DESK.party), DESK),
    ("applications.closed", "", withdraw(GRANTED), ALICE),
    ("applications.closed", "", withdraw(GONE), ALICE),
    (UNTIL, "mandates.ended", "", withdraw(CHULS, by=BORA.party), BORA),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[-4]}-{type(case[-2]).__name__}")
def test_refusals(case):
    *time, code, reason, act, by = case
    world = PLAYED.fork()
    world.time = time[0] if time else world.time
    result = world.refuse(code, act, by=by)
    assert result.reason == reason
    world.check()


def test_a_programme_without_terms_takes_no_applications():
    coupon_world().refuse("applications.no_terms", apply(ground="birth"), by=ALICE)


def test_a_programme_that_is_closed_takes_none_and_sets_no_terms():
    world = PLAYED.fork()
    world.time = CLOSES
    world.accept(Reclaim(by="ministry", programme=COUPON, amount=10_000_000), by=OFFICIAL)
    world.accept(Close(by="ministry", programme=COUPON), by=MINISTRY)
    world.refuse("applications.programme", terms(until=CLOSES + 1), by=MINISTRY)
    world.refuse("applications.programme", apply(), by=ALICE)


def test_who_sits_in_a_programme_for_desks_only_is_sent_to_one_before_anything_else_is_looked_at():
    world = PLAYED.fork()
    world.accept(terms(desk_only=True), by=MINISTRY)
    world.refuse("applications.desk_only", apply(ground="birth"), by=ALICE)
    world.refuse("applications.desk_only", change(OPEN), by=ALICE)
    world.refuse("applications.at_a_desk", change(WAITING), by=ALICE)


def test_an_institution_that_is_both_desk_and_sponsor_decides_by_another_officer():
    """An office often takes applications in and decides them: not by the same hands."""
    world = PLAYED.fork()
    one, two, three = (wallet(f"town {number}") for number in range(3))
    roles: Any = ["desk", "eligibility_authority"]
    town = AppointInstitution(
        by="operator", party="town", roles=roles, threshold=1, officers=[new_key(key) for key in (one, two, three)]
    )
    world.accept(town, by=quorum("operator"))
    naming = NameAuthorities(by="ministry", programme=COUPON, authorities=["welfare", "town"])
    world.accept(naming, by=MINISTRY)
    world.accept(terms(authorities=["town"]), by=MINISTRY)
    number = apply_in(world, 20, by=one, for_party=HANDLE)
    world.accept(change(number, 20, 21, by=two.party), by=two)
    for officer_ in (one, two):
        world.refuse("applications.entered_it", decide(number, by=officer_.party), by=officer_)
        world.refuse("applications.entered_it", granted(number, "ref-9", by=officer_.party), by=[officer_, three])
    # Who sent it to a desk had no part in entering it, and may decide; who then changes it may not.
    world.accept(decide(number, by=three.party), by=three)
    world.accept(change(number, 20, by=two.party), by=two)
    world.accept(granted(number, "ref-9", by=three.party), by=three)
    world.check()


def test_an_authority_decides_only_where_the_programme_names_it_too():
    world = PLAYED.fork()
    world.accept(NameAuthorities(by="ministry", programme=COUPON, authorities=[]), by=MINISTRY)
    world.refuse("applications.not_authority", decide(OPEN, by=WELFARE.party), by=WELFARE)
    world.refuse("applications.authority_not_named", terms(), by=MINISTRY)
    world.accept(terms(authorities=[]), by=MINISTRY)
    world.accept(NameAuthorities(by="ministry", programme=COUPON, authorities=["welfare"]), by=MINISTRY)
    world.accept(terms(), by=MINISTRY)
    world.accept(decide(OPEN, by=WELFARE.party), by=WELFARE)


def test_an_application_is_changed_sixteen_times_and_no_more():
    world = PLAYED.fork()
    for place in range(MAX_CHANGES):
        world.accept(change(OPEN, 100 + place), by=ALICE)
    world.refuse("applications.too_many_changes", change(OPEN, 1, 1), by=ALICE)
    world.accept(withdraw(OPEN), by=ALICE)
    world.check()


def test_an_applicant_has_sixteen_open_applications_and_no_more_whoever_applies():
    world = PLAYED.fork()
    for place in range(MAX_OPEN - 2):
        apply_in(world, 100 + place)
    world.refuse("applications.too_many_open", apply(ALICE.party, 200), by=ALICE)
    world.refuse("applications.too_many_open", apply(DESK.party, 200, for_party=ALICE.party), by=DESK)
    world.refuse("applications.open_already", apply(ALICE.party, 100), by=ALICE)
    world.accept(withdraw(WAITING), by=ALICE)
    apply_in(world, 200)
    world.check()


def test_officers_who_left_and_institutions_that_are_suspended_decide_nothing():
    world = PLAYED.fork()
    world.accept(DismissOfficer(by="welfare", officer=WELFARE.party), by=quorum("welfare"))
    world.refuse("authority.key_revoked", decide(OPEN, by=WELFARE.party), by=WELFARE)
    world.accept(SuspendByQuorum(by="operator", party="ministry"), by=quorum("operator"))
    world.refuse("applications.not_authority", decide(OPEN, by=OFFICIAL.party), by=OFFICIAL)
    world.check()


def test_a_desk_that_is_suspended_enters_and_changes_nothing():
    world = PLAYED.fork()
    world.accept(SuspendByQuorum(by="operator", party="desk"), by=quorum("operator"))
    world.refuse("mandates.principal_suspended", apply(DESK.party, 30, for_party=HANDLE), by=DESK)
    world.refuse("applications.not_yours", change(HANDLES, 2, by=DESK.party), by=DESK)
    world.refuse("applications.not_yours", change(WAITING, 7, by=DESK.party), by=DESK)


def test_a_suspended_person_applies_for_nothing_and_a_desk_does_for_nobody_suspended():
    world = PLAYED.fork()
    world.accept(Suspend(by="bank-a", party=BORA.party), by=BANK)
    world.refuse("authority.suspended", apply(BORA.party, 30), by=BORA)
    world.refuse("applications.not_person", apply(DESK.party, 30, for_party=BORA.party), by=DESK)
    world.refuse("applications.not_holder", apply(ALICE.party, 30, holder=BORA.party), by=ALICE)


FORMS = [
    terms(days=0),
    terms(days=366),
    terms(since=-1),
    terms(authorities=[f"office-{number}" for number in range(MAX_AUTHORITIES + 1)]),
    apply(subjects=[]),
    apply(subjects=[digest(number) for number in range(MAX_SUBJECTS + 1)]),
    apply(subjects=["short"]),
    apply(instalment=0),
    apply(instalment=1_001),
    apply(ground="poor"),
    apply(ground="death"),
    apply(evidence=[digest(number) for number in range(MAX_EVIDENCE + 1)]),
    apply(evidence=["g" * 64]),
    change(OPEN, correction="income"),
    change(OPEN, subjects=[]),
    change(OPEN + "\n", 1),
    decide(OPEN, "refused"),
    decide(OPEN, "declined", ground="too_rich"),
    decide(OPEN, "granted", reference=""),
    withdraw(OPEN[:-1]),
]


@pytest.mark.parametrize("act", FORMS, ids=lambda act: type(act).__name__)
def test_what_has_no_form_is_never_ordered(act):
    with pytest.raises(Malformed, match="json.invalid"):
        PLAYED.fork().submit(act, by=[ALICE, DESK, *MINISTRY])
