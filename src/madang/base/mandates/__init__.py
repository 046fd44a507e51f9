"""Mandates (위임): one person lets another act, for certain acts, up to a cap, until a date.

For parents of children, carers, household heads, facilities, and officers who visit people that can't come. A principal
grants one by the own signature; where a principal can't sign, two officers of a desk (주민센터) register what they have
on paper, with a keyed digest of it. The delegate signs with an own key, so that the log says who acted. Principal or
desk revokes at once. Every use is recorded for the principal to be told of.

Services ask `ledger.use`, which checks a mandate, counts it and records the use; nothing else here moves anything.

Limits: 16 mandates a principal, three years. They count against who gives them alone: whom strangers name as their
delegate is neither filled up nor kept from anything by it. One mandate a programme between the same two, and one for
all programmes; the former comes first. A mandate to spend that a desk registers works after 72 hours, within which the
principal, who is told, can revoke it. Officers, institutions, shops and cards are never delegates for spending.
Whom it trusts: two officers of a desk together for whom a paper names; they could appoint an accomplice of theirs, who
then spends within the cap after the wait, and all three are named in the log.
"""

from madang.base.mandates import queries
from madang.base.mandates.refusals import REFUSALS
from madang.base.mandates.rules import RULES
from madang.base.mandates.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("mandates", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
