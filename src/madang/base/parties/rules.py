"""Rules of parties: who may appoint, register, suspend and recover whom.

Whoever appointed a party answers for it. One officer may suspend a person, so that a stolen phone is frozen within
a call; institutions and officers are suspended by quorum only, since a single officer could otherwise put all
others out of office. Keys are never forgotten: one that was registered once is never registered again.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from madang.base.parties.ledger import check_unused, new_key, register
from madang.base.parties.refusals import refuse
from madang.base.parties.state import (
    MAX_KEYS,
    MAX_TILLS,
    MEMBERS,
    NOTICES,
    RECOVERIES,
    RECOVERY_LAPSE,
    RECOVERY_WAIT,
    Notice,
    Recovery,
    active_officers,
    standing_of_keys,
)
from madang.base.parties.transactions import (
    MAX_OFFICERS,
    AddTill,
    AppointInstitution,
    AppointOfficer,
    CompleteRecovery,
    DismissOfficer,
    EnrolKey,
    NewKey,
    Recover,
    RegisterMerchants,
    RegisterPeople,
    Reinstate,
    ReinstateByQuorum,
    RevokeKey,
    RotateKey,
    SetThreshold,
    Suspend,
    SuspendByQuorum,
    VetoRecovery,
)
from madang.kernel.authority import KEYS, PARTIES, Key, Party, Standing, is_officer
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act

DUAL_CONTROL = ("central_bank", "bank", "operator")
"""Roles whose quorum is at least two officers."""
REGISTRARS_OF_PEOPLE = ("bank", "desk")
REGISTRARS_OF_MERCHANTS = ("bank", "sponsor", "operator")
THUMBPRINT_LENGTH = 43


def appoint_institution(call: Call, act: AppointInstitution) -> None:
    """A new institution with its officers. Only the operator, at genesis itself, appoints one."""
    operator = call.state.get(PARTIES, act.by)
    first = operator is None and act.party == act.by and "operator" in act.roles
    if not first and (operator is None or "operator" not in operator.roles):
        raise refuse("not_operator")
    _check_name(call, act.party)
    if len(dict.fromkeys(act.roles)) != len(act.roles):
        raise refuse("role_twice")
    if act.threshold > len(act.officers):
        raise refuse("threshold", threshold=act.threshold, officers=len(act.officers))
    _check_dual_control(act.roles, act.threshold)
    roles = tuple(act.roles)
    call.state.put(PARTIES, Party(roles, "active", act.by, "", act.threshold, ()), act.party)
    for key in act.officers:
        _add_officer(call, act.party, key)


def appoint_officer(call: Call, act: AppointOfficer) -> None:
    """One officer more, who works from the next block."""
    _institution(call, act.by)
    if sum(1 for _ in call.state.scan(MEMBERS, act.by)) >= MAX_OFFICERS:
        raise refuse("too_many_officers", limit=MAX_OFFICERS)
    _add_officer(call, act.by, act.key)


def dismiss_officer(call: Call, act: DismissOfficer) -> None:
    """An officer leaves for good: revoked with all keys."""
    institution = _institution(call, act.by)
    officer = call.state.get(PARTIES, act.officer)
    if officer is None or officer.parent != act.by or officer.standing == "revoked":
        raise refuse("not_officer", officer=act.officer, by=act.by)
    _check_remaining(call, act.by, act.officer, institution)
    _set_standing(call, act.officer, officer, "revoked")
    call.state.delete(MEMBERS, act.by, act.officer)
    call.state.delete(RECOVERIES, act.officer)


def set_threshold(call: Call, act: SetThreshold) -> None:
    """Another threshold, within the number of active officers."""
    institution = _institution(call, act.by)
    officers = active_officers(call.state, act.by)
    if act.threshold > officers:
        raise refuse("threshold", threshold=act.threshold, officers=officers)
    _check_dual_control(institution.roles, act.threshold)
    call.state.put(PARTIES, msgspec.structs.replace(institution, threshold=act.threshold), act.by)


def register_people(call: Call, act: RegisterPeople) -> None:
    """People named by the thumbprints of their keys; whoever registers them answers for them."""
    _check_registrar(call, act.by, REGISTRARS_OF_PEOPLE)
    for key in act.keys:
        kid, point = new_key(call, key)
        register(call, kid, ("person",), act.by, "", kid, point, key)


def register_merchants(call: Call, act: RegisterMerchants) -> None:
    """Merchants under names of their own or the thumbprints of their keys."""
    _check_registrar(call, act.by, REGISTRARS_OF_MERCHANTS)
    for merchant in act.merchants:
        kid, point = new_key(call, merchant.key)
        name = kid if merchant.party is None or merchant.party == kid else merchant.party
        if name != kid:
            _check_name(call, name)
        register(call, name, ("merchant",), act.by, "", kid, point, merchant.key)


def add_till(call: Call, act: AddTill) -> None:
    """A till named by the thumbprint of its key; its merchant may suspend it."""
    merchant = _own(call, act.by)
    if "merchant" not in merchant.roles:
        raise refuse("not_merchant", by=act.by)
    if sum(1 for _ in call.state.scan(MEMBERS, act.by)) >= MAX_TILLS:
        raise refuse("too_many_tills", limit=MAX_TILLS)
    kid, point = new_key(call, act.key)
    register(call, kid, ("till",), act.by, act.by, kid, point, act.key)


def enrol_key(call: Call, act: EnrolKey) -> None:
    """One key more for the party that signed."""
    party = _own(call, act.by)
    if len(party.keys) >= MAX_KEYS:
        raise refuse("too_many_keys", limit=MAX_KEYS)
    _replace_keys(call, act.by, party, party.keys, act.key)


def rotate_key(call: Call, act: RotateKey) -> None:
    """A new key in the place of an old one."""
    party = _own(call, act.by)
    if act.old not in party.keys:
        raise refuse("not_its_key", kid=act.old, party=act.by)
    rest = tuple(kid for kid in party.keys if kid != act.old)
    _replace_keys(call, act.by, party, rest, act.key)
    _set_key(call, act.old, "revoked")


def revoke_key(call: Call, act: RevokeKey) -> None:
    """A key stops for good. Its party keeps one, with which it may veto a recovery: to stop the party, suspend it."""
    if act.by == act.party:
        party = _own(call, act.by)
    else:
        party = _appointed(call, act.by, act.party)
        _check_no_quorum(act.party, party)
    if act.key not in party.keys:
        raise refuse("not_its_key", kid=act.key, party=act.party)
    if len(party.keys) == 1:
        raise refuse("last_key", party=act.party)
    if act.by != act.party:
        _tell(call, "key_revoked", act.by, act.party)
    rest = tuple(kid for kid in party.keys if kid != act.key)
    call.state.put(PARTIES, msgspec.structs.replace(party, keys=rest), act.party)
    _set_key(call, act.key, "revoked")


def suspend(call: Call, act: Suspend) -> None:
    """None of the party's keys signs from now on, nor any till of a merchant. A desk freezes any person."""
    person = call.state.get(PARTIES, act.party)
    desk = call.state.get(PARTIES, act.by)
    if person is not None and "person" in person.roles and desk is not None and "desk" in desk.roles:
        party = person
    else:
        party = _appointed(call, act.by, act.party)
    _check_no_quorum(act.party, party)
    _suspend(call, act.by, act.party, party)


def suspend_by_quorum(call: Call, act: SuspendByQuorum) -> None:
    """Nobody acts for the institution from now on, or the officer no more for the institution."""
    party = _appointed(call, act.by, act.party)
    _check_quorum(act.party, party)
    if party.standing == "active" and "officer" in party.roles:
        _check_remaining(call, act.by, act.party, _institution(call, act.by))
    _suspend(call, act.by, act.party, party)


def reinstate(call: Call, act: Reinstate) -> None:
    """The party's keys sign again, and a merchant's tills, but for those that it suspended itself."""
    party = _appointed(call, act.by, act.party)
    _check_no_quorum(act.party, party)
    _reinstate(call, act.by, act.party, party)


def reinstate_by_quorum(call: Call, act: ReinstateByQuorum) -> None:
    """The institution's officers act for it again, or the officer acts again."""
    party = _appointed(call, act.by, act.party)
    _check_quorum(act.party, party)
    _reinstate(call, act.by, act.party, party)


def recover(call: Call, act: Recover) -> None:
    """A new key waits for 72 hours; the party is told."""
    party = _appointed(call, act.by, act.party)
    if party.threshold:
        raise refuse("not_by_quorum", party=act.party)
    if party.standing == "revoked":
        raise refuse("revoked", party=act.party)
    waiting = call.state.get(RECOVERIES, act.party)
    if waiting is not None and call.time < waiting.lapses_at:
        raise refuse("recovery_waits", party=act.party)
    kid, point = new_key(call, act.key)
    ready_at = call.time + RECOVERY_WAIT
    waiting = Recovery(act.by, kid, point, act.key.sort, ready_at, ready_at + RECOVERY_LAPSE)
    call.state.put(RECOVERIES, waiting, act.party)
    _tell(call, "recovery_begun", act.by, act.party, ready_at)


def veto_recovery(call: Call, act: VetoRecovery) -> None:
    """The new key is forgotten."""
    if act.by == act.party:
        _own(call, act.by)
    else:
        _appointed(call, act.by, act.party)
    if call.state.get(RECOVERIES, act.party) is None:
        raise refuse("no_recovery", party=act.party)
    call.state.delete(RECOVERIES, act.party)
    _tell(call, "recovery_vetoed", act.by, act.party)


def complete_recovery(call: Call, act: CompleteRecovery) -> None:
    """The new key takes the place of all old ones."""
    party = _appointed(call, act.by, act.party)
    waiting = call.state.get(RECOVERIES, act.party)
    if waiting is None:
        raise refuse("no_recovery", party=act.party)
    if call.time < waiting.ready_at:
        raise refuse("too_early", ready_at=waiting.ready_at)
    if call.time >= waiting.lapses_at:
        raise refuse("recovery_lapsed", lapses_at=waiting.lapses_at)
    check_unused(call, waiting.kid)
    for kid in party.keys:
        _set_key(call, kid, "revoked")
    standing = standing_of_keys(call.state, party)
    key = Key(act.party, waiting.point, waiting.sort, call.height + 1, standing)
    call.state.put(KEYS, key, waiting.kid)
    call.state.put(PARTIES, msgspec.structs.replace(party, keys=(waiting.kid,)), act.party)
    call.state.delete(RECOVERIES, act.party)
    _tell(call, "recovery_completed", act.by, act.party)


# ------------------------------------------------------------------------------------------------- who may ask


def _own(call: Call, name: str) -> Party:
    """The party that asks, which must have signed itself: no officer manages an institution's keys."""
    party = call.state.get(PARTIES, name)
    if party is None or name not in call.signed_by:
        raise refuse("not_own_key", by=name)
    return party


def _appointed(call: Call, by: str, name: str) -> Party:
    party = call.state.get(PARTIES, name)
    if party is None:
        raise refuse("unknown_party", party=name)
    if party.appointed_by != by:
        raise refuse("not_yours", by=by, party=name)
    if name == by:
        raise refuse("itself", by=by)
    return party


def _institution(call: Call, name: str) -> Party:
    party = call.state.get(PARTIES, name)
    if party is None or not party.threshold:
        raise refuse("not_institution", by=name)
    return party


def _check_registrar(call: Call, by: str, roles: tuple[str, ...]) -> None:
    party = call.state.get(PARTIES, by)
    if party is None or not any(role in party.roles for role in roles):
        raise refuse("not_registrar", by=by, roles=", ".join(roles))


def _needs_quorum(party: Party) -> bool:
    return party.threshold > 0 or "officer" in party.roles


def _check_quorum(name: str, party: Party) -> None:
    if not _needs_quorum(party):
        raise refuse("not_by_quorum", party=name)


def _check_no_quorum(name: str, party: Party) -> None:
    if _needs_quorum(party):
        raise refuse("by_quorum", party=name)


def _check_dual_control(roles: "list[Any] | tuple[str, ...]", threshold: int) -> None:
    if threshold < 2 and any(role in roles for role in DUAL_CONTROL):
        raise refuse("dual_control")


def _check_remaining(call: Call, institution: str, officer: str, record: Party) -> None:
    leaving = 1 if is_officer(call.state, officer, institution) else 0
    if active_officers(call.state, institution) - leaving < record.threshold:
        raise refuse("too_few_officers", by=institution, threshold=record.threshold)


# ------------------------------------------------------------------------------------------------ names and keys


def _check_name(call: Call, name: str) -> None:
    if len(name) == THUMBPRINT_LENGTH:
        raise refuse("name_reserved", length=THUMBPRINT_LENGTH)
    if call.state.get(PARTIES, name) is not None:
        raise refuse("name_taken", party=name)


def _add_officer(call: Call, institution: str, new: NewKey) -> None:
    kid, point = new_key(call, new)
    register(call, kid, ("officer",), institution, institution, kid, point, new)


def _replace_keys(call: Call, name: str, party: Party, kept: tuple[str, ...], new: NewKey) -> None:
    kid, point = new_key(call, new)
    call.state.put(KEYS, Key(name, point, new.sort, call.height + 1, standing_of_keys(call.state, party)), kid)
    call.state.put(PARTIES, msgspec.structs.replace(party, keys=(*kept, kid)), name)


def _set_key(call: Call, kid: str, standing: Standing) -> None:
    key = call.state.get(KEYS, kid)
    if key is not None:
        call.state.put(KEYS, msgspec.structs.replace(key, standing=standing), kid)


# -------------------------------------------------------------------------------------------------- standing


def _suspend(call: Call, by: str, name: str, party: Party) -> None:
    if party.standing != "active":
        raise refuse("not_active", party=name)
    _set_standing(call, name, party, "suspended")
    _tell(call, "suspended", by, name)


def _reinstate(call: Call, by: str, name: str, party: Party) -> None:
    if party.standing != "suspended":
        raise refuse("not_suspended", party=name)
    _set_standing(call, name, party, "active")
    _tell(call, "reinstated", by, name)


def _set_standing(call: Call, name: str, party: Party, standing: Standing) -> None:
    """Write a party's standing to its record and keys, and to the keys of a merchant's tills."""
    keys = () if standing == "revoked" else party.keys
    changed = msgspec.structs.replace(party, standing=standing, keys=keys)
    call.state.put(PARTIES, changed, name)
    for kid in party.keys:
        _set_key(call, kid, standing_of_keys(call.state, changed))
    if "merchant" in party.roles:
        for (_, child), _ in call.state.scan(MEMBERS, name):
            till = call.state.get(PARTIES, child)
            if till is not None:
                for kid in till.keys:
                    _set_key(call, kid, standing_of_keys(call.state, till))


def _tell(
    call: Call,
    kind: Literal["suspended", "reinstated", "recovery_begun", "recovery_vetoed", "recovery_completed", "key_revoked"],
    by: str,
    name: str,
    until: int = 0,
) -> None:
    call.state.put(NOTICES, Notice(kind, by, call.time, until), name)


RULES: Mapping[type[Act], Rule] = {
    AppointInstitution: appoint_institution,
    AppointOfficer: appoint_officer,
    DismissOfficer: dismiss_officer,
    SetThreshold: set_threshold,
    RegisterPeople: register_people,
    RegisterMerchants: register_merchants,
    AddTill: add_till,
    EnrolKey: enrol_key,
    RotateKey: rotate_key,
    RevokeKey: revoke_key,
    Suspend: suspend,
    SuspendByQuorum: suspend_by_quorum,
    Reinstate: reinstate,
    ReinstateByQuorum: reinstate_by_quorum,
    Recover: recover,
    VetoRecovery: veto_recovery,
    CompleteRecovery: complete_recovery,
}
