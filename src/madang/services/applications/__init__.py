"""Applications (신청): a person asks for a programme and an instalment, and an authority decides by a deadline.

For people with a key, who apply for themselves and their household; delegates (대리신청); desks (주민센터), for whoever
stands there, with a key or without; sponsors and eligibility authorities, which decide. Household and members are keyed
digests as grants lock them, evidence is keyed digests of what lies in a vault. Nothing here says how much anybody is
granted, or why: neither tier nor income nor amount.

A household that data can't determine is sent to a desk and never declined for that: only after a desk has entered
something is the application decided again. A decision to grant names the reference of a grant that stands in the same
transaction, by whoever may grant; all of it happens or none.

Limits: for programmes whose holders are people; one open application a programme, instalment and subject; 24 subjects,
16 digests of evidence and 16 changes an application; 16 open ones an applicant. What is late stays listed until it is
decided. After the window people appeal (`services/appeals`), which does not depend on it.

Whom it trusts: an authority to look at the evidence, but never one officer, since who entered or changed an
application does not decide it; a desk to have the person before it, whose officers stand by name in the log. Who knew
the digest of another household could apply with it first: such digests need a key of the authority, and a decision
frees them.
"""

from madang.kernel.module import Module
from madang.services.applications import queries
from madang.services.applications.refusals import REFUSALS
from madang.services.applications.rules import RULES
from madang.services.applications.state import INVARIANTS, TABLES

MODULE = Module("applications", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
