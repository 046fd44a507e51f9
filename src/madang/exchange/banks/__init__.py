"""What banks agree on beside the ledger: three-digit codes, and which day a payment counts on.

For whoever makes or reads files of payments. Codes are a list by hand (`SOURCES.md` beside it); holidays come from the
library `holidays`: statutory and substitute holidays, elections, temporary ones, Labour Day. A holiday that the
government declares at short notice is known only after an update of that library.
"""

from madang.exchange.banks.calendar import (
    KOREA,
    MIDNIGHT,
    business_day,
    is_business_day,
    midnight,
    next_business_day,
    previous_business_day,
    value_date,
    window,
)
from madang.exchange.banks.codes import Bank, all_banks, find_bank

__all__ = [
    "KOREA",
    "MIDNIGHT",
    "Bank",
    "all_banks",
    "business_day",
    "find_bank",
    "is_business_day",
    "midnight",
    "next_business_day",
    "previous_business_day",
    "value_date",
    "window",
]
