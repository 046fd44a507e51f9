"""Registering parties: for the rules of parties, and for modules that bring parties of their own sort.

Other modules call `register_card` and `register_without_key`; who may ask for either is theirs to decide.
"""

from madang.base.parties.refusals import refuse
from madang.base.parties.state import MEMBERS, Member
from madang.base.parties.transactions import NewKey
from madang.kernel.authority import KEYS, PARTIES, Key, Party
from madang.kernel.module import Call
from madang.kernel.signature import read_point, thumbprint

# ------------------------------------------------------------------------------------------ for other modules


def party_of_card(kid: str) -> str:
    """The party that a card's key signs as.

    It is no `PartyId`, which has no colon: so no act can be asked in a card's name, or name one, whose own fields do
    not say that it may. Whoever writes a new act need not think of cards.
    """
    return f"card:{kid}"


def register_card(call: Call, public_key: str) -> str:
    """Register a card by its key, which works from the next block; returns the key's thumbprint.

    It is the party `party_of_card`. Nobody appointed it, so that no officer can suspend it, recover its key or revoke
    it. Raises `Rejected` (`parties.key_taken`) and `Malformed` (`key.invalid`).
    """
    key = NewKey(public_key=public_key, sort="jws")
    kid, point = new_key(call, key)
    register(call, party_of_card(kid), ("card",), "", "", kid, point, key)
    return kid


def register_without_key(call: Call, by: str) -> str:
    """Register a person who has no device, for whom `by` answers; returns the name, a new handle.

    The person signs nothing until `by` names a key (`parties.recover`). Raises `Rejected` (`parties.name_taken`).
    """
    name = call.handle()
    if call.state.get(PARTIES, name) is not None:
        raise refuse("name_taken", party=name)
    call.state.put(PARTIES, Party(("person",), "active", by, "", 0, ()), name)
    return name


# --------------------------------------------------------------------------------------------- for the rules too


def check_unused(call: Call, kid: str) -> None:
    """Raise `Rejected` (`parties.key_taken`) for the thumbprint of a key that was registered before."""
    if call.state.get(KEYS, kid) is not None:
        raise refuse("key_taken", kid=kid)


def new_key(call: Call, new: NewKey) -> tuple[str, bytes]:
    """Thumbprint and point of a key to register.

    Raises `Malformed` (`key.invalid`) for a point off the curve, and `Rejected` (`parties.key_taken`).
    """
    point = read_point(new.public_key)
    kid = thumbprint(point)
    check_unused(call, kid)
    return kid, point


def register(
    call: Call, name: str, roles: tuple[str, ...], by: str, parent: str, kid: str, point: bytes, new: NewKey
) -> None:
    """Write a party with its first key, which works from the next block, and its place under its parent, if any."""
    call.state.put(KEYS, Key(name, point, new.sort, call.height + 1, "active"), kid)
    call.state.put(PARTIES, Party(roles, "active", by, parent, 0, (kid,)), name)
    if parent:
        call.state.put(MEMBERS, Member(call.time), parent, name)
