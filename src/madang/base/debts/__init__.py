"""Debts: public money that was wrongly taken and must be paid back (recovery, 환수), with what the law adds to it.

For sponsors that recover, for merchants and people who owe, and for services that pay those: `ledger.impose` makes a
debt of what a decided case found, `ledger.set_off` takes from what a merchant is due what it owes. A debt names its
debtor, its creditor (a programme's sponsor), the decision on which it stands, and when each part is due. Another plan
needs both: one side proposes it, the other agrees.

Limits: a surcharge is at most three times the principal (the Act on the Development of Traditional Markets, for Onnuri
vouchers), and less where the creditor's terms at the time of the conduct say so; nothing is imposed for conduct of
more than five years before. What was paid is never taken back here: a creditor returns it with `money.remit`. No
balance is ever taken below zero: a debtor without money owes, and that is all. To object stops nothing by itself, as
the Administrative Appeals Act (Article 30) has it.
Trusts the creditor: its quorum imposes and waives, or two different officers through a case of `services/fraud`.
"""

from madang.base.debts import queries
from madang.base.debts.refusals import REFUSALS
from madang.base.debts.rules import RULES
from madang.base.debts.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("debts", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
