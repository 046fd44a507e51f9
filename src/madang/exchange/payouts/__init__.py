"""From a day's payouts on the ledger to a bank's order, and from the bank's answer to what an operator must mend.

For the bank that holds merchants' tokens: a programme's treasury bank, or their own. A payout puts tokens on the
merchant's account. A merchant that wants a deposit gives them back (`money.redeem_tokens`) under the payout's
end-to-end id as reference, which the ledger takes once. What was given back so, and nothing else, stands in the
bank's order (pain.001): nobody is paid twice, and reconciliation joins both sides by that id.

Account numbers are never on the ledger: they lie in a file that only the bank holds. What the bank's payment system
rejects (pain.002) is listed with its reason; until it is mended the bank owes the merchant that deposit.
Limits: one order a programme, bank and day, 20,000 payments.
"""

from madang.exchange.payouts.accounts import AccountFileError, read_accounts
from madang.exchange.payouts.ordering import Made, make_order, order_identifier, redeemed
from madang.exchange.payouts.results import Result, read_results
from madang.exchange.payouts.settlement import (
    Settled,
    payout_sheet,
    result_sheet,
    settle,
    settlement_sheet,
)

__all__ = [
    "AccountFileError",
    "Made",
    "Result",
    "Settled",
    "make_order",
    "order_identifier",
    "payout_sheet",
    "read_accounts",
    "read_results",
    "redeemed",
    "result_sheet",
    "settle",
    "settlement_sheet",
]
