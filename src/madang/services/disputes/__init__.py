"""Disputes: a holder says that a payment was not theirs, or not as agreed, and somebody answers by a deadline.

For people and shops that paid with own money or vouchers, for their banks and desks, who investigate and decide, and
for payees, who are heard. A dispute of own money lies with the bank of the holder's account, one of a voucher payment
with whoever registered the holder. The bank may credit the holder meanwhile, out of its own account. Where it then
finds against the holder it takes back at most that, and no balance goes below zero: what is not there stands as owed.
Where it finds for the holder the bank has paid, and recovers it from the payee's account, through the payee's bank,
from a shop or with the payee's consent. From anybody else only a court's order takes money (`base/money`, orders).

A phone in wrong hands is stopped in the same transaction: `parties.suspend` by whoever registered the holder, or
`vouchers.freeze`. A refund of a voucher payment is the shop's own act, `vouchers.refund`, best beside its answer.

Limits: a payment is disputed once, and a holder has 32 open disputes at most. Nothing here looks whether a payment
happened or how much was paid: that is what the investigation finds, in the ledger's entries and the bank's own files.
Texts stay there, and here is their keyed digest. A decision after its deadline can only be for the holder.

Trusts the holder's bank with the decision, and auditors to look at how it decides.
"""

from madang.kernel.module import Module
from madang.services.disputes.queries import QUERIES
from madang.services.disputes.rules import REFUSALS, RULES
from madang.services.disputes.state import INVARIANTS, TABLES

MODULE = Module("disputes", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
