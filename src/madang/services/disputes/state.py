"""Disputes, the terms they are under, and whom they concern. Amounts are whole won, times in seconds."""

from typing import Literal

from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

MAX_OPEN = 32
Standing = Literal["open", "withdrawn", "upheld", "rejected"]
Answered = Literal["", "agrees", "denies"]


class Terms(Record, frozen=True):
    """Days: to dispute a payment, for the payee to answer, to decide, and to charge back after a decision."""

    file: int
    answer: int
    decide: int
    charge: int


FIRST_TERMS = Terms(60, 5, 14, 60)
"""What holds until the central bank sets others."""


class Dispute(Record, frozen=True):
    """A dispute. `handler` decides; `programme` is empty and `payment` a transaction where own money was paid.

    `credited` is what the bank paid the holder, `returned` what of it went back, `owed` what should have gone back and
    was not there; `charged` is what came back from the payee. Texts are keyed digests, '' while there is none.
    """

    holder: str
    handler: str
    payee: str
    programme: str
    payment: str
    paid_at: int
    ground: str
    amount: int
    statement: str
    filed_at: int
    answer_by: int
    decide_by: int
    charge_days: int
    answered: Answered
    answer: str
    standing: Standing
    decided_at: int
    reasons: str
    credited: int
    returned: int
    owed: int
    charged: int


class Concern(Record, frozen=True):
    """As what a dispute concerns a party."""

    role: Literal["holder", "handler", "payee"]


class Filed(Record, frozen=True):
    """The dispute that a holder filed on a payment."""

    case: str


class Waiting(Record, frozen=True):
    """That a dispute waits for its decision, since the second in which it was filed."""

    since: int


class Open(Record, frozen=True):
    """How many disputes a holder has that are not decided; never above `MAX_OPEN`."""

    count: int


TERMS = Table("disputes.terms", Terms, public=True)
CASES = Table("disputes.case", Dispute, str)
CONCERNS = Table("disputes.concern", Concern, str, str)
"""(party, case): a party's disputes by the second in which they were filed."""
FILED = Table("disputes.filed", Filed, str, str)
"""(holder, payee and payment): in the holder's own name, so that nobody stands in another's way."""
OPEN = Table("disputes.open", Open, str)
WAITING = Table("disputes.waiting", Waiting, str, int, str)
"""(handler, second by which it decides, case): open disputes, the most urgent first."""

TABLES = (TERMS, CASES, CONCERNS, FILED, OPEN, WAITING)


def terms(state: State) -> Terms:
    """The terms for disputes that are filed now."""
    return state.get(TERMS) or FIRST_TERMS


def amounts_agree(state: State) -> None:
    """What was credited, returned and charged stays within what is disputed, and agrees with how it stands."""
    for (case,), one in state.scan(CASES):
        if not 0 <= one.credited <= one.amount or not 0 <= one.charged <= one.credited:
            raise InvariantBroken(f"dispute {case}: {one.credited} credited and {one.charged} charged of {one.amount}")
        settled = {
            "open": one.returned == one.owed == one.charged == 0,
            "withdrawn": one.returned == one.credited and one.owed == one.charged == 0,
            "rejected": one.returned + one.owed == one.credited and one.owed >= 0 and one.charged == 0,
            "upheld": one.returned == one.owed == 0 and one.credited == (0 if one.programme else one.amount),
        }
        if not settled[one.standing] or one.returned < 0:
            raise InvariantBroken(f"dispute {case} is {one.standing} with {one.returned} back and {one.owed} owed")


def concerns_are_known(state: State) -> None:
    """Each dispute is listed for exactly those whom it concerns."""
    listed = {(party, case): record.role for (party, case), record in state.scan(CONCERNS)}
    expected: dict[tuple[str, str], str] = {}
    for (case,), one in state.scan(CASES):
        for role, party in roles(one):
            expected[party, case] = role
    if listed != expected:
        raise InvariantBroken(f"disputes are listed for {sorted(listed)}, and concern {sorted(expected)}")


def open_ones_are_counted(state: State) -> None:
    """Each holder's open disputes are as many as counted, and not too many; they wait, and no others."""
    found: dict[str, int] = {}
    waiting = []
    for (case,), one in state.scan(CASES):
        if one.standing == "open":
            found[one.holder] = found.get(one.holder, 0) + 1
            waiting.append((one.handler, one.decide_by, case))
    if sorted(waiting) != sorted(parts for parts, _ in state.scan(WAITING)):
        raise InvariantBroken("the disputes that wait for a decision are not the open ones")
    counted = {holder: record.count for (holder,), record in state.scan(OPEN)}
    if counted != found or any(count > MAX_OPEN for count in counted.values()):
        raise InvariantBroken(f"open disputes are counted as {counted}, and are {found}")


def roles(dispute: Dispute) -> list[tuple[Literal["holder", "handler", "payee"], str]]:
    """Whom a dispute concerns, as what: three different parties."""
    return [("holder", dispute.holder), ("handler", dispute.handler), ("payee", dispute.payee)]


INVARIANTS: tuple[Invariant, ...] = (amounts_agree, concerns_are_known, open_ones_are_counted)
