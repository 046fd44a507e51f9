"""Approvals over days: an officer proposes acts of the institution, others approve, the last approval runs them.

For institutions whose officers can't sign one transaction within ten minutes. Whom it trusts: nobody beyond the
institution's own threshold. Whoever approves is counted once, must be an active officer when the acts run, with a key
of the approval that still works, and every act is authorised again then, as if those officers had signed together.

Limits: 16 acts and 64 KiB a proposal, 64 open proposals an institution, 30 days. A proposal holds acts of its own
institution only and no proposals. The last approval carries the risk: where an act is refused, the approval is
refused with its code, and can be sent again.
"""

from madang.base.approvals.queries import QUERIES
from madang.base.approvals.rules import REFUSALS, RULES
from madang.base.approvals.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("approvals", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
