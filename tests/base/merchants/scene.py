"""A world in which merchants are listed: three shops that are parties, and four codes of places."""

from functools import cache

from madang.base import merchants
from madang.base.merchants.transactions import Apply, Approve, Entry, Facts, Register
from madang.base.parties.transactions import NewMerchant, RegisterMerchants
from madang.base.registers.transactions import Publish
from tests.support.cast import BASE, new_key, officer, quorum, standard_world
from tests.support.signing import wallet
from tests.support.world import START, World

JONGNO, JUNG, BUSAN, ENDED = "1111010100", "1114010100", "2611010100", "3611010100"
"""Places, the last of which was dissolved when the world begins."""
NOWHERE = "9999999999"
KIOSK = wallet("kiosk", party="kiosk")
OPERATOR = officer("operator")


def facts(region: str = JONGNO, **changes: str) -> Facts:
    """A shop's facts."""
    members = {"industry": "47121", "category": "5411", "sales_class": "up_to_1b"} | changes
    return Facts(region=region, **members)  # type: ignore[arg-type]


def applying(by: str = "bakery", region: str = JONGNO, **changes: str) -> Apply:
    """A shop's application."""
    return Apply(by=by, facts=facts(region, **changes))


def approving(*names: str, by: str = "operator") -> Approve:
    """The operator's yes."""
    return Approve(by=by, merchants=list(names))


def registering(*entries: tuple[str, str], by: str = "operator") -> Register:
    """The operator's entries, each a shop and its place."""
    return Register(by=by, entries=[Entry(merchant=name, facts=facts(region)) for name, region in entries])


@cache
def _made() -> World:
    world = standard_world((*BASE, merchants.MODULE))
    codes = Publish(by="operator", register="legal-dong", version=1, codes=[JONGNO, JUNG, BUSAN], since=0)
    ended = Publish(by="operator", register="legal-dong", version=1, codes=[ENDED], since=0, until=START)
    world.accept(codes, ended, by=quorum("operator"))
    kiosk = [NewMerchant(key=new_key(KIOSK), party="kiosk")]
    world.accept(RegisterMerchants(by="bank-a", merchants=kiosk), by=officer("bank-a"))
    return world


def merchants_world() -> World:
    """A fresh world of registered merchants, none of them listed yet."""
    return _made().fork()
