"""Somebody whom a visitor of the demonstration may be."""

import msgspec

from madang.client.wallet import jwk_of
from madang.demo.actors import Actor
from madang.kernel.codec import to_base64url


class Guest(msgspec.Struct, frozen=True):
    """Somebody to be: in which area, what the page calls them (a key of words), a name if they have one, the JWK.

    `reference` is that under which offices know them, if one does, and `code` what a letter gives to apply with;
    `office` is the institution that somebody is an officer of.
    """

    area: str
    who: str
    name: str
    party: str
    jwk: dict[str, str]
    reference: str = ""
    code: str = ""
    office: str = ""


def guest(area: str, who: str, actor: Actor, name: str = "", reference: str = "", code: str = "") -> Guest:
    """This actor, to be visited."""
    number = actor.key.private_numbers().private_value
    jwk = {name: value for name, value in jwk_of(actor.point).items() if name in ("kty", "crv", "x", "y")}
    secret = to_base64url(number.to_bytes(32, "big"))
    return Guest(area, who, name, actor.party, {**jwk, "d": secret}, reference, code)
