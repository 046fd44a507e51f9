"""Payments that concern whoever is signed in, found in what transactions wrote.

The ledger lists payments by shop and no payer's: so a payment is found by its transaction, or by a notice about it,
which says where in the log it stands. Whoever signed it, and whose vouchers paid, may see it; nobody else.
"""

from collections.abc import Iterator

import msgspec

from madang.engine.entries import StoredEntry, block_key, entry_key, read_entry, read_tip, read_writes
from madang.engine.ledger import find
from madang.engine.store import View
from madang.kernel.codec import read_json
from madang.kernel.transaction import Act
from madang.records import reading
from madang.records.contracts import Contracts
from madang.records.reading import PaymentRow
from madang.services.vouchers.queries import confirmation_number, own_payments
from madang.services.vouchers.state import OWN, voucher_of
from madang.web.site.visit import Visit


class Payment(msgspec.Struct, frozen=True):
    """A payment as its payer sees it: won from vouchers and own money together, of which `own`; the shop's number."""

    programme: str
    merchant: str
    payment: str
    order: str
    at: int
    amount: int
    own: int
    refunded: int
    held: int
    number: str


class Paid(msgspec.Struct, frozen=True):
    """A transaction that paid: its id, its acts, when (seconds), and the payments in it that concern the reader."""

    id: str
    acts: tuple[Act, ...]
    time: int
    payments: tuple[Payment, ...]

    @property
    def amount(self) -> int:
        """Won in all."""
        return sum(one.amount for one in self.payments)


def paid_by(visit: Visit, identifier: str) -> Paid | None:
    """What a transaction paid, for those whom it concerns; None where it paid nothing of theirs. `NotSignedIn`."""
    parties = visit.parties
    if len(identifier) != 32 or not set(identifier) <= set("0123456789abcdef"):
        return None
    found = find(visit.node.ledger.store.view(), identifier)
    if found is None or found[1].result().outcome != "accepted":
        return None
    entry = found[1]
    acts = _acts(visit, entry)
    signed = any(act.by in parties for act in acts)
    payments = tuple(one for holder, one in _payments(visit, entry) if signed or holder in parties)
    if not payments:
        return None
    height = entry.result().height
    return Paid(identifier, acts, _time_of(visit.node.ledger.store.view(), height), payments)


def transaction_of(visit: Visit, told: PaymentRow) -> str | None:
    """The id of the transaction that made the payment of which a notice tells: paid, or given back from."""
    entry = _entry_at(visit, told.position)
    if entry is None or told.kind == "paid":
        return entry.id if entry is not None else None
    for holder, one in _payments(visit, entry, told.number):
        if holder in visit.parties and one.programme == told.programme:
            with visit.site.records.reading() as connection:
                paid = reading.find_paid(connection, visit.parties, one.programme, one.number, one.at)
            made = _entry_at(visit, paid.position) if paid is not None else None
            return made.id if made is not None else None
    return None


def merchant_of(visit: Visit, told: PaymentRow) -> str | None:
    """The shop that was paid, or gave back, where a notice of whoever signed in tells of it; None where not known."""
    entry = _entry_at(visit, told.position)
    if entry is None:
        return None
    present = [(key, value) for key, value in read_writes(entry.writes) if value is not None]
    for programme, key, _ in Contracts(visit.state).records(present, "payment"):
        merchant, payment, _ = key.split("/")
        if programme == told.programme and confirmation_number(payment) == told.number:
            return merchant
    return None


def _entry_at(visit: Visit, position: int) -> StoredEntry | None:
    """The transaction that stands there in the log; None where that is not known."""
    data = visit.node.ledger.store.view().log_get(entry_key(position)) if position >= 0 else None
    return read_entry(data) if data is not None else None


def _payments(visit: Visit, entry: StoredEntry, number: str = "") -> Iterator[tuple[str, Payment]]:
    """The payments that a transaction wrote, each once, as they stand now, and who holds the vouchers.

    With `number` those of that number alone: of thousands in one second few are looked up.
    """
    contracts = Contracts(visit.state)
    present = [(key, value) for key, value in read_writes(entry.writes) if value is not None]
    seen: dict[tuple[str, str, str], str] = {}
    for programme, key, record in contracts.records(present, "payment"):
        merchant, payment, _ = key.split("/")
        if number and confirmation_number(payment) != number:
            continue
        ruled = contracts.of(programme)
        voucher = None if ruled is None else voucher_of(visit.state, ruled, programme, record.voucher)
        if voucher is not None:
            seen.setdefault((programme, merchant, payment), voucher.holder)
    for (programme, merchant, payment), holder in seen.items():
        since = int(payment[:10], 16)
        asked = own_payments(visit.state, holder, programme, merchant, since).payments
        shown = next((one for one in asked if one.payment == payment), None)
        if shown is None:
            continue
        own = visit.state.get(OWN, programme, merchant, payment)
        yield (
            holder,
            Payment(
                programme,
                merchant,
                payment,
                shown.order,
                shown.at,
                shown.amount,
                own.amount if own is not None else 0,
                shown.refunded,
                shown.held,
                confirmation_number(payment),
            ),
        )


def _acts(visit: Visit, entry: StoredEntry) -> tuple[Act, ...]:
    machine = visit.node.ledger.machine
    envelope = machine.receive(entry.signed)
    return tuple(read_json(machine.payload_decoder, envelope.payload, "the payload").acts)


def _time_of(view: View, height: int) -> int:
    data = view.log_get(block_key(height))
    return read_tip(data).time if data is not None else 0
