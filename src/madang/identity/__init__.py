"""Credentials that people hold: issued, kept on a phone, shown in part, checked by anyone who may ask.

For issuers (OpenID4VCI 1.0), verifiers (OpenID4VP 1.0) and wallets under the profile HAIP 1.0, with credentials in two
formats: SD-JWT VC (RFC 9901) and ISO mdoc (ISO/IEC 18013-5). What may be issued and asked for, and by whom, is decided
on the ledger (`base.trust`); this package reads it there and nowhere else.

Nothing here skips a check. A credential counts when its chain ends at an anchor that the ledger names for its type,
it is valid now, its holder proved possession of its key for this very request, and its status says so; what can't be
found out is a refusal. Errors are `MadangError` with a code for the operator's log; the wire gets the standard's word.

One curve and one hash: P-256 and SHA-256 (HAIP 1.0, section 7). Time is always a parameter, in seconds.
"""
