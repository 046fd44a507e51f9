"""Money: institutional currency between the central bank and banks, and deposit tokens that each bank owes.

For people and merchants who pay, for sponsors whose programmes hold money in escrow, and for every module that
moves it, through `ledger` alone. A won is in exactly one place:

- **currency** is issued to banks by the central bank under dual control and is held by banks only, free or locked;
- **deposit tokens** are one bank's liability each. An account has one bank. What a bank owes is the sum of its
  accounts, and its reserve covers a share of it (7 % at first) after every act, without exception;
- a payment **across banks** moves tokens and reserve in one act. While a netting window is open it moves the two
  banks' net positions instead, up to the paying bank's cap, which locked reserve covers; beyond the cap it is gross.
  So closing a window can't fail.

The central bank opens and closes **business days**, whose dates what is settled bears, and at whose cut-off netting
stops. A bank holds what a court ordered to be held of an account (`orders`); what is held can't be spent, and never
makes a balance negative.

Limits on holding and conversion bind people's own tokens only: never escrow, merchants, institutions, or refunds.

Whom it trusts: the central bank's quorum for how much currency there is; a bank to issue tokens against real
deposits, to open accounts only for those who asked, and to know which accounts are one human's: the ledger
counts the limits by account. A bank's quorum is trusted to hold, and to pay to a creditor, only what a court ordered:
the ledger knows no more of an order than its digest. It trusts no bank to stay solvent beyond the reserve that the
ledger holds.
"""

from madang.base.money.queries import QUERIES
from madang.base.money.refusals import REFUSALS
from madang.base.money.rules import RULES
from madang.base.money.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("money", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
