"""Credentials as SD-JWT VC: a signed list of claims, of which the holder shows only the ones that are asked for.

For issuers (`issuing`), wallets (`holding`) and verifiers (`verifying`). The issuer signs digests of salted claims; the
holder hands over the salts of those it shows, and signs with its own key for which request it did so (RFC 9901;
SD-JWT VC as OpenID4VC HAIP 1.0, section 6.1, has it: type `dc+sd-jwt`, the issuer's certificates in `x5c`, ES256).

Key binding is never optional: what a holder did not sign for this very request is refused. The package knows no trust:
it hands the chain of certificates to the caller's function, which follows it to an anchor of the ledger. It also reads
no status list: it gives back where the status stands. Showing one credential twice can be linked by its signature and
digests, so issuers hand out several at once, and a wallet shows each once.

Bounds: 64 KiB of text, 200 disclosures, 8 levels.
"""

from madang.identity.sdjwt.holding import accept, hideable, present
from madang.identity.sdjwt.issuing import issue
from madang.identity.sdjwt.verifying import Issued, verify

__all__ = ["Issued", "accept", "hideable", "issue", "present", "verify"]
