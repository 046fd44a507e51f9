"""Payment messages of ISO 20022, as much of them as a treasury bank and a participating bank exchange here.

| message | here |
| --- | --- |
| pain.001.001.09 | an order: a bank is told to pay these accounts (`write_order`, `read_order`) |
| pain.002.001.10 and .12 | its status: which payments were accepted, which rejected and why (`read_status`) |
| pacs.008.001.08 | payments between banks (`write_payments`, `read_payments`) |
| pacs.004.001.09 | their return (`write_returns`, `read_returns`) |
| camt.053.001.08 | a bank's statement of an account (`write_statement`, `read_statements`) |

For programs at banks. Amounts are whole won (KRW, no decimals); text is Latin, Korean and the signs of `values`. Banks
are named by the three digits of the clearing house. What is written is the smallest message that says it; what is read
may hold more, which is passed over, but never less, nothing twice, and nothing that contradicts itself.

Limits: 20,000 payments and 64 MiB a file. No signature or encryption: the channel between banks has both.
"""

from madang.exchange.iso20022.interbank import (
    Payment,
    Payments,
    Return,
    Returns,
    read_payments,
    read_returns,
    write_payments,
    write_returns,
)
from madang.exchange.iso20022.orders import Order, Transfer, read_order, write_order
from madang.exchange.iso20022.parts import Account
from madang.exchange.iso20022.reasons import explain
from madang.exchange.iso20022.statements import Entry, Statement, read_statements, write_statement
from madang.exchange.iso20022.status import StatusReport, Verdict, read_status

__all__ = [
    "Account",
    "Entry",
    "Order",
    "Payment",
    "Payments",
    "Return",
    "Returns",
    "Statement",
    "StatusReport",
    "Transfer",
    "Verdict",
    "explain",
    "read_order",
    "read_payments",
    "read_returns",
    "read_statements",
    "read_status",
    "write_order",
    "write_payments",
    "write_returns",
    "write_statement",
]
