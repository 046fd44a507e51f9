"""Reading validators. All of it is public: whoever checks a signed block must know whose keys counted."""

from madang.base.validators.state import EVIDENCE, KEYS, VALIDATORS, Evidence, Validator
from madang.base.validators.votes import address
from madang.kernel.codec import to_base64url
from madang.kernel.errors import StoreFailure
from madang.kernel.machine import CHAIN, UPGRADES, Chain, Upgrade, version_at
from madang.kernel.state import State


def validators(state: State) -> list[tuple[str, Validator]]:
    """All institutions that validate or once did, by name."""
    return [(name, record) for (name,), record in state.scan(VALIDATORS)]


def validator(state: State, institution: str) -> Validator | None:
    """An institution as a validator, jailed and removed ones too; None for one that never was."""
    return state.get(VALIDATORS, institution)


def institution_at(state: State, address_of_key: str) -> str | None:
    """Whose consensus key has this CometBFT address (40 hexadecimal digits, upper case), a retired one too, or None."""
    return next((key.institution for (value,), key in state.scan(KEYS) if address(value) == address_of_key), None)


def evidence(state: State) -> list[tuple[str, Evidence]]:
    """All that was proven of validators that voted twice, by their consensus keys (base64url)."""
    return [(to_base64url(key), record) for (key,), record in state.scan(EVIDENCE)]


def upgrades(state: State) -> list[tuple[int, Upgrade]]:
    """Rule versions by the height from which on each holds: past ones, and the one that is scheduled."""
    return [(height, record) for (height,), record in state.scan(UPGRADES)]


def scheduled_upgrade(state: State, height: int) -> tuple[int, Upgrade] | None:
    """The upgrade that takes effect above this height, with its height, or None."""
    return next(((begins, upgrade) for begins, upgrade in upgrades(state) if begins > height), None)


def rule_version(state: State, height: int) -> int:
    """The version of the rules that block `height` is executed by, as decided so far.

    Raises `StoreFailure` (`store.corrupt`) on a state without genesis.
    """
    return version_at(state, chain(state), height)


def powers(state: State) -> dict[bytes, int]:
    """The power of each active validator by its consensus key, in order of keys: what consensus begins with."""
    active = [(record.key, record.power) for _, record in validators(state) if record.power]
    return dict(sorted(active))


def updates(before: State, after: State) -> list[tuple[bytes, int]]:
    """Keys and new powers of what changed from one state to another, in order of keys; 0 for a key that went.

    For the engine, which hands it to CometBFT with the block that made `after` of `before`: it takes effect two heights
    later. A key is named once, and one with 0 was there before, as CometBFT demands.
    """
    old, new = powers(before), powers(after)
    return [(key, new.get(key, 0)) for key in sorted({*old, *new}) if old.get(key, 0) != new.get(key, 0)]


def chain(state: State) -> Chain:
    """What genesis fixed. Raises `StoreFailure` (`store.corrupt`) where there is no genesis."""
    found = state.get(CHAIN)
    if found is None:
        raise StoreFailure("store.corrupt", "the record of genesis is missing. Restore the store from a backup.")
    return found


QUERIES = (validators, validator, institution_at, evidence, upgrades, rule_version)
