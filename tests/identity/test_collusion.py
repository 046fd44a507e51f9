"""Who could link a person with a voucher, and with whom they would have to collude: each is played.

`docs/eligibility.md` says in a table what is found here; the table is compared with what was played.
"""

import re
from itertools import combinations
from pathlib import Path

import pytest

from madang.base.eligibility import queries as eligibility
from madang.base.eligibility.state import SPENT
from madang.base.eligibility.transactions import Requirement
from madang.identity.blind import SigningKey, blind_sign
from madang.identity.eligibility.holding import ask, token_of
from madang.identity.eligibility.publishing import LEAST_TOGETHER
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.records.database import open_database
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import ClaimByToken
from tests.base.eligibility.scene import (
    CLOSED,
    OFFER,
    REQUIREMENTS,
    WELFARE,
    claiming,
    counting,
    key,
    modulus,
    offered,
    opening,
    signed_token,
)
from tests.identity.collusion import (
    BEHIND_A_RELAY,
    LAST,
    PARTIES,
    PEOPLE,
    TINY,
    Day,
    day,
    fresh,
    nullifier_of,
    number,
    person_of,
    secretly_signed,
    signed_of,
    together,
    voucher_of,
)
from tests.identity.eligibility.scene import NOW, office, person, resident, shown, view_of
from tests.services.vouchers.everything import FULL
from tests.support.cast import ALICE, BORA, quorum

PAGE = Path(__file__).parents[2] / "docs/eligibility.md"
WORDS = {"none": "–", "anyone": "anyone", "offer": "the offer", "minute": "the minute", "one": "**one**"}


def claim_of(someone: int) -> ClaimByToken:
    return next(one for one in day().claims if person_of(one) == someone)


def of_the_offer() -> list[ClaimByToken]:
    return [one for one in day().claims if one.offer == OFFER]


# ----------------------------------------------------------------------------------------- authority and validators


def test_every_request_explains_every_claim():
    """Blindness, computed: for each request and each claim there is one factor with which it would be that claim's.

    Whoever has the authority's key and transcript and all blocks finds as much for the wrong pairs as for the right.
    """
    public = key().public
    n = public.modulus
    for issue in (one for one in day().issues if one.offer == OFFER):
        blinded, signed = int.from_bytes(issue.blinded, "big"), int.from_bytes(issue.signature, "big")
        for claim in of_the_offer():
            signature = number(claim.signature)
            factor = signed * pow(signature, -1, n) % n
            encoded = public.raised(signature)
            assert encoded * public.raised(factor) % n == blinded
            assert signature * factor % n == signed


def test_the_two_whole_views_have_no_value_in_common():
    """What the authority holds, its database included, is not on the ledger, and the other way round."""
    played: Day = day()
    ledger = b"".join(
        entry.signed + b"".join(b"%b %b" % (k, v or b"") for k, v in entry.writes) for entry in played.world.entries
    )
    for issue in played.issues:
        for held in (issue.blinded, issue.signature, issue.blinded.hex().encode(), person(issue.person).encode()):
            assert held not in ledger
    at_the_office = played.register + b"".join(one.blinded + one.signature for one in played.issues)
    for claim in played.claims:
        for seen in (claim.by, claim.token, claim.signature, nullifier_of(claim), voucher_of(claim)):
            assert seen.encode() not in at_the_office
        assert signed_of(claim)[:32] not in at_the_office


def test_the_order_of_claims_is_not_the_order_of_requests():
    """Nor does the time tell: no claim comes before the count, and that covers all who had asked."""
    asked = [one.person for one in day().issues]
    assert [person_of(one) for one in day().claims] != asked
    assert len({one.at // 3_600 for one in day().issues}) == 1
    tally = eligibility.offer(day().world.state(), FULL, OFFER).tally
    assert (tally.issued, tally.spent) == (PEOPLE, PEOPLE)
    assert tally.issued >= LEAST_TOGETHER
    world = offered(issued=0)
    world.refuse("eligibility.not_counted", claiming(), by=ALICE)


def test_authority_and_validators_know_the_offer_and_no_more():
    for claim in of_the_offer():
        assert together(["authority", "validators"], claim) == set(range(PEOPLE))


def test_an_offer_for_one_hides_nobody():
    """The set in which one is hidden is the offer's: where that is one person, the authority knows the voucher."""
    claim = claim_of(LAST)
    assert claim.offer == TINY
    assert together(["authority", "validators"], claim) == {LAST}


# ---------------------------------------------------------------------------------------------------- every other pair


def word(parties: tuple[str, ...], claim: ClaimByToken) -> str:
    """What a coalition can tell of a claim, in the page's words."""
    found = together(parties, claim)
    if found is None:
        return WORDS["none"]
    if found == {person_of(claim)}:
        return WORDS["one"]
    assert person_of(claim) in found
    if len(found) == PEOPLE + 1:
        return WORDS["anyone"]
    return WORDS["offer"] if "authority" in parties else WORDS["minute"]


def table() -> dict[tuple[str, str], str]:
    """The page's table: a row and a column a party."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    (start,) = [place for place, row in enumerate(rows) if row[1:] == list(PARTIES)]
    body = rows[start + 2 : start + 2 + len(PARTIES)]
    assert [row[0] for row in body] == list(PARTIES)
    return {(row[0], column): cell for row in body for column, cell in zip(PARTIES, row[1:], strict=True)}


@pytest.mark.parametrize("pair", [*combinations(PARTIES, 2), *((one, one) for one in PARTIES)], ids=" and ".join)
def test_what_two_can_tell_is_what_the_page_says(pair):
    """Of somebody who uses one address for all."""
    said = table()
    assert said[pair] == said[pair[::-1]] == word(pair, claim_of(3))


def test_a_relay_keeps_the_servers_address_apart():
    claim = claim_of(BEHIND_A_RELAY[0])
    assert word(("authority", "wallet server"), claim) == WORDS["offer"]
    assert word(("wallet server", "network"), claim) == WORDS["minute"]


def test_authority_network_and_validators_together_tell_more_than_two_of_them():
    claim = claim_of(BEHIND_A_RELAY[0])
    found = together(["authority", "validators", "network"], claim)
    assert found is not None and person_of(claim) in found
    assert 1 < len(found) < len(together(["authority", "validators"], claim) or ())


def test_all_but_bank_merchant_and_those_who_see_addresses_never_learn_who():
    quiet = ["authority", "validators", "sponsor"]
    assert all(together(quiet, claim) == set(range(PEOPLE)) for claim in of_the_offer())


def test_the_sponsor_finds_no_voucher_by_what_the_authority_holds():
    """A grant's reference leads whoever granted to the voucher; nobody can ask for a token's, knowing its nullifier."""
    state = day().world.state()
    texts = [text for one in day().issues for text in (one.blinded.hex()[:64], one.signature.hex()[:64])]
    assert queries.granted_many(state, "ministry", FULL, ",".join(texts)) == []
    assert queries.granted_many(state, "welfare", FULL, nullifier_of(day().claims[0])) == []
    assert queries.granted_many(state, "ministry", FULL, nullifier_of(day().claims[0])) == []


# ------------------------------------------------------------------------------------------------- who would cheat


def test_a_token_is_claimed_once():
    world = day().world.fork()
    world.refuse("eligibility.spent", day().claims[0], by=fresh(person_of(day().claims[0])))
    assert len(list(world.state().scan(SPENT))) == PEOPLE + 1


def test_a_forged_token_is_refused_whatever_one_knows_of_others():
    """The product of two signatures is one of no token: what is signed has a form (RFC 9474, section 7.3)."""
    world = day().world.fork()
    world.accept(counting(PEOPLE + 5), by=WELFARE)
    first, second = of_the_offer()[:2]
    n = key().public.modulus
    product = (number(first.signature) * number(second.signature) % n).to_bytes(256, "big")
    made = (signed_token()[0], to_base64url(product))
    for forged in (made, (first.token, first.signature), (second.token, first.signature)):
        world.refuse("eligibility.not_signed", claiming(made=forged), by=ALICE)


def test_what_an_authority_signs_beyond_its_count_is_worth_nothing_and_to_count_it_shows():
    """It signs for an accomplice. The ledger refuses the claim, until the published number says that one more asked."""
    world = day().world.fork()
    claim = secretly_signed(BORA)
    world.refuse("eligibility.not_counted", claim, by=BORA)
    asked = len([one for one in day().issues if one.offer == OFFER])
    assert view_of(world).tally.issued == asked
    world.accept(counting(asked + 1), by=WELFARE)
    world.accept(claim, by=BORA)
    assert view_of(world).tally.issued == asked + 1
    world.refuse("eligibility.too_many", counting(view_of(world).offer.most + 1), by=WELFARE)
    world.check()


def test_an_accomplice_who_claims_first_takes_somebodys_place_and_that_shows_too():
    """Within the count an unasked token takes the place of one that was asked for: whose it is, is refused."""
    world = offered(issued=1)
    world.accept(secretly_signed(BORA), by=BORA)
    world.refuse("eligibility.not_counted", claiming(), by=ALICE)


def test_an_authority_that_gives_one_person_a_key_of_its_own_is_found_out_by_the_wallet():
    own, view = SigningKey.generate(), view_of(day().world)
    asked = ask(view, ALICE.party)
    fitting = int.from_bytes(asked.blinded, "big") % own.public.modulus
    with pytest.raises(MadangError, match=r"blind\.signature"):
        token_of(view, asked, blind_sign(own, fitting.to_bytes(256, "big")))


def test_whoever_relays_a_claim_can_hold_it_back_and_not_take_it():
    """Wallet server, network or validator: the token is for one key, whichever claim is ordered first."""
    world = offered()
    made = signed_token()
    world.refuse("eligibility.not_signed", claiming(BORA, made), by=BORA)
    world.accept(claiming(made=made), by=ALICE)


def test_another_adult_lends_a_phone_where_an_offer_takes_an_age_unnamed(tmp_path):
    """To as many as they like, and nobody finds out: the quorum accepted that. Each claimant has one token even so."""
    world, lent = offered(issued=0), shown("age", {}, age_over_19=True)
    for name, unnamed in (("lending", True), ("in-person", False)):
        age = Requirement(credential="age", claim="age_over_19", test="equals", values=["true"], unnamed=unnamed)
        act = opening(offer=name, key=modulus(name), requirements=[REQUIREMENTS[0], REQUIREMENTS[2], age])
        world.accept(act, by=quorum("welfare"))
    lending, in_person = view_of(world, "lending"), view_of(world, "in-person")
    database = open_database(f"sqlite:///{tmp_path}/office.db")
    authority, register = office(database)
    for child in (1, 2):
        minor = resident(child, age_over_18=False)
        with pytest.raises(MadangError, match=r"eligibility\.desk.*one person's"):
            authority.issue(in_person, ask(in_person, ALICE.party).blinded, [minor, lent], NOW)
        authority.issue(lending, ask(lending, ALICE.party).blinded, [minor, lent], NOW)
        with pytest.raises(MadangError, match=r"eligibility\.already"):
            authority.issue(lending, ask(lending, BORA.party).blinded, [minor, lent], NOW)
    assert register.counted(lending, CLOSED) == 2
    database.close()


def test_every_test_that_the_page_names_is_here():
    named = set(re.findall(r"`(test_[a-z_]+)`", PAGE.read_text(encoding="utf-8")))
    assert named
    assert named <= set(globals())
