"""Why cards may refuse, in words; shared by their rules and their ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_service": "{by} is no card service. Only a card service brings cards.",
    "not_desk": "{by} is no desk. Only a desk does this, with the person in front of it.",
    "two_signatures": "Two officers of {by} must sign this, or one and the person. Let another one sign with you.",
    "unknown": "There is no such card. Check what was read from it.",
    "not_blank": "This card was given out before. Take another.",
    "not_person": "{holder} is no active person registered here. Check the name, or leave it out for a newcomer.",
    "limits": "A payment's limit is at most the day's. Choose other limits.",
    "not_yours": "{by} is neither the holder of this card nor a desk. Ask one of them.",
    "not_bound": "This card is blank or blocked. Give out another.",
    "too_many_resets": "Tries were reset {limit} times within {days} days. Let the person choose another PIN.",
    "not_own_key": "Sign with a key of {by} itself: nobody presents what another has.",
    "not_presenter": "{by} is neither an active person nor a card in use. Ask at a desk.",
    "not_yet": "This card works from {works_from} on (seconds since 1970). Wait until then.",
    "until": "A code is good for {seconds} seconds at most. Choose another end.",
    "per_payment": "This card pays {per_payment} won at a time. Take less.",
    "per_day": "This card can pay {left} won more today. Take less, or come tomorrow.",
    "code_taken": "This code waits already. Make a new one.",
    "code": "This code is not good for this. Let the payer show a new one.",
}
refuse = refuser("cards", REFUSALS)
