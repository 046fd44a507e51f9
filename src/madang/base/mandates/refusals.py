"""Why mandates may refuse, in words; shared by their rules and their ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_own_key": "Sign with a key of {by} itself: nobody grants a mandate in the name of another.",
    "not_desk": "{by} is no desk. Only a desk registers what was granted on paper.",
    "two_officers": "Two officers of {by} must sign this. Let another one sign with you.",
    "own_mandate": "An officer who signs can't be the delegate. Let two others register it.",
    "not_person": "{principal} is no person registered here. Only people have delegates.",
    "itself": "{principal} needs no mandate of its own.",
    "not_delegate": "{delegate} can't be a delegate in this. Name a person; an officer of a desk only to apply or "
    "appeal on an official visit.",
    "act_twice": "An act is named twice. Name each once.",
    "dates": "A mandate ends after it begins, in the future and within {days} days. Choose other dates.",
    "caps": "Spending needs a cap a use of at least one won and a total no smaller; other acts have none.",
    "in_force": "A mandate of this programme between the two is in force. Revoke it first.",
    "too_many": "A principal has at most {limit} mandates. Revoke one first.",
    "not_yours": "{by} is neither principal nor delegate of this mandate, nor a desk. Ask one of them.",
    "unknown": "There is no such mandate. Look at the list of them: it may have been revoked.",
    "not_delegate_key": "Sign with a key of {delegate} itself: a mandate is for one person.",
    "principal_suspended": "The principal's keys are suspended, and mandates with them. One that a desk registered is "
    "good to appeal; for anything else ask the principal.",
    "none": "{delegate} has no mandate from the principal in {programme}. Ask the principal for one.",
    "not_yet": "This mandate begins at {since} (seconds since 1970). Wait until then.",
    "ended": "This mandate ended at {until} (seconds since 1970). Ask the principal for another.",
    "act": "This mandate is not for {act}. Ask the principal for one that is.",
    "per_use": "This mandate is for {per_use} won at a time. Take less.",
    "total": "Of this mandate {left} won are left. Take less, or ask the principal for another.",
}
refuse = refuser("mandates", REFUSALS)
