"""Who may appeal, and who decides. In order: who asks, how the appeal stands, what is asked; then the writes."""

from collections.abc import Mapping

import msgspec

from madang.base.mandates import ledger as mandates
from madang.base.mandates.transactions import MandatedAct
from madang.base.parties import queries as parties
from madang.base.programmes.state import PROGRAMMES
from madang.kernel.authority import is_officer
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act
from madang.services.appeals.state import (
    APPEALS,
    MAX_HANDLERS,
    OFFICES,
    OPEN,
    OPEN_APPEALS,
    OWN,
    STEPS,
    TERMS,
    WAITING,
    Appeal,
    Channel,
    Named,
    Office,
    Step,
    Terms,
    Waiting,
    What,
    deadline_of,
)
from madang.services.appeals.transactions import MAX_EVIDENCE, Decide, Lodge, SetTerms, Supplement, Take, Withdraw

HANDLE_LETTERS = 22
"""How long a handle is: nobody's key is named so."""
MANDATED: MandatedAct = "appeals.lodge"
"""For which act a delegate must hold a mandate, to lodge an appeal and to go on with it."""
DECIDING = ("sponsor", "eligibility_authority", "desk")
REFUSALS = {
    "not_sponsor": "{by} does not sponsor {programme}. Only its sponsor sets terms for appeals.",
    "programme": "{programme} is not published here. Check its name; drafts take no appeals.",
    "in_the_past": "The last day to appeal lies in the past. Choose a later one.",
    "office_role": "{office} is no active sponsor, eligibility authority or desk. Name an institution that can decide.",
    "not_own_key": "Sign with a key of {by} itself: an appeal is lodged, handled and decided by one person.",
    "no_terms": "{programme} takes no appeals yet. Ask its sponsor to set terms.",
    "too_late": "Appeals about {programme} were taken until {until} (seconds). Ask its sponsor.",
    "not_office": "{office} does not decide appeals about {programme}. Its terms name those that do.",
    "not_person": "Appeals are people's, and {party} is no person. Name a person's registered key.",
    "principal": "{party} is no registered key, and no handle of 22 letters either. Name the person by one of them.",
    "open_already": "An appeal about this is open already. Wait for its decision, or withdraw it.",
    "unknown_appeal": "There is no such appeal. Check its number.",
    "not_yours": "{by} neither appeals here nor lodged this. Only who did adds to it or takes it back.",
    "not_officer": "{by} is no active officer of {office}, which decides this. Ask one of its officers.",
    "closed": "This appeal is {status}: nothing can be changed any more. Lodge a new one if there is more to say.",
    "too_much_evidence": "An appeal takes {limit} pieces of evidence. Put several pages in one.",
    "same_evidence": "A digest stands twice among the evidence. Name each once.",
    "taken_already": "{by} has or had this appeal in hand. Only another officer takes it over.",
    "too_many_handlers": "{limit} officers had this appeal in hand. Let one who had not decide.",
    "lodged_it": "{by} lodged this appeal, or appeals in it. Another officer decides it.",
    "not_taken": "Nobody has this appeal in hand. An officer takes it, another decides.",
    "handled_it": "{by} handled this appeal. Another officer of {office} decides it.",
    "outcome": "Only an appeal about the region ends in a move. Choose another outcome.",
    "names_nothing": "A decision that grants names the reference of what is granted. Give it in `follows`.",
    "names_something": "Nothing follows from a dismissal. Leave `follows` out.",
}
refuse = refuser("appeals", REFUSALS)


def set_terms(call: Call, act: SetTerms) -> None:
    """The sponsor's offices, days and last day replace those there were; open appeals keep theirs."""
    programme = call.state.get(PROGRAMMES, act.programme)
    if programme is None or programme.status in ("draft", "approved"):
        raise refuse("programme", programme=act.programme)
    if programme.sponsor != act.by:
        raise refuse("not_sponsor", by=act.by, programme=act.programme)
    if act.until < call.time:
        raise refuse("in_the_past")
    offices = dict.fromkeys(act.offices)
    for office in offices:
        if not any(parties.has_role(call.state, office, role) for role in DECIDING):
            raise refuse("office_role", office, office=office)
    for (_, office), _ in list(call.state.scan(OFFICES, act.programme)):
        if office not in offices:
            call.state.delete(OFFICES, act.programme, office)
    for office in offices:
        if call.state.get(OFFICES, act.programme, office) is None:
            call.state.put(OFFICES, Office(call.time), act.programme, office)
    call.state.put(TERMS, Terms(act.days, act.until, len(offices)), act.programme)


def lodge(call: Call, act: Lodge) -> None:
    """A new appeal, the only open one of its party about this matter."""
    number = call.handle()
    _require_own_key(call, act.by)
    appellant = act.for_party or act.by
    channel = _channel(call, act.by, appellant, act.programme)
    terms = call.state.get(TERMS, act.programme)
    if terms is None:
        raise refuse("no_terms", programme=act.programme)
    if call.time > terms.until:
        raise refuse("too_late", programme=act.programme, until=terms.until)
    if call.state.get(OFFICES, act.programme, act.office) is None:
        raise refuse("not_office", office=act.office, programme=act.programme)
    if call.state.get(OPEN_APPEALS, act.programme, appellant, act.matter) is not None:
        raise refuse("open_already")
    appeal = Appeal(
        programme=act.programme,
        appellant=appellant,
        matter=act.matter,
        ground=act.ground,
        office=act.office,
        channel=channel,
        lodged_by=act.by,
        desk=parties.institution_of(call.state, act.by) if channel == "desk" else "",
        lodged_at=call.time,
        deadline=deadline_of(call.time, terms.days),
        evidence=_evidence((), act.evidence),
        status="lodged",
        handlers=(),
        decided_by="",
        closed_at=0,
        outcome="",
        reason="",
        follows="",
    )
    call.state.put(OPEN_APPEALS, Named(number), act.programme, appellant, act.matter)
    call.state.put(WAITING, Waiting(act.programme), act.office, appeal.deadline, number)
    call.state.put(OWN, Waiting(act.programme), appellant, call.time, number)
    _step(call, number, appeal, "lodged", act.by)


def supplement(call: Call, act: Supplement) -> None:
    """Evidence is added; what is there stays."""
    appeal = _of_appellant(call, act.by, act.appeal)
    added = msgspec.structs.replace(appeal, evidence=_evidence(appeal.evidence, act.evidence))
    _step(call, act.appeal, added, "supplemented", act.by)


def take(call: Call, act: Take) -> None:
    """An officer has the appeal in hand from now on; whoever had it before keeps out of the decision all the same."""
    appeal = _of_office(call, act.by, act.appeal)
    if act.by in appeal.handlers:
        raise refuse("taken_already", by=act.by)
    if len(appeal.handlers) >= MAX_HANDLERS:
        raise refuse("too_many_handlers", limit=MAX_HANDLERS)
    taken = msgspec.structs.replace(appeal, status="taken", handlers=(*appeal.handlers, act.by))
    _step(call, act.appeal, taken, "taken", act.by)


def decide(call: Call, act: Decide) -> None:
    """An officer who never had the appeal decides it, whether or not its deadline has passed."""
    appeal = _of_office(call, act.by, act.appeal)
    if act.by in (appeal.lodged_by, appeal.appellant):
        raise refuse("lodged_it", by=act.by)
    if not appeal.handlers:
        raise refuse("not_taken")
    if any(step.by == act.by for _, step in call.state.scan(STEPS, act.appeal)):
        raise refuse("handled_it", by=act.by, office=appeal.office)
    if act.outcome == "region_moved" and appeal.matter != "region":
        raise refuse("outcome")
    if act.outcome == "granted" and act.follows is None:
        raise refuse("names_nothing")
    if act.outcome == "dismissed" and act.follows is not None:
        raise refuse("names_something")
    decided = msgspec.structs.replace(
        appeal,
        status="decided",
        decided_by=act.by,
        closed_at=call.time,
        outcome=act.outcome,
        reason=act.reason,
        follows=act.follows or "",
    )
    _close(call, act.appeal, appeal)
    _step(call, act.appeal, decided, "decided", act.by)


def withdraw(call: Call, act: Withdraw) -> None:
    """An open appeal ends without a decision."""
    appeal = _of_appellant(call, act.by, act.appeal)
    withdrawn = msgspec.structs.replace(appeal, status="withdrawn", closed_at=call.time, outcome="withdrawn")
    _close(call, act.appeal, appeal)
    _step(call, act.appeal, withdrawn, "withdrawn", act.by)


def _require_own_key(call: Call, by: str) -> None:
    if by not in call.signed_by:
        raise refuse("not_own_key", by=by)


def _channel(call: Call, by: str, appellant: str, programme: str) -> Channel:
    """How `by` comes to appeal for `appellant`: as itself, by mandate, or as an officer of a desk."""
    if by != appellant and not parties.is_at_desk(call.state, by):
        mandates.use(call, appellant, by, MANDATED, programme, 0)
        return "delegate"
    known = parties.party(call.state, appellant)
    # Frozen people too: their keys sign nothing, and against that they appeal here.
    if known is not None and "person" not in known.roles:
        raise refuse("not_person", party=appellant)
    if known is None and len(appellant) != HANDLE_LETTERS:
        raise refuse("principal", party=appellant)
    return "own" if by == appellant else "desk"


def _open(call: Call, by: str, number: str) -> Appeal:
    _require_own_key(call, by)
    appeal = call.state.get(APPEALS, number)
    if appeal is None:
        raise refuse("unknown_appeal")
    return appeal


def _of_appellant(call: Call, by: str, number: str) -> Appeal:
    """An open appeal, for those whose it is: its appellant, whoever lodged it, and the others at that desk."""
    appeal = _open(call, by, number)
    if by not in (appeal.appellant, appeal.lodged_by) and not is_officer(call.state, by, appeal.desk):
        raise refuse("not_yours", by=by)
    if appeal.status not in OPEN:
        raise refuse("closed", status=appeal.status)
    if appeal.channel == "delegate" and by != appeal.appellant:
        # What a mandate allowed it allows no longer once it is revoked.
        mandates.use(call, appeal.appellant, by, MANDATED, appeal.programme, 0)
    return appeal


def _of_office(call: Call, by: str, number: str) -> Appeal:
    """An open appeal, for an active officer of the office that decides it."""
    appeal = _open(call, by, number)
    office = parties.party(call.state, appeal.office)
    if office is None or office.standing != "active" or not is_officer(call.state, by, appeal.office):
        raise refuse("not_officer", by=by, office=appeal.office)
    if appeal.status not in OPEN:
        raise refuse("closed", status=appeal.status)
    return appeal


def _evidence(before: tuple[str, ...], added: list[str]) -> tuple[str, ...]:
    evidence = (*before, *added)
    if len(evidence) > MAX_EVIDENCE:
        raise refuse("too_much_evidence", limit=MAX_EVIDENCE)
    if len(dict.fromkeys(evidence)) != len(evidence):
        raise refuse("same_evidence")
    return evidence


def _close(call: Call, number: str, appeal: Appeal) -> None:
    call.state.delete(OPEN_APPEALS, appeal.programme, appeal.appellant, appeal.matter)
    call.state.delete(WAITING, appeal.office, appeal.deadline, number)


def _step(call: Call, number: str, appeal: Appeal, what: What, by: str) -> None:
    """Write the appeal as it stands now, and that this happened to it."""
    place = sum(1 for _ in call.state.scan(STEPS, number))
    call.state.put(APPEALS, appeal, number)
    call.state.put(STEPS, Step(what, by, call.time), number, place)


RULES: Mapping[type[Act], Rule] = {
    SetTerms: set_terms,
    Lodge: lodge,
    Supplement: supplement,
    Take: take,
    Decide: decide,
    Withdraw: withdraw,
}
