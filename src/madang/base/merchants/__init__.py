"""Merchants: what a programme's rules may know of a shop: where it is, what it sells, and how large it is.

For every service that pays shops. A shop applies and the operator approves, or the operator registers shops whose
papers it has checked; it suspends those that break the rules, and a shop that shuts closes its entry for good.

A merchant may let agents (결제대행: payment agents, table-order and delivery apps) sell in its name. An agent's acts
name the merchant, so that the rules of a programme test the place and trade of the shop, not those of the agent.

Limits: one entry a party; 16 agents a merchant; sales class as declared and checked off the ledger. Trusts the operator
for the facts.
"""

from madang.base.merchants import queries
from madang.base.merchants.rules import REFUSALS, RULES
from madang.base.merchants.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("merchants", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
