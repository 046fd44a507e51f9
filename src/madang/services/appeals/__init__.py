"""Appeals (이의신청): a person says that a decision about them is wrong, and another officer decides by a deadline.

For people who were refused, granted too little, put in a wrong region, frozen or asked to pay back; for desks that
lodge in somebody's name; for the offices that decide. Evidence and reasons lie in the vault of an office: here are only
keyed digests of them.

What follows from a decision (a grant, a move, lifting a freeze) is another act, of whoever may do it, in the same
transaction: all of it happens or none. A decision that grants names the reference of what is granted.

Whose keys are frozen signs nothing, so that no thief appeals: the person does at a desk, or a delegate whose mandate
a desk registered.

Limits: one open appeal a programme, party and matter; 16 digests of evidence and eight officers an appeal. Appeals
outlive the window of applications: they are bound by their own last day alone. Trusts an office to look at the
evidence; not its single officer: whoever lodged or handled an appeal does not decide it, and every step stays.
"""

from madang.kernel.module import Module
from madang.services.appeals import queries
from madang.services.appeals.rules import REFUSALS, RULES
from madang.services.appeals.state import INVARIANTS, TABLES

MODULE = Module("appeals", RULES, TABLES, INVARIANTS, REFUSALS, queries.ALL)
