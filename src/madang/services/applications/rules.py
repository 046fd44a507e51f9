"""Who may apply, and who decides. In order: who asks, how the application stands, what is asked; then the writes."""

from collections.abc import Mapping

import msgspec

from madang.base.mandates import ledger as mandates
from madang.base.mandates.transactions import MandatedAct
from madang.base.parties import queries as parties
from madang.base.programmes.state import PROGRAMMES, Programme
from madang.kernel.authority import is_officer
from madang.kernel.module import Call, Rule
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.applications.access import decides
from madang.services.applications.refusals import refuse
from madang.services.applications.state import (
    APPLICATIONS,
    AUTHORITIES,
    DECIDED,
    MAX_CHANGES,
    MAX_OPEN,
    OPEN,
    OPEN_OF,
    OPEN_ONES,
    REFERENCES,
    STEPS,
    TERMS,
    Application,
    Authority,
    Channel,
    Named,
    Opened,
    Step,
    Terms,
    deadline_of,
    places,
)
from madang.services.applications.transactions import (
    MAX_EVIDENCE,
    Apply,
    Change,
    Decide,
    SetTerms,
    Withdraw,
)

HANDLE_LETTERS = 22
"""How long a handle is: nobody's key is named so."""
MANDATED: MandatedAct = "applications.apply"
"""For which act a delegate must hold a mandate, to apply and to go on with it."""


def set_terms(call: Call, act: SetTerms) -> None:
    """The sponsor's window, days and authorities replace those there were; open applications keep their deadline."""
    programme = _running(call.state, act.programme)
    if programme.sponsor != act.by:
        raise refuse("not_sponsor", by=act.by, programme=act.programme)
    if act.until < max(act.since, call.time):
        raise refuse("window")
    authorities = dict.fromkeys(act.authorities)
    for authority in authorities:
        if not parties.has_role(call.state, authority, "eligibility_authority"):
            raise refuse("authority_role", authority, authority=authority)
        if authority not in programme.authorities:
            raise refuse("authority_not_named", authority, authority=authority, programme=act.programme)
    for (_, authority), _ in list(call.state.scan(AUTHORITIES, act.programme)):
        if authority not in authorities:
            call.state.delete(AUTHORITIES, act.programme, authority)
    for authority in authorities:
        if call.state.get(AUTHORITIES, act.programme, authority) is None:
            call.state.put(AUTHORITIES, Authority(call.time), act.programme, authority)
    call.state.put(TERMS, Terms(act.since, act.until, act.days, act.desk_only), act.programme)


def apply(call: Call, act: Apply) -> None:
    """A new application, the only open one of its subjects in this programme and instalment."""
    number = call.handle()
    _require_own_key(call, act.by)
    applicant = act.for_party or act.by
    channel = _channel(call, act.by, applicant, act.programme)
    terms = _open_terms(call, act.programme)
    if terms.desk_only and channel != "desk":
        raise refuse("desk_only", programme=act.programme)
    _check_earlier(call.state, act)
    application = Application(
        programme=act.programme,
        instalment=act.instalment,
        ground=act.ground,
        earlier=act.earlier or "",
        applicant=applicant,
        holder=_holder(call.state, channel, applicant, act.holder),
        subjects=_distinct_subjects(act.subjects),
        evidence=_evidence((), act.evidence),
        channel=channel,
        hands=(act.by,),
        desks=(parties.institution_of(call.state, act.by),) if channel == "desk" else (),
        entered_at=call.time,
        deadline=deadline_of(call.time, terms.days),
        changes=0,
        steps=0,
        status="entered",
        decided_by="",
        authority="",
        closed_at=0,
        reference="",
        declined="",
    )
    _require_only(call.state, number, application)
    opened = call.state.get(OPEN_OF, applicant)
    if opened is not None and opened.count >= MAX_OPEN:
        raise refuse("too_many_open", limit=MAX_OPEN)
    _write(call, number, None, application, Step("entered", act.by, call.time, ""))


def change(call: Call, act: Change) -> None:
    """The application says something else from now on, and what waited for the person at a desk is decided again."""
    application, channel = _of_applicant(call, act.by, act.application, any_desk=True)
    terms = _terms(call.state, application.programme)
    if channel != "desk" and application.status == "to_desk":
        raise refuse("at_a_desk")
    if channel != "desk" and terms.desk_only:
        raise refuse("desk_only", programme=application.programme)
    if act.subjects is None and act.holder is None and not act.evidence:
        raise refuse("changes_nothing")
    if application.changes >= MAX_CHANGES:
        raise refuse("too_many_changes", limit=MAX_CHANGES)
    changed = msgspec.structs.replace(
        application,
        holder=_holder(call.state, channel, application.applicant, act.holder) if act.holder else application.holder,
        subjects=_distinct_subjects(act.subjects) if act.subjects else application.subjects,
        evidence=_evidence(application.evidence, act.evidence),
        changes=application.changes + 1,
        hands=tuple(dict.fromkeys((*application.hands, act.by))),
        status="entered",
    )
    if channel == "desk":
        desks = dict.fromkeys((*application.desks, parties.institution_of(call.state, act.by)))
        changed = msgspec.structs.replace(changed, desks=tuple(desks))
    if application.status == "to_desk":
        changed = msgspec.structs.replace(changed, deadline=deadline_of(call.time, terms.days))
    _require_only(call.state, act.application, changed)
    _write(call, act.application, application, changed, Step("changed", act.by, call.time, act.correction))


def decide(call: Call, act: Decide) -> None:
    """An officer who had no part in it decides, whether or not the deadline has passed."""
    application = _existing(call, act.by, act.application)
    authority = parties.institution_of(call.state, act.by)
    if not decides(call.state, application.programme, authority) or not is_officer(call.state, act.by, authority):
        raise refuse("not_authority", by=act.by, programme=application.programme)
    if application.status not in OPEN:
        raise refuse("closed", status=application.status)
    if act.by in application.hands:
        raise refuse("entered_it", by=act.by)
    if application.status == "to_desk" and act.decision != "granted":
        raise refuse("waits_for_desk")
    _check_decision(call.state, application.programme, act)
    decided = msgspec.structs.replace(application, status=act.decision)
    if act.decision != "to_desk":
        decided = msgspec.structs.replace(
            decided,
            decided_by=act.by,
            authority=authority,
            closed_at=call.time,
            reference=act.reference or "",
            declined=act.ground or "",
        )
    _write(call, act.application, application, decided, Step(act.decision, act.by, call.time, ""))


def withdraw(call: Call, act: Withdraw) -> None:
    """An open application ends without a decision."""
    application, _ = _of_applicant(call, act.by, act.application, any_desk=False)
    withdrawn = msgspec.structs.replace(application, status="withdrawn", closed_at=call.time)
    _write(call, act.application, application, withdrawn, Step("withdrawn", act.by, call.time, ""))


# --------------------------------------------------------------------------------------------------------- who asks


def _require_own_key(call: Call, by: str) -> None:
    if by not in call.signed_by:
        raise refuse("not_own_key", by=by)


def _channel(call: Call, by: str, applicant: str, programme: str) -> Channel:
    """How `by` comes to apply for `applicant`: as itself, by mandate, or as an officer of a desk."""
    if by != applicant and not parties.is_at_desk(call.state, by):
        mandates.use(call, applicant, by, MANDATED, programme, 0)
        return "delegate"
    known = parties.party(call.state, applicant) is not None
    if known and not parties.has_role(call.state, applicant, "person"):
        raise refuse("not_person", party=applicant)
    if not known and len(applicant) != HANDLE_LETTERS:
        raise refuse("applicant", party=applicant)
    return "own" if by == applicant else "desk"


def _existing(call: Call, by: str, number: str) -> Application:
    _require_own_key(call, by)
    application = call.state.get(APPLICATIONS, number)
    if application is None:
        raise refuse("unknown_application")
    return application


def _of_applicant(call: Call, by: str, number: str, *, any_desk: bool) -> tuple[Application, Channel]:
    """An open application and how `by` comes to it: as applicant, delegate who applied, or officer of one of its desks.

    With `any_desk` also as an officer of another, once the application waits for the person at one. What a mandate
    allowed it allows no longer once it is revoked.
    """
    application = _existing(call, by, number)
    desk_may = parties.institution_of(call.state, by) in application.desks or (
        any_desk and application.status == "to_desk"
    )
    at_desk = desk_may and parties.is_at_desk(call.state, by)
    delegated = application.channel == "delegate" and by == application.hands[0]
    if not at_desk and not delegated and by != application.applicant:
        raise refuse("not_yours", by=by)
    if application.status not in OPEN:
        raise refuse("closed", status=application.status)
    if at_desk:
        return application, "desk"
    if by == application.applicant:
        return application, "own"
    mandates.use(call, application.applicant, by, MANDATED, application.programme, 0)
    return application, "delegate"


# ------------------------------------------------------------------------------------------------------ what is asked


def _running(state: State, name: str) -> Programme:
    programme = state.get(PROGRAMMES, name)
    if programme is None or programme.status not in ("published", "open"):
        raise refuse("programme", programme=name)
    return programme


def _terms(state: State, programme: str) -> Terms:
    terms = state.get(TERMS, programme)
    if terms is None:
        raise refuse("no_terms", programme=programme)
    return terms


def _open_terms(call: Call, programme: str) -> Terms:
    """The terms of a programme that takes applications now."""
    _running(call.state, programme)
    terms = _terms(call.state, programme)
    if not terms.since <= call.time <= terms.until:
        raise refuse("outside_window", programme=programme, since=terms.since, until=terms.until)
    return terms


def _check_earlier(state: State, act: Apply) -> None:
    if act.earlier is None:
        if act.ground != "regular":
            raise refuse("names_no_earlier", ground=act.ground)
        return
    if act.ground == "regular":
        raise refuse("names_earlier")
    earlier = state.get(APPLICATIONS, act.earlier)
    if earlier is None or earlier.programme != act.programme or earlier.status not in (*OPEN, *DECIDED):
        raise refuse("unknown_earlier")
    if earlier.status in OPEN:
        raise refuse("earlier_open")


def _holder(state: State, channel: Channel, applicant: str, named: str | None) -> str:
    """Who will hold the voucher, or '' where it waits for a letter's code."""
    if named is None:
        return applicant if parties.party(state, applicant) is not None else ""
    if channel == "delegate" and named != applicant:
        raise refuse("delegates_holder")
    if not parties.has_role(state, named, "person"):
        raise refuse("not_holder", holder=named)
    return named


def _distinct_subjects(subjects: list[str]) -> tuple[str, ...]:
    if len(dict.fromkeys(subjects)) != len(subjects):
        raise refuse("same_subject")
    return tuple(subjects)


def _evidence(before: tuple[str, ...], added: list[str]) -> tuple[str, ...]:
    evidence = (*before, *added)
    if len(evidence) > MAX_EVIDENCE:
        raise refuse("too_much_evidence", limit=MAX_EVIDENCE)
    if len(dict.fromkeys(evidence)) != len(evidence):
        raise refuse("same_evidence")
    return evidence


def _require_only(state: State, number: str, application: Application) -> None:
    for subject in application.subjects:
        found = state.get(OPEN_ONES, application.programme, application.instalment, subject)
        if found is not None and found.application != number:
            raise refuse("open_already")


def _check_decision(state: State, programme: str, act: Decide) -> None:
    if act.decision == "granted" and act.reference is None:
        raise refuse("names_no_reference")
    if act.decision != "granted" and act.reference is not None:
        raise refuse("names_reference")
    if act.decision == "declined" and act.ground is None:
        raise refuse("names_no_ground")
    if act.decision != "declined" and act.ground is not None:
        raise refuse("names_ground")
    if act.reference is not None and state.get(REFERENCES, programme, act.reference) is not None:
        raise refuse("reference_used", act.reference, programme=programme, reference=act.reference)


# ---------------------------------------------------------------------------------------------------------- the writes


def _write(call: Call, number: str, before: Application | None, application: Application, step: Step) -> None:
    """Write the application as it stands now, in its table and in every index, and that this happened to it."""
    if before is not None:
        for table, parts in places(number, before):
            call.state.delete(table, *parts)
    for table, parts in places(number, application):
        call.state.put(table, Named(number), *parts)
    was_open = before is not None and before.status in OPEN
    _count(call.state, application.applicant, (application.status in OPEN) - was_open)
    call.state.put(STEPS, step, number, application.steps)
    call.state.put(APPLICATIONS, msgspec.structs.replace(application, steps=application.steps + 1), number)


def _count(state: State, applicant: str, more: int) -> None:
    opened = state.get(OPEN_OF, applicant)
    count = more if opened is None else opened.count + more
    if count:
        state.put(OPEN_OF, Opened(count), applicant)
    else:
        state.delete(OPEN_OF, applicant)


RULES: Mapping[type[Act], Rule] = {
    SetTerms: set_terms,
    Apply: apply,
    Change: change,
    Decide: decide,
    Withdraw: withdraw,
}
