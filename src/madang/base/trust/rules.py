"""Who may define, name and withdraw. In order: who asks, of what, whom, what it names, and from when until when."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from madang.base.parties import queries as parties
from madang.base.trust.refusals import refuse
from madang.base.trust.state import (
    ANCHORS,
    ATTESTERS,
    CERTIFICATES,
    ISSUERS,
    MAX_YEARS,
    STAFF_ISSUERS,
    TYPES,
    VERIFIERS,
    WALLET_PROVIDERS,
    YEAR,
    CredentialType,
    Issuer,
    Owner,
    StaffIssuers,
    Standing,
    Use,
    Verifier,
    WalletProvider,
    ends,
)
from madang.base.trust.transactions import (
    DefineType,
    NameIssuer,
    NameStaffIssuers,
    NameVerifier,
    NameWalletProvider,
    Reason,
    WithdrawIssuer,
    WithdrawVerifier,
    WithdrawWalletProvider,
)
from madang.kernel.module import Call, Rule
from madang.kernel.state import Table
from madang.kernel.transaction import Act

R = TypeVar("R", Issuer, WalletProvider)


def define_type(call: Call, act: DefineType) -> None:
    """A type has this governor and this description from now on; whoever was named for it stays so."""
    _check_operator(call, act.by)
    _check_institution(call, act.governor)
    call.state.put(TYPES, CredentialType(act.governor, act.description, call.time, call.height), act.credential)


def name_issuer(call: Call, act: NameIssuer) -> None:
    """What this issuer signs below these anchors counts, from when until when it says."""
    _check_governor(call, act.by, act.credential)
    _check_institution(call, act.issuer)
    _check_once(act.anchors)
    _check_once(act.origins)
    _check_dates(act.since, act.until)
    place = (act.credential,)
    before = call.state.get(ISSUERS, act.credential, act.issuer)
    _hand_over(call, ANCHORS, place, act.issuer, before.anchors if before else (), act.anchors)
    record = Issuer(tuple(act.anchors), act.since, act.until, "named", 0, 0, tuple(act.origins), call.height)
    call.state.put(ISSUERS, record, act.credential, act.issuer)


def withdraw_issuer(call: Call, act: WithdrawIssuer) -> None:
    """What this issuer signed from a second on is void."""
    _check_governor(call, act.by, act.credential)
    record = call.state.get(ISSUERS, act.credential, act.issuer)
    if record is None:
        raise refuse("unknown_issuer", party=act.issuer, credential=act.credential)
    ended = _withdrawn(call, record, act.void_from, act.reason)
    if act.reason == "key_leaked":
        for digest in record.anchors:
            call.state.put(ANCHORS, Owner(act.issuer, True), act.credential, digest)
    call.state.put(ISSUERS, ended, act.credential, act.issuer)


def name_verifier(call: Call, act: NameVerifier) -> None:
    """This verifier may ask for these claims, for this purpose, from when until when it says."""
    _check_governor(call, act.by, act.credential)
    if not _is_institution(call, act.verifier) and not parties.has_role(call.state, act.verifier, "merchant"):
        raise refuse("not_verifier", party=act.verifier)
    for named in (act.claims, act.certificates, act.origins):
        _check_once(named)
    _check_dates(act.since, act.until)
    for digest in act.certificates:
        if any(party != act.verifier for (_, party, _, _), _ in call.state.scan(CERTIFICATES, digest)):
            raise refuse("taken")
    place = (act.credential, act.verifier, act.purpose)
    before = call.state.get(VERIFIERS, *place)
    for digest in before.certificates if before else ():
        call.state.delete(CERTIFICATES, digest, act.verifier, act.credential, act.purpose)
    for digest in act.certificates:
        call.state.put(CERTIFICATES, Use(call.time), digest, act.verifier, act.credential, act.purpose)
    record = Verifier(
        claims=tuple(act.claims),
        certificates=tuple(act.certificates),
        origins=tuple(act.origins),
        since=act.since,
        until=act.until,
        standing="named",
        withdrawn_at=0,
        height=call.height,
    )
    call.state.put(VERIFIERS, record, *place)


def withdraw_verifier(call: Call, act: WithdrawVerifier) -> None:
    """From now on this verifier may not ask for this purpose."""
    _check_governor(call, act.by, act.credential)
    place = (act.credential, act.verifier, act.purpose)
    record = call.state.get(VERIFIERS, *place)
    if record is None:
        raise refuse("unknown_verifier", party=act.verifier, credential=act.credential)
    if record.standing != "named":
        raise refuse("withdrawn")
    ended = msgspec.structs.replace(record, standing=act.reason, withdrawn_at=call.time, height=call.height)
    call.state.put(VERIFIERS, ended, *place)


def name_staff_issuers(call: Call, act: NameStaffIssuers) -> None:
    """These vouch for the officers of this institution from now on, besides itself, and nobody else."""
    _check_institution(call, act.by)
    for party in act.issuers:
        _check_institution(call, party)
    _check_once(act.issuers)
    call.state.put(STAFF_ISSUERS, StaffIssuers(tuple(act.issuers), call.height), act.by)


def name_wallet_provider(call: Call, act: NameWalletProvider) -> None:
    """What these keys and certificates attest of wallets counts, from when until when it says."""
    _check_operator(call, act.by)
    _check_institution(call, act.provider)
    _check_once(act.attesters)
    _check_dates(act.since, act.until)
    before = call.state.get(WALLET_PROVIDERS, act.provider)
    _hand_over(call, ATTESTERS, (), act.provider, before.attesters if before else (), act.attesters)
    record = WalletProvider(tuple(act.attesters), act.since, act.until, "named", 0, 0, call.height)
    call.state.put(WALLET_PROVIDERS, record, act.provider)


def withdraw_wallet_provider(call: Call, act: WithdrawWalletProvider) -> None:
    """What this provider attested from a second on is void."""
    _check_operator(call, act.by)
    record = call.state.get(WALLET_PROVIDERS, act.provider)
    if record is None:
        raise refuse("unknown_provider", party=act.provider)
    ended = _withdrawn(call, record, act.void_from, act.reason)
    if act.reason == "key_leaked":
        for attester in record.attesters:
            call.state.put(ATTESTERS, Owner(act.provider, True), attester)
    call.state.put(WALLET_PROVIDERS, ended, act.provider)


def _check_operator(call: Call, by: str) -> None:
    # At genesis nobody signs, and the operator it appoints is a party by then.
    if not parties.has_role(call.state, by, "operator"):
        raise refuse("not_operator", by=by)


def _check_governor(call: Call, by: str, credential: str) -> None:
    record = call.state.get(TYPES, credential)
    if record is None:
        raise refuse("unknown_type", credential=credential)
    if record.governor != by:
        raise refuse("not_governor", by=by, credential=credential, governor=record.governor)


def _check_institution(call: Call, party: str) -> None:
    if not _is_institution(call, party):
        raise refuse("not_institution", party=party)


def _is_institution(call: Call, party: str) -> bool:
    record = parties.institution(call.state, party)
    return record is not None and record.standing == "active"


def _check_once(named: Sequence[str]) -> None:
    if len(dict.fromkeys(named)) != len(named):
        raise refuse("twice")


def _check_dates(since: int, until: int) -> None:
    if not since < until <= since + MAX_YEARS * YEAR:
        raise refuse("dates", years=MAX_YEARS)


def _hand_over(
    call: Call, table: Table[Owner], place: tuple[str, ...], party: str, old: Sequence[str], new: Sequence[str]
) -> None:
    """Let new digests lead to a party, and old ones no more; of leaked ones it stays known that they are."""
    for digest in new:
        owner = call.state.get(table, *place, digest)
        if owner is not None and owner.leaked:
            raise refuse("leaked")
        if owner is not None and owner.party != party:
            raise refuse("taken")
    for digest in old:
        owner = call.state.get(table, *place, digest)
        if owner is not None and not owner.leaked:
            call.state.delete(table, *place, digest)
    for digest in new:
        call.state.put(table, Owner(party, False), *place, digest)


def _withdrawn(call: Call, record: R, void_from: int, reason: Reason) -> R:
    """The record withdrawn. That a key leaked is never taken back, and no time is put off."""
    first = record.standing == "named"
    leaked = reason == "key_leaked" and record.standing != "key_leaked"
    if not first and void_from >= ends(record) and not leaked:
        raise refuse("withdrawn")
    standing: Standing = reason if first or leaked else record.standing
    return msgspec.structs.replace(
        record,
        standing=standing,
        void_from=void_from if first else min(void_from, record.void_from),
        withdrawn_at=call.time,
        height=call.height,
    )


RULES: Mapping[type[Act], Rule] = {
    DefineType: define_type,
    NameIssuer: name_issuer,
    WithdrawIssuer: withdraw_issuer,
    NameVerifier: name_verifier,
    WithdrawVerifier: withdraw_verifier,
    NameStaffIssuers: name_staff_issuers,
    NameWalletProvider: name_wallet_provider,
    WithdrawWalletProvider: withdraw_wallet_provider,
}
