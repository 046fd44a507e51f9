"""Validators: which institutions take part in consensus, with which key and power, and which rule version holds when.

For the engine, which takes the validators of the ledger's record and of nothing else, and for whoever checks signed
blocks. The record is the same on every engine: an embedded ledger may keep it and has no use for it.

Whom it trusts: the operator's quorum, which appoints institutions and so decides who validates; the central bank
decides on money and need not know of nodes. No block moves more than a third of the power, so that a light client that
trusts one set can follow to the next, and one slip can't take the ledger out of everybody's hands. That bounds a
mistake, not a hostile quorum, which takes a few blocks instead of one; each of its acts is in the log. An institution
rotates its own key. Nobody proves to hold a key when it is named. Two votes by one key where it may give one are proof
enough for anybody to have the validator jailed: no officer decides that.

Limits: 100 validators, a total power of 10,000,000, at least one validator once there is one. CometBFT applies a change
two heights after the block that decided it. A validator with more than a third of all power can't rotate its key before
others weigh more. Jailing is exempt from the third, and uses it up; the last validator is not jailed, only reported.
A suspended institution validates until it is removed. Reports are judged as CometBFT counts votes (`ed25519`), a few
milliseconds each; equivocating proposals and attacks on light clients are not reported here. A second ledger under the
same name, run with the same consensus keys, makes honest votes into evidence: never do that.
"""

from madang.base.validators.queries import QUERIES
from madang.base.validators.rules import REFUSALS, RULES
from madang.base.validators.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("validators", RULES, TABLES, INVARIANTS, REFUSALS, QUERIES)
