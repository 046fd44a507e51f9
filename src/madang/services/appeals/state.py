"""Appeals, their steps, and the two indexes that rules and offices need."""

from typing import Any, Literal

from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table
from madang.services.appeals.transactions import MAX_EVIDENCE, Ground, Matter

MAX_HANDLERS = 8
SEOUL = 9 * 3_600
"""Seconds that Seoul is ahead of UTC: deadlines are days there."""
DAY = 86_400

Status = Literal["lodged", "taken", "decided", "withdrawn"]
Channel = Literal["own", "delegate", "desk"]
Ending = Literal["", "granted", "corrected", "region_moved", "dismissed", "withdrawn"]
What = Literal["lodged", "supplemented", "taken", "decided", "withdrawn"]
OPEN: tuple[Status, ...] = ("lodged", "taken")


class Terms(Record, frozen=True):
    """A programme's terms for appeals: days to decide, the last second to lodge, and how many offices decide."""

    days: int
    until: int
    offices: int


class Office(Record, frozen=True):
    """That an institution decides appeals of a programme, since a block time."""

    since: int


class Appeal(Record, frozen=True):
    """An appeal. `appellant` is a party, or the handle of a person without a key; `lodged_by` signed it.

    `desk` is the institution whose officer lodged it, or ''; `handlers` are officers of the `office` who took it, the
    last one last. Times are seconds; `deadline` is the last second to decide. `reason` is a keyed digest, '' before
    the decision; `follows` the reference that a decision names, or ''.
    """

    programme: str
    appellant: str
    matter: Matter
    ground: Ground
    office: str
    channel: Channel
    lodged_by: str
    desk: str
    lodged_at: int
    deadline: int
    evidence: tuple[str, ...]
    status: Status
    handlers: tuple[str, ...]
    decided_by: str
    closed_at: int
    outcome: Ending
    reason: str
    follows: str


class Step(Record, frozen=True):
    """One thing that happened to an appeal: what, who did it, when (seconds)."""

    what: What
    by: str
    at: int


class Named(Record, frozen=True):
    """The appeal that an index leads to."""

    appeal: str


class Waiting(Record, frozen=True):
    """That an appeal waits for its office's decision."""

    programme: str


TERMS = Table("appeals.terms", Terms, str, public=True)
OFFICES = Table("appeals.office", Office, str, str, public=True)
"""(programme, institution)"""
APPEALS = Table("appeals.appeal", Appeal, str)
STEPS = Table("appeals.step", Step, str, int)
"""(appeal, place of the step from 0)"""
OPEN_APPEALS = Table("appeals.open", Named, str, str, str)
"""(programme, appellant, matter): what makes an open appeal the only one."""
WAITING = Table("appeals.waiting", Waiting, str, int, str)
"""(office, deadline, appeal): open appeals of an office, the most urgent first."""
OWN = Table("appeals.own", Waiting, str, int, str)
"""(appellant, second of lodging, appeal)"""

TABLES: tuple[Table[Any], ...] = (TERMS, OFFICES, APPEALS, STEPS, OPEN_APPEALS, WAITING, OWN)


def deadline_of(lodged_at: int, days: int) -> int:
    """The last second (Seoul) of the day that is so many days after the day of lodging, which does not count."""
    today = (lodged_at + SEOUL) // DAY
    return (today + days + 1) * DAY - SEOUL - 1


def indexes_match(state: State) -> None:
    """Open appeals, and no others, are in both indexes of open ones; every appeal is among its appellant's own."""
    open_ones: dict[tuple[str, str, str], str] = {}
    waiting: list[tuple[str, int, str]] = []
    own: list[tuple[str, int, str]] = []
    for (number,), appeal in state.scan(APPEALS):
        own.append((appeal.appellant, appeal.lodged_at, number))
        if appeal.status in OPEN:
            key = (appeal.programme, appeal.appellant, appeal.matter)
            if key in open_ones:
                raise InvariantBroken(f"{number} and {open_ones[key]} are open for one programme, party and matter")
            open_ones[key] = number
            waiting.append((appeal.office, appeal.deadline, number))
    if open_ones != {parts: named.appeal for parts, named in state.scan(OPEN_APPEALS)}:
        raise InvariantBroken("the index of open appeals is not that of the open appeals")
    if sorted(waiting) != sorted(parts for parts, _ in state.scan(WAITING)):
        raise InvariantBroken("the index of waiting appeals is not that of the open appeals")
    if sorted(own) != sorted(parts for parts, _ in state.scan(OWN)):
        raise InvariantBroken("the index by appellant does not hold every appeal")


def decided_by_another(state: State) -> None:
    """Nobody decided an appeal that was in the same hands before; a decision has a reason, a grant its reference."""
    for (number,), appeal in state.scan(APPEALS):
        if len(appeal.evidence) > MAX_EVIDENCE or len(appeal.handlers) > MAX_HANDLERS:
            raise InvariantBroken(f"{number} has too much evidence or too many handlers")
        if (appeal.status == "decided") != bool(appeal.decided_by and appeal.reason and appeal.handlers):
            raise InvariantBroken(f"{number} is {appeal.status}, decided by {appeal.decided_by!r}")
        before = [step.by for _, step in state.scan(STEPS, number) if step.what != "decided"]
        if appeal.decided_by and appeal.decided_by in (appeal.appellant, *before):
            raise InvariantBroken(f"{number} was decided by somebody who had it before")
        if (appeal.status in OPEN) != (not appeal.outcome) or (appeal.outcome == "granted" and not appeal.follows):
            raise InvariantBroken(f"{number} is {appeal.status} with the outcome {appeal.outcome!r}")


def every_change_is_a_step(state: State) -> None:
    """An appeal's steps begin with its lodging, and the last says how it stands."""
    ends: dict[str, What] = {}
    for (number, place), step in state.scan(STEPS):
        if (place == 0) != (step.what == "lodged") or (place > 0) != (number in ends):
            raise InvariantBroken(f"step {place} of {number} is {step.what}")
        if step.what != "supplemented":
            ends[number] = step.what
    found: dict[str, What] = {number: appeal.status for (number,), appeal in state.scan(APPEALS)}
    if found != ends:
        raise InvariantBroken("the steps of appeals do not end where the appeals stand")


INVARIANTS = (indexes_match, decided_by_another, every_change_is_a_step)
