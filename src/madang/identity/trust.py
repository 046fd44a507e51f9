"""Whom the ledger trusts: what an issuer, a verifier or a wallet asks of `base.trust` before it believes anybody.

Reads one state, so that all answers are of one height; whoever keeps a `Trust` keeps what was true then. Whom the
operator suspended counts for nothing until it is reinstated, whatever its record says.

The second of a signature is the signer's own word. Whoever ended a task is believed it; where a key leaked, or an
issuer cheated, nothing here could tell what is older, and nothing counts, at whatever second it was signed.
"""

from collections.abc import Iterable

import msgspec

from madang.base.parties import queries as parties
from madang.base.trust import queries
from madang.base.trust.queries import Permission
from madang.base.trust.state import Issuer, WalletProvider, ends
from madang.kernel.authority import is_officer
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId
from madang.kernel.state import State

CHEATS = ("key_leaked", "misuse")
"""Reasons for a withdrawal after which no word of the signer counts, so neither when it signed."""


def check_record(party: str, record: Issuer | WalletProvider, at: int, what: str, does: str) -> None:
    """Refuse what a party says it signed at a second (`at`) that its record does not cover.

    `what` is `issuer` or `wallet_provider`, `does` what the party was named for, in words. Raises `MadangError`:
    `trust.{what}_time`, `trust.{what}_void`.
    """
    if not record.since <= at < record.until:
        raise MadangError(f"trust.{what}_time", f"{party} was not named to {does} when this was signed.")
    if at >= ends(record) or record.standing in CHEATS:
        raise MadangError(f"trust.{what}_void", f"What {party} signed at that time is void: {record.standing}.")


class TrustedVerifier(msgspec.Struct, frozen=True):
    """Who signed a request, and what it may ask for at that time."""

    party: PartyId
    permissions: tuple[Permission, ...]

    def may_ask(self, type: str, claims: Iterable[str]) -> Permission:  # noqa: A002  as the catalogue and the ledger call it
        """The permission for all these claims of a type: of several, that with the fewest claims.

        No claims are asked for where all are to stay hidden, which any permission for the type allows. Raises
        `MadangError`: `trust.verifier_type` (none of this type), `trust.claims` (none for all of these claims).
        """
        asked = list(claims)
        for_type = [one for one in self.permissions if one.type == type]
        if not for_type:
            raise MadangError("trust.verifier_type", f"{self.party} may not ask for {type}. Its governor decides that.")
        wide_enough = [one for one in for_type if all(name in one.record.claims for name in asked)]
        if not wide_enough:
            least = min(([name for name in asked if name not in one.record.claims] for one in for_type), key=len)
            raise MadangError("trust.claims", f"{self.party} may not ask for {', '.join(least)[:200]} of {type}.")
        return min(wide_enough, key=lambda one: len(one.record.claims))


class Trust:
    """What a state of the ledger says of issuers, verifiers and wallets. All times are in seconds."""

    def __init__(self, state: State) -> None:
        self._state = state

    def issuer_of(self, anchor: str, type: str, at: int) -> PartyId:  # noqa: A002
        """The party whose anchor this is (SHA-256 of the certificate, in hexadecimal) for a type signed at a time.

        Raises `MadangError`: `trust.type` (not defined), `trust.issuer` (nobody is named for it with this anchor),
        `trust.issuer_suspended`, `trust.issuer_time` (too early, or its task had ended), `trust.issuer_void`.
        """
        if queries.credential_type(self._state, type) is None:
            raise MadangError("trust.type", "This ledger has no such type of credential.")
        found = queries.issuer_with(self._state, type, anchor)
        if found is None:
            raise MadangError("trust.issuer", f"Nobody with this anchor may issue {type} on this ledger.")
        party, record = found
        self._check(party, record, at, "issuer", f"issue {type}")
        return party

    def verifier_of(self, certificate: str, at: int) -> TrustedVerifier:
        """Whose requests this certificate signs (SHA-256, in hexadecimal), and what it may ask for at a time.

        Raises `MadangError`: `trust.verifier` (nobody is named with it), `trust.verifier_suspended`,
        `trust.verifier_withdrawn`, `trust.verifier_time` (none of its permissions holds at that time).
        """
        named = queries.permissions_of(self._state, certificate)
        if not named:
            raise MadangError("trust.verifier", "Nobody on this ledger asks for credentials with this certificate.")
        party = named[0].verifier
        if not self._is_active(party):
            raise MadangError("trust.verifier_suspended", f"{party} is suspended, and may not ask.")
        standing = [one for one in named if one.record.standing == "named"]
        if not standing:
            raise MadangError("trust.verifier_withdrawn", f"{party} may ask no more: {named[0].record.standing}.")
        permissions = tuple(one for one in standing if one.record.since <= at < one.record.until)
        if not permissions:
            raise MadangError("trust.verifier_time", f"{party} may not ask at this time: its dates are others.")
        return TrustedVerifier(party, permissions)

    def wallet_provider_of(self, attester: str, at: int) -> PartyId:
        """Who attests wallets with this key (thumbprint) or certificate (SHA-256), for what was signed at a time.

        Raises `MadangError`: `trust.wallet_provider`, `trust.wallet_provider_suspended`,
        `trust.wallet_provider_time`, `trust.wallet_provider_void`.
        """
        found = queries.wallet_provider_with(self._state, attester)
        if found is None:
            raise MadangError("trust.wallet_provider", "Nobody on this ledger attests wallets with this key.")
        party, record = found
        self._check(party, record, at, "wallet_provider", "attest wallets")
        return party

    def check_officer(self, officer: PartyId, institution: PartyId) -> None:
        """Refuse whom the ledger does not have as an active officer of an institution.

        Raises `MadangError` (`trust.officer`).
        """
        if not is_officer(self._state, officer, institution):
            raise MadangError(
                "trust.officer", f"The ledger has no such active officer of {institution}. Appoint them, or correct it."
            )

    def _check(self, party: str, record: Issuer | WalletProvider, at: int, what: str, does: str) -> None:
        if not self._is_active(party):
            raise MadangError(f"trust.{what}_suspended", f"{party} is suspended, and may not {does}.")
        check_record(party, record, at, what, does)

    def _is_active(self, party: str) -> bool:
        found = parties.party(self._state, party)
        return found is not None and found.standing == "active"
