"""Types, issuers, verifiers and wallet providers, and the laws that bind them. All of it is public.

Each record says at which height it was last written, so that its proof can be found (`kernel.state.Table.proven`).
"""

from typing import Literal, TypeVar

from madang.base.trust.transactions import MAX_ANCHORS, MAX_CLAIMS, MAX_ORIGINS, MAX_STAFF_ISSUERS, Reason
from madang.kernel.authority import PARTIES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

K = TypeVar("K")
MAX_YEARS = 10
YEAR = 366 * 86_400
"""The longest year, in seconds."""
Standing = Literal["named"] | Reason
"""Named, or the reason for which it was withdrawn."""


class CredentialType(Record, frozen=True):
    """A credential type: the institution that governs it, and the digest of its published description."""

    governor: str
    description: str
    since: int
    height: int


class Issuer(Record, frozen=True):
    """What is signed below one of `anchors` (digests) from `since` up to, not including, `until` counts (seconds).

    `standing` is why it was withdrawn, if it was, at `withdrawn_at`; then what was signed from `void_from` on is void.
    `origins` are where wallets in browsers ask it for credentials.
    """

    anchors: tuple[str, ...]
    since: int
    until: int
    standing: Standing
    void_from: int
    withdrawn_at: int
    origins: tuple[str, ...]
    height: int


class Verifier(Record, frozen=True):
    """May ask for `claims` in requests signed below `certificates` (digests) from `origins`, in that time (seconds).

    `standing` is why it was withdrawn, if it was, at `withdrawn_at`.
    """

    claims: tuple[str, ...]
    certificates: tuple[str, ...]
    origins: tuple[str, ...]
    since: int
    until: int
    standing: Standing
    withdrawn_at: int
    height: int


class StaffIssuers(Record, frozen=True):
    """Who besides an institution itself vouches for its officers."""

    issuers: tuple[str, ...]
    height: int


class WalletProvider(Record, frozen=True):
    """What is signed by one of `attesters` (thumbprints, digests) in that time counts, as for an issuer."""

    attesters: tuple[str, ...]
    since: int
    until: int
    standing: Standing
    void_from: int
    withdrawn_at: int
    height: int


class Owner(Record, frozen=True):
    """Whose an anchor or attester is, and whether its key leaked, after which it is nobody's again."""

    party: str
    leaked: bool


class Use(Record, frozen=True):
    """That a certificate signs requests of a verifier, since a block time."""

    since: int


TYPES = Table("trust.type", CredentialType, str, public=True, proven=True)
ISSUERS = Table("trust.issuer", Issuer, str, str, public=True, proven=True)
"""(type, party)"""
VERIFIERS = Table("trust.verifier", Verifier, str, str, str, public=True, proven=True)
"""(type, party, purpose)"""
STAFF_ISSUERS = Table("trust.staff_issuers", StaffIssuers, str, public=True)
"""(institution)"""
WALLET_PROVIDERS = Table("trust.wallet_provider", WalletProvider, str, public=True, proven=True)
ANCHORS = Table("trust.anchor", Owner, str, str, public=True)
"""(type, digest): what leads from an anchor to its issuer; of leaked ones, what keeps them from being named again."""
ATTESTERS = Table("trust.attester", Owner, str, public=True)
CERTIFICATES = Table("trust.certificate", Use, str, str, str, str, public=True)
"""(digest, party, type, purpose): what leads from a request's certificate to what its verifier may ask for."""

TABLES = (TYPES, ISSUERS, VERIFIERS, STAFF_ISSUERS, WALLET_PROVIDERS, ANCHORS, ATTESTERS, CERTIFICATES)


def ends(record: Issuer | WalletProvider) -> int:
    """The second from which on nothing that was signed counts."""
    return record.until if record.standing == "named" else min(record.until, record.void_from)


def types_are_governed(state: State) -> None:
    """Every type is governed by an institution."""
    for (credential,), record in state.scan(TYPES):
        governor = state.get(PARTIES, record.governor)
        if governor is None or not governor.threshold:
            raise InvariantBroken(f"{credential} is governed by {record.governor}, which is no institution")


def names_are_of_defined_types(state: State) -> None:
    """Every issuer and verifier names a defined type and a party, within bounds, for some time."""
    for (credential, party), issuer in state.scan(ISSUERS):
        _check(state, credential, party, issuer.since, issuer.until, issuer.anchors, MAX_ANCHORS)
        if issuer.origins:
            _check(state, credential, party, issuer.since, issuer.until, issuer.origins, MAX_ORIGINS)
    for (credential, party, _), verifier in state.scan(VERIFIERS):
        _check(state, credential, party, verifier.since, verifier.until, verifier.certificates, MAX_ANCHORS)
        _check(state, credential, party, verifier.since, verifier.until, verifier.claims, MAX_CLAIMS)
        _check(state, credential, party, verifier.since, verifier.until, verifier.origins, MAX_ORIGINS)
    for (party,), provider in state.scan(WALLET_PROVIDERS):
        _check(state, None, party, provider.since, provider.until, provider.attesters, MAX_ANCHORS)


def _check(
    state: State, credential: str | None, party: str, since: int, until: int, named: tuple[str, ...], most: int
) -> None:
    where = f"{credential} {party}"
    if credential is not None and state.get(TYPES, credential) is None:
        raise InvariantBroken(f"{where}: there is no such type")
    if state.get(PARTIES, party) is None:
        raise InvariantBroken(f"{where}: there is no such party")
    if not since < until <= since + MAX_YEARS * YEAR:
        raise InvariantBroken(f"{where} counts from {since} until {until}")
    if not 0 < len(named) == len(dict.fromkeys(named)) <= most:
        raise InvariantBroken(f"{where} names {named}")


def staff_is_vouched_for_by_institutions(state: State) -> None:
    """Who vouches for officers, and for whose, are institutions, each named once."""
    for (party,), record in state.scan(STAFF_ISSUERS):
        for name in (party, *record.issuers):
            found = state.get(PARTIES, name)
            if found is None or not found.threshold:
                raise InvariantBroken(f"{name} vouches for staff of {party}, and both must be institutions")
        if len(dict.fromkeys(record.issuers)) != len(record.issuers) or len(record.issuers) > MAX_STAFF_ISSUERS:
            raise InvariantBroken(f"{party} names {record.issuers}")


def digests_lead_to_their_records(state: State) -> None:
    """Anchors, attesters and request certificates lead to exactly the records that name them, or leaked."""
    anchors = [((kind, digest), party) for (kind, party), one in state.scan(ISSUERS) for digest in one.anchors]
    attesters = [(digest, party) for (party,), one in state.scan(WALLET_PROVIDERS) for digest in one.attesters]
    _check_owners(anchors, {(kind, digest): one for (kind, digest), one in state.scan(ANCHORS)})
    _check_owners(attesters, {digest: one for (digest,), one in state.scan(ATTESTERS)})
    uses = sorted(
        (digest, party, kind, purpose)
        for (kind, party, purpose), one in state.scan(VERIFIERS)
        for digest in one.certificates
    )
    found = [parts for parts, _ in state.scan(CERTIFICATES)]
    if sorted(found) != uses:
        raise InvariantBroken(f"verifiers have {len(uses)} certificates, {len(found)} lead to them, and not the same")
    owners = dict.fromkeys((digest, party) for digest, party, _, _ in uses)
    if len(dict.fromkeys(digest for digest, _ in owners)) != len(owners):
        raise InvariantBroken("a request certificate is of two verifiers")


def _check_owners(named: list[tuple[K, str]], owners: dict[K, Owner]) -> None:
    for key, party in named:
        if key not in owners or owners[key].party != party:
            raise InvariantBroken(f"{key} of {party} does not lead to it")
    known = dict(named)
    for key, owner in owners.items():
        if not owner.leaked and key not in known:
            raise InvariantBroken(f"{key} leads to {owner.party}, which has no such")


INVARIANTS: tuple[Invariant, ...] = (
    types_are_governed,
    names_are_of_defined_types,
    digests_lead_to_their_records,
    staff_is_vouched_for_by_institutions,
)
