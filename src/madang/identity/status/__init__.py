"""Status lists: whether a credential still counts, told in files that say nothing about who asks or whose it is.

For issuers, who revoke, suspend and restore, and for verifiers, who must know. Two forms of the same statuses:

    packing     statuses in bits, compressed, and read back within bounds
    register    an issuer's own record: which places are taken, and what stands there
    token       Token Status List (draft-ietf-oauth-status-list): a signed JWT, for SD-JWT VC and mdoc
    cwt         the same in CBOR, a signed CWT
    bitstring   W3C Bitstring Status List v1.0: a signed credential for each purpose, for W3C credentials
    publishing  writes them as files, each in one step
    anchoring   has their digests anchored on the ledger (`base.anchors`)
    worker      does both every few minutes
    checking    what a verifier asks: refuses whatever is not known to be good

**Herd.** A list has 131,072 places, the least that W3C asks for. A credential gets a random free one, and a list takes
new ones only until three quarters are taken: whoever fetches it tells the issuer no more than that one of so many is
looked at, and the place says nothing about when or to whom it was issued. Places that nobody has look like those of
good credentials, so that the number issued stays hidden. Decoys among the revoked are not set: how much an issuer
revokes may be known, and decoys would have to keep changing to hide when. What hides the moment is that files change at
fixed times and not at each revocation. What stays: several credentials of one person that are revoked together change
in one file, and verifiers that saw them and compare notes can join them.

**Freshness.** Files are made anew every five minutes (`ttl`) and last for an hour (`exp`). So a revocation is known
within five minutes to whoever reads, and within an hour even where somebody shows old files. A list that can't be got,
read or believed is a refusal.
"""
