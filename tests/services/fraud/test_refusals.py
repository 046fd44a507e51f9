"""Every refusal of fraud as a table in order of precedence: where two apply, the first is given."""

from typing import Any

import pytest

from madang.base.debts.transactions import FIVE_YEARS
from madang.kernel.errors import Malformed
from madang.services.fraud import queries
from madang.services.fraud.state import DAY, MAX_STATEMENTS, REPORTS_A_DAY
from madang.services.fraud.transactions import SetDeadlines
from tests.services.fraud.scene import (
    AFTER_HEARING,
    DECIDER,
    OPENER,
    OPERATOR,
    case_ids,
    deciding,
    dismissing,
    flag_row,
    flagged,
    fraud_world,
    opened,
    opening,
    raising,
    recovery,
    reporting,
    setting_aside,
    stating,
    vouchers,
    withdrawing,
)
from tests.services.vouchers.scene import COUPON
from tests.support.cast import ALICE, BAKERY, BORA, GROCER, officer, quorum

ZEROS = "0" * 32


def _played():
    """Flags: free, in a case against the bakery, in one against Alice, in a closed one, set aside; and the cases."""
    world = fraud_world()
    names = flagged(world, 5)
    for flag, party in zip(names[1:4], ("bakery", ALICE.party, "bakery"), strict=True):
        world.accept(opening(flag, party=party), by=OPENER)
    shop, person, closed = (queries.flag(world.state(), "ministry", COUPON, flag).case for flag in names[1:4])
    world.accept(setting_aside(names[4]), by=OPENER)
    world.advance(AFTER_HEARING)
    world.accept(dismissing(closed), by=DECIDER)
    return world, names, shop, person, closed


WORLD, (FREE, TAKEN, _, _, ASIDE), SHOP, PERSON, CLOSED = _played()
NOW = WORLD.time
EARLY = NOW - AFTER_HEARING
ENDS = EARLY // DAY * DAY + 15 * DAY - 9 * 3_600 - 1
"""The last second of the fourteenth day after the notice, in Seoul, where it was given in the morning."""
GONE: dict[str, Any] = {"programme": "nothing"}


def deadlines(by: str = "ministry", programme: str = COUPON) -> SetDeadlines:
    return SetDeadlines(by=by, programme=programme, hearing_days=10, decision_days=1)


# The code, the act that is refused so, and who signs. A number before these is the time, if it matters.
CASES: list[tuple[Any, ...]] = [
    # ------------------------------------------------------------------------------------------------- the deadlines
    ("authority.quorum", deadlines(**GONE), OPENER),
    ("fraud.unknown_programme", deadlines("welfare", "nothing"), quorum("welfare")),
    ("fraud.not_sponsor", deadlines("welfare"), quorum("welfare")),
    # --------------------------------------------------------------------------------------------------------- flags
    ("authority.not_signed", raising(**GONE), OPERATOR),
    ("fraud.unknown_programme", raising(by="bank-a", **GONE), officer("bank-a")),
    ("fraud.not_appointed", raising(flag_row(0), by="bank-a"), officer("bank-a")),
    ("fraud.not_appointed", raising(flag_row(0), by="desk"), officer("desk")),
    ("fraud.not_appointed", raising(flag_row(0), by=OPENER.party), OPENER),
    ("fraud.not_appointed", raising(flag_row(0), by="bakery"), BAKERY),
    ("fraud.raised", raising(flag_row(77), flag_row(100)), OPENER),
    ("fraud.raised", raising(flag_row(77), flag_row(77, subject="grocer")), OPENER),
    ("fraud.unknown_programme", reporting(**GONE), ALICE),
    ("authority.not_signed", reporting(), BORA),
    ("fraud.unknown_programme", setting_aside(ZEROS, by="bakery", **GONE), BAKERY),
    ("fraud.not_officer", setting_aside(ZEROS, by="bakery"), BAKERY),
    ("fraud.not_officer", setting_aside(FREE, by="ministry"), OPENER),
    ("fraud.not_officer", setting_aside(FREE, by=officer("welfare").party), officer("welfare")),
    ("fraud.unknown_flag", setting_aside(FREE, ZEROS), OPENER),
    ("fraud.flag_closed", setting_aside(TAKEN), OPENER),
    ("fraud.flag_closed", setting_aside(ASIDE), OPENER),
    ("fraud.flag_closed", setting_aside(FREE, FREE), OPENER),
    # --------------------------------------------------------------------------------------------------- opening one
    ("fraud.unknown_programme", opening(ZEROS, by="bakery", **GONE), BAKERY),
    ("fraud.not_officer", opening(ZEROS, by="bakery", party="nobody"), BAKERY),
    ("fraud.not_officer", opening(FREE, by="ministry"), OPENER),
    ("fraud.not_officer", opening(FREE, by=OPERATOR.party), OPERATOR),
    ("fraud.unknown_flag", opening(FREE, ZEROS, party="nobody"), OPENER),
    ("fraud.flag_closed", opening(TAKEN, party="nobody"), OPENER),
    ("fraud.flag_closed", opening(ASIDE), OPENER),
    ("fraud.flag_twice", opening(FREE, FREE, party="nobody"), OPENER),
    ("fraud.not_party", opening(FREE, party="nobody", conduct_at=NOW + 1), OPENER),
    ("fraud.not_party", opening(FREE, party="bank-a"), OPENER),
    ("fraud.not_party", opening(FREE, party=OPENER.party), OPENER),
    ("fraud.conduct_ahead", opening(FREE, conduct_at=NOW + 1), OPENER),
    # ----------------------------------------------------------------------------------------------------- answering
    ("authority.not_signed", stating(SHOP), GROCER),
    ("fraud.unknown_case", stating(SHOP, programme="nothing"), BAKERY),
    ("fraud.unknown_case", stating(ZEROS), BAKERY),
    ("fraud.unknown_case", stating(SHOP, by="grocer"), GROCER),
    ("fraud.unknown_case", stating(CLOSED, by=ALICE.party), ALICE),
    ("fraud.unknown_case", stating(SHOP, by=OPENER.party), OPENER),
    ("fraud.closed", stating(CLOSED), BAKERY),
    ("fraud.hearing_over", stating(SHOP), BAKERY),
    (ENDS + 1, "fraud.hearing_over", stating(SHOP), BAKERY),
    # ---------------------------------------------------------------------------------------------------- withdrawing
    ("fraud.unknown_programme", withdrawing(ZEROS, by="bakery", **GONE), BAKERY),
    ("fraud.not_officer", withdrawing(ZEROS, by="bakery"), BAKERY),
    ("fraud.not_officer", withdrawing(SHOP, by="bakery"), BAKERY),
    ("fraud.unknown_case", withdrawing(ZEROS), OPENER),
    ("fraud.closed", withdrawing(CLOSED), OPENER),
    # ------------------------------------------------------------------------------------------------------ deciding
    ("fraud.unknown_programme", dismissing(ZEROS, by="bakery", **GONE), BAKERY),
    ("fraud.not_officer", dismissing(ZEROS, by="bakery"), BAKERY),
    ("fraud.not_officer", dismissing(SHOP, by=officer("audit-board").party), officer("audit-board")),
    ("fraud.unknown_case", dismissing(ZEROS, by=OPENER.party), OPENER),
    ("fraud.closed", dismissing(CLOSED, by=OPENER.party), OPENER),
    (EARLY, "fraud.same_officer", dismissing(SHOP, by=OPENER.party), OPENER),
    (ENDS, "fraud.hearing_open", dismissing(SHOP), DECIDER),
    ("fraud.unknown_programme", deciding(ZEROS, by="bakery", **GONE), BAKERY),
    ("fraud.not_officer", deciding(ZEROS, by="ministry"), [OPENER, DECIDER]),
    ("fraud.not_officer", deciding(SHOP, by="bakery", recall=[vouchers()[0]]), BAKERY),
    ("fraud.unknown_case", deciding(ZEROS, by=OPENER.party), OPENER),
    ("fraud.closed", deciding(CLOSED, by=OPENER.party), OPENER),
    (EARLY, "fraud.same_officer", deciding(SHOP, by=OPENER.party), OPENER),
    (ENDS, "fraud.hearing_open", deciding(SHOP), DECIDER),
    (ENDS + 60 * DAY + 1, "fraud.too_late", deciding(SHOP), DECIDER),
    (ENDS + 60 * DAY, "fraud.no_measure", deciding(SHOP), DECIDER),
    ("fraud.not_merchant", deciding(PERSON, suspension=True), DECIDER),
    ("fraud.not_suspended", deciding(SHOP, suspension=True, recovery=recovery(WORLD, 2**53 - 1)), DECIDER),
    ("debts.due_date", deciding(SHOP, recovery=recovery(WORLD, surcharge=0, days=0)), DECIDER),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[-3]}-{type(case[-2]).__name__}")
def test_refusals(case):
    *time, code, act, by = case
    world = WORLD.fork()
    world.time = time[0] if time else world.time
    result = world.refuse(code, act, by=by)
    assert result.message.endswith(".")
    world.check()


@pytest.mark.parametrize(
    ("seconds", "surcharge", "code"),
    [(FIVE_YEARS, 1, "debts.barred"), (FIVE_YEARS - AFTER_HEARING, 1, "debts.surcharge"), (0, 30_000, "")],
)
def test_a_recovery_is_bound_by_what_held_when_it_happened(seconds, surcharge, code):
    """Barred while the hearing went on, or without a surcharge, since the sponsor had set no terms then."""
    world = fraud_world()
    case = opened(world, conduct_at=world.time - seconds)
    world.advance(AFTER_HEARING)
    act = deciding(case, recovery=recovery(world, surcharge=surcharge))
    if code:
        world.refuse(code, act, by=DECIDER)
    else:
        world.accept(act, by=DECIDER)
    world.check()


def test_reports_are_bounded_by_the_day():
    world = fraud_world()
    world.accept(*(reporting(number) for number in range(REPORTS_A_DAY)), by=ALICE)
    world.refuse("fraud.too_many_reports", reporting(0), by=ALICE)
    world.accept(reporting(0, by=BORA.party), by=BORA)  # somebody else's evidence is somebody else's
    world.advance(DAY)
    world.refuse("fraud.raised", reporting(0), by=ALICE)
    world.accept(reporting(99), by=ALICE)
    world.check()


def test_a_party_answers_eight_times_at_most():
    world = fraud_world()
    (flag,) = flagged(world)
    world.accept(opening(flag), by=OPENER)
    (case,) = case_ids(world)
    world.accept(*[stating(case)] * MAX_STATEMENTS, by=BAKERY)
    world.refuse("fraud.too_many_statements", stating(case), by=BAKERY)
    world.check()


@pytest.mark.parametrize(
    "act",
    [
        SetDeadlines(by="ministry", programme=COUPON, hearing_days=9, decision_days=60),
        SetDeadlines(by="ministry", programme=COUPON, hearing_days=10, decision_days=0),
        raising(*(flag_row(number) for number in range(1_001))),
        raising(flag_row(reason="looks_odd")),
        raising(flag_row(evidence="A" * 64)),
        raising(flag_row(subject="x y")),
        opening(),
        opening(*[FREE] * 65),
        opening(FREE, notice="n"),
    ],
)
def test_acts_have_a_form(act):
    with pytest.raises(Malformed, match="json.invalid"):
        fraud_world().submit(act, by=quorum("ministry"))
