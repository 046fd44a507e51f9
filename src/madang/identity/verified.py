"""What a credential comes to once everything about it was checked, whatever its format."""

from typing import Any, Literal

import msgspec

from madang.kernel.fields import PartyId

Format = Literal["dc+sd-jwt", "mso_mdoc"]
"""SD-JWT VC and ISO mdoc, as OpenID4VCI and OpenID4VP name them (appendix A.3, B.2 and B.3)."""
Presented = Literal["dc+sd-jwt", "mso_mdoc", "mso_mdoc_zk"]
"""How a credential is presented: itself, or a proof of an mdoc in its place (docs/zero-knowledge.md)."""
Claims = dict[str, Any]


class StatusReference(msgspec.Struct, frozen=True):
    """Where a credential's status stands: a status list, and the place in it (Token Status List, section 6)."""

    uri: str
    index: int


class Verified(msgspec.Struct, frozen=True):
    """A credential that counts: what of it was shown, who issued it, and whose key proved possession.

    `type` is the catalogue's, `claims` bear the catalogue's names and are only those that were shown. `holder` is a
    public JWK. `status` is None only for types that live for a day at most, which the catalogue says. Times in seconds.

    Of a proof (`mso_mdoc_zk`) nobody learns the holder's key, which is empty, nor the times: they are the one second
    for which it is proven.
    """

    format: Presented
    type: str
    issuer: PartyId
    claims: Claims
    holder: dict[str, str]
    status: StatusReference | None
    valid_from: int
    valid_until: int
