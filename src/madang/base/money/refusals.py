"""Why money may refuse, in words; shared by its rules and its ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_central_bank": "Only the central bank may do this.",
    "not_bank": "{bank} is no active bank here. Name a bank.",
    "ratio_unmet": "{bank} would have too little reserve for this ratio. Let it take up currency first.",
    "daily_cap": "{left} won may still be issued today. Wait for tomorrow, or set another cap.",
    "supply_limit": "More currency, or more tokens of one bank, than can be written exactly. Use a smaller amount.",
    "no_party": "No party {owner} is registered. Register it first.",
    "not_holder": "{owner} is an officer or a till, and holds no money. Use the institution's or merchant's account.",
    "has_account": "{owner} has an account already. Its owner must close that first.",
    "no_account": "{account} has no open account. Ask its bank to open one.",
    "other_bank": "{account} has its account at another bank. Issue tokens to your own customers.",
    "reference_used": "The reference {reference} was used before. If this is a new conversion, use a new one.",
    "holding_limit": "{account} may hold {limit} won of its own. Pay in less, or spend some first.",
    "conversion_limit": "{account} may convert {limit} won in all, and {left} are left.",
    "balance": "{account} holds less than {amount} won.",
    "not_empty": "{account} still holds {balance} won. Redeem or pay them first.",
    "by_quorum": "An institution pays by its quorum. Use money.remit.",
    "same_account": "A payment goes to another account.",
    "no_reserve": "{bank} has not enough free currency for this. Try again when it has taken up more.",
    "reserve_floor": "{bank} would fall below its required reserve. Try again when it has taken up currency.",
    "window_open": "A netting window is open. Close it first.",
    "no_window": "No netting window is open.",
    "bank_twice": "{bank} is named twice. Name each bank once.",
    "cap_above_lock": "{bank} may owe at most what it locks. Lower its cap or lock more.",
    "escrow_exists": "The programme {programme} has an escrow account already.",
}
refuse = refuser("money", REFUSALS)
