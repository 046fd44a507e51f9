"""Credentials as ISO mdoc (ISO/IEC 18013-5:2021): issued, shown in part, and verified, over OpenID4VP 1.0.

For issuers, wallets and verifiers of this package, and for `identity.zk`. It does the cryptography of the format: who
may issue a type, and what a credential's status is, its callers find out (`identity.verifier`). A chain of certificates
is handed to the caller's function, which follows it to an anchor of the ledger; without one nothing is verified.

Our own on cbor2 and cryptography, since the libraries there are let through what must be refused. COSE_Sign1 with ES256
alone is a few lines (`cose`), less than what would have to be switched off in a COSE library.

Not done: retrieval over NFC, Bluetooth and Wi-Fi (18013-5, 8 and 9.1.1), a reader's own authentication (in OpenID4VP
the request's signature has that part), and `deviceMac`, for which a reader would need a key for each request.
"""

from madang.identity.mdoc.issuing import Validity, issue
from madang.identity.mdoc.presenting import present
from madang.identity.mdoc.verifying import Document, verify_issued, verify_presentation

__all__ = ["Document", "Validity", "issue", "present", "verify_issued", "verify_presentation"]
