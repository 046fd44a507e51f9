"""Fraud (부정유통): flags that refuse nothing, and cases from notice over hearing to decision.

For sponsors, auditors and authorities that look into misuse, for merchants and people who must answer, and for anybody
who saw something. A flag says of a payment, a merchant or a voucher that somebody should look, and why; no rule of a
payment reads it, so that nobody is turned away at a till by a suspicion. A case is opened on flags against one party:
it is told when the hearing ends, may state its side until then, and another officer than the one who opened decides:
dismissed, or measures. What was unspent is recalled, what was spent becomes a debt (`base/debts`), a merchant is
suspended; recall and suspension are acts of their own modules in the same transaction: all of it happens or none.

Limits: evidence, notices, statements and reasons lie in a vault off the ledger; here are keyed digests of them.
Deadlines are days in Seoul; one that ends on a holiday is the office's to set longer. Trusts no single officer of a
sponsor, but two together: they can impose a debt. That the vouchers which a decision names were recalled is in its
transaction, not checked here.
"""

from madang.kernel.module import Module
from madang.services.fraud import queries
from madang.services.fraud.rules import REFUSALS, RULES
from madang.services.fraud.state import INVARIANTS, TABLES

MODULE = Module("fraud", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
