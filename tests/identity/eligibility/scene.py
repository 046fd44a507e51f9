"""An authority's office for the offer of `full`, and credentials as a verifier hands them on."""

from typing import Any

from madang.base.eligibility import queries
from madang.base.eligibility.queries import OfferView
from madang.identity.eligibility.authority import Authority
from madang.identity.eligibility.holding import Asked, ask, token_of
from madang.identity.verified import StatusReference, Verified
from madang.records.database import Database
from madang.records.tokens import TokenRegister
from madang.services.vouchers.transactions import ClaimByToken
from tests.base.eligibility.scene import OFFER, key
from tests.services.vouchers.everything import FULL, OPENS
from tests.support.cast import ALICE
from tests.support.signing import Wallet
from tests.support.world import World, present

NOW = OPENS + 1_000
DIGEST_KEY = bytes(range(32))
STATUS = StatusReference("https://status.example.kr/1", 7)
PHONE, OTHER_PHONE = ({"kty": "EC", "crv": "P-256", "x": mark * 43, "y": mark * 43} for mark in "ab")


def person(number: int) -> str:
    """Somebody's connecting information."""
    return f"{number:043d}"


def shown(type_: str, holder: dict[str, str] = PHONE, **claims: Any) -> Verified:
    """A credential of which these claims were shown."""
    return Verified("dc+sd-jwt", type_, "welfare", claims, holder, STATUS, NOW - 1_000, NOW + 100_000)


def resident(number: int = 1, holder: dict[str, str] = PHONE, **claims: Any) -> Verified:
    """An adult of Busan, as far as `claims` say nothing else."""
    given = {"connecting_information": person(number), "age_over_18": True, "province": "26"}
    return shown("resident", holder, **given | claims)


def view_of(world: World, name: str = OFFER) -> OfferView:
    """The offer as the ledger has it."""
    return present(queries.offer(world.state(), FULL, name))


def office(database: Database) -> tuple[Authority, TokenRegister]:
    """The authority with its register in this database."""
    register = TokenRegister(database)
    return Authority(register, DIGEST_KEY, lambda programme, offer: key(offer) if programme == FULL else None), register


def issued(
    authority: Authority, view: OfferView, *credentials: Verified, holder: Wallet = ALICE, now: int = NOW
) -> tuple[Asked, bytes, ClaimByToken]:
    """What was asked for, the blind signature, and the claim that it makes."""
    asked = ask(view, holder.party)
    signature = authority.issue(view, asked.blinded, credentials or (resident(),), now)
    token, unblinded = token_of(view, asked, signature)
    claim = ClaimByToken(by=holder.party, programme=view.programme, offer=view.name, token=token, signature=unblinded)
    return asked, signature, claim
