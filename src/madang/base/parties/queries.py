"""Reading parties and keys. Nothing here says which person a party is: the ledger does not know."""

from collections.abc import Iterable
from itertools import islice

from madang.base.parties.state import MEMBERS, NOTICES, RECOVERIES, Notice, Recovery
from madang.kernel.authority import KEYS, PARTIES, Key, Party, is_officer
from madang.kernel.state import State


def party(state: State, name: str) -> Party | None:
    """The party of this name, or None."""
    return state.get(PARTIES, name)


def parties_from(state: State, start: str, limit: int) -> list[tuple[str, Party]]:
    """Parties whose names begin with `start`, by name; at most `limit`: there may be more if there are as many."""
    return [(name, found) for (name,), found in islice(state.scan(PARTIES, start), limit)]


def has_role(state: State, name: str, role: str) -> bool:
    """Whether this party exists, is active, and holds this role."""
    found = state.get(PARTIES, name)
    return found is not None and found.standing == "active" and role in found.roles


def key(state: State, kid: str) -> Key | None:
    """The key of this thumbprint, revoked ones too, or None."""
    return state.get(KEYS, kid)


def officers(state: State, institution: str) -> list[str]:
    """The officers of an institution, suspended ones too, by name."""
    return [child for (_, child), _ in state.scan(MEMBERS, institution)]


def tills(state: State, merchant: str) -> list[str]:
    """The tills of a merchant, suspended ones too, by name."""
    return [child for (_, child), _ in state.scan(MEMBERS, merchant)]


def merchant_of(state: State, name: str) -> str | None:
    """The merchant that this party sells for: itself, or the merchant of this till; None for anybody else."""
    found = state.get(PARTIES, name)
    if found is None:
        return None
    if "merchant" in found.roles:
        return name
    return found.parent if "till" in found.roles else None


def recovery(state: State, name: str) -> Recovery | None:
    """The recovery that waits for this party, or None."""
    return state.get(RECOVERIES, name)


def notice(state: State, name: str) -> Notice | None:
    """The latest notice for this party, or None."""
    return state.get(NOTICES, name)


def institution(state: State, name: str) -> Party | None:
    """An institution: roles, standing, threshold. None for anybody else, whom the public does not see."""
    found = state.get(PARTIES, name)
    return found if found is not None and found.threshold else None


def officers_among(state: State, signed_by: Iterable[str], name: str) -> int:
    """How many of these parties are active officers of an institution: for what needs two, whatever its threshold."""
    return sum(1 for one in sorted(signed_by) if is_officer(state, one, name))


def institution_of(state: State, officer: str) -> str:
    """The institution (or merchant) that a party was added to, whether it still acts for it or not; '' where none."""
    found = party(state, officer)
    return found.parent if found is not None else ""


def is_at_desk(state: State, name: str) -> bool:
    """Whether this party is an active officer of an active desk."""
    institution = institution_of(state, name)
    return is_officer(state, name, institution) and has_role(state, institution, "desk")


def acts_for(state: State, reader: str, name: str) -> bool:
    """Whether `reader` is this party, or an active officer of it."""
    return reader == name or is_officer(state, reader, name)


def may_see(state: State, reader: str, name: str) -> bool:
    """Whether `reader` may see what is kept of a party: itself, whoever appointed it, its merchant, auditors."""
    found = state.get(PARTIES, name)
    if found is None:
        return False
    if any(one and acts_for(state, reader, one) for one in (name, found.appointed_by, found.parent)):
        return True
    own = state.get(PARTIES, reader)
    return own is not None and (has_role(state, reader, "auditor") or has_role(state, own.parent, "auditor"))


def show_party(state: State, reader: str, name: str) -> Party | None:
    """A party as those may see it whom it concerns (`may_see`); None for others."""
    return state.get(PARTIES, name) if may_see(state, reader, name) else None


def show_notice(state: State, reader: str, name: str) -> Notice | None:
    """The latest notice for a party, for those who may see the party."""
    return state.get(NOTICES, name) if may_see(state, reader, name) else None


def show_recovery(state: State, reader: str, name: str) -> Recovery | None:
    """The recovery that waits for a party, for those who may see the party."""
    return state.get(RECOVERIES, name) if may_see(state, reader, name) else None


QUERIES = (institution, show_party, show_notice, show_recovery)
