"""Records and tables of parties, and the laws that bind them."""

from typing import Literal

from madang.kernel.authority import KEYS, PARTIES, Party, Standing, is_officer
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.signature import thumbprint
from madang.kernel.state import Record, State, Table

MAX_KEYS = 8
MAX_TILLS = 64
RECOVERY_WAIT = 72 * 3600
"""Seconds between naming a new key and its taking effect."""
RECOVERY_LAPSE = 30 * 86400
"""Seconds after the wait within which a recovery must be completed."""


class Member(Record, frozen=True):
    """That an officer belongs to an institution, or a till to a merchant, since a block time."""

    since: int


class Recovery(Record, frozen=True):
    """A new key that waits: `by` named it, it may take effect between `ready_at` and `lapses_at` (seconds)."""

    by: str
    kid: str
    point: bytes
    sort: Literal["jws", "passkey"]
    ready_at: int
    lapses_at: int


class Notice(Record, frozen=True):
    """What a party must be told: written for the outbox, which sends it. Only the latest is kept; the log has all.

    `until` is when something further may happen (the end of a wait), or 0.
    """

    kind: Literal["suspended", "reinstated", "recovery_begun", "recovery_vetoed", "recovery_completed", "key_revoked"]
    by: str
    time: int
    until: int


MEMBERS = Table("parties.member", Member, str, str)
"""(institution or merchant, officer or till)"""
RECOVERIES = Table("parties.recovery", Recovery, str)
NOTICES = Table("parties.notice", Notice, str)

TABLES = (KEYS, PARTIES, MEMBERS, RECOVERIES, NOTICES)


def standing_of_keys(state: State, party: Party) -> Standing:
    """What the keys of a party stand at: its own standing, or suspended while a till's merchant is not active."""
    if party.standing == "active" and "till" in party.roles:
        merchant = state.get(PARTIES, party.parent)
        if merchant is None or merchant.standing != "active":
            return "suspended"
    return party.standing


def keys_belong(state: State) -> None:
    """Every key is named by its thumbprint and belongs to one party; a party lists exactly those not revoked."""
    listed: dict[str, str] = {}
    for (name,), party in state.scan(PARTIES):
        if len(party.keys) > MAX_KEYS:
            raise InvariantBroken(f"{name} has {len(party.keys)} keys")
        listed.update((kid, name) for kid in party.keys)
    count = 0
    for (kid,), key in state.scan(KEYS):
        if thumbprint(key.point) != kid:
            raise InvariantBroken(f"key {kid} is not named by its thumbprint")
        owner = state.get(PARTIES, key.party)
        if owner is None:
            raise InvariantBroken(f"key {kid} belongs to nobody")
        if key.standing == "revoked":
            if kid in listed:
                raise InvariantBroken(f"revoked key {kid} is still listed by {listed[kid]}")
            continue
        count += 1
        if listed.get(kid) != key.party:
            raise InvariantBroken(f"key {kid} of {key.party} is listed by {listed.get(kid)}")
        if key.standing != standing_of_keys(state, owner):
            raise InvariantBroken(f"key {kid} is {key.standing}, its party {key.party} {owner.standing}")
    if count != len(listed):
        raise InvariantBroken(f"{len(listed)} keys are listed, {count} exist")


def members_belong(state: State) -> None:
    """Officers and tills that were not dismissed are exactly the members of their parents."""
    members = {child: parent for (parent, child), _ in state.scan(MEMBERS)}
    children = {
        name: party.parent for (name,), party in state.scan(PARTIES) if party.parent and party.standing != "revoked"
    }
    if members != children:
        raise InvariantBroken(f"members are {members}, parents say {children}")


def quorums_can_act(state: State) -> None:
    """Every institution has at least as many active officers as its threshold."""
    for (name,), party in state.scan(PARTIES):
        if party.threshold > active_officers(state, name):
            raise InvariantBroken(f"{name} needs {party.threshold} officers and has fewer")


def active_officers(state: State, institution: str) -> int:
    """How many active officers an institution has."""
    return sum(1 for (_, officer), _ in state.scan(MEMBERS, institution) if is_officer(state, officer, institution))


INVARIANTS: tuple[Invariant, ...] = (keys_belong, members_belong, quorums_can_act)
