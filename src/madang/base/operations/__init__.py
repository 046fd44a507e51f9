"""Operations: the operator's quorum stops an act type, and lets it run again, after a defect too.

For whoever runs the ledger in a bad hour. Whom it trusts: the operator's quorum, which can halt any service but
change nothing in it. The act that resumes can't be paused.
"""

from madang.base.operations.queries import QUERIES
from madang.base.operations.rules import REFUSALS, RULES
from madang.base.operations.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("operations", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
