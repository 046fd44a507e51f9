"""Who may read what of vouchers: what a shop, a holder, an authority and everybody else is shown."""

import re
import typing

import msgspec
import pytest

from madang.base.parties.transactions import DismissOfficer, SuspendByQuorum
from madang.services.vouchers import MODULE, queries
from madang.services.vouchers.transactions import Refund
from tests.services.vouchers.scene import CLOSES, COUPON, OPENS, TILL, coupon_world, grant, pay, row
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, INSTITUTIONS, officer, officers, quorum
from tests.support.world import World, present

NOBODYS = "A" * 22


def played() -> tuple[World, str, str]:
    """A world in which Alice and Bora paid at the bakery, and the numbers of their vouchers."""
    world = coupon_world()
    alices, boras = grant(world, row("r1", ALICE.party, 150_000), row("r2", BORA.party, 400_000))
    world.accept(pay({alices: 12_000}, own=3_000), by=ALICE)
    world.advance(60)
    world.accept(pay({boras: 5_000}, by=BORA.party), by=BORA)
    return world, alices, boras


EVERYBODY = [ALICE.party, BORA.party, CHUL.party, "bakery", "grocer", TILL.party, *INSTITUTIONS, "nobody"] + [
    officer(name).party for name in INSTITUTIONS
]


def test_a_voucher_is_shown_to_its_holder_alone():
    world, alices, boras = played()
    state = world.state()
    for number, holder in ((alices, ALICE.party), (boras, BORA.party)):
        shown = [one for one in EVERYBODY if queries.voucher(state, one, COUPON, number) is not None]
        assert shown == [holder]
    assert queries.voucher(state, ALICE.party, COUPON, NOBODYS) is None
    assert queries.voucher(state, ALICE.party, "nothing", alices) is None
    seen = present(queries.voucher(state, ALICE.party, COUPON, alices))
    assert (seen.left, seen.granted, seen.region, seen.status) == (138_000, 150_000, "26", "active")
    assert (seen.number, seen.since, seen.until, seen.price) == (alices, OPENS, CLOSES, 0)
    assert [one.number for one in queries.own_vouchers(state, ALICE.party, COUPON)] == [alices]
    assert queries.own_vouchers(state, CHUL.party, COUPON) == []


def test_what_was_granted_is_shown_to_sponsor_and_authorities_and_their_officers_alone():
    world, alices, _ = played()
    state = world.state()
    allowed = {"ministry", "welfare", officer("ministry").party, officer("welfare").party}
    for one in EVERYBODY:
        assert queries.granted(state, one, COUPON, "r1") == (alices if one in allowed else None)
        assert queries.granted_many(state, one, COUPON, "r2,r3,r1") == (["r2", "r1"] if one in allowed else [])
    for reader in sorted(allowed):
        assert queries.granted(state, reader, COUPON, "r3") is None
        assert queries.granted(state, reader, "nothing", "r1") is None


def test_officers_who_left_and_authorities_that_are_suspended_are_shown_nothing():
    world, _, _ = played()
    third = officers("welfare")[2].party
    assert queries.granted(world.state(), third, COUPON, "r1") is not None
    world.accept(DismissOfficer(by="welfare", officer=third), by=quorum("welfare"))
    assert queries.granted(world.state(), third, COUPON, "r1") is None
    world.accept(SuspendByQuorum(by="operator", party="welfare"), by=quorum("operator"))
    for reader in ("welfare", officer("welfare").party):
        assert queries.granted(world.state(), reader, COUPON, "r1") is None


def test_a_shop_sees_the_amount_and_the_number_and_nothing_of_the_payer():
    assert queries.ShopPayment.__struct_fields__ == ("payment", "order", "at", "amount", "refunded", "held", "number")
    world, alices, boras = played()
    first, second = queries.shop_payments(world.state(), "bakery", COUPON)
    assert (first.amount, first.refunded, first.order) == (15_000, 0, "order-1")
    assert (second.amount, second.at - first.at) == (5_000, 60)
    told = msgspec.json.encode([first, second]).decode()
    for secret in (ALICE.party, BORA.party, alices, boras, "12000", "3000", "150000", "400000", '"26"'):
        assert secret not in told


def test_a_payment_from_vouchers_looks_like_one_from_own_money():
    """Two payments of one amount, made up otherwise, differ for the shop in nothing but their ids."""
    seen = []
    for voucher, own in ((15_000, 0), (1, 14_999)):
        world = coupon_world()
        (number,) = grant(world, row("r1", ALICE.party))
        world.accept(pay({number: voucher}, own=own), by=ALICE)
        (one,) = queries.shop_payments(world.state(), "bakery", COUPON)
        seen.append(msgspec.structs.replace(one, payment="", number=""))
    assert seen[0] == seen[1]


def test_a_shops_payments_are_shown_to_it_and_its_tills_alone():
    world, _, _ = played()
    state = world.state()
    for one in EVERYBODY:
        its_own = one in ("bakery", TILL.party)
        assert len(queries.shop_payments(state, one, COUPON)) == (2 if its_own else 0)
        assert queries.takings(state, one, COUPON) == (17_000 if its_own else 0)
    assert queries.shop_payments(state, "bakery", "nothing") == []
    assert queries.takings(state, "bakery", "nothing") == 0


def test_payments_are_paged_from_a_second_on_oldest_first():
    world = coupon_world()
    (number,) = grant(world, row("r1", ALICE.party))
    for _ in range(4):
        world.accept(pay({number: 1}), pay({number: 2}), by=ALICE)
        world.advance(1)
    state = world.state()

    def page(since=0, limit=100):
        return queries.shop_payments(state, "bakery", COUPON, since, limit)

    every = page()
    assert len(every) == 8
    assert [one.at for one in every] == sorted(one.at for one in every)
    assert page(limit=3) == every[:3]
    assert page(every[4].at) == every[4:]
    assert page(every[4].at, 1) == every[4:5]
    assert page(every[-1].at + 1) == []
    assert page(limit=0) == page(limit=-7) == every[:1]
    assert page(2**40) == []


def test_a_payment_of_many_parts_is_one_even_at_the_end_of_a_page():
    world = coupon_world()
    numbers = grant(world, *(row(f"r{number}", ALICE.party, 100_000) for number in range(8)))
    world.accept(pay(dict.fromkeys(numbers, 1_000), own=1), by=ALICE)
    world.advance(1)
    world.accept(pay(dict.fromkeys(numbers, 1_000)), by=ALICE)
    (one,) = queries.shop_payments(world.state(), "bakery", COUPON, 0, 1)
    assert (one.amount, one.refunded) == (8_001, 0)
    refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=one.payment, amount=4_000)
    world.accept(refund, by=BAKERY)
    assert [one.refunded for one in queries.shop_payments(world.state(), "bakery", COUPON)] == [4_000, 0]


def test_a_payer_finds_what_the_shop_sees_of_the_payers_own_payments():
    world, _, _ = played()
    state = world.state()
    alices, boras = queries.shop_payments(state, "bakery", COUPON)
    for one in EVERYBODY:
        found = queries.own_payments(state, one, COUPON, "bakery", alices.at)
        assert found.payments == {ALICE.party: [alices], BORA.party: [boras]}.get(one, [])
        assert found.until == alices.at + queries.HOUR
    nothing = queries.OwnPayments([], alices.at + queries.HOUR)
    assert queries.own_payments(state, ALICE.party, "nothing", "bakery", alices.at) == nothing
    assert queries.own_payments(state, ALICE.party, COUPON, "grocer", alices.at) == nothing
    assert queries.own_payments(state, ALICE.party, COUPON, "bakery", alices.at + 1).payments == []
    assert queries.own_payments(state, ALICE.party, COUPON, "bakery", 2**40).payments == []


def test_a_payer_sees_one_hour_at_a_time_and_never_how_much_the_shop_sells():
    world = coupon_world()
    mine, hers = grant(world, row("r1", ALICE.party), row("r2", BORA.party))
    start = world.time
    for _ in range(4):
        world.accept(pay({mine: 1}), by=ALICE)
        world.accept(*(pay({hers: 1}, by=BORA.party) for _ in range(16)), by=BORA)
        world.advance(queries.HOUR // 2)
    state, seen, since, untils = world.state(), [], start, []
    while since < world.time:
        page = queries.own_payments(state, ALICE.party, COUPON, "bakery", since)
        seen += page.payments
        untils.append(page.until)
        since = page.until
    assert [one.at - start for one in seen] == [place * queries.HOUR // 2 for place in range(4)]
    assert untils == [start + queries.HOUR, start + 2 * queries.HOUR]


def test_an_hour_that_is_too_full_ends_with_a_whole_second_and_nothing_is_missed(monkeypatch):
    monkeypatch.setattr(queries, "MAX_LOOKED_AT", 5)
    world = coupon_world()
    mine, hers = grant(world, row("r1", ALICE.party), row("r2", BORA.party))
    start = world.time
    for _ in range(3):
        world.accept(*(pay({hers: 1}, by=BORA.party) for _ in range(7)), by=BORA)
        world.accept(pay({mine: 1}), pay({mine: 2}), by=ALICE)
        world.advance(1)
    state, seen, since, untils = world.state(), [], start, []
    for _ in range(3):
        page = queries.own_payments(state, ALICE.party, COUPON, "bakery", since)
        seen += sorted(one.amount for one in page.payments)
        untils.append(page.until)
        since = page.until
    assert seen == [1, 2] * 3
    assert untils == [start + 1, start + 2, start + 2 + queries.HOUR]


def test_a_payment_of_many_parts_with_own_money_is_one_to_its_payer():
    world = coupon_world()
    numbers = grant(world, *(row(f"r{number}", ALICE.party, 100_000) for number in range(8)))
    start = world.time
    world.accept(pay(dict.fromkeys(numbers, 1_000), own=1), by=ALICE)
    (one,) = queries.own_payments(world.state(), ALICE.party, COUPON, "bakery", start).payments
    assert (one.amount, one.refunded) == (8_001, 0)
    refund = Refund(by="bakery", programme=COUPON, merchant="bakery", payment=one.payment, amount=4_000)
    world.accept(refund, by=BAKERY)
    (one,) = queries.own_payments(world.state(), ALICE.party, COUPON, "bakery", start).payments
    assert one.refunded == 4_000


def test_a_page_has_at_most_500_payments():
    world = coupon_world()
    (number,) = grant(world, row("r1", ALICE.party))
    for _ in range(32):
        world.accept(*(pay({number: 1}) for _ in range(16)), by=ALICE)
        world.advance(1)
    assert len(queries.shop_payments(world.state(), "bakery", COUPON, 0, 10**9)) == queries.MAX_PAGE == 500
    assert queries.takings(world.state(), "bakery", COUPON) == 512


def test_shops_whose_names_begin_alike_are_apart():
    world, _, _ = played()
    found = queries.shop_payments(world.state(), "bakery", COUPON)
    assert {one.payment for one in found}.isdisjoint(
        one.payment for one in queries.shop_payments(world.state(), "grocer", COUPON)
    )


def test_the_number_has_four_digits_and_is_the_same_on_both_sides():
    """The shop reads it with the payment; the payer makes it of the payment's id, which the receipt holds."""
    world, alices, _ = played()
    world.advance(1)
    world.accept(pay({alices: 1_000}), by=ALICE)
    keys = [key.decode() for key, _ in world.entries[-1].writes if b"\0payment\0" in key]
    payers = {key.split("/")[1] for key in keys}
    assert len(payers) == 1
    shown = queries.shop_payments(world.state(), "bakery", COUPON)[-1]
    assert {shown.payment} == payers
    assert shown.number == queries.confirmation_number(payers.pop())
    assert re.fullmatch(r"[0-9]{4}", shown.number)


def test_numbers_are_spread_over_all_four_digits():
    numbers = {queries.confirmation_number(f"{number:010x}{NOBODYS}") for number in range(20_000)}
    assert all(re.fullmatch(r"[0-9]{4}", number) for number in numbers)
    assert len(numbers) > 8_000
    assert min(numbers) < "0010"


def test_every_query_asks_who_reads():
    for query in MODULE.queries:
        assert "reader" in typing.get_type_hints(query), f"{query.__name__} would answer anybody"


def test_references_have_a_form():
    told = typing.get_type_hints(queries.granted_many, include_extras=True)["references"]
    for good in ("a", "a,b", ",".join(["r"] * 1_000)):
        assert msgspec.convert(good, told) == good
    for bad in ("", ",", "a,", "a,,b", "a b", "a\n", ",".join(["r"] * 1_001)):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, told)
