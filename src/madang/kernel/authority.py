"""Who may sign for whom: keys, the parties they stand for, and the officers of institutions.

The kernel reads these two tables at every execution; `base/parties` alone writes them. Nothing here is personal:
a person is a key, and a wallet uses a fresh one for each programme.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from madang.kernel.envelope import Signature
from madang.kernel.errors import Malformed, Rejected
from madang.kernel.state import Record, State, Table
from madang.kernel.transaction import Act, type_name

Standing = Literal["active", "suspended", "revoked"]


class Key(Record, frozen=True):
    """A public key: `point` is x and y (64 bytes). It works from height `since`, in the envelopes of its `sort`.

    `standing` is suspended while its party is, so that a payment needs to read the key alone.
    """

    party: str
    point: bytes
    sort: Literal["jws", "passkey"]
    since: int
    standing: Standing


class Party(Record, frozen=True):
    """An institution, officer, merchant, till or person. `threshold` officers act for it where a quorum is asked.

    `parent` is the institution an officer acts for, the merchant a till belongs to, or ''.
    `appointed_by` may suspend the party and recover its keys.
    """

    roles: tuple[str, ...]
    standing: Standing
    appointed_by: str
    parent: str
    threshold: int
    keys: tuple[str, ...]


KEYS = Table("kernel.key", Key, str)
PARTIES = Table("kernel.party", Party, str)


CODES = "authority."
"""What the codes of refusals for want of authority begin with."""
_REVOKED = "authority.key_revoked"


def counts(state: State, kid: str, asking: Collection[str]) -> bool:
    """Whether this key speaks for one of the parties that ask, as its own or as an officer's."""
    key = state.get(KEYS, kid)
    if key is None:
        return False
    return any(key.party == one or is_officer(state, key.party, one) for one in sorted(asking))


def key_of(state: State, signature: Signature) -> Key:
    """The registered key of a signature. Raises `Malformed` (`key.unknown`, `key.sort`)."""
    key = state.get(KEYS, signature.kid)
    if key is None:
        raise Malformed(
            "key.unknown", f"No key {signature.kid} is registered here. Register it first; it works a block later."
        )
    if key.sort != signature.sort:
        raise Malformed("key.sort", f"Key {signature.kid} signs as {key.sort}, not as {signature.sort}.")
    return key


def refuse_revoked(keys: Iterable[Key]) -> None:
    """What an engine asks before it orders: that none of these keys was revoked.

    So a revoked key writes nothing to the log. It never works again, so that no later moment comes at which what was
    turned away would be accepted; a suspended one may work again, and what it signs is ordered and refused for good.
    Raises `Malformed` (`authority.key_revoked`).
    """
    if any(key.standing == "revoked" for key in keys):
        raise Malformed(_REVOKED, "This key was revoked. Sign with another key of yours.")


def signers(keys: Iterable[Key], height: int) -> frozenset[str]:
    """The parties that these keys speak for at this height.

    Raises `Rejected`: `authority.key_too_new`, `authority.key_revoked`, `authority.suspended`.
    """
    found = []
    for key in keys:
        if key.standing == "revoked":
            raise Rejected(_REVOKED, "This key was revoked. Sign with another key of yours.")
        if key.standing == "suspended":
            raise Rejected("authority.suspended", "This party is suspended. Ask the institution that appointed it.")
        if key.since > height:
            raise Rejected("authority.key_too_new", "This key works from the next block. Sign again in a moment.")
        found.append(key.party)
    return frozenset(found)


def keys_of(state: State, parties: Iterable[str]) -> tuple[str, ...]:
    """The thumbprints of all keys of these parties that were not revoked."""
    found = [state.get(PARTIES, name) for name in sorted(parties)]
    return tuple(kid for party in found if party is not None for kid in party.keys)


def authorise(state: State, act: Act, signed_by: frozenset[str]) -> None:
    """Check that `signed_by` may make this act in the name of `act.by`.

    An own key suffices, or an officer's of the institution; a quorum act of an institution with officers needs
    as many different ones as its threshold. Raises `Rejected`: `authority.unknown_party`,
    `authority.not_signed`, `authority.quorum`, `authority.suspended`.
    """
    if act.by in signed_by and not act.quorum:
        return
    party = state.get(PARTIES, act.by)
    if party is None:
        raise Rejected("authority.unknown_party", f"No party {act.by} is registered. Check the name in 'by'.")
    if party.standing != "active":
        raise Rejected("authority.suspended", "This party is suspended. Ask the institution that appointed it.")
    officers = sum(1 for one in sorted(signed_by) if is_officer(state, one, act.by))
    if act.quorum and party.threshold:
        if officers < party.threshold:
            raise Rejected(
                "authority.quorum",
                f"{type_name(act)} needs {party.threshold} officers of {act.by}; {officers} signed. "
                "Propose it and let the others approve.",
            )
    elif act.by not in signed_by and not officers:
        raise Rejected("authority.not_signed", f"Nobody who may act for {act.by} signed this. Sign with its key.")


def is_officer(state: State, party: str, institution: str) -> bool:
    """Whether `party` is an active officer of `institution`."""
    record = state.get(PARTIES, party)
    return (
        record is not None
        and record.standing == "active"
        and record.parent == institution
        and "officer" in record.roles
    )
