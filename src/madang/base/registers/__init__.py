"""Public code lists that rules consult: legal-dong, industries, merchant categories, and whatever a programme names.

For programmes and services, through `queries.holds`. Whom it trusts: the quorum of its owner for the content. The
operator owns the lists that all use; a sponsor publishes lists of its own, which its programmes name. A sponsor's list
begins with the sponsor's name (`busan-usable-shops`), so that it can't take the place of anybody else's.

An entry says from when until when a code counts, so that a list may change before and after a payment without changing
what the payment was. Limits: 5,000 codes an act; large lists take several acts of one version.
"""

from madang.base.registers.queries import QUERIES
from madang.base.registers.rules import REFUSALS, RULES
from madang.base.registers.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("registers", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
