"""What became of each ordered payout, by the status report of the bank's payment system."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from madang.exchange.books import Payout
from madang.exchange.iso20022 import Order, StatusReport, Verdict
from madang.kernel.errors import MadangError

Outcome = Literal["accepted", "rejected", "open"]


class Result(msgspec.Struct, frozen=True):
    """A payout and what was said of it: `open` is neither accepted nor rejected, or not in the report at all."""

    payout: Payout
    outcome: Outcome
    verdict: Verdict | None


def read_results(payouts: Sequence[Payout], order: Order, report: StatusReport) -> list[Result]:
    """Each ordered payout with its verdict, in the order's order.

    Raises `MadangError`: `payout.other_order` (the report is about another order), `payout.unknown` (order or report
    name a payment that is no payout of this day, or of another amount).
    """
    if report.order != order.identifier:
        raise MadangError("payout.other_order", "The report is about another order. Name the order that it answers.")
    known = {one.end_to_end: one for one in payouts}
    ordered = {one.end_to_end: one.amount for one in order.transfers}
    if not report.payments.keys() <= ordered.keys():
        raise MadangError(
            "payout.unknown", "The report judges a payment that was never ordered. Ask the bank about it."
        )
    if any(name not in known or known[name].amount != amount for name, amount in ordered.items()):
        raise MadangError("payout.unknown", "The order has a payment that the ledger did not pay out on this day.")
    return [_result(known[name], report.of(name)) for name in ordered]


def _result(payout: Payout, verdict: Verdict | None) -> Result:
    outcome: Outcome = "open"
    if verdict is not None and verdict.is_accepted:
        outcome = "accepted"
    elif verdict is not None and verdict.is_rejected:
        outcome = "rejected"
    return Result(payout, outcome, verdict)
