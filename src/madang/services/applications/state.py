"""Applications, their steps, and the indexes that rules, people and offices need."""

from typing import Any, Literal

from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table
from madang.services.applications.transactions import MAX_EVIDENCE, MAX_SUBJECTS, Correction, DeclineGround, Ground

MAX_CHANGES = 16
MAX_OPEN = 16
"""Open applications an applicant has at once, in all programmes."""
SEOUL = 9 * 3_600
"""Seconds that Seoul is ahead of UTC: deadlines are days there."""
DAY = 86_400

Status = Literal["entered", "to_desk", "granted", "declined", "withdrawn"]
Channel = Literal["own", "delegate", "desk"]
What = Literal["entered", "changed", "to_desk", "granted", "declined", "withdrawn"]
OPEN: tuple[Status, ...] = ("entered", "to_desk")
DECIDED: tuple[Status, ...] = ("granted", "declined")


class Terms(Record, frozen=True):
    """A programme's terms: the window in seconds, its last one included, days to decide, and whether at desks only."""

    since: int
    until: int
    days: int
    desk_only: bool


class Authority(Record, frozen=True):
    """That an eligibility authority decides beside the sponsor, since a block time."""

    since: int


class Application(Record, frozen=True):
    """An application. `applicant` is a party, or the handle of a person without a key.

    `holder` is the party that will hold the voucher, or '': then it waits for the code in a letter. `desks` are the
    institutions whose officers entered or changed it; `hands` are who did so, the first entered it. `changes` and
    `steps` count what happened to it. Times are seconds; `deadline` is the last second to decide.
    `authority` is whose officer `decided_by` is. `earlier`, `reference` and `declined` (why) are '' for none.
    """

    programme: str
    instalment: int
    ground: Ground
    earlier: str
    applicant: str
    holder: str
    subjects: tuple[str, ...]
    evidence: tuple[str, ...]
    channel: Channel
    hands: tuple[str, ...]
    desks: tuple[str, ...]
    entered_at: int
    deadline: int
    changes: int
    steps: int
    status: Status
    decided_by: str
    authority: str
    closed_at: int
    reference: str
    declined: DeclineGround | Literal[""]


class Step(Record, frozen=True):
    """One thing that happened to an application: what, who did it, when (seconds), and why it was changed."""

    what: What
    by: str
    at: int
    correction: Correction | Literal[""]


class Opened(Record, frozen=True):
    """How many applications of an applicant are open: one look tells, where a scan would cost a look at the block."""

    count: int


class Named(Record, frozen=True):
    """The application that an index leads to."""

    application: str


TERMS = Table("applications.terms", Terms, str, public=True)
AUTHORITIES = Table("applications.authority", Authority, str, str, public=True)
"""(programme, institution)"""
APPLICATIONS = Table("applications.application", Application, str)
STEPS = Table("applications.step", Step, str, int)
"""(application, place of the step from 0)"""
OPEN_ONES = Table("applications.open", Named, str, int, str)
"""(programme, instalment, subject): what makes an open application the only one."""
OPEN_OF = Table("applications.open_of", Opened, str)
"""(applicant)"""
REFERENCES = Table("applications.reference", Named, str, str)
"""(programme, reference)"""
WAITING = Table("applications.waiting", Named, str, int, str)
"""(programme, deadline, application): those that an authority has to decide, the most urgent first."""
LISTED = Table("applications.listed", Named, str, str, str)
"""(programme, status, place): all of a programme."""
CONCERNED = Table("applications.concerned", Named, str, str)
"""(applicant, holder or desk; place): what each of them may see."""

INDEXES: tuple[Table[Named], ...] = (OPEN_ONES, REFERENCES, WAITING, LISTED, CONCERNED)
TABLES: tuple[Table[Any], ...] = (TERMS, AUTHORITIES, APPLICATIONS, STEPS, OPEN_OF, *INDEXES)


def deadline_of(entered_at: int, days: int) -> int:
    """The last second (Seoul) of the day that is so many days after the day of applying, which does not count."""
    today = (entered_at + SEOUL) // DAY
    return (today + days + 1) * DAY - SEOUL - 1


def place_of(application: Application, number: str) -> str:
    """Where an application stands in lists: by the second of applying, then by number."""
    return f"{application.entered_at:010x}{number}"


def concerned(application: Application) -> tuple[str, ...]:
    """Whom an application concerns beside its authority, each once."""
    parties = (application.applicant, application.holder, *application.desks)
    return tuple(dict.fromkeys(party for party in parties if party))


def places(number: str, application: Application) -> list[tuple[Table[Named], tuple[str | int, ...]]]:
    """Every index entry of an application as it stands: the table, and the parts of the key."""
    programme, place = application.programme, place_of(application, number)
    found: list[tuple[Table[Named], tuple[str | int, ...]]] = [(LISTED, (programme, application.status, place))]
    found += [(CONCERNED, (party, place)) for party in concerned(application)]
    if application.status in OPEN:
        found += [(OPEN_ONES, (programme, application.instalment, subject)) for subject in application.subjects]
    if application.status == "entered":
        found.append((WAITING, (programme, application.deadline, number)))
    if application.reference:
        found.append((REFERENCES, (programme, application.reference)))
    return found


def indexes_match(state: State) -> None:
    """Every index holds what the applications say and nothing else: no two open ones share a subject."""
    expected: dict[str, list[tuple[tuple[str | int, ...], str]]] = {table.name: [] for table in INDEXES}
    for (number,), application in state.scan(APPLICATIONS):
        for table, parts in places(number, application):
            expected[table.name].append((parts, number))
    for table in INDEXES:
        found = [(parts, named.application) for parts, named in state.scan(table)]
        if sorted(expected[table.name]) != sorted(found):
            raise InvariantBroken(f"{table.name} is not what the applications say")


def applications_keep_their_bounds(state: State) -> None:
    """No application is larger than it may be; open ones are counted for each applicant, and are not too many."""
    open_ones: dict[str, int] = {}
    for (number,), application in state.scan(APPLICATIONS):
        if not (
            1 <= len(application.subjects) <= MAX_SUBJECTS
            and len(application.evidence) <= MAX_EVIDENCE
            and application.changes <= MAX_CHANGES
            and (application.ground == "regular") == (not application.earlier)
        ):
            raise InvariantBroken(f"{number} is out of bounds")
        if application.status in OPEN:
            open_ones[application.applicant] = open_ones.get(application.applicant, 0) + 1
    if open_ones != {applicant: opened.count for (applicant,), opened in state.scan(OPEN_OF)}:
        raise InvariantBroken("open applications are not counted as they are")
    if any(count > MAX_OPEN for count in open_ones.values()):
        raise InvariantBroken(f"an applicant has more than {MAX_OPEN} open applications")


def decided_by_another(state: State) -> None:
    """Nobody decided what the same hands entered or changed; a grant has its reference, and a refusal its ground."""
    for (number,), application in state.scan(APPLICATIONS):
        status = application.status
        ends = (bool(application.reference), bool(application.declined), bool(application.closed_at))
        if ends != (status == "granted", status == "declined", status not in OPEN):
            raise InvariantBroken(f"{number} is {status}, and its end is {ends}")
        if (status in DECIDED) != bool(application.decided_by) or bool(application.decided_by) != bool(
            application.authority
        ):
            raise InvariantBroken(f"{number} is {status}, decided by {application.decided_by!r}")
        steps = [step for _, step in state.scan(STEPS, number)]
        entered = tuple(dict.fromkeys(step.by for step in steps if step.what in ("entered", "changed")))
        if entered != application.hands or len(steps) != application.steps:
            raise InvariantBroken(f"{number} was not in the hands that its steps name")
        if application.decided_by in entered:
            raise InvariantBroken(f"{number} was decided by somebody who entered or changed it")


def every_change_is_a_step(state: State) -> None:
    """Steps begin with the entering and end as the application stands; none sent to a desk is declined from there."""
    ends: dict[str, What] = {}
    changes: dict[str, int] = {}
    for (number, place), step in state.scan(STEPS):
        if (place == 0) != (step.what == "entered") or place != changes.get(number, -1) + 1:
            raise InvariantBroken(f"step {place} of {number} is {step.what}")
        if ends.get(number) == "to_desk" and step.what in ("declined", "to_desk"):
            raise InvariantBroken(f"{number} was {step.what} while it waited for the person at a desk")
        ends[number] = "entered" if step.what == "changed" else step.what
        changes[number] = place
    found: dict[str, What] = {number: application.status for (number,), application in state.scan(APPLICATIONS)}
    if found != ends:
        raise InvariantBroken("the steps of applications do not end where the applications stand")


INVARIANTS: tuple[Invariant, ...] = (
    indexes_match,
    applications_keep_their_bounds,
    decided_by_another,
    every_change_is_a_step,
)
