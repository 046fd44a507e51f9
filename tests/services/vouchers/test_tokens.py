"""A token becomes a voucher once, of whoever it is for; what happens to the voucher then goes by its handle."""

from typing import Any

import msgspec
import pytest

from madang.base.eligibility import queries as eligibility
from madang.base.eligibility.state import SPENT
from madang.base.eligibility.tokens import nullifier, prepared
from madang.base.parties.state import RECOVERY_WAIT
from madang.base.parties.transactions import CompleteRecovery, Recover, RegisterPeople
from madang.services.vouchers import queries
from madang.services.vouchers.state import LOCKS
from madang.services.vouchers.transactions import ClaimByToken, Expire, Grant, GrantRow, Move, Recall
from tests.base.eligibility.scene import (
    AMOUNT,
    OFFER,
    WELFARE,
    claiming,
    counting,
    modulus,
    offered,
    opening,
    signed_token,
)
from tests.services.appeals.scene import DESK as AT_THE_DESK
from tests.services.appeals.scene import SECOND, decide, lodge_in, seen, take
from tests.services.appeals.scene import terms as appeal_terms
from tests.services.vouchers.everything import CLOSES, DAY, FULL, MIDDLE, OPENS, SIBLING, pay, row, view
from tests.support.cast import ALICE, BAKERY, BORA, new_key, officer, officers, quorum
from tests.support.signing import Wallet, wallet
from tests.support.world import World, present

MINISTRY = officer("ministry")
NEW_PHONE = wallet("alice's newest phone", party=ALICE.party)
FRESH = wallet("a key for this programme alone")


def brought(world: World, holder: Wallet = ALICE) -> str:
    """Claim with a fresh token; the voucher's handle."""
    before = {one.number for one in queries.own_vouchers(world.state(), holder.party, FULL)}
    world.accept(claiming(holder), by=holder)
    (number,) = {one.number for one in queries.own_vouchers(world.state(), holder.party, FULL)} - before
    return number


def test_a_token_brings_what_the_offer_says_to_a_key_that_nobody_knew():
    world = offered()
    world.accept(RegisterPeople(by="bank-a", keys=[new_key(FRESH)]), by=officer("bank-a"))
    number = brought(world, FRESH)
    found = view(world, number, FRESH.party)
    assert (found.left, found.granted, found.region, found.instalment) == (AMOUNT, AMOUNT, "26", 1)
    assert (found.since, found.until, found.status) == (OPENS, CLOSES, "active")
    assert present(eligibility.offer(world.state(), FULL, OFFER)).tally.spent == 1
    world.check()


def test_an_offer_says_instalment_and_times():
    world = offered()
    later = opening(offer="second", key=modulus("second"), instalment=2, since=OPENS + DAY, until=MIDDLE, size=3)
    world.accept(later, by=quorum("welfare"))
    world.accept(counting(1, offer="second"), by=WELFARE)
    world.accept(claiming(made=signed_token(offer="second"), offer="second"), by=ALICE)
    (found,) = queries.own_vouchers(world.state(), ALICE.party, FULL)
    assert (found.instalment, found.since, found.until) == (2, OPENS + DAY, MIDDLE)


def test_of_two_claims_with_one_token_in_one_block_one_wins():
    world = offered()
    made = signed_token()
    results = world.send(*(world.sign(claiming(made=made), by=ALICE) for _ in range(2)))
    assert [one.code for one in results] == ["", "eligibility.spent"]
    assert len(queries.own_vouchers(world.state(), ALICE.party, FULL)) == 1
    world.check()


def test_two_claims_in_one_transaction_leave_the_token_unspent():
    world = offered()
    made = signed_token()
    world.refuse("eligibility.spent", claiming(made=made), claiming(made=made), by=ALICE)
    assert list(world.state().scan(SPENT)) == []
    world.accept(claiming(made=made), by=ALICE)


def test_whoever_sees_a_claim_on_its_way_gains_nothing():
    """A copied token is no use to another key, even where it comes first."""
    world = offered()
    made = signed_token()
    stolen, own = claiming(BORA, made), claiming(made=made)
    results = world.send(world.sign(stolen, by=BORA), world.sign(own, by=ALICE))
    assert [one.code for one in results] == ["eligibility.not_signed", ""]


@pytest.mark.parametrize(
    ("code", "reason", "act", "signer"),
    [
        ("authority.not_signed", "", claiming(), BORA),
        ("programmes.unknown", "", claiming(programme="nothing"), ALICE),
        ("vouchers.not_own_key", "", claiming(wallet("x", party="welfare")), WELFARE),
        ("vouchers.not_for", "", claiming(BAKERY, offer="nothing"), BAKERY),
        ("vouchers.not_for", "", claiming(officers("desk")[0]), officers("desk")[0]),
        ("eligibility.unknown_offer", "", claiming(programme=SIBLING), ALICE),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_who_may_not_claim(code: str, reason: str, act: ClaimByToken, signer: Wallet):
    world = offered()
    assert world.refuse(code, act, by=signer).reason == reason


def test_where_the_programme_refuses_the_token_is_not_spent():
    world = offered()
    world.accept(Grant(by="welfare", programme=FULL, rows=[row("r1", amount=900_001, subjects=["1" * 64])]), by=WELFARE)
    made = signed_token()
    assert world.refuse("programmes.clause", claiming(made=made), by=ALICE).reason == "grant.capped"
    (other,) = queries.own_vouchers(world.state(), ALICE.party, FULL)
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[other.number]), by=MINISTRY)
    world.accept(claiming(made=made), by=ALICE)
    world.check()


def test_the_nullifier_is_locked_as_a_subject_is_under_a_name_that_no_grant_can_have():
    world = offered("household")
    number = brought(world)
    (((_, spent), _),) = world.state().scan(SPENT)
    (((_, instalment, subject), lock),) = world.state().scan(LOCKS)
    assert (instalment, subject, lock.voucher) == ("0001", f"token:{spent}", number)
    assert queries.granted(world.state(), "ministry", FULL, spent) is None
    for member in ({"reference": subject}, {"subjects": [subject]}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"reference": "r", "amount": 1, "region": "26", **member}, GrantRow)


@pytest.mark.parametrize(
    "taken", [{"subjects": ["1" * 64]}, {"reference": "r1"}], ids=["as a reference", "as a subject"]
)
def test_whoever_sees_a_claim_coming_can_grant_nothing_in_its_place(taken: dict[str, Any]):
    """An authority that is shown a claim on its way, and names its nullifier in a grant of its own first."""
    world = offered()
    claim = claiming()
    seen = nullifier(prepared(claim.token, FULL, OFFER, ALICE.party))
    rows = [row(**{"reference": seen, "subjects": [seen], "holder": BORA.party, **taken})]
    world.accept(Grant(by="welfare", programme=FULL, rows=rows), by=WELFARE)
    world.accept(claim, by=ALICE)
    world.check()


# ----------------------------------------------------------------------------------------------------- by the handle


def test_it_pays_moves_and_expires_as_any_other():
    world = offered()
    number = brought(world)
    pay(world, (number, 10_000))
    world.accept(Move(by="welfare", programme=FULL, voucher=number, region="11"), by=WELFARE)
    assert (view(world, number).left, view(world, number).region) == (AMOUNT - 10_000, "11")
    world.time = CLOSES
    world.accept(Expire(by=BORA.party, programme=FULL, vouchers=[number]), by=BORA)
    assert (view(world, number).left, view(world, number).status) == (0, "expired")
    world.check()


def test_a_recalled_voucher_brings_no_token_back():
    world = offered()
    made = signed_token()
    world.accept(claiming(made=made), by=ALICE)
    (found,) = queries.own_vouchers(world.state(), ALICE.party, FULL)
    world.accept(Recall(by="ministry", programme=FULL, vouchers=[found.number]), by=MINISTRY)
    assert list(world.state().scan(LOCKS)) == []
    world.refuse("eligibility.spent", claiming(made=made), by=ALICE)
    world.check()


def test_an_appeal_about_the_amount_ends_in_a_grant_to_the_same_key():
    """The desk learns a handle and a key from whoever appeals, and never the token."""
    world = offered()
    world.accept(appeal_terms(programme=FULL, until=CLOSES), by=quorum("ministry"))
    brought(world)
    number = lodge_in(world, programme=FULL, matter="amount")
    world.accept(take(number), by=AT_THE_DESK)
    more = Grant(
        by="ministry", programme=FULL, rows=[row("appeal-1", amount=50_000, subjects=["a" * 64], instalment=2)]
    )
    world.accept(decide(number, "granted", follows="appeal-1"), more, by=[SECOND, MINISTRY])
    assert seen(world, number).outcome == "granted"
    found = {one.left for one in queries.own_vouchers(world.state(), ALICE.party, FULL)}
    assert found == {AMOUNT, 50_000}
    world.check()


def test_a_wrong_region_is_mended_on_appeal_by_the_handle():
    world = offered()
    world.accept(appeal_terms(programme=FULL, until=CLOSES), by=quorum("ministry"))
    voucher = brought(world)
    number = lodge_in(world, programme=FULL, matter="region")
    world.accept(take(number), by=AT_THE_DESK)
    moving = Move(by="desk", programme=FULL, voucher=voucher, region="11")
    world.accept(decide(number, "region_moved"), moving, by=SECOND)
    assert view(world, voucher).region == "11"


def test_a_lost_phones_voucher_follows_its_owner_and_so_does_an_unspent_token():
    world = offered()
    number = brought(world)
    unspent = signed_token()
    world.accept(Recover(by="bank-a", party=ALICE.party, key=new_key(NEW_PHONE)), by=quorum("bank-a"))
    world.advance(RECOVERY_WAIT)
    world.accept(CompleteRecovery(by="bank-a", party=ALICE.party), by=officer("bank-a"))
    world.advance(1)
    pay(world, (number, 1_000), by=NEW_PHONE)
    world.accept(claiming(made=unspent), by=NEW_PHONE)
    world.check()
