"""An office's lists: applications, flags and disputes that it decides on, filtered and in pages.

Whoever asks must say whose list it is: `office` is part of every question, and it is for the caller to have checked
that the reader is one of its officers. Appeals are in `appeallist`.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from madang.kernel.fields import Name, PartyId, Time
from madang.records.paging import MAX_PAGE, Page, page_of
from madang.records.schema import APPEALS, APPLICATIONS, DECIDING, DISPUTES, FLAGS
from madang.services.appeals.state import OPEN as OPEN_APPEALS
from madang.services.applications.state import OPEN, Channel, Status
from madang.services.applications.transactions import DeclineGround, Ground
from madang.services.disputes.state import Answered, Standing
from madang.services.disputes.transactions import Ground as DisputeGround
from madang.services.fraud.state import Source
from madang.services.fraud.transactions import Reason, Sort

Limit = Annotated[int, Meta(ge=1, le=MAX_PAGE, description="Rows a page.")]
FlagStanding = Literal["waiting", "in_case", "set_aside"]


class ApplicationFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Applications on which an office decides: the programme's sponsor, or an authority of its terms.

    `open` is entered or waiting for the person at a desk; `overdue_at` leaves those to be decided before that second.
    """

    office: PartyId
    programme: Name | None = None
    status: Status | Literal["open"] | None = None
    ground: Ground | None = None
    channel: Channel | None = None
    overdue_at: Time | None = None


class ApplicationRow(msgspec.Struct, frozen=True):
    """A line of the list. Times are seconds; what is not yet so is 0 or ''. `evidence` counts pieces of it."""

    number: str
    programme: str
    instalment: int
    ground: Ground
    applicant: str
    holder: str
    channel: Channel
    status: Status
    authority: str
    evidence: int
    entered_at: int
    deadline: int
    closed_at: int
    reference: str
    declined: DeclineGround | Literal[""]


class FlagFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Flags in the programmes that an office sponsors."""

    office: PartyId
    programme: Name | None = None
    standing: FlagStanding | None = None
    reason: Reason | None = None
    sort: Sort | None = None
    source: Source | None = None


class FlagRow(msgspec.Struct, frozen=True):
    """A line of the list: at what somebody should look, and why. `case` is '' where none stands on it."""

    number: str
    programme: str
    sort: Sort
    subject: str
    reason: Reason
    source: Source
    raised_by: str
    raised_at: int
    case: str
    standing: FlagStanding


class DisputeFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Disputes that an office decides: a bank, or a desk. `overdue_at` leaves open ones to be decided by then."""

    office: PartyId
    programme: Name | None = None
    standing: Standing | None = None
    ground: DisputeGround | None = None
    answered: Answered | None = None
    overdue_at: Time | None = None


class DisputeRow(msgspec.Struct, frozen=True):
    """A line of the list. Amounts are won, times seconds; `programme` is '' where own money was paid."""

    case: str
    programme: str
    holder: str
    payee: str
    ground: DisputeGround
    amount: int
    filed_at: int
    answer_by: int
    decide_by: int
    answered: Answered
    standing: Standing
    decided_at: int
    credited: int
    charged: int


class Waiting(msgspec.Struct, frozen=True):
    """How much an office has before it, and how much of that is late."""

    appeals: int
    appeals_overdue: int
    applications: int
    applications_overdue: int
    flags: int
    disputes: int
    disputes_overdue: int


def list_applications(
    connection: Connection, wanted: ApplicationFilter, after: str = "", limit: Limit = 50
) -> Page[ApplicationRow]:
    """A page of the applications that the filter leaves, the most urgent first.

    Raises `MadangError` (`records.page`).
    """
    column = APPLICATIONS.c
    conditions = [column.programme.in_(_programmes(wanted.office)), *_same(APPLICATIONS, wanted, "ground", "channel")]
    if wanted.status == "open":
        conditions.append(column.status.in_(OPEN))
    elif wanted.status is not None:
        conditions.append(column.status == wanted.status)
    if wanted.overdue_at is not None:
        conditions += [column.status == "entered", column.deadline < wanted.overdue_at]
    order = (column.deadline, column.number)
    return page_of(connection, APPLICATIONS, ApplicationRow, conditions, order, limit, after)


def list_flags(connection: Connection, wanted: FlagFilter, after: str = "", limit: Limit = 50) -> Page[FlagRow]:
    """A page of the flags that the filter leaves, the newest first. Raises `MadangError`: `records.page`."""
    conditions = [
        FLAGS.c.programme.in_(_programmes(wanted.office, "sponsor")),
        *_same(FLAGS, wanted, "standing", "reason", "sort", "source"),
    ]
    return page_of(connection, FLAGS, FlagRow, conditions, (FLAGS.c.number,), limit, after, newest_first=True)


def list_disputes(
    connection: Connection, wanted: DisputeFilter, after: str = "", limit: Limit = 50
) -> Page[DisputeRow]:
    """A page of the disputes that the filter leaves, the most urgent first. Raises `MadangError`: `records.page`."""
    column = DISPUTES.c
    conditions = [column.handler == wanted.office, *_same(DISPUTES, wanted, "standing", "ground", "answered")]
    if wanted.overdue_at is not None:
        conditions += [column.standing == "open", column.decide_by <= wanted.overdue_at]
    order = (column.decide_by, column.case)
    return page_of(connection, DISPUTES, DisputeRow, conditions, order, limit, after)


def count_waiting(connection: Connection, office: str, now: int) -> Waiting:
    """What waits for an office at the second `now`."""

    def count(table: Table, *conditions: ColumnElement[bool]) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())

    appeals = (APPEALS.c.office == office, APPEALS.c.status.in_(OPEN_APPEALS))
    applications = (APPLICATIONS.c.programme.in_(_programmes(office)), APPLICATIONS.c.status == "entered")
    flags = (FLAGS.c.programme.in_(_programmes(office, "sponsor")), FLAGS.c.standing == "waiting")
    disputes = (DISPUTES.c.handler == office, DISPUTES.c.standing == "open")
    return Waiting(
        appeals=count(APPEALS, *appeals),
        appeals_overdue=count(APPEALS, *appeals, APPEALS.c.deadline < now),
        applications=count(APPLICATIONS, *applications),
        applications_overdue=count(APPLICATIONS, *applications, APPLICATIONS.c.deadline < now),
        flags=count(FLAGS, *flags),
        disputes=count(DISPUTES, *disputes),
        disputes_overdue=count(DISPUTES, *disputes, DISPUTES.c.decide_by <= now),
    )


def _programmes(office: str, role: str | None = None) -> Select[Any]:
    """The programmes on which an office decides, in one role or in any."""
    found = select(DECIDING.c.programme).where(DECIDING.c.office == office)
    return found if role is None else found.where(DECIDING.c.role == role)


def _same(table: Table, wanted: msgspec.Struct, *names: str) -> list[ColumnElement[bool]]:
    """The columns that must be as wanted, where something is wanted."""
    asked = [(name, getattr(wanted, name)) for name in ("programme", *names)]
    return [table.c[name] == value for name, value in asked if value is not None]
