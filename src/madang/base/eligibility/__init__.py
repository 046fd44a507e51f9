"""Eligibility: one token a person or household for each purpose and instalment, spent without saying whose it was.

For programmes that pay people of whom the ledger is to learn nothing. An eligibility authority opens offers: what a
token is worth, what whoever asks for one must show, and the public key under which it is signed blindly (RFC 9474). It
checks a person once, off the ledger (`identity/eligibility`), and publishes how many tokens it has signed. A service
spends a token through `ledger.spend`: the token is its own nullifier, so that a second spend is refused, and no more
are spent than were counted.

A token is bound to the offer and to the holder that spends it: whoever sees it on its way can do nothing with it.

Limits: everyone who holds a token of an offer looks alike, and nobody else does: an offer for few people hides nobody
(docs/eligibility.md). A token that was spent stays spent, also when what it brought is recalled; whoever was wronged
appeals by the handle of that.
Trusts the authority that the programme names to check each person once, and its key to sign nothing else. What it
signs beyond its count brings nobody anything; its quorum said how far the count can go.
"""

from madang.base.eligibility import queries
from madang.base.eligibility.refusals import REFUSALS
from madang.base.eligibility.rules import RULES
from madang.base.eligibility.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("eligibility", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
