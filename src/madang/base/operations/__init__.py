"""Operations: stops what must stand still in a bad hour (an act type, a programme, a bank's tokens, the currency).

For whoever answers for the thing that is stopped: the operator for act types and programmes, a sponsor for its own
programme, the central bank alone for a bank's tokens and for the currency. Each by its quorum, with a reason's code and
until a time, seven days ahead at most; pausing again sets another. What lapses runs again by itself: an institution
that can't gather its officers any more must not hold up others for ever. Only what the kernel paused after a defect
waits for whoever resumes it.

A programme's pause names the actions that it stops, or stops all; a bank's and the currency's stop spending, or all. So
refunds can go on while nobody spends. Reads always do.

Whom it trusts: those quorums, which can halt a service but change nothing in it. Acts that resume can't be paused.
"""

from madang.base.operations.queries import QUERIES
from madang.base.operations.rules import REFUSALS, RULES
from madang.base.operations.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("operations", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
