"""What vouchers need beside their contract's records: grants by reference, who holds what, locks, baskets, funders.

Records of the contract lie in `base/programmes` under these keys: a voucher and an allowance by handle and holder, a
person's purchases by digest, the takings of a merchant by its name, the parts of a payment by merchant, payment and
number, so that a shop's day is one range.

What bounds each table:

- GRANTS, HELD, LOCKED, CODES: one for each voucher that was granted or bought, of codes those that nobody claimed. They
  stay as long as their vouchers, since a reference granted once is granted once for ever. LOCKS: one for each subject
  and instalment; a purpose may be granted once in a life. ATTESTED: one for each holder that may buy.
- BASKETS, SHELVED: at most `MAX_BASKETS` for a shop; what it named before those, and nobody paid, is gone. SHELVES: one
  a shop.
- OWN: one for each payment with own money, as long as the payment, which may be refunded for as long as a shop will.
- PROMISES: at most 100 for a merchant in a programme (`refunding.MAX_PROMISES`); PROMISED: one.
- FUNDERS, LATEST: one a programme. EDITIONS: one for each change of its document or lists between two payments, and
  those are acts of a quorum.

Records of the contract: vouchers, allowances, purchases, takings and payments stay, one for each of what they are of. A
payment may be refunded after its programme's end, and an appeal or a court may ask for it for years; what a validator
needs no longer is for snapshots and archives to leave out, not for a rule.
"""

import hashlib
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from madang.base.programmes.state import PROGRAMMES, TOTALS, Compiled, Programme, compiled
from madang.kernel.module import InvariantBroken
from madang.kernel.state import Record, State, Table
from madang.services.vouchers.transactions import MAX_PARTS

KINDS = ("0e371fdcc732ec98c66c2b5632c65e76886a2c3237e625a36524f147a63b8995",)
"""The kinds that the rules were written for, by digest: what their actions are on, and that they check what is theirs.

Any sponsor may bring a kind of its own, with other actions under our names or none.
"""
MAX_BASKETS = 1_000
"""Baskets of a shop that can wait to be paid. The next one takes the place of the oldest."""
MAX_LOOKED_AT = 2_000
"""Of so many vouchers of one holder those are found that pay."""


class Granted(Record, frozen=True):
    """The voucher that a reference of the authority stands for: what makes a grant happen once."""

    voucher: str


class Held(Record, frozen=True):
    """That a voucher is somebody's; the contract's record says whose, this finds it."""


class Lock(Record, frozen=True):
    """A person or household that was granted a voucher for a purpose and instalment, and by which programme."""

    programme: str
    voucher: str


class Locked(Record, frozen=True):
    """What a voucher locks, so that it can be let go when the grant is undone."""

    subjects: tuple[str, ...]


class Attested(Record, frozen=True):
    """Which person a holder is, as a bank or authority said: a keyed digest. It never changes."""

    subject: str


class BasketLine(Record, frozen=True):
    """A class of goods, and won."""

    goods: str
    amount: int


class Basket(Record, frozen=True):
    """What a shop says is in an order, and its place on the shop's shelf."""

    lines: tuple[BasketLine, ...]
    place: int


class Shelved(Record, frozen=True):
    """The order that lies, or lay until it was paid, at a place of a shop's shelf."""

    order: str


class Shelf(Record, frozen=True):
    """How many baskets a shop has named: the next one lies at that number's place, modulo the shelf's length."""

    named: int


class Edition(Record, frozen=True):
    """Under what payments were allowed: the document in force, and the published lists that it asks, in order.

    Of each list its version, and the second at which that was last added to.
    """

    number: int
    document: str
    lists: tuple[str, ...]
    versions: tuple[int, ...]
    changed: tuple[int, ...]


class OwnMoney(Record, frozen=True):
    """Own money of the payer in a payment, and how much of it was given back (won)."""

    payer: str
    amount: int
    refunded: int


class Frozen(Record, frozen=True):
    """Which institution stopped a voucher."""

    by: str


class Promise(Record, frozen=True):
    """A refund (won) that a merchant owes until it takes enough."""

    payment: str
    amount: int


class Promised(Record, frozen=True):
    """How many refunds a merchant owes in a programme: one look tells, where a scan would cost a look at the block."""

    count: int


class Funders(Record, frozen=True):
    """Who funds a programme together: shares in basis points, and what each paid in and had back (won).

    `kept` is each one's own in the escrow once it was settled, where its account could not take it.
    """

    names: tuple[str, ...]
    shares: tuple[int, ...]
    paid: tuple[int, ...]
    returned: tuple[int, ...]
    kept: tuple[int, ...]
    interest: tuple[int, ...]
    settled: bool


GRANTS = Table("vouchers.grant", Granted, str, str)
"""(programme, reference)"""
CODES = Table("vouchers.code", Granted, str, str)
"""(programme, SHA-256 of the code): vouchers that wait to be claimed."""
HELD = Table("vouchers.held", Held, str, str, str)
"""(programme, holder, number)"""
LOCKS = Table("vouchers.lock", Lock, str, str, str)
"""(sponsor/purpose, instalment in four digits, keyed digest of the subject)"""
LOCKED = Table("vouchers.locked", Locked, str, str)
"""(programme, number)"""
ATTESTED = Table("vouchers.attested", Attested, str, str)
"""(programme, holder)"""
BASKETS = Table("vouchers.basket", Basket, str, str)
"""(merchant, order)"""
SHELVED = Table("vouchers.shelved", Shelved, str, int)
"""(merchant, place)"""
SHELVES = Table("vouchers.shelf", Shelf, str)
"""(merchant)"""
OWN = Table("vouchers.own", OwnMoney, str, str, str)
"""(programme, merchant, payment)"""
FROZEN = Table("vouchers.frozen", Frozen, str, str)
"""(programme, number): where sponsor or desk stopped it; nothing where its holder did."""
PROMISES = Table("vouchers.promise", Promise, str, str, str)
"""(programme, merchant, second and handle)"""
PROMISED = Table("vouchers.promised", Promised, str, str)
"""(programme, merchant)"""
FUNDERS = Table("vouchers.funders", Funders, str)
"""(programme)"""
EDITIONS = Table("vouchers.edition", Edition, str, int, public=True)
"""(programme, number)"""
LATEST = Table("vouchers.latest", Edition, str, public=True)
"""(programme)"""

TABLES: tuple[Table[Any], ...] = (
    GRANTS,
    CODES,
    HELD,
    LOCKS,
    LOCKED,
    ATTESTED,
    BASKETS,
    SHELVED,
    SHELVES,
    OWN,
    FROZEN,
    PROMISES,
    PROMISED,
    FUNDERS,
    EDITIONS,
    LATEST,
)


def code_digest(programme: str, code_key: str) -> str:
    """What the ledger holds of a claim code: SHA-256 of programme, a colon, and the code's public key, in hexadecimal.

    A code has 130 random bits, so that neither digest nor key can be turned back by trying.
    """
    return hashlib.sha256(f"{programme}:{code_key}".encode()).hexdigest()


def claim_digest(programme: str, by: str, holder: str) -> bytes:
    """What a code's key signs when `by` claims its voucher for `holder`: SHA-256 of what the two lines say."""
    return hashlib.sha256(f"madang claim\0{programme}\0{by}\0{holder}".encode()).digest()


def voucher_of(state: State, ruled: Compiled, programme: str, number: str) -> Any:
    """The contract's record of a voucher, or None."""
    return state.get(ruled.tables["voucher"], programme, "voucher", number)


def vouchers_of(state: State, ruled: Compiled, programme: str, holder: str) -> list[Any]:
    """A holder's vouchers, ended ones too, those that end first in front: paying in this order loses least.

    No more than 2,000 are looked at.
    """
    held = islice(state.scan(HELD, programme, holder), MAX_LOOKED_AT)
    found = [voucher_of(state, ruled, programme, number) for (_, _, number), _ in held]
    return sorted(found, key=lambda one: (one.until, one.number))


def parts_of(state: State, ruled: Compiled, programme: str, merchant: str, payment: str) -> list[tuple[str, Any]]:
    """Keys and records of the parts of a merchant's payment, in order; none where there is no such payment."""
    parts: list[tuple[str, Any]] = []
    while (key := f"{merchant}/{payment}/{len(parts)}") and len(parts) < MAX_PARTS:
        part = state.get(ruled.tables["payment"], programme, "payment", key)
        if part is None:
            break
        parts.append((key, part))
    return parts


class Inside(NamedTuple):
    """What is in a programme (won): free, live on vouchers or held for deliveries, and due to merchants."""

    free: int
    live: int
    due: int


def inside(state: State, name: str) -> Inside:
    """What is in a programme; nothing where there is none."""
    programme, totals = state.get(PROGRAMMES, name), state.get(TOTALS, name)
    layouts, amounts = (programme.accounts, totals.amounts) if programme and totals else ((), ())
    found = {layout.name: amount for layout, amount in zip(layouts, amounts, strict=True)}
    return Inside(found.get("free", 0), found.get("issued", 0) + found.get("held", 0), found.get("due", 0))


def purpose_of(programme: Programme, ruled: Compiled) -> str:
    """The purpose for which subjects are locked: its sponsor's, so that nobody else can use it up."""
    return f"{programme.sponsor}/{ruled.contract.parameters['purpose']}"


def own_refunds_are_bounded(state: State) -> None:
    """No more own money went back than was paid."""
    for parts, own in state.scan(OWN):
        if not 0 <= own.refunded <= own.amount:
            raise InvariantBroken(f"payment {parts[2]}: {own.refunded} of {own.amount} won own money went back")


def holders_hold(state: State) -> None:
    """Whoever is said to hold a voucher is its holder."""
    for (name, holder, number), _ in state.scan(HELD):
        programme = state.get(PROGRAMMES, name)
        record = None if programme is None else voucher_of(state, compiled(state, programme), name, number)
        if record is None or record.holder != holder:
            raise InvariantBroken(f"{name}: voucher {number} is not {holder}'s")


def locks_are_whole(state: State) -> None:
    """Every lock belongs to a voucher that says so, and the other way round."""
    locks = {(lock.programme, lock.voucher, subject) for (_, _, subject), lock in state.scan(LOCKS)}
    locked = {(*parts, subject) for parts, record in state.scan(LOCKED) for subject in record.subjects}
    if locks != locked:
        raise InvariantBroken(f"locks without a voucher, or vouchers without their locks: {sorted(locks ^ locked)[:3]}")


def funders_share_the_whole(state: State) -> None:
    """Shares add up to 10,000, nobody has anything back before the end, and what is kept for somebody is there."""
    for (name,), record in state.scan(FUNDERS):
        back = (*record.returned, *record.kept)
        if sum(record.shares) != 10_000 or (any(back) and not record.settled) or min(back) < 0:
            raise InvariantBroken(f"{name}: {record}")
        if sum(record.kept) > inside(state, name).free:
            raise InvariantBroken(f"{name}: more is kept for funders than is free: {record}")


def what_is_stopped_is_there(state: State) -> None:
    """Whoever stopped a voucher stopped one that there is, and is not its holder."""
    for (name, number), laid in state.scan(FROZEN):
        programme = state.get(PROGRAMMES, name)
        record = None if programme is None else voucher_of(state, compiled(state, programme), name, number)
        if record is None or record.holder == laid.by:
            raise InvariantBroken(f"{name}: {laid.by} stopped the voucher {number}, which is not there or its own")


def promises_are_counted(state: State) -> None:
    """A merchant owes as many refunds as are waiting."""
    waiting: dict[tuple[str, ...], int] = {}
    for (programme, merchant, _), _promise in state.scan(PROMISES):
        waiting[programme, merchant] = waiting.get((programme, merchant), 0) + 1
    counted = {parts: record.count for parts, record in state.scan(PROMISED)}
    if waiting != counted:
        raise InvariantBroken(f"promised refunds are {waiting}, counted are {counted}")


def shelves_hold_the_baskets(state: State) -> None:
    """Every basket lies at its place, no shop has more than there are places, and no place is named before its turn."""
    for (merchant, order), basket in state.scan(BASKETS):
        lying = state.get(SHELVED, merchant, basket.place)
        if lying is None or lying.order != order:
            raise InvariantBroken(f"basket {order} of {merchant} does not lie at {basket.place}")
    for (merchant, place), _ in state.scan(SHELVED):
        shelf = state.get(SHELVES, merchant)
        if shelf is None or not 0 <= place < min(shelf.named, MAX_BASKETS):
            raise InvariantBroken(f"{merchant} has a place {place} on {shelf}")


def editions_are_counted(state: State) -> None:
    """Editions count from 1 without a gap, each differs from the one before, and the latest is the last."""
    last: dict[str, Edition] = {}
    for (programme, number), edition in state.scan(EDITIONS):
        before = last.get(programme)
        if edition.number != number or number != (before.number if before else 0) + 1:
            raise InvariantBroken(f"{programme}: edition {number} is {edition} after {before}")
        if before is not None and msgspec.structs.replace(before, number=number) == edition:
            raise InvariantBroken(f"{programme}: editions {number - 1} and {number} are the same")
        last[programme] = edition
    if last != {programme: edition for (programme,), edition in state.scan(LATEST)}:
        raise InvariantBroken("the latest editions are not the last ones")


INVARIANTS = (
    own_refunds_are_bounded,
    holders_hold,
    locks_are_whole,
    shelves_hold_the_baskets,
    what_is_stopped_is_there,
    promises_are_counted,
    funders_share_the_whole,
    editions_are_counted,
)
