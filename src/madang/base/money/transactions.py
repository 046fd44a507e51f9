"""Acts that issue, convert, pay and settle money. Amounts are whole won."""

from typing import Annotated, ClassVar

from msgspec import Meta

from madang.kernel.fields import BasisPoints, Digest, PartyId, Reference, Time, Won, WonOrZero
from madang.kernel.transaction import Act, Part

MAX_BATCH = 1_000
MAX_BANKS = 64
MAX_DAY = 14
"""How many days ahead a cut-off may lie: a business day may begin before a long holiday."""

Height = Annotated[int, Meta(ge=0, le=2**40, description="A height of the ledger, as a receipt names it.")]
Date = Annotated[
    str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", description="A day (ISO 8601), such as 2026-11-23.")
]


class SetPolicy(Act, frozen=True, kw_only=True, tag="money.set_policy"):
    """The central bank's quorum sets reserve ratio, daily cap of issuance, and the limits on people's own tokens."""

    quorum: ClassVar[bool] = True

    reserve_ratio: BasisPoints
    daily_issue: WonOrZero
    holding_limit: WonOrZero
    conversion_limit: WonOrZero


class IssueCurrency(Act, frozen=True, kw_only=True, tag="money.issue_currency"):
    """The central bank's quorum issues currency to a bank, within the day's cap (days begin at midnight, +09:00)."""

    quorum: ClassVar[bool] = True

    bank: PartyId
    amount: Won


class WithdrawCurrency(Act, frozen=True, kw_only=True, tag="money.withdraw_currency"):
    """The central bank's quorum withdraws free currency from a bank."""

    quorum: ClassVar[bool] = True

    bank: PartyId
    amount: Won


class OpenAccounts(Act, frozen=True, kw_only=True, tag="money.open_accounts"):
    """A bank opens accounts for parties that have none: people, merchants, institutions."""

    owners: Annotated[list[PartyId], Meta(min_length=1, max_length=MAX_BATCH)]


class CloseAccount(Act, frozen=True, kw_only=True, tag="money.close_account"):
    """The owner closes an empty account, and may then ask another bank. What it converted stays counted."""


class IssueTokens(Act, frozen=True, kw_only=True, tag="money.issue_tokens"):
    """A bank turns a deposit into tokens on an account. `reference` is its own record of it, used once."""

    account: PartyId
    amount: Won
    reference: Reference


class RedeemTokens(Act, frozen=True, kw_only=True, tag="money.redeem_tokens"):
    """The owner of an account turns tokens back into a deposit. `reference` is agreed with the bank, used once.

    An institution does so by its quorum.
    """

    amount: Won
    reference: Reference


class Pay(Act, frozen=True, kw_only=True, tag="money.pay"):
    """A person or merchant pays own tokens to another party's account. Institutions use `money.remit`."""

    to: PartyId
    amount: Won


class Remit(Act, frozen=True, kw_only=True, tag="money.remit"):
    """An institution's quorum pays the institution's tokens to another party's account."""

    quorum: ClassVar[bool] = True

    to: PartyId
    amount: Won


class Participant(Part, frozen=True, kw_only=True):
    """A bank in a netting window: the reserve it locks, and how far it may owe the others, at most that."""

    bank: PartyId
    lock: WonOrZero
    cap: WonOrZero


class OpenWindow(Act, frozen=True, kw_only=True, tag="money.open_window"):
    """The central bank's quorum opens a netting window between banks."""

    quorum: ClassVar[bool] = True

    banks: Annotated[list[Participant], Meta(min_length=2, max_length=MAX_BANKS)]


class CloseWindow(Act, frozen=True, kw_only=True, tag="money.close_window"):
    """The central bank closes the window: net positions are paid out of locked reserve, the rest is free again.

    One officer suffices, since there is nothing to decide and nothing that could fail.
    """


class OpenDay(Act, frozen=True, kw_only=True, tag="money.open_day"):
    """The central bank opens a business day. One officer suffices: nothing moves, and payments wait for no day.

    What is ordered bears the date of the open day; between two days, that of the next. From `cut_off` on nothing is
    netted any more, and the day may be closed.
    """

    date: Date
    cut_off: Time


class CloseDay(Act, frozen=True, kw_only=True, tag="money.close_day"):
    """The central bank closes the business day, from its cut-off on, and settles the netting window if one is open."""


class RecordExport(Act, frozen=True, kw_only=True, tag="money.record_export"):
    """A bank or an auditor records that it looked through payments and exported what it found: the digest alone.

    `since` and `until` are the first and the last block. Whom it concerns is nowhere on the ledger.
    """

    digest: Digest
    since: Height
    until: Height


class PlaceHold(Act, frozen=True, kw_only=True, tag="money.place_hold"):
    """A bank's quorum holds up to `amount` of a customer's own tokens, as a court ordered: a person's or merchant's.

    `order` is the digest of the order's reference, keyed so that nobody finds the reference by trying. What is on the
    account stays there, and the owner can use what is above the held amount. Tokens that come later are held too,
    until the amount is there. Vouchers are not touched: they are the sponsor's money until they are spent.
    """

    quorum: ClassVar[bool] = True

    account: PartyId
    order: Digest
    amount: Won


class ReleaseHold(Act, frozen=True, kw_only=True, tag="money.release_hold"):
    """A bank's quorum releases some or all of what an order holds."""

    quorum: ClassVar[bool] = True

    account: PartyId
    order: Digest
    amount: Won


class ExecuteHold(Act, frozen=True, kw_only=True, tag="money.execute_hold"):
    """A bank's quorum moves some or all of what an order holds to the creditor's account, as the court ordered."""

    quorum: ClassVar[bool] = True

    account: PartyId
    order: Digest
    to: PartyId
    amount: Won
