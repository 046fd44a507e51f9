"""Proving one fact of an mdoc without showing the mdoc: that `age_over_NN` is what it is, signed by an issuer.

For wallets and verifiers, by Longfellow ("Anonymous credentials from ECDSA", draft-google-cfrg-libzk) through the
library pylongfellow, in a child process each time: it is young, and ends its process on some input.
docs/zero-knowledge.md says how far to trust it, what a verifier learns, and which way there is beside it.

What is proven: an issuer's key, which the verifier is told, signed an mdoc of this type; it is valid at a time that is
named; its element has this value; and the key that it is bound to signed for this very request. What is not: its
status, since a place in a list would single the holder out. So only types that live for a day at most are proven and
believed. The namespace of the element is not in the circuit either: a type has one, and an issuer is trusted by type.

Limits: Linux on x86-64, for which the library is published (`zk.unavailable` elsewhere); some 300 MB of memory and one
or two seconds of a core each. Callers bound how many run at the same time.

`proving` is the holder's side, `verifying` the verifier's; `worker` is the process, and imports little.
"""
