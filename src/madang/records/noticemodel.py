"""Notices from committed blocks: what was written tells whom something concerns. Made again, they are the same ones.

A notice's key is a digest of what happened, so that taking a block in twice, or making everything again, tells nobody
anything twice. Of vouchers is kept whose they are and when they end, to remind in time; no amounts.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from madang.base.cards.state import CARDS, Card
from madang.base.mandates.state import MANDATES, USES
from madang.base.parties.state import NOTICES as OF_PARTIES
from madang.base.programmes.state import PROGRAMMES, RECORDS, Compiled, compiled, documents_of
from madang.engine.entries import Writes
from madang.engine.ledger import Durable
from madang.engine.store import View
from madang.kernel.state import State
from madang.records.following import Written
from madang.records.noticetexts import Kind
from madang.records.schema import NOTICE_REFUNDS, NOTICE_TITLES, NOTICE_VOUCHERS, NOTICES
from madang.services.appeals.state import APPEALS
from madang.services.fraud.state import CASES
from madang.services.vouchers.queries import confirmation_number
from madang.services.vouchers.state import KINDS, OWN

DAY = 86_400
REMIND_DAYS = (30, 7, 1)
TOGETHER = 500
"""Rows in one statement."""
MAX_TITLE = 200
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
    version = 2

    def clear(self, connection: Connection) -> None:
        """Forget what is known of vouchers and refunds. Notices stay: made again they are the same, and are told."""
        for table in (NOTICE_VOUCHERS, NOTICE_REFUNDS, NOTICE_TITLES):
            connection.execute(delete(table))

    def apply(self, connection: Connection, view: View, blocks: Sequence[Written]) -> None:
        """Take in what was written, transaction by transaction."""
        contracts = _Contracts(State(Durable(view)))
        for block in blocks:
            for place, writes in enumerate(block.writes):
                _Transaction(connection, contracts, block, place).take_in(writes)


class _Contracts:
    """The contracts of the programmes of vouchers."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._known: dict[str, Compiled | None] = {}

    def of(self, programme: str) -> Compiled | None:
        """The contract of a programme that the rules of vouchers run; None for any other."""
        if programme not in self._known:
            found = self._state.get(PROGRAMMES, programme)
            runs = found is not None and found.kind in KINDS
            self._known[programme] = compiled(self._state, found) if found is not None and runs else None
        return self._known[programme]

    def titles(self, programme: str) -> dict[str, str]:
        """A programme's title by language."""
        found = self._state.get(PROGRAMMES, programme)
        if found is None:
            return {}
        _, document = documents_of(self._state, found)
        return {one.language: one.text for one in document.title}


class _Transaction:
    """One transaction's writes, and the notices that follow from them."""

    def __init__(self, connection: Connection, contracts: _Contracts, block: Written, place: int) -> None:
        self._connection = connection
        self._contracts = contracts
        self._time = block.time
        self._where = (block.height, place)
        self._payments: dict[tuple[str, str, str], _Paid] = {}
        self._found: list[dict[str, Any]] = []

    def take_in(self, writes: Writes) -> None:
        present = [(key, value) for key, value in writes if value is not None]
        # Vouchers first: they say whose a payment is.
        for programme, number, record in self._records(present, "voucher"):
            self._voucher(programme, number, record)
        for programme, part, record in self._records(present, "payment"):
            self._part(programme, part, record)
        for key, value in present:
            self._other(key, value)
        self._tell_payments()
        insert_new(self._connection, NOTICES, self._found)

    def _records(self, present: Sequence[tuple[bytes, bytes]], wanted: str) -> Iterator[tuple[str, str, Any]]:
        for key, value in present:
            if key.startswith(RECORDS.prefix):
                programme, sort, name = RECORDS.split(key)
                ruled = self._contracts.of(programme) if sort == wanted else None
                if ruled is not None:
                    yield programme, name, ruled.tables[sort].decode(value)

    def _other(self, key: bytes, value: bytes) -> None:
        if key.startswith(OWN.prefix):
            self._own(OWN.split(key), OWN.decode(value))
        elif key.startswith(APPEALS.prefix):
            appeal = APPEALS.decode(value)
            if appeal.status == "decided":
                (number,) = APPEALS.split(key)
                about = {"programme": appeal.programme, "detail": appeal.outcome}
                self._tell("appeal_decided", appeal.appellant, (number,), about)
        elif key.startswith(USES.prefix):
            principal, use = USES.split(key)
            found = USES.decode(value)
            self._tell("mandate_used", principal, (use,), {"programme": found.programme, "detail": found.act})
        elif key.startswith(MANDATES.prefix):
            principal, delegate, programme = MANDATES.split(key)
            mandate = MANDATES.decode(value)
            if mandate.registered_by and not mandate.uses:
                waiting = {"programme": programme, "day": mandate.since}
                self._tell("mandate_registered", principal, (delegate, programme, *self._where), waiting)
        elif key.startswith(CARDS.prefix):
            (name,) = CARDS.split(key)
            self._card(name, CARDS.decode(value))
        elif key.startswith(OF_PARTIES.prefix):
            (party,) = OF_PARTIES.split(key)
            notice = OF_PARTIES.decode(value)
            if notice.kind in OF_KEYS:
                self._tell(OF_KEYS[notice.kind], party, (notice.kind, *self._where), {})
        elif key.startswith(CASES.prefix):
            programme, name = CASES.split(key)
            case = CASES.decode(value)
            self._tell("case_opened", case.party, (programme, name), {"programme": programme, "day": case.hearing_ends})
        elif key.startswith(PROGRAMMES.prefix):
            (programme,) = PROGRAMMES.split(key)
            self._title(programme)

    def _card(self, name: str, card: Card) -> None:
        """A desk may have done it without the person, who must hear of it in time. Payments change nothing here."""
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
        before = self._connection.execute(select(table.holder).where(*same)).scalar_one_or_none()
        usable = int(record.left > 0 and record.status == "active")
        values = {"holder": record.holder, "until": record.until, "usable": usable}
        if before is None:
            row = values | {"programme": programme, "number": number, "granted_at": self._time}
            self._connection.execute(insert(NOTICE_VOUCHERS).values(**row))
        else:
            self._connection.execute(update(NOTICE_VOUCHERS).where(*same).values(**values))
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
        self._found.append(notice(kind, recipient, self._time, event, about))


def notice(
    kind: Kind, recipient: str, at: int, event: tuple[object, ...], about: Mapping[str, object]
) -> dict[str, Any]:
    """A notice as a row; `event` is what makes it the only one of its kind for its recipient."""
    key = hashlib.sha256(msgspec.msgpack.encode(["madang.notice.1", kind, recipient, event])).hexdigest()
    empty = {"programme": "", "amount": 0, "number": "", "day": 0, "detail": ""}
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
    make: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for start in range(0, len(rows), TOGETHER):
        some = list(rows[start : start + TOGETHER])
        new += connection.execute(make(table).values(some).on_conflict_do_nothing()).rowcount
    return new
