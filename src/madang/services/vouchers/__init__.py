"""Vouchers: public money that citizens spend at shops under a programme's rules.

For sponsors and funders, authorities that grant, people or businesses that hold, shops and utilities that are paid, and
whoever checks. What a voucher may buy, where and until when is the programme's contract; these rules find the records,
see who asks, and run it. Which programmes there are: docs/presets.md.

Limits: only kinds that `state.KINDS` names; one payment draws on at most eight vouchers of one programme. A shop learns
an amount and a four-digit number, never tier, balance or grant: queries show it nothing else, and what is public holds
only digests whose content includes the payer's 128 random bits. Every validator sees pseudonymous payments.
Trusts the sponsor and the eligibility authorities that its programme names for who is granted what and that a digest
of a subject is that subject's; `base/programmes` for the money, `base/cards` for whose code it was,
`base/mandates` for what a delegate may, `base/debts` for what a merchant owes.
"""

from madang.kernel.module import Module
from madang.services.vouchers import queries
from madang.services.vouchers.rules import REFUSALS, RULES
from madang.services.vouchers.state import INVARIANTS, TABLES

MODULE = Module("vouchers", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
