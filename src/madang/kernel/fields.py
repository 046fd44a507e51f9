"""The kinds of field that acts are made of. Each is a msgspec annotation: one place for its bounds.

Amounts are whole won. Times are whole seconds since 1970 (UTC). Text never holds a NUL, so that it can stand in
a key; every pattern ends in `\\Z`, since `$` also matches before a trailing newline.
"""

from typing import Annotated

from msgspec import Meta

MAX_WON = 2**53 - 1
"""The largest amount: what every JSON reader, JavaScript's included, holds exactly."""

Won = Annotated[int, Meta(ge=1, le=MAX_WON, description="An amount of at least one won.")]
WonOrZero = Annotated[int, Meta(ge=0, le=MAX_WON, description="An amount in won, zero allowed.")]
Time = Annotated[int, Meta(ge=0, le=2**40, description="Seconds since 1970-01-01T00:00:00Z.")]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000, description="Hundredths of a per cent.")]

ChainId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{2,31}\Z", description="The ledger's name.")]
PartyId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{2,43}\Z",
        description="An institution's short name, or the thumbprint of a person's first key.",
    ),
]
KeyId = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z", description="A key's RFC 7638 thumbprint (SHA-256, base64url).")
]
TransactionId = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{32}\Z", description="128 random bits chosen by the signer, in hexadecimal.")
]
Handle = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{22}\Z", description="128 bits in base64url, derived by the ledger.")
]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,47}\Z", description="A short name chosen once.")]
Reference = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}\Z", description="Another system's reference.")
]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="A SHA-256 digest in hexadecimal.")]
RegionCode = Annotated[str, Meta(pattern=r"^[0-9]{10}\Z", description="A legal-dong code of ten digits.")]
IndustryCode = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,6}\Z", description="A KSIC code, two to five digits.")]
CategoryCode = Annotated[str, Meta(pattern=r"^[0-9]{4}\Z", description="An ISO 18245 merchant category.")]
