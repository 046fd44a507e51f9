"""Rules of validators: who decides on whom, how much power may move at once, and what proves a double vote."""

import hashlib
from collections.abc import Mapping
from typing import Literal

import msgspec

from madang.base.parties.queries import has_role, institution
from madang.base.validators import queries
from madang.base.validators.ed25519 import is_proper_key, verify
from madang.base.validators.state import (
    ANSWERABLE,
    EVIDENCE,
    KEYS,
    MAX_TOTAL_POWER,
    MAX_VALIDATORS,
    MOVED,
    NOTICE_OF_UPGRADE,
    VALIDATORS,
    Evidence,
    Moved,
    RegisteredKey,
    Validator,
)
from madang.base.validators.transactions import (
    Admit,
    ChangePower,
    Readmit,
    Remove,
    ReportEquivocation,
    RotateConsensusKey,
    ScheduleUpgrade,
    WithdrawUpgrade,
)
from madang.base.validators.votes import sign_bytes
from madang.kernel.codec import from_base64url
from madang.kernel.machine import UPGRADES, Upgrade
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act

REFUSALS: dict[str, str] = {
    "not_operator": "Only the operator decides on validators and upgrades. Ask it to.",
    "not_institution": "{institution} is no active institution. Appoint or reinstate it first.",
    "admitted": "{institution} validates already. Change its power, or let it rotate its key.",
    "jailed": "{institution} was jailed. Readmit it with a new key.",
    "not_jailed": "{institution} is not jailed. Admit it instead, if it does not validate.",
    "not_validator": "{institution} is no validator now.",
    "improper_key": "This is no Ed25519 public key that every verifier reads alike. Generate another.",
    "key_taken": "This consensus key was used before, and a key is used once. Generate another.",
    "too_many": "There are {limit} validators, the most there may be. Remove one first.",
    "total_power": "All validators would have a power of {total}, and {limit} is the most. Choose less.",
    "too_much_at_once": "This block would move {moved} of a power of {total}; a third is the most. Do it in steps.",
    "last": "{institution} is the last validator, and one must stay. Admit another first.",
    "unknown_key": "This key belongs to no validator, now or before. Check it.",
    "reported": "That this key voted twice is recorded already. Nothing is left to do.",
    "same_block": "Both votes are for the same block, which is no equivocation.",
    "wrong_signature": "The {which} vote was not signed by this key on this ledger. Check all of it.",
    "upgrade_waits": "An upgrade to version {version} waits for height {height}. Withdraw it first.",
    "wrong_version": "The rules are at version {version}. Schedule the next one.",
    "short_notice": "An upgrade needs {notice} blocks of notice: choose height {earliest} or a later one.",
    "no_upgrade": "No upgrade to version {version} waits.",
}
refuse = refuser("validators", REFUSALS)


def admit(call: Call, act: Admit) -> None:
    """A validator more: an institution that was none, or was removed before."""
    _check_operator(call, act.by)
    _check_institution(call, act.institution)
    validator = call.state.get(VALIDATORS, act.institution)
    if validator is not None and validator.standing == "active":
        raise refuse("admitted", institution=act.institution)
    if validator is not None and validator.standing == "jailed":
        raise refuse("jailed", institution=act.institution)
    _begin(call, act.institution, act.consensus_key, act.power)


def change_power(call: Call, act: ChangePower) -> None:
    """More or less power, with the same key."""
    _check_operator(call, act.by)
    validator = _active(call, act.institution)
    more = act.power - validator.power
    _move(call, given=max(more, 0), taken=max(-more, 0))
    changed = msgspec.structs.replace(validator, power=act.power, since=call.height)
    call.state.put(VALIDATORS, changed, act.institution)


def remove(call: Call, act: Remove) -> None:
    """A validator less. One that is jailed has no power left to take, and is let go."""
    _check_operator(call, act.by)
    validator = call.state.get(VALIDATORS, act.institution)
    if validator is None or validator.standing == "removed":
        raise refuse("not_validator", institution=act.institution)
    if validator.standing == "active":
        if _is_last(call):
            raise refuse("last", institution=act.institution)
        _move(call, taken=validator.power)
    _end(call, act.institution, validator, "removed")


def readmit(call: Call, act: Readmit) -> None:
    """A jailed validator takes part again, with a key that no evidence is about."""
    _check_operator(call, act.by)
    _check_institution(call, act.institution)
    validator = call.state.get(VALIDATORS, act.institution)
    if validator is None or validator.standing != "jailed":
        raise refuse("not_jailed", institution=act.institution)
    _begin(call, act.institution, act.consensus_key, act.power)


def rotate_key(call: Call, act: RotateConsensusKey) -> None:
    """A new key in the place of the old, which consensus sees as one validator going and one coming."""
    validator = _active(call, act.by)
    key = _new_key(call, act.consensus_key)
    _move(call, given=validator.power, taken=validator.power)
    _retire(call, validator.key)
    _use(call, act.by, key, validator.power)


def report_equivocation(call: Call, act: ReportEquivocation) -> None:
    """Record that a key signed two votes, once, and jail its validator unless it is the last or long rid of the key."""
    value = from_base64url(act.consensus_key, "the consensus key")
    key = call.state.get(KEYS, value)
    if key is None:
        raise refuse("unknown_key")
    if call.state.get(EVIDENCE, value) is not None:
        raise refuse("reported")
    if act.first.block == act.second.block:
        raise refuse("same_block")
    digest = _check_votes(call, act, value)
    validator = call.state.get(VALIDATORS, key.institution)
    answers = key.retired_at is None or call.time <= key.retired_at + ANSWERABLE
    jails = validator is not None and validator.standing == "active" and answers and not _is_last(call)
    if validator is not None and jails:
        _move(call, taken=validator.power, at_once=True)
        _end(call, key.institution, validator, "jailed")
    recorded = Evidence(key.institution, act.vote, act.height, act.round, digest, call.height, jails)
    call.state.put(EVIDENCE, recorded, value)


def schedule_upgrade(call: Call, act: ScheduleUpgrade) -> None:
    """The next rule version, from a height on that leaves time to install and to withdraw."""
    _check_operator(call, act.by)
    waiting = queries.scheduled_upgrade(call.state, call.height)
    if waiting is not None:
        raise refuse("upgrade_waits", version=waiting[1].version, height=waiting[0])
    version = queries.rule_version(call.state, call.height)
    if act.version != version + 1:
        raise refuse("wrong_version", version=version)
    earliest = call.height + NOTICE_OF_UPGRADE
    if act.height < earliest:
        raise refuse("short_notice", notice=NOTICE_OF_UPGRADE, earliest=earliest)
    call.state.put(UPGRADES, Upgrade(act.version, call.height), act.height)


def withdraw_upgrade(call: Call, act: WithdrawUpgrade) -> None:
    """An upgrade that has not happened does not happen."""
    _check_operator(call, act.by)
    waiting = queries.scheduled_upgrade(call.state, call.height)
    if waiting is None or waiting[1].version != act.version:
        raise refuse("no_upgrade", version=act.version)
    call.state.delete(UPGRADES, waiting[0])


# --------------------------------------------------------------------------------------------------------- checks


def _check_operator(call: Call, name: str) -> None:
    if not has_role(call.state, name, "operator"):
        raise refuse("not_operator")


def _check_institution(call: Call, name: str) -> None:
    party = institution(call.state, name)
    if party is None or party.standing != "active":
        raise refuse("not_institution", institution=name)


def _active(call: Call, name: str) -> Validator:
    validator = call.state.get(VALIDATORS, name)
    if validator is None or validator.standing != "active":
        raise refuse("not_validator", institution=name)
    return validator


def _is_last(call: Call) -> bool:
    """Whether there is but one active validator."""
    return len(queries.powers(call.state)) == 1


def _new_key(call: Call, text: str) -> bytes:
    """The bytes of a key to use. Raises `Malformed` (`base64.invalid`) for a second spelling."""
    key = from_base64url(text, "the consensus key")
    if not is_proper_key(key):
        raise refuse("improper_key")
    if call.state.get(KEYS, key) is not None:
        raise refuse("key_taken")
    return key


def _check_votes(call: Call, act: ReportEquivocation, key: bytes) -> bytes:
    """Both signatures; the digest of what they cover, the same whichever vote was named first."""
    chain = queries.chain(call.state).name
    signed = []
    for which, vote in (("first", act.first), ("second", act.second)):
        message = sign_bytes(chain, act.vote, act.height, act.round, vote)
        if not verify(key, message, from_base64url(vote.signature, f"the signature of the {which} vote")):
            raise refuse("wrong_signature", which=which)
        signed.append(message)
    return hashlib.sha256(b"".join(sorted(signed))).digest()


# --------------------------------------------------------------------------------------------------------- writes


def _begin(call: Call, name: str, text: str, power: int) -> None:
    """An institution comes into consensus: the checks that admitting and readmitting share, then the writes."""
    key = _new_key(call, text)
    if len(queries.powers(call.state)) >= MAX_VALIDATORS:
        raise refuse("too_many", limit=MAX_VALIDATORS)
    _move(call, given=power)
    _use(call, name, key, power)


def _use(call: Call, name: str, key: bytes, power: int) -> None:
    call.state.put(KEYS, RegisteredKey(name, call.height, None), key)
    call.state.put(VALIDATORS, Validator(key, power, "active", call.height), name)


def _end(call: Call, name: str, validator: Validator, standing: Literal["jailed", "removed"]) -> None:
    _retire(call, validator.key)
    ended = msgspec.structs.replace(validator, power=0, standing=standing, since=call.height)
    call.state.put(VALIDATORS, ended, name)


def _retire(call: Call, value: bytes) -> None:
    """A key is used no more. One that was retired before keeps its time: a week is not made longer."""
    key = call.state.get(KEYS, value)
    if key is not None and key.retired_at is None:
        call.state.put(KEYS, msgspec.structs.replace(key, retired_at=call.time), value)


def _move(call: Call, *, given: int = 0, taken: int = 0, at_once: bool = False) -> None:
    """Count power that moves in this block; more than a third is refused, unless it moves `at_once` come what may.

    What counts is the larger of what is given and taken: a rotated key takes as much as it gives. The first block that
    has validators sets them freely, since there is nobody to follow from.
    """
    total = sum(queries.powers(call.state).values())
    moved = call.state.get(MOVED)
    if moved is None or moved.height != call.height:
        moved = Moved(call.height, total, 0, 0)
    moved = msgspec.structs.replace(moved, given=moved.given + given, taken=moved.taken + taken)
    if total + given - taken > MAX_TOTAL_POWER:
        raise refuse("total_power", total=total + given - taken, limit=MAX_TOTAL_POWER)
    most = max(moved.given, moved.taken)
    if moved.total_before and 3 * most > moved.total_before and not at_once:
        raise refuse("too_much_at_once", moved=most, total=moved.total_before)
    call.state.put(MOVED, moved)


RULES: Mapping[type[Act], Rule] = {
    Admit: admit,
    ChangePower: change_power,
    Remove: remove,
    Readmit: readmit,
    RotateConsensusKey: rotate_key,
    ReportEquivocation: report_equivocation,
    ScheduleUpgrade: schedule_upgrade,
    WithdrawUpgrade: withdraw_upgrade,
}
