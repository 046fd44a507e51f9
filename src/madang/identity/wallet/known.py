"""Whom the ledger trusts, as a node with pages tells every wallet: all of it, so that nobody learns what one looks for.

The node is believed for what its ledger says, and for the time; each signature is checked here (`identity.trust`).
"""

import base64
import binascii

import msgspec

from madang.base.trust.queries import Permission
from madang.base.trust.state import Verifier
from madang.identity import certificates
from madang.identity.certificates import Followed
from madang.identity.trust import TrustedVerifier
from madang.kernel.errors import MadangError

PATH = "/wallet/credentials/known"


class _Issuer(msgspec.Struct, frozen=True):
    type: str
    party: str
    anchors: tuple[str, ...]
    since: int
    ends: int


class _Verifier(msgspec.Struct, frozen=True):
    type: str
    party: str
    purpose: str
    claims: tuple[str, ...]
    certificates: tuple[str, ...]
    origins: tuple[str, ...]
    since: int
    until: int


class _Told(msgspec.Struct, frozen=True):
    now: int
    issuers: tuple[_Issuer, ...]
    verifiers: tuple[_Verifier, ...]
    roots: tuple[str, ...]


class Known:
    """What the ledger says of issuers and verifiers, and the time by its clock (seconds)."""

    def __init__(self, told: bytes) -> None:
        """Of what a node answers under `PATH`. Raises `MadangError` (`wallet.known`)."""
        try:
            self._told = msgspec.json.decode(told, type=_Told)
            self._roots = [base64.b64decode(one, validate=True) for one in self._told.roots]
        except (msgspec.MsgspecError, binascii.Error):
            raise MadangError(
                "wallet.known", "The node tells wallets nothing that can be read. Ask one with pages for people."
            ) from None
        self.now = self._told.now

    def follow(self, chain: tuple[bytes, ...]) -> Followed:
        """A chain of an issuer's certificates to a root that is known. Raises `MadangError` (`certificate.*`)."""
        return certificates.follow(chain, self._roots, "credential", self.now)

    def issuer_of(self, anchor: str, type: str, at: int) -> str:  # noqa: A002  as the catalogue and the ledger call it
        """The party that issued a type below this anchor at that time. Raises `MadangError` (`trust.issuer`)."""
        for one in self._told.issuers:
            if one.type == type and anchor in one.anchors and one.since <= at < one.ends:
                return one.party
        raise MadangError("trust.issuer", f"Nobody with this anchor may issue {type} on this ledger at that time.")

    def is_issuer(self, anchor: str) -> bool:
        """Whether anybody issues anything below this anchor."""
        return any(anchor in one.anchors for one in self._told.issuers)

    def verifier_of(self, certificate: str, at: int) -> TrustedVerifier:
        """Whose requests this certificate signs, and what it may ask for. Raises `MadangError` (`trust.verifier`)."""
        named = [one for one in self._told.verifiers if certificate in one.certificates and one.since <= at < one.until]
        if not named:
            raise MadangError("trust.verifier", "Nobody on this ledger asks for credentials with this certificate.")
        return TrustedVerifier(named[0].party, tuple(map(_permission, named)))


def _permission(one: _Verifier) -> Permission:
    record = Verifier(one.claims, one.certificates, one.origins, one.since, one.until, "named", 0, 0)
    return Permission(one.type, one.party, one.purpose, record)
