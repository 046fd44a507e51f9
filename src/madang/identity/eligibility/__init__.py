"""The eligibility authority's office, and what a wallet does with it: one blind token a person, or a household.

A wallet shows what an offer asks for (`asking`), and with it hands in a blinded token. The authority judges what was
shown (`requirements`), makes of who it was a keyed digest (`subjects`), writes down that this subject has its token
(`register`), and signs what it can't see (`authority`). It says on the ledger how many it has signed, in batches
(`publishing`). The wallet takes the blindness off (`holding`) and claims with a key that nobody connects with it.

Whom it trusts: `identity/verifier` for what was shown, and the ledger for offers. It keeps no name and no credential:
keyed digests of subjects, and digests of blinded tokens. Who has its key for digests and its register can find out
whether somebody has asked, and nothing of what became of the token. Losing the register means issuing twice: back it
up as the keys. What can't be determined goes to a desk and is never refused by silence.

The same database may serve others; every table here begins with `eligibility_`. No HTTP: pages are in `web`.
"""
