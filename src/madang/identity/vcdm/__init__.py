"""Credentials as the W3C has them: Verifiable Credentials Data Model 2.0, secured by JOSE (VC-JOSE-COSE).

For issuers of credentials about things, data sets and contracts, and for whoever reads them. Persons' credentials are
SD-JWT VC and mdoc: what is here is shown whole.

What is malformed is refused at issue (`check_credential`), not only where it is read: most libraries sign whatever they
are given. The credential is the payload of a JWT (`vc+jwt`, ES256), a presentation that of another (`vp+jwt`), with its
credentials in envelopes. Which key speaks for an issuer or holder, and whether the issuer may say this, the caller's
function finds out, by certificates or a DID. A status is always looked at, and must be good.

No context is ever fetched. The base context is known here, as are the two of the W3C that give every name a meaning;
further names are defined in an object within the credential. Not done: Data Integrity proofs (their form is checked,
but nothing is believed for them), COSE, and `vc+sd-jwt`.
"""

from madang.identity.vcdm.credential import Times, check_credential, check_resource, times_of
from madang.identity.vcdm.presentation import check_presentation, envelope
from madang.identity.vcdm.securing import (
    IssuerOf,
    KeyOf,
    Secured,
    Speaker,
    Statuses,
    issue,
    present,
    verify,
    verify_presentation,
)

__all__ = [
    "IssuerOf",
    "KeyOf",
    "Secured",
    "Speaker",
    "Statuses",
    "Times",
    "check_credential",
    "check_presentation",
    "check_resource",
    "envelope",
    "issue",
    "present",
    "times_of",
    "verify",
    "verify_presentation",
]
