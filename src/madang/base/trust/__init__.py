"""Trust: who may issue and who may ask for which credential type, decided by m of n, with dates, read with a proof.

For whoever issues, checks or holds credentials. The operator's quorum defines a type and names the institution that
governs it; the governor's quorum names those who issue it, by the digests of their root certificates (trust anchors),
and those who may ask for it: which claims, for what, and the certificates that sign their requests. The operator names
those who attest wallets. Roles of money say nothing here: a record of this module is all that an issuer needs.

An issuer's record says at which times what it signed counts: `since` may lie in the past. Naming it again replaces
the record, which is how anchors are rotated: old and new side by side while old credentials last. A withdrawal keeps
the record, with its reason, and says from when on what was signed is void. The time of a signature is the signer's own
word: whoever has a key that leaked can write an earlier one. So after a leak, name the last second for which something
else than the credential speaks, or 0, which voids all; the anchors of that record are never named again for that type.

Limits: four anchors, four request certificates, eight origins, 64 claims a record; ten years. An anchor belongs to one
issuer a type, a request certificate to one verifier. Whom it trusts: the operator for types, wallets and who is which
institution, each governor for its types. All of it is public.
"""

from madang.base.trust import queries
from madang.base.trust.refusals import REFUSALS
from madang.base.trust.rules import RULES
from madang.base.trust.state import INVARIANTS, TABLES
from madang.kernel.module import Module

MODULE = Module("trust", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
