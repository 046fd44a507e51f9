"""Programmes: contracts at work. Holds kinds, programmes, their records and totals; runs their actions.

For every service whose rules are a document: vouchers first, later points, certificates, tickets. A sponsor drafts
a programme, its officers approve it, the platform's operator publishes it; from then on only its own compiled
rules move its money. `ledger.apply` is the one way in and the only writer of records and totals.

Limits: an action names at most four distinct records; a programme's money lies in one escrow account at the
sponsor's treasury bank. Trusts: the contract compiler, and `base/money` for what enters and leaves the escrow.
"""

from madang.base.programmes import queries
from madang.base.programmes.rules import REFUSALS, RULES
from madang.base.programmes.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("programmes", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
