"""Why applications may be refused at the door, in words."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_sponsor": "{by} does not sponsor {programme}. Only its sponsor sets terms for applications.",
    "programme": "{programme} is not published here, or closed. Check its name; drafts take no applications.",
    "window": "The window ends before it begins, or lies in the past. Choose other times.",
    "authority_role": "{authority} is no active eligibility authority. Name one; the sponsor need not be named.",
    "authority_not_named": "{programme} does not name {authority} as its authority. Name it there first.",
    "not_own_key": "Sign with a key of {by} itself: an application is entered, changed and decided by one person.",
    "not_person": "Applications are people's, and {party} is no active person. Name a person's registered key.",
    "applicant": "{party} is no registered key, and no handle of 22 letters either. Name the person by one of them.",
    "no_terms": "{programme} takes no applications yet. Ask its sponsor to set terms.",
    "outside_window": "{programme} takes applications from {since} to {until} (seconds since 1970). Come within "
    "that time; who disagrees with a decision appeals.",
    "desk_only": "{programme} takes applications at desks (주민센터) only. Go to one.",
    "names_no_earlier": "An application on the ground {ground} names the earlier one. Give it in `earlier`.",
    "names_earlier": "A regular application names no earlier one. Leave `earlier` out, or say what happened since.",
    "unknown_earlier": "No decided application of this programme has the number in `earlier`. Check it.",
    "earlier_open": "The earlier application is not decided yet. Change that one instead.",
    "not_holder": "{holder} is no active person, and can't hold a voucher. Name a person's registered key.",
    "delegates_holder": "What a delegate applies for its principal holds. Leave `holder` out.",
    "same_subject": "A digest stands twice among the subjects. Name each once.",
    "same_evidence": "A digest stands twice among the evidence. Name each once.",
    "too_much_evidence": "An application takes {limit} pieces of evidence. Put several pages in one.",
    "open_already": "An application for one of these subjects is open already. Wait for its decision, or change it.",
    "too_many_open": "{limit} applications of this applicant are open. Wait for a decision, or withdraw one.",
    "unknown_application": "There is no such application. Check its number.",
    "not_yours": "{by} neither applied here nor entered this. Only who did changes it or takes it back.",
    "closed": "This application is {status}: nothing can be changed any more. Apply anew, or appeal.",
    "at_a_desk": "This application waits for you at a desk (주민센터). Go to one with your papers; nothing is refused.",
    "changes_nothing": "Nothing is changed. Give other subjects, another holder or more evidence.",
    "too_many_changes": "An application is changed {limit} times at most. Withdraw it and apply anew.",
    "not_authority": "{by} is no active officer of whoever decides on {programme}. Ask its sponsor.",
    "entered_it": "{by} entered or changed this application. Another officer decides it.",
    "waits_for_desk": "This application waits for the person at a desk, and is not declined or sent there again before "
    "a desk has entered something. It can be granted.",
    "names_no_reference": "A decision to grant names the reference of the grant. Give it in `reference`.",
    "names_reference": "Nothing is granted. Leave `reference` out.",
    "names_no_ground": "A decision to decline names its ground. Give it in `ground`.",
    "names_ground": "Only a decision to decline has a ground. Leave `ground` out.",
    "reference_used": "Another application of {programme} was granted under {reference}. Take another reference.",
}
refuse = refuser("applications", REFUSALS)
