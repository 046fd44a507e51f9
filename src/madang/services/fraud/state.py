"""Flags and cases, and the laws that bind them. Ids begin with the second in which a thing was made, so that a
programme's flags and cases lie in order of time.
"""

from typing import Any, Literal

from madang.base.debts.state import DEBTS
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table
from madang.services.fraud.transactions import Reason, Sort

MAX_STATEMENTS = 8
REPORTS_A_DAY = 10
SEOUL = 9 * 3_600
"""Seconds that Seoul is ahead of UTC: deadlines are days there."""
DAY = 86_400

Source = Literal["appointed", "report"]
Outcome = Literal["", "dismissed", "measures", "withdrawn"]


class Deadlines(Record, frozen=True):
    """Days of a hearing, and days to decide after it."""

    hearing_days: int
    decision_days: int


FIRST_DEADLINES = Deadlines(14, 60)
"""Where a sponsor set none."""


class Flag(Record, frozen=True):
    """That somebody should look at a payment, merchant or voucher. `case` is '' where no case stands on it.

    `reasons` is the keyed digest of why it was set aside, or ''.
    """

    sort: Sort
    subject: str
    reason: Reason
    evidence: str
    raised_by: str
    raised_at: int
    source: Source
    case: str
    reasons: str


class Statement(Record, frozen=True):
    """When the party answered, and the keyed digest of what."""

    at: int
    digest: str


class Case(Record, frozen=True):
    """A case against a party. Times are seconds: `hearing_ends` and `decide_by` are the last ones.

    What is not yet so is '' or 0. `recalled` are the vouchers that a decision names, `debt` is the debt it imposed.
    """

    party: str
    opened_by: str
    opened_at: int
    conduct_at: int
    notice: str
    flags: tuple[str, ...]
    hearing_ends: int
    decide_by: int
    statements: tuple[Statement, ...]
    outcome: Outcome
    closed_by: str
    closed_at: int
    reasons: str
    recalled: tuple[str, ...]
    debt: str
    suspended: bool


class Raised(Record, frozen=True):
    """The flag that stands here."""

    flag: str


class Told(Record, frozen=True):
    """The programme of a case that a party has."""

    programme: str


class Reports(Record, frozen=True):
    """How many reports a party made on a day (days since 1970 in Seoul)."""

    day: int
    count: int


DEADLINES = Table("fraud.deadlines", Deadlines, str, public=True)
FLAGS = Table("fraud.flag", Flag, str, str)
"""(programme, flag)"""
RAISED = Table("fraud.raised", Raised, str, str, str)
"""(programme, who raised it, evidence): what makes a flag be raised once."""
REPORTS = Table("fraud.report", Reports, str)
CASES = Table("fraud.case", Case, str, str)
"""(programme, case)"""
TOLD = Table("fraud.told", Told, str, str)
"""(party, case): in order of time."""

TABLES: tuple[Table[Any], ...] = (DEADLINES, FLAGS, RAISED, REPORTS, CASES, TOLD)


def day_of(time: int) -> int:
    """The day of a block time in Seoul, in days since 1970."""
    return (time + SEOUL) // DAY


def deadline_of(time: int, days: int) -> int:
    """The last second of the day that is so many days after a time's; the first day does not count (Civil Act 157)."""
    return (day_of(time) + days + 1) * DAY - SEOUL - 1


def cases_were_heard(state: State) -> None:
    """Every decision came after the hearing, in time, from another officer than the one who opened the case."""
    for (programme, name), case in state.scan(CASES):
        if state.get(PROGRAMMES, programme) is None or state.get(TOLD, case.party, name) != Told(programme):
            raise InvariantBroken(f"case {name} is of no programme, or its party was not told")
        if any(not case.opened_at <= one.at <= case.hearing_ends for one in case.statements):
            raise InvariantBroken(f"case {name} has a statement from outside its hearing")
        decided = case.outcome in ("dismissed", "measures")
        if decided and (case.closed_by == case.opened_by or case.closed_at <= case.hearing_ends):
            raise InvariantBroken(f"case {name} was decided by {case.closed_by} at {case.closed_at}")
        if case.outcome == "measures" and case.closed_at > case.decide_by:
            raise InvariantBroken(f"case {name} was decided at {case.closed_at}, after {case.decide_by}")
        if (case.outcome == "") != (case.closed_at == 0):
            raise InvariantBroken(f"case {name} was closed at {case.closed_at} with outcome {case.outcome!r}")
        if (case.outcome == "measures") != bool(case.recalled or case.debt or case.suspended):
            raise InvariantBroken(f"case {name} ended with {case.outcome!r} and other measures than that")


def debts_follow_cases(state: State) -> None:
    """A debt that a case names is its party's, stands on it, and was imposed when it was decided."""
    for (_, name), case in state.scan(CASES):
        if case.debt:
            debt = state.get(DEBTS, case.debt)
            if debt is None or (debt.debtor, debt.ground) != (case.party, ground_of(name)):
                raise InvariantBroken(f"case {name} names a debt that does not stand on it: {debt}")
            if debt.imposed_at != case.closed_at:
                raise InvariantBroken(f"case {name} was decided at {case.closed_at}, its debt is of {debt.imposed_at}")


def flags_lead_to_cases(state: State) -> None:
    """A flag is in the one case that lists it, unless that was withdrawn, and then it was not set aside."""
    listed = {
        (programme, flag): name
        for (programme, name), case in state.scan(CASES)
        if case.outcome != "withdrawn"
        for flag in case.flags
    }
    found = {parts: flag.case for parts, flag in state.scan(FLAGS) if flag.case}
    if found != listed:
        raise InvariantBroken(f"flags are in cases {found}, cases list {listed}")
    for (programme, name), flag in state.scan(FLAGS):
        raised = state.get(RAISED, programme, flag.raised_by, flag.evidence)
        if (flag.case and flag.reasons) or raised is None or raised.flag != name:
            raise InvariantBroken(
                f"flag {name} is in case {flag.case!r}, set aside {bool(flag.reasons)}, raised {raised}"
            )


def ground_of(case: str) -> str:
    """The ground of the debt that a case imposes."""
    return f"case:{case}"


INVARIANTS = (cases_were_heard, debts_follow_cases, flags_lead_to_cases)
