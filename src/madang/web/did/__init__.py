"""Identifiers of this server's institutions, and of what they answer for: their histories as files, for resolvers.

/identity/NAME/did.jsonl            an institution's own
/identity/NAME/things/ID/did.jsonl  a thing's; likewise `data` and `contracts`
.../anchors/N                       the proof that the digest of version N stands on the ledger
"""
