"""What anyone may read: types, and who issues them, asks for them, and attests wallets."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.base.trust.state import (
    ANCHORS,
    ATTESTERS,
    CERTIFICATES,
    ISSUERS,
    STAFF_ISSUERS,
    TYPES,
    VERIFIERS,
    WALLET_PROVIDERS,
    CredentialType,
    Issuer,
    Verifier,
    WalletProvider,
)
from madang.base.trust.transactions import TypeId
from madang.kernel.fields import PartyId
from madang.kernel.state import State

MAX_PAGE = 500
VerifierPlace = Annotated[
    str,
    Meta(
        pattern=r"^([A-Za-z0-9_-]{2,43}/[A-Za-z0-9._:/-]{1,64})?\Z",
        description="Party, a slash, and purpose of the verifier that the page before ended with.",
    ),
]


class IssuerView(msgspec.Struct, frozen=True):
    """An issuer of a type, withdrawn ones too."""

    issuer: str
    record: Issuer


class VerifierView(msgspec.Struct, frozen=True):
    """A verifier of a type for a purpose, withdrawn ones too."""

    verifier: str
    purpose: str
    record: Verifier


class Permission(msgspec.Struct, frozen=True):
    """What a request's certificate may be used to ask for: of which type, by whom, for what."""

    type: str
    verifier: str
    purpose: str
    record: Verifier


class ProviderView(msgspec.Struct, frozen=True):
    """Who attests wallets, withdrawn ones too."""

    provider: str
    record: WalletProvider


class TypeView(msgspec.Struct, frozen=True):
    """A credential type by its id."""

    type: str
    record: CredentialType


# ---------------------------------------------------------------------------------------------------- for everyone


def types(state: State, after: str = "", limit: int = 100) -> list[TypeView]:
    """Up to `limit` (at most 500) credential types by id, behind the id `after`."""
    found: list[TypeView] = []
    for (name,), record in state.scan_after(TYPES, after):
        found.append(TypeView(name, record))
        if len(found) == _most(limit):
            break
    return found


def issuers(state: State, type: TypeId, after: str = "", limit: int = 100) -> list[IssuerView]:  # noqa: A002
    """Up to `limit` (at most 500) issuers of a type by name, behind the name `after`."""
    found: list[IssuerView] = []
    for (_, party), record in state.scan_after(ISSUERS, type, after):
        found.append(IssuerView(party, record))
        if len(found) == _most(limit):
            break
    return found


def verifiers(state: State, type: TypeId, after: VerifierPlace = "", limit: int = 100) -> list[VerifierView]:  # noqa: A002
    """Up to `limit` (at most 500) verifiers of a type, each for a purpose, behind `after`."""
    most, (party, _, purpose) = _most(limit), after.partition("/")
    found: list[VerifierView] = []
    for (_, name, what), record in state.scan(VERIFIERS, type):
        if (name, what) > (party, purpose):
            found.append(VerifierView(name, what, record))
        if len(found) == most:
            break
    return found


def is_to_ask(state: State, type: str, verifier: str, claims: Sequence[str]) -> bool:  # noqa: A002
    """Whether a party was named to ask for these claims of a type, whatever the dates, and not withdrawn since."""
    named = (one for (_, _, _), one in state.scan(VERIFIERS, type, verifier) if one.standing == "named")
    return any(set(claims) <= set(one.claims) for one in named)


def staff_issuers(state: State, institution: PartyId) -> list[str]:
    """Who besides an institution itself vouches for its officers, by employee credentials."""
    found = state.get(STAFF_ISSUERS, institution)
    return [] if found is None else list(found.issuers)


def vouches_for_staff(state: State, issuer: str, institution: str) -> bool:
    """Whether employee credentials of this issuer count for officers of an institution: its own, or of who it named.

    That the issuer is trusted for the type is another question, and not answered here.
    """
    return issuer == institution or issuer in staff_issuers(state, institution)


def wallet_providers(state: State, after: str = "", limit: int = 100) -> list[ProviderView]:
    """Up to `limit` (at most 500) who attest wallets, by name, behind the name `after`."""
    found: list[ProviderView] = []
    for (party,), record in state.scan_after(WALLET_PROVIDERS, after):
        found.append(ProviderView(party, record))
        if len(found) == _most(limit):
            break
    return found


def _most(limit: int) -> int:
    return min(max(limit, 1), MAX_PAGE)


# ------------------------------------------------------------------------------------------- for whoever checks


def credential_type(state: State, name: str) -> CredentialType | None:
    """A credential type, or None."""
    return state.get(TYPES, name)


def issuer_with(state: State, name: str, anchor: str) -> tuple[str, Issuer] | None:
    """The issuer of a type whose anchor this is, withdrawn or not, or None."""
    owner = state.get(ANCHORS, name, anchor)
    record = state.get(ISSUERS, name, owner.party) if owner is not None else None
    return (owner.party, record) if owner is not None and record is not None and anchor in record.anchors else None


def permissions_of(state: State, certificate: str) -> list[Permission]:
    """What requests that this certificate signs may ask for, withdrawn or not: all of one verifier."""
    found = []
    for (_, party, kind, purpose), _ in state.scan(CERTIFICATES, certificate):
        record = state.get(VERIFIERS, kind, party, purpose)
        if record is not None:
            found.append(Permission(kind, party, purpose, record))
    return found


def wallet_provider_with(state: State, attester: str) -> tuple[str, WalletProvider] | None:
    """Who attests wallets with this key or certificate, withdrawn or not, or None."""
    owner = state.get(ATTESTERS, attester)
    record = state.get(WALLET_PROVIDERS, owner.party) if owner is not None else None
    return (owner.party, record) if owner is not None and record is not None and attester in record.attesters else None


ALL = (types, issuers, verifiers, staff_issuers, wallet_providers)
