"""Why parties may refuse, in words; shared by their rules and their ledger."""

from madang.kernel.module import refuser

REFUSALS: dict[str, str] = {
    "not_operator": "Only the operator appoints institutions. Ask it to.",
    "not_registrar": "{by} may not register these parties. Ask one of: {roles}.",
    "not_institution": "{by} is no institution, so it has no officers.",
    "not_merchant": "{by} is no merchant. Only a merchant adds tills.",
    "not_own_key": "Sign with a key of {by} itself: an officer can't manage keys in its place.",
    "unknown_party": "No party {party} is registered. Check its name.",
    "not_yours": "{by} did not appoint {party}. Ask the institution that did.",
    "itself": "{by} can't do this to itself.",
    "by_quorum": "{party} is an institution or an officer, for which one signature is not enough. Use the quorum act.",
    "not_by_quorum": "{party} is neither an institution nor an officer. Use the act without a quorum.",
    "not_active": "{party} is not active.",
    "not_suspended": "{party} is not suspended.",
    "revoked": "{party} was dismissed for good. Appoint or register it anew with another key.",
    "name_taken": "The name {party} is taken. Choose another.",
    "name_reserved": "Names of {length} characters are the thumbprints of keys. Choose a shorter one, or none.",
    "role_twice": "A role is named twice. Name each once.",
    "threshold": "A threshold of {threshold} is out of reach of {officers} officers. Lower it or appoint more.",
    "dual_control": "A central bank, a bank or the operator acts by two officers at least. Set a threshold of 2.",
    "key_taken": "The key {kid} was registered before, and a key is registered once. Make another.",
    "too_many_keys": "A party has at most {limit} keys. Revoke one first.",
    "too_many_officers": "An institution has at most {limit} officers. Dismiss one first.",
    "too_few_officers": "{by} would have fewer officers than its threshold of {threshold}. Appoint another first.",
    "too_many_tills": "A merchant has at most {limit} tills. Rotate the key of one that is not used.",
    "not_officer": "{officer} is no officer of {by}.",
    "not_its_key": "{kid} is no key of {party}, or was revoked before.",
    "last_key": "This is the last key of {party}. Enrol another first, or rotate it.",
    "recovery_waits": "A recovery of {party} waits already. Let it end, or veto it first.",
    "no_recovery": "No recovery of {party} waits.",
    "too_early": "The recovery may be completed from {ready_at} on (seconds since 1970).",
    "recovery_lapsed": "The recovery had to be completed before {lapses_at}. Begin it again.",
}
refuse = refuser("parties", REFUSALS)
