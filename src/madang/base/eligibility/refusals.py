"""Why eligibility refuses, in words; shared by its rules and its ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "unknown_programme": "There is no programme {programme}. Check its name.",
    "not_authority": "{programme} names no eligibility authority {by}. Its sponsor names those that act for it.",
    "stage": "{programme} is {status}. Offers are opened once it is published, until it is closed.",
    "offer_taken": "{programme} has an offer {offer} already. Choose another name; an offer never changes.",
    "requirement": "{credential} {claim} can't be tested so. Look at the test and how many values it takes. Unnamed "
    "is one age, of a credential that nothing else is required of.",
    "unidentified": "No requirement says who the person is. Add a claim with the test identifies.",
    "window": "A time must end after it begins, and claims must end in the future. Choose other times.",
    "key": "The key is no RSA modulus of whole size. Send 2048, 3072 or 4096 bits, the first and the last of them set.",
    "key_used": "This key signs for another offer. Make one key for each offer, used for nothing else.",
    "unknown_offer": "{programme} has no offer {offer}. Check its name.",
    "not_yours": "{by} did not open {offer}. Only the authority that did counts it.",
    "not_closer": "{by} neither opened {offer} nor sponsors {programme}. Ask one of them.",
    "closed": "{offer} was closed. Ask the authority what to do with tokens that are left.",
    "falling": "{issued} tokens of {offer} were counted before. A count only rises; leave it out, or count again.",
    "too_many": "{offer} was opened for {most} tokens at most. Open another offer for more.",
    "outside_window": "{offer} is claimed from {opens} on and before {closes} (seconds since 1970). Come then.",
    "spent": "This token was spent. It brings something once.",
    "not_counted": "All tokens of {offer} that were counted are spent. Try again after its authority counts anew.",
    "not_signed": "{offer} did not sign this token for {holder}. Use the key that you asked with, or ask anew.",
}
refuse = refuser("eligibility", REFUSALS)
