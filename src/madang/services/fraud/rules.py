"""Who may flag, open, answer and decide. In order: programme, who asks, which flag or case, when; then the write."""

from collections.abc import Mapping

import msgspec

from madang.base.debts import ledger as debts
from madang.base.merchants.state import MERCHANTS
from madang.base.parties import queries as parties
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import PROGRAMMES, Programme
from madang.kernel.authority import is_officer
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act
from madang.services.fraud.state import (
    CASES,
    DEADLINES,
    FIRST_DEADLINES,
    FLAGS,
    MAX_STATEMENTS,
    RAISED,
    REPORTS,
    REPORTS_A_DAY,
    TOLD,
    Case,
    Deadlines,
    Flag,
    Outcome,
    Raised,
    Reports,
    Source,
    Statement,
    Told,
    day_of,
    deadline_of,
    ground_of,
)
from madang.services.fraud.transactions import (
    Decide,
    Dismiss,
    FlagRow,
    MakeStatement,
    OpenCase,
    RaiseFlags,
    Report,
    SetAside,
    SetDeadlines,
    WithdrawCase,
)

APPOINTED = ("operator", "auditor")
"""Roles that flag in every programme, beside its sponsor and the authorities that it names."""

REFUSALS = {
    "unknown_programme": "No programme {programme} is published here. Check its name.",
    "not_sponsor": "{programme} is another sponsor's. Only its sponsor may do this.",
    "not_appointed": "{by} may not flag in {programme}. Report single things with fraud.report.",
    "raised": "You raised a flag on this evidence before. Leave the row out.",
    "too_many_reports": "A party makes {limit} reports a day at most. Go on tomorrow, or write to the sponsor.",
    "not_officer": "{by} is no active officer of the sponsor of {programme}. Sign as one.",
    "unknown_flag": "{programme} has no such flag. Check its number.",
    "flag_closed": "The flag {flag} is in a case, or was set aside. Leave it out.",
    "flag_twice": "The flag {flag} is named twice. Name each once.",
    "not_party": "{party} is neither a merchant nor a person here. A case is against one of them.",
    "conduct_ahead": "The conduct lies ahead. Give the second at which it happened.",
    "unknown_case": "There is no such case of {programme}, or it is not yours. Check its number.",
    "closed": "This case is closed. Who disagrees appeals.",
    "hearing_over": "The hearing ended at {ends} (seconds since 1970). Write to the sponsor, or appeal.",
    "too_many_statements": "A party answers {limit} times at most in a case. Write to the sponsor.",
    "same_officer": "{by} opened this case. Another officer decides it.",
    "hearing_open": "The party may answer until {ends} (seconds since 1970). Decide after that.",
    "too_late": "Measures had to be decided by {until} (seconds since 1970). Dismiss or withdraw it.",
    "no_measure": "No measure is named. Dismiss the case if nothing follows.",
    "not_merchant": "{party} is not listed as a merchant, and can't be suspended as one. Leave that out.",
    "not_suspended": "{party} is not suspended. Put merchants.suspend before the decision, in the same transaction.",
}
refuse = refuser("fraud", REFUSALS)


def set_deadlines(call: Call, act: SetDeadlines) -> None:
    """Deadlines of cases that are opened from now on."""
    programme = _programme(call, act.programme)
    if programme.sponsor != act.by:
        raise refuse("not_sponsor", programme=act.programme)
    call.state.put(DEADLINES, Deadlines(act.hearing_days, act.decision_days), act.programme)


# ------------------------------------------------------------------------------------------------------------ flags


def raise_flags(call: Call, act: RaiseFlags) -> None:
    """Flags of those whose office it is to look: all of them or none."""
    programme = _programme(call, act.programme)
    appointed = any(parties.has_role(call.state, act.by, role) for role in APPOINTED)
    appointed = appointed or is_authority(call.state, programme, act.by)
    if act.by != programme.sponsor and not appointed:
        raise refuse("not_appointed", by=act.by, programme=act.programme)
    for row in act.rows:
        _raise(call, act.programme, act.by, row, "appointed")


def report(call: Call, act: Report) -> None:
    """One flag of anybody, within bounds."""
    _programme(call, act.programme)
    today = day_of(call.time)
    before = call.state.get(REPORTS, act.by)
    count = before.count if before is not None and before.day == today else 0
    if count >= REPORTS_A_DAY:
        raise refuse("too_many_reports", limit=REPORTS_A_DAY)
    _raise(call, act.programme, act.by, act.row, "report")
    call.state.put(REPORTS, Reports(today, count + 1), act.by)


def _raise(call: Call, programme: str, by: str, row: FlagRow, source: Source) -> None:
    if call.state.get(RAISED, programme, by, row.evidence) is not None:
        raise refuse("raised", row.subject)
    # Whether there is such a payment or voucher is not looked up: to report would be a way to try numbers.
    name = _dated(call)
    flag = Flag(row.sort, row.subject, row.reason, row.evidence, by, call.time, source, "", "")
    call.state.put(FLAGS, flag, programme, name)
    call.state.put(RAISED, Raised(name), programme, by, row.evidence)


def set_aside(call: Call, act: SetAside) -> None:
    """Flags on which no case will stand."""
    _check_officer(call, act.by, act.programme)
    for name in act.flags:
        flag = _open_flag(call, act.programme, name)
        call.state.put(FLAGS, msgspec.structs.replace(flag, reasons=act.reasons), act.programme, name)


def _open_flag(call: Call, programme: str, name: str) -> Flag:
    flag = call.state.get(FLAGS, programme, name)
    if flag is None:
        raise refuse("unknown_flag", name, programme=programme)
    if flag.case or flag.reasons:
        raise refuse("flag_closed", name, flag=name)
    return flag


# ------------------------------------------------------------------------------------------------------------ cases


def open_case(call: Call, act: OpenCase) -> None:
    """The case with its deadlines. That it stands here is the notice: its party reads it with its own key."""
    _check_officer(call, act.by, act.programme)
    for place, flag in enumerate(act.flags):
        if flag in act.flags[:place]:
            raise refuse("flag_twice", flag, flag=flag)
        _open_flag(call, act.programme, flag)
    party = parties.party(call.state, act.party)
    if party is None or not ("merchant" in party.roles or "person" in party.roles):
        raise refuse("not_party", party=act.party)
    if act.conduct_at > call.time:
        raise refuse("conduct_ahead")
    name = _dated(call)
    for flag in act.flags:
        taken = msgspec.structs.replace(_open_flag(call, act.programme, flag), case=name)
        call.state.put(FLAGS, taken, act.programme, flag)
    deadlines = call.state.get(DEADLINES, act.programme) or FIRST_DEADLINES
    hearing_ends = deadline_of(call.time, deadlines.hearing_days)
    case = Case(
        party=act.party,
        opened_by=act.by,
        opened_at=call.time,
        conduct_at=act.conduct_at,
        notice=act.notice,
        flags=tuple(act.flags),
        hearing_ends=hearing_ends,
        decide_by=deadline_of(hearing_ends, deadlines.decision_days),
        statements=(),
        outcome="",
        closed_by="",
        closed_at=0,
        reasons="",
        recalled=(),
        debt="",
        suspended=False,
    )
    call.state.put(CASES, case, act.programme, name)
    call.state.put(TOLD, Told(act.programme), act.party, name)


def make_statement(call: Call, act: MakeStatement) -> None:
    """The party's side."""
    case = call.state.get(CASES, act.programme, act.case)
    if case is None or case.party != act.by:
        raise refuse("unknown_case", programme=act.programme)
    if case.outcome:
        raise refuse("closed")
    if call.time > case.hearing_ends:
        raise refuse("hearing_over", ends=case.hearing_ends)
    if len(case.statements) >= MAX_STATEMENTS:
        raise refuse("too_many_statements", limit=MAX_STATEMENTS)
    statements = (*case.statements, Statement(call.time, act.statement))
    call.state.put(CASES, msgspec.structs.replace(case, statements=statements), act.programme, act.case)


def withdraw_case(call: Call, act: WithdrawCase) -> None:
    """The case ends without a decision, and its flags are free again."""
    case = _open_case(call, act.by, act.programme, act.case)
    for name in case.flags:
        flag = call.state.get(FLAGS, act.programme, name)
        if flag is not None:
            call.state.put(FLAGS, msgspec.structs.replace(flag, case=""), act.programme, name)
    _close(call, act, case, "withdrawn")


def dismiss(call: Call, act: Dismiss) -> None:
    """Nothing follows, however late."""
    _close(call, act, _heard(call, act), "dismissed")


def decide(call: Call, act: Decide) -> None:
    """Measures follow, in time."""
    case = _heard(call, act)
    if call.time > case.decide_by:
        raise refuse("too_late", until=case.decide_by)
    if not (act.recall or act.recovery or act.suspension):
        raise refuse("no_measure")
    if act.suspension:
        merchant = call.state.get(MERCHANTS, case.party)
        if merchant is None:
            raise refuse("not_merchant", party=case.party)
        if merchant.standing != "suspended":
            raise refuse("not_suspended", party=case.party)
    debt = ""
    if act.recovery is not None:
        debt = debts.impose(
            call,
            _programme(call, act.programme).sponsor,
            case.party,
            ground=ground_of(act.case),
            principal=act.recovery.principal,
            surcharge=act.recovery.surcharge,
            conduct_at=case.conduct_at,
            due_at=act.recovery.due_at,
        )
    measured = msgspec.structs.replace(case, recalled=tuple(act.recall), debt=debt, suspended=act.suspension)
    _close(call, act, measured, "measures")


def _heard(call: Call, act: Dismiss | Decide) -> Case:
    """The open case that this officer may decide now."""
    case = _open_case(call, act.by, act.programme, act.case)
    if case.opened_by == act.by:
        raise refuse("same_officer", by=act.by)
    if call.time <= case.hearing_ends:
        raise refuse("hearing_open", ends=case.hearing_ends)
    return case


def _open_case(call: Call, by: str, programme: str, name: str) -> Case:
    _check_officer(call, by, programme)
    case = call.state.get(CASES, programme, name)
    if case is None:
        raise refuse("unknown_case", programme=programme)
    if case.outcome:
        raise refuse("closed")
    return case


def _close(call: Call, act: WithdrawCase | Dismiss | Decide, case: Case, outcome: Outcome) -> None:
    closed = msgspec.structs.replace(case, outcome=outcome, closed_by=act.by, closed_at=call.time, reasons=act.reasons)
    call.state.put(CASES, closed, act.programme, act.case)


# ------------------------------------------------------------------------------------------------------ what is asked


def _programme(call: Call, name: str) -> Programme:
    """A programme that is or was in use, closed ones too: fraud is often found late."""
    programme = call.state.get(PROGRAMMES, name)
    if programme is None or programme.status in ("draft", "approved"):
        raise refuse("unknown_programme", programme=name)
    return programme


def _check_officer(call: Call, by: str, name: str) -> None:
    sponsor = _programme(call, name).sponsor
    if not (parties.has_role(call.state, sponsor, "sponsor") and is_officer(call.state, by, sponsor)):
        raise refuse("not_officer", by=by, programme=name)


def _dated(call: Call) -> str:
    return f"{call.time:010x}{call.handle()}"


RULES: Mapping[type[Act], Rule] = {
    SetDeadlines: set_deadlines,
    RaiseFlags: raise_flags,
    Report: report,
    SetAside: set_aside,
    OpenCase: open_case,
    MakeStatement: make_statement,
    WithdrawCase: withdraw_case,
    Dismiss: dismiss,
    Decide: decide,
}
