"""Records and tables of validators, and the laws that bind them."""

from typing import Literal

from madang.base.validators.ed25519 import is_proper_key
from madang.base.validators.transactions import MAX_POWER
from madang.kernel.authority import PARTIES
from madang.kernel.machine import CHAIN, UPGRADES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

MAX_VALIDATORS = 100
MAX_TOTAL_POWER = 10_000_000
"""Far below CometBFT's own bound of 2^63 / 8, so that no product of powers leaves 64 bits."""
NOTICE_OF_UPGRADE = 100
"""Heights between scheduling an upgrade and its taking effect, at least."""
ANSWERABLE = 7 * 86_400
"""Seconds for which a validator answers for what a key signed that it no longer uses."""


class Validator(Record, frozen=True):
    """An institution in consensus: its Ed25519 key, its power (0 unless active), the ledger's height at the change."""

    key: bytes
    power: int
    standing: Literal["active", "jailed", "removed"]
    since: int


class RegisteredKey(Record, frozen=True):
    """Whose key this is for ever, since which height, and when it was retired (seconds), or None while in use."""

    institution: str
    since: int
    retired_at: int | None


class Evidence(Record, frozen=True):
    """That a key signed two votes of a height, round and type; `digest` is SHA-256 of what both signatures cover.

    `height` and `round` are CometBFT's; `reported_at` is the ledger's height. One a key. `jailed` says whether the
    validator was jailed for it: not if it was none any more, was jailed before, was the last one, or had given the key
    up more than a week before.
    """

    institution: str
    vote: Literal["prevote", "precommit"]
    height: int
    round: int
    digest: bytes
    reported_at: int
    jailed: bool


class Moved(Record, frozen=True):
    """How much power was given and taken in the latest block that moved any, and the total before that block."""

    height: int
    total_before: int
    given: int
    taken: int


VALIDATORS = Table("validators.validator", Validator, str, public=True)
"""(institution)"""
KEYS = Table("validators.key", RegisteredKey, bytes, public=True)
"""(consensus key)"""
EVIDENCE = Table("validators.evidence", Evidence, bytes, public=True)
"""(consensus key)"""
MOVED = Table("validators.moved", Moved, public=True)

TABLES = (VALIDATORS, KEYS, EVIDENCE, MOVED, UPGRADES)


def powers_are_bounded(state: State) -> None:
    """Who is active has power and nobody else has; there are not too many, never too much, never none again."""
    powers = []
    for (name,), validator in state.scan(VALIDATORS):
        if (validator.standing == "active") != (validator.power > 0) or validator.power > MAX_POWER:
            raise InvariantBroken(f"{name} is {validator.standing} with a power of {validator.power}")
        party = state.get(PARTIES, name)
        if party is None or not party.threshold:
            raise InvariantBroken(f"{name} validates and is no institution")
        powers.append(validator.power)
    active = sum(1 for power in powers if power)
    if powers and not active:
        raise InvariantBroken("no validator is left")
    if active > MAX_VALIDATORS or sum(powers) > MAX_TOTAL_POWER:
        raise InvariantBroken(f"{active} validators have a power of {sum(powers)}")


def keys_are_used_once(state: State) -> None:
    """Every validator's key is its own, proper, and in use exactly while it is active; all others are retired."""
    in_use = {}
    for (name,), validator in state.scan(VALIDATORS):
        key = state.get(KEYS, validator.key)
        if key is None or key.institution != name:
            raise InvariantBroken(f"the key of {name} is registered as {key}")
        if validator.standing == "active":
            in_use[validator.key] = name
    for (value,), key in state.scan(KEYS):
        if not is_proper_key(value):
            raise InvariantBroken(f"{value.hex()} is no proper key")
        if (key.retired_at is None) != (value in in_use):
            raise InvariantBroken(f"key {value.hex()} of {key.institution} was retired at {key.retired_at}")


def evidence_is_about_validators(state: State) -> None:
    """Evidence is about a registered key of that institution, and whoever is jailed is so for some evidence."""
    jailed: dict[str, bool] = {}
    for (value,), evidence in state.scan(EVIDENCE):
        key = state.get(KEYS, value)
        if key is None or key.institution != evidence.institution:
            raise InvariantBroken(f"evidence against {evidence.institution} is about key {value.hex()}")
        jailed[evidence.institution] = jailed.get(evidence.institution, False) or evidence.jailed
    for (name,), validator in state.scan(VALIDATORS):
        if validator.standing == "jailed" and not jailed.get(name):
            raise InvariantBroken(f"{name} is jailed without evidence")


def upgrades_count_up(state: State) -> None:
    """Each upgrade is the next version after the one before, was decided in time, and after that one took effect."""
    chain = state.get(CHAIN)
    version, before = (chain.rule_version if chain else 0), 0
    for (height,), upgrade in state.scan(UPGRADES):
        if upgrade.version != version + 1:
            raise InvariantBroken(f"version {upgrade.version} follows {version} at height {height}")
        if not before <= upgrade.decided_at <= height - NOTICE_OF_UPGRADE:
            raise InvariantBroken(f"the upgrade at height {height} was decided at {upgrade.decided_at}")
        version, before = upgrade.version, height


INVARIANTS: tuple[Invariant, ...] = (
    powers_are_bounded,
    keys_are_used_once,
    evidence_is_about_validators,
    upgrades_count_up,
)
