"""Notices from committed blocks: what was written tells whom something concerns. Made again, they are the same ones.

A notice's key is a digest of what happened, so that taking a block in twice, or making everything again, tells nobody
anything twice. Of vouchers is kept whose they are and when they end, to remind in time; no amounts.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from madang.base.cards.state import CARDS, Card
from madang.base.debts.state import DEBTS, PROPOSALS, Debt, Proposal, owed
from madang.base.mandates.state import MANDATES, USES, Mandate, Use
from madang.base.parties.state import NOTICES as OF_PARTIES
from madang.base.parties.state import Notice
from madang.base.programmes.state import PROGRAMMES, Programme
from madang.engine.entries import Writes, block_key, read_tip
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.kernel.state import State
from madang.kernel.state import Table as LedgerTable
from madang.records.contracts import Contracts
from madang.records.following import Written
from madang.records.noticetexts import Kind
from madang.records.schema import NOTICE_REFUNDS, NOTICE_TITLES, NOTICE_VOUCHERS, NOTICES
from madang.services.appeals.state import APPEALS, Appeal
from madang.services.applications.state import APPLICATIONS, DECIDED, Application
from madang.services.disputes.state import CASES as DISPUTES
from madang.services.disputes.state import Dispute
from madang.services.fraud.state import CASES, Case
from madang.services.vouchers.queries import confirmation_number
from madang.services.vouchers.state import OWN

DAY = 86_400
REMIND_DAYS = (30, 7, 1)
TOGETHER = 500
"""Rows in one statement."""
MAX_TITLE = 200
USABLE = {"active": 1, "frozen": 2}
"""How a voucher with money on it is noted: one that can be used, and one that could again."""
ENDED: dict[str, Kind] = {"expired": "lapsed", "revoked": "recalled"}
"""How the end of a voucher is told on which something was left. What its holder ended itself is not told."""
OF_KEYS: dict[str, Kind] = {
    "suspended": "key_frozen",
    "key_revoked": "key_changed",
    "reinstated": "key_released",
    "recovery_begun": "key_changing",
    "recovery_completed": "key_changed",
}
"""How the notices of parties are told. A veto is the person's own act."""


class _Paid(msgspec.Struct):
    """What one transaction did with a payment."""

    holder: str
    paid: int = 0
    refunded: int = 0


class Notices:
    """The projection."""

    name = "notices"
    version = 4

    def clear(self, connection: Connection) -> None:
        """Forget what is known of vouchers and refunds. Notices stay: made again they are the same, and are told."""
        for table in (NOTICE_VOUCHERS, NOTICE_REFUNDS, NOTICE_TITLES):
            connection.execute(delete(table))

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Take in what was written, transaction by transaction."""
        contracts = Contracts(State(Durable(view)))
        for block in blocks:
            first = read_tip(view.log_get(block_key(block.height)) or b"").first
            for place, writes in enumerate(block.writes):
                _Transaction(connection, contracts, block, place, first + place).take_in(writes)


class _Transaction:
    """One transaction's writes, and the notices that follow from them."""

    def __init__(self, connection: Connection, contracts: Contracts, block: Written, place: int, position: int) -> None:
        self._connection = connection
        self._contracts = contracts
        self._time = block.time
        self._where = (block.height, place)
        self._position = position
        self._payments: dict[tuple[str, str, str], _Paid] = {}
        self._found: list[dict[str, Any]] = []
        self._tables: tuple[tuple[LedgerTable[Any], Callable[[Any, Any], None]], ...] = (
            (OWN, self._own),
            (APPEALS, self._appeal),
            (APPLICATIONS, self._application),
            (USES, self._use),
            (MANDATES, self._mandate),
            (CARDS, self._card),
            (OF_PARTIES, self._key),
            (CASES, self._case),
            (DEBTS, self._debt),
            (PROPOSALS, self._proposal),
            (DISPUTES, self._dispute),
            (PROGRAMMES, self._programme),
        )

    def take_in(self, writes: Writes) -> None:
        present = [(key, value) for key, value in writes if value is not None]
        # Vouchers first: they say whose a payment is.
        for programme, number, record in self._contracts.records(present, "voucher"):
            self._voucher(programme, number, record)
        for programme, part, record in self._contracts.records(present, "payment"):
            self._part(programme, part, record)
        for key, value in present:
            self._other(key, value)
        self._tell_payments()
        _insert_or_place(self._connection, self._found)

    def _other(self, key: bytes, value: bytes) -> None:
        for table, take in self._tables:
            if key.startswith(table.prefix):
                take(table.split(key), table.decode(value))

    def _appeal(self, place: tuple[str], appeal: Appeal) -> None:
        if appeal.status == "decided":
            about = {"programme": appeal.programme, "detail": appeal.outcome}
            self._tell("appeal_decided", appeal.appellant, place, about)

    def _application(self, place: tuple[str], application: Application) -> None:
        if application.status in (*DECIDED, "to_desk"):
            about = {"programme": application.programme, "detail": application.status}
            self._tell("application_decided", application.applicant, (*place, application.steps), about)

    def _use(self, place: tuple[str, str], use: Use) -> None:
        principal, name = place
        self._tell("mandate_used", principal, (name,), {"programme": use.programme, "detail": use.act})

    def _mandate(self, place: tuple[str, str, str], mandate: Mandate) -> None:
        principal, delegate, programme = place
        if mandate.registered_by and not mandate.uses:
            waiting = {"programme": programme, "day": mandate.since}
            self._tell("mandate_registered", principal, (delegate, programme, *self._where), waiting)

    def _key(self, place: tuple[str], notice: Notice) -> None:
        if notice.kind in OF_KEYS:
            self._tell(OF_KEYS[notice.kind], place[0], (notice.kind, *self._where), {})

    def _case(self, place: tuple[str, str], case: Case) -> None:
        about = {"programme": place[0]}
        if case.outcome:
            self._tell("case_decided", case.party, place, about | {"detail": case.outcome})
        else:
            self._tell("case_opened", case.party, place, about | {"day": case.hearing_ends})

    def _debt(self, place: tuple[str], debt: Debt) -> None:
        if debt.imposed_at == self._time:
            about = {"amount": owed(debt), "day": debt.plan[-1].due_at}
            self._tell("debt_imposed", debt.debtor, place, about)

    def _proposal(self, place: tuple[str], proposal: Proposal) -> None:
        """The debtor is told of what the creditor proposes; an office sees its own debts."""
        debt = self._contracts.state.get(DEBTS, *place)
        if debt is not None and proposal.by == debt.creditor:
            self._tell("instalments_proposed", debt.debtor, (*place, *self._where), {})

    def _dispute(self, place: tuple[str], dispute: Dispute) -> None:
        about: dict[str, object] = {"amount": dispute.amount}
        if dispute.standing == "open":
            self._tell("dispute_opened", dispute.payee, place, about | {"day": dispute.answer_by - 1})
            self._tell("dispute_received", dispute.holder, place, about | {"day": dispute.decide_by - 1})
        else:
            for party in (dispute.holder, dispute.payee):
                self._tell("dispute_decided", party, place, about | {"detail": dispute.standing})

    def _programme(self, place: tuple[str], _: Programme) -> None:
        self._title(*place)

    def _card(self, place: tuple[str], card: Card) -> None:
        """A desk may have done it without the person, who must hear of it in time. Payments change nothing here."""
        (name,) = place
        if card.status == "blocked":
            self._tell("card_blocked", card.holder, (name,), {})
        elif card.status == "bound":
            kind: Kind = "card_given" if card.pins == 1 else "card_pin"
            self._tell(kind, card.holder, (name, card.pins), {"day": card.works_from})

    def _title(self, programme: str) -> None:
        self._connection.execute(delete(NOTICE_TITLES).where(NOTICE_TITLES.c.programme == programme))
        for language, title in self._contracts.titles(programme).items():
            row = {"programme": programme, "language": language, "title": title[:MAX_TITLE]}
            self._connection.execute(insert(NOTICE_TITLES).values(**row))

    def _voucher(self, programme: str, number: str, record: Any) -> None:
        table = NOTICE_VOUCHERS.c
        same = (table.programme == programme, table.number == number)
        row = self._connection.execute(select(table.holder, table.usable).where(*same)).one_or_none()
        before = None if row is None else row.holder
        usable = USABLE.get(record.status, 0) if record.left > 0 else 0
        values = {"holder": record.holder, "until": record.until, "usable": usable}
        if before is None:
            new = values | {"programme": programme, "number": number, "granted_at": self._time}
            self._connection.execute(insert(NOTICE_VOUCHERS).values(**new))
        else:
            self._connection.execute(update(NOTICE_VOUCHERS).where(*same).values(**values))
        ended = ENDED.get(record.status)
        if row is not None and row.usable and ended is not None and record.holder != number:
            self._tell(ended, record.holder, (programme, number, *self._where), {"programme": programme})
        # A voucher that waits for its code is its own holder: nobody is told yet.
        if record.holder not in (before, number) and before in (None, number):
            about = {"programme": programme, "day": record.until - 1}
            self._tell("granted", record.holder, (programme, number), about)

    def _part(self, programme: str, key: str, record: Any) -> None:
        merchant, payment, _ = key.split("/")
        holder = select(NOTICE_VOUCHERS.c.holder).where(
            NOTICE_VOUCHERS.c.programme == programme, NOTICE_VOUCHERS.c.number == record.voucher
        )
        owner = self._connection.execute(holder).scalar_one_or_none()
        if owner is None:
            return
        paid = self._payments.setdefault((programme, merchant, payment), _Paid(owner))
        if record.at == self._time:
            paid.paid += record.amount
        paid.refunded += self._newly_refunded(f"{programme}\0{key}", record.refunded)

    def _own(self, place: tuple[str, str, str], record: Any) -> None:
        paid = self._payments.setdefault(place, _Paid(record.payer))
        if int(place[2][:10], 16) == self._time:
            paid.paid += record.amount
        paid.refunded += self._newly_refunded("\0".join(place), record.refunded)

    def _newly_refunded(self, name: str, refunded: int) -> int:
        if not refunded:
            return 0
        part = hashlib.sha256(name.encode()).digest()
        same = NOTICE_REFUNDS.c.part == part
        before = self._connection.execute(select(NOTICE_REFUNDS.c.refunded).where(same)).scalar_one_or_none()
        if before is None:
            self._connection.execute(insert(NOTICE_REFUNDS).values(part=part, refunded=refunded))
        else:
            self._connection.execute(update(NOTICE_REFUNDS).where(same).values(refunded=refunded))
        return max(refunded - (before or 0), 0)

    def _tell_payments(self) -> None:
        for (programme, merchant, payment), found in self._payments.items():
            about = {"programme": programme, "number": confirmation_number(payment)}
            if found.paid:
                self._tell("paid", found.holder, (programme, merchant, payment), about | {"amount": found.paid})
            if found.refunded:
                event = (programme, merchant, payment, *self._where)
                self._tell("refunded", found.holder, event, about | {"amount": found.refunded})

    def _tell(self, kind: Kind, recipient: str, event: tuple[object, ...], about: Mapping[str, object]) -> None:
        self._found.append(notice(kind, recipient, self._time, event, {"position": self._position, **about}))


def notice(
    kind: Kind, recipient: str, at: int, event: tuple[object, ...], about: Mapping[str, object]
) -> dict[str, Any]:
    """A notice as a row; `event` is what makes it the only one of its kind for its recipient."""
    key = hashlib.sha256(msgspec.msgpack.encode(["madang.notice.1", kind, recipient, event])).hexdigest()
    empty = {"programme": "", "amount": 0, "number": "", "day": 0, "detail": "", "position": -1}
    return {"key": key, "recipient": recipient, "kind": kind, "at": at, "planned": 0} | empty | dict(about)


def remind(connection: Connection, now: int) -> int:
    """Tell holders of vouchers that end within 30, 7 or 1 days and are not used up; each once a term. How many.

    Whoever was granted a voucher within such a term is not told of it at once.
    """
    table = NOTICE_VOUCHERS.c
    rows = []
    for days, fewer in zip(REMIND_DAYS, (*REMIND_DAYS[1:], 0), strict=True):
        found = select(table.programme, table.holder, table.until).where(
            table.usable == 1,
            table.until > now + fewer * DAY,
            table.until <= now + days * DAY,
            table.granted_at <= table.until - days * DAY,
            table.holder != table.number,
        )
        for programme, holder, until in connection.execute(found.distinct()):
            about = {"programme": programme, "day": until - 1}
            rows.append(notice("use_by", holder, now, (programme, until, days), about))
    return insert_new(connection, NOTICES, rows)


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows whose key is not there yet; how many were new."""
    new = 0
    for start in range(0, len(rows), TOGETHER):
        some = list(rows[start : start + TOGETHER])
        new += connection.execute(_insert(connection, table).values(some).on_conflict_do_nothing()).rowcount
    return new


def _insert_or_place(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert notices; those that a former version made learn where the first transaction stands that told of it."""
    once = list({row["key"]: row for row in rows}.values())
    unknown = NOTICES.c.position == -1
    for start in range(0, len(once), TOGETHER):
        made = _insert(connection, NOTICES).values(once[start : start + TOGETHER])
        place = {"position": made.excluded.position}
        connection.execute(made.on_conflict_do_update(index_elements=[NOTICES.c.key], set_=place, where=unknown))


def _insert(connection: Connection, table: Table) -> Any:
    """The statement that inserts, in words of this database."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
