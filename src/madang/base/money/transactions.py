"""Acts that issue, convert, pay and settle money. Amounts are whole won."""

from typing import Annotated, ClassVar

from msgspec import Meta

from madang.kernel.fields import BasisPoints, PartyId, Reference, Won, WonOrZero
from madang.kernel.transaction import Act, Part

MAX_BATCH = 1_000
MAX_BANKS = 64


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
    """The owner of an account turns tokens back into a deposit. `reference` is agreed with the bank, used once."""

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
