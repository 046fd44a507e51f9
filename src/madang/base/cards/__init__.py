"""Cards and one-time codes: ways to present what one has, no money of their own.

For payers who show a code (코드 제시), on a phone or by a card (QR and PIN), and for people without a phone. Whoever
presents authorises a code for three minutes at most, in one programme, up to a limit, for whichever shop reveals it
first; a service such as vouchers then calls `ledger.redeem`, which says whose code it was. A code is used once, and
what is wrong with one that fails is not said.

A card is a party of its own whose key a card service keeps (`madang.cards`): it can present codes within a limit a
payment and a limit a day, and nothing else, since no other act can be asked in the name under which its key signs. A
desk (주민센터) gives cards out and blocks them, and has neither key nor PIN. What a desk does without the person's own
signature works after 72 hours, so that the person, who is told, can stop it.

Limits: one card and one waiting code a person. Cards are blank until bound, never bound twice, and look alike.
Whom it trusts: the card service not to sign without the PIN; it could spend within the limits of its cards. Two
officers of a desk for whom they hand a card to. Whoever sees a code can use it first: it is shown like cash. A shop can
find out whether the limit of a code that it is shown could be paid, so wallets present what is to be paid and no more.
"""

from madang.base.cards import queries
from madang.base.cards.refusals import REFUSALS
from madang.base.cards.rules import RULES
from madang.base.cards.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("cards", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
