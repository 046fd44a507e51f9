"""From credentials in a wallet to a voucher on the ledger, with the real verifier and both databases.

An adult of Busan in class B shows four claims of two credentials, gets a token and claims. The same person, with fresh
credentials and another key, gets no other one.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from madang.base.eligibility.transactions import Requirement as Asked
from madang.identity.certificates import digest_of
from madang.identity.eligibility.asking import asks
from madang.identity.eligibility.holding import ask, token_of
from madang.identity.verified import Verified
from madang.identity.wallet.answering import Held
from madang.kernel.errors import MadangError
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import ClaimByToken
from tests.base.eligibility.scene import WELFARE, counting, modulus, offered, opening
from tests.base.trust.scene import YEAR, define, name_issuer, name_verifier
from tests.identity.eligibility.scene import office, view_of
from tests.identity.verifier.scene import NOW, Scene
from tests.services.vouchers.everything import FULL
from tests.support.cast import ALICE, BORA, quorum
from tests.support.signing import Wallet
from tests.support.world import START

OFFER = "busan-adults-b"
REQUIREMENTS = [
    Asked(credential="amount_class", claim="connecting_information", test="identifies"),
    Asked(credential="amount_class", claim="amount_class", test="equals", values=["b"]),
    Asked(credential="resident", claim="connecting_information", test="identifies"),
    Asked(credential="resident", claim="age_over_18", test="equals", values=["true"]),
    Asked(credential="resident", claim="province", test="begins_with", values=["26", "48"]),
]


AGED = [
    *REQUIREMENTS[2:3],
    *REQUIREMENTS[4:],
    Asked(credential="age", claim="age_over_19", test="equals", values=["true"]),
]
UNNAMED = [*AGED[:2], msgspec.structs.replace(AGED[2], unnamed=True)]


class Town(Scene):
    """The verifier's scene on a ledger where a programme has an offer."""

    def __init__(self, requirements: Sequence[Asked] = REQUIREMENTS) -> None:
        super().__init__()
        self.world = offered(issued=0)
        act = opening(offer=OFFER, key=modulus(OFFER), requirements=list(requirements))
        self.world.accept(act, by=quorum("welfare"))
        for credential in dict.fromkeys(one.credential for one in requirements):
            self.world.accept(define(credential=credential), by=quorum("operator"))
            named = name_issuer(credential=credential, anchors=[digest_of(self.office.root)], until=START + 2 * YEAR)
            self.world.accept(named, by=quorum("ministry"))
            claims = sorted(one.claim for one in requirements if one.credential == credential)
            certificates = [digest_of(self.city.signer.certificate)]
            asking = name_verifier(credential=credential, claims=claims, certificates=certificates)
            self.world.accept(asking, by=quorum("ministry"))

    def shown(self, *held: Held, proves: bool = False) -> tuple[Verified, ...]:
        """What the verifier makes of a wallet's answer to the offer's query."""
        begun = self.verifier.begin(asks(view_of(self.world, OFFER).offer.requirements), NOW)
        self.verifier.receive(begun.handle, {"response": self.respond(begun.handle, list(held), proves=proves)}, NOW)
        return self.verifier.take(begun.handle, begun.secret, NOW).shown


def claimed(town: Town, authority, holder: Wallet, credentials: tuple[Verified, ...]) -> None:
    view = view_of(town.world, OFFER)
    asked = ask(view, holder.party)
    token, signature = token_of(view, asked, authority.issue(view, asked.blinded, credentials, NOW))
    town.world.accept(counting(1, offer=OFFER), by=WELFARE)
    claim = ClaimByToken(by=holder.party, programme=FULL, offer=OFFER, token=token, signature=signature)
    town.world.accept(claim, by=holder)


def test_an_adult_of_busan_in_class_b_claims_once_with_nothing_else_disclosed(database):
    town, (authority, _) = Town(), office(database)
    shown = town.shown(town.issue("resident"), town.issue("amount_class"))
    assert {one.type: set(one.claims) for one in shown} == {
        "resident": {"connecting_information", "age_over_18", "province"},
        "amount_class": {"connecting_information", "amount_class"},
    }
    claimed(town, authority, ALICE, shown)
    assert len(queries.own_vouchers(town.world.state(), ALICE.party, FULL)) == 1
    again = town.shown(town.issue("resident"), town.issue("amount_class"))
    with pytest.raises(MadangError, match=r"eligibility\.already"):
        claimed(town, authority, BORA, again)
    town.world.check()


def test_two_people_do_not_put_their_credentials_together(database):
    town, (authority, _) = Town(), office(database)
    shown = town.shown(town.issue("resident"), town.issue("amount_class", connecting_information="d" * 86))
    with pytest.raises(MadangError, match=r"eligibility\.desk.*one person's"):
        claimed(town, authority, ALICE, shown)


def aged(town: Town, form: str = "mso_mdoc", **changed: Any) -> Held:
    return town.issue("age", form, since=NOW - 60, **changed)


@pytest.mark.parametrize("form", ["mso_mdoc_zk", "dc+sd-jwt"])
def test_where_the_offer_takes_an_age_unnamed_it_is_proven_or_shown(longfellow, sqlite, form):
    town, (authority, _) = Town(UNNAMED), office(sqlite)
    proves = form == "mso_mdoc_zk"
    shown = town.shown(town.issue("resident"), aged(town, "mso_mdoc" if proves else form), proves=proves)
    assert {one.type: one.format for one in shown} == {"resident": "dc+sd-jwt", "age": form}
    assert {name for one in shown for name in one.claims} == {"connecting_information", "province", "age_over_19"}
    claimed(town, authority, ALICE, shown)
    assert len(queries.own_vouchers(town.world.state(), ALICE.party, FULL)) == 1
    again = town.shown(town.issue("resident"), aged(town), proves=proves)
    with pytest.raises(MadangError, match=r"eligibility\.already"):
        claimed(town, authority, BORA, again)
    town.world.check()


def test_where_the_offer_does_not_say_so_an_age_that_names_nobody_goes_to_a_desk(sqlite):
    town, (authority, _) = Town(AGED), office(sqlite)
    for form in ("mso_mdoc", "dc+sd-jwt"):
        shown = town.shown(town.issue("resident"), aged(town, form), proves=True)
        assert {one.format for one in shown} == {"dc+sd-jwt", form}, "no proof was asked for"
        with pytest.raises(MadangError, match=r"eligibility\.desk.*one person's"):
            claimed(town, authority, ALICE, shown)
