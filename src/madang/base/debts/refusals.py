"""Why debts may refuse, in words; shared by their rules and their ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_sponsor": "{by} sponsors no programmes, so nobody owes it by a decision of its own. A sponsor imposes debts.",
    "not_debtor": "{debtor} is neither a merchant nor a person here. Name the party that owes.",
    "ground_used": "A debt was imposed on the ground {ground} before. A decision is imposed once.",
    "conduct_ahead": "The conduct lies ahead. Give the second at which it happened.",
    "barred": "This happened more than {days} days ago, and can't be recovered any more.",
    "surcharge": "The terms at the time of the conduct allow a surcharge of {most} basis points at most. Lower it.",
    "too_large": "Principal and surcharge are more than can be written exactly. Impose less.",
    "due_date": "What is owed must fall due later than now, and within {years} years. Choose another date.",
    "too_many": "{debtor} has {limit} open debts to {creditor}. Add the amounts up in one decision.",
    "unknown_debt": "There is no such debt of yours, or owed to you. Check its number.",
    "settled": "This debt is settled. Nothing is left to do.",
    "too_much": "{left} won of this debt are left, not {amount}. Give at most that.",
    "order": "The dates of instalments must follow one another. Put each behind the one before.",
    "sum": "Instalments must add up to the {left} won that are left; these are {found}.",
    "no_proposal": "No plan is proposed for this debt. Propose one.",
    "own_proposal": "{by} proposed this plan. The other side must agree to it.",
    "other_plan": "Another plan is proposed for this debt. Read it again before you agree.",
    "objected": "An objection to this debt was lodged before. It is decided as an appeal.",
}
refuse = refuser("debts", REFUSALS)
