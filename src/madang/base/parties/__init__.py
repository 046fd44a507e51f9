"""Who takes part: institutions with their officers, merchants with their tills, people, and the keys of all.

For every other module, and for the kernel, which reads keys and parties at each execution; only this module writes
them, for modules with parties of their own sort through `ledger`. Nothing here is personal: a person is a key, and
which person that is only the bank or desk knows that registered it.

Whom it trusts: the operator to appoint the right institutions, and an institution for those it appointed, whom it
may suspend and whose keys it may recover: after 72 hours, and against the veto of any key that is not suspended.
A quorum that suspends somebody and then recovers the key takes the party over; both leave a notice, and the log
keeps both for ever. A desk (주민센터) may suspend any person, since a lost phone is frozen at the nearest one; it
recovers the keys of those alone whom it registered, and nobody can use what it froze.

Limits: 8 keys a party, 32 officers an institution, 64 tills a merchant, 1,000 registrations an act. Nobody proves
to hold a key when it is registered, since it must sign to do anything; whoever learns a key that is not
registered yet can register it first, and its owner must then make another. An institution that has lost so many
officers' keys that its threshold is out of reach can't act again: its operator appoints it anew, under another name.
"""

from madang.base.parties.queries import QUERIES
from madang.base.parties.refusals import REFUSALS
from madang.base.parties.rules import RULES
from madang.base.parties.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("parties", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
