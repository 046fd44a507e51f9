"""With what a purchase is paid."""

import pytest

from madang.base.money.transactions import Pay as PayMoney
from madang.kernel.errors import Rejected
from madang.services.vouchers.transactions import MAX_PARTS, Pay
from madang.web.wallet.planning import MOST_TRIES, TOO_MUCH, Purchase, Source, plan

COUPON = Source("me", "coupon", (("a" * 22, 10_000), ("b" * 22, 20_000)))
MEALS = Source("me-too", "meals", (("c" * 22, 4_000), ("d" * 22, 30_000)))

LARGE = Source("me", "large", (("e" * 22, 100_000_000),))


def purchase(*lines):
    return Purchase("bakery", "o-1", tuple(enumerate(lines, 1)) if len(lines) > 1 else ((0, lines[0]),))


def ruled(**caps):
    """A ledger on which each programme pays at most so many won at a time, and `goods` names lines that it pays."""

    def accepts(acts):
        for act in acts:
            if not isinstance(act, Pay):
                continue
            cap = caps.get(act.programme, 10**12)
            lines = caps.get(f"{act.programme}_lines")
            if sum(part.amount for part in act.parts) > cap or (lines and any(p.line not in lines for p in act.parts)):
                return Rejected("programmes.refused", "no", act.programme)
        return None

    return accepts


def only_pay(made) -> Pay:
    """The one payment of a plan."""
    (act,) = made.acts
    assert isinstance(act, Pay)
    return act


def shares(made):
    return [(source.programme, won) for source, won in made.shares]


@pytest.mark.parametrize(
    ("won", "parts"),
    [
        (5, [("a", 5)]),
        (10_000, [("a", 10_000)]),
        (12_000, [("a", 10_000), ("b", 2_000)]),
        (30_000, [("a", 10_000), ("b", 20_000)]),
    ],
)
def test_vouchers_that_end_first_pay_first(won, parts):
    made = plan([COUPON], purchase(won), {}, ruled())
    act = only_pay(made)
    assert [(part.voucher[0], part.amount) for part in act.parts] == parts
    assert (made.own, made.lacking, made.signers) == (0, 0, ("me",))


def test_one_programme_that_reaches_is_taken_before_two_that_reach_together():
    made = plan([COUPON, MEALS], purchase(33_000), {}, ruled())
    assert shares(made) == [("meals", 33_000)]


def test_what_one_programme_does_not_reach_several_pay_each_signed_by_its_own_key():
    made = plan([COUPON, MEALS], purchase(60_000), {}, ruled())
    assert shares(made) == [("coupon", 30_000), ("meals", 30_000)]
    assert made.signers == ("me", "me-too")


def test_a_programme_pays_as_much_as_its_rules_allow_and_the_next_one_the_rest():
    made = plan([MEALS, COUPON], purchase(33_000), {}, ruled(meals=9_999))
    assert shares(made) == [("meals", 9_999), ("coupon", 23_001)]
    assert [one.source.programme for one in made.refused] == ["meals"]


def test_a_refused_programme_is_named_with_its_refusal_and_never_falls_through_to_own_money_alone():
    made = plan([COUPON], purchase(5_000), {"me": 100_000}, ruled(coupon=0))
    assert (made.acts, made.lacking) == ((), 5_000)
    assert [one.refusal.reason for one in made.refused] == ["coupon"]


def test_own_money_pays_the_rest_from_whoever_pays_with_vouchers_already():
    made = plan([COUPON], purchase(35_000), {"other": 90_000, "me": 9_000}, ruled())
    act = only_pay(made)
    assert (act.own, made.own, act.by) == (5_000, 5_000, "me")


def test_own_money_under_another_key_is_a_payment_beside():
    made = plan([COUPON], purchase(35_000), {"other": 90_000}, ruled())
    assert [type(one) for one in made.acts] == [Pay, PayMoney]
    beside = made.acts[1]
    assert isinstance(beside, PayMoney)
    assert (beside.amount, made.signers) == (5_000, ("me", "other"))


def test_too_little_of_everything_says_how_much_is_lacking():
    made = plan([COUPON], purchase(35_000), {"me": 4_999}, ruled())
    assert (made.acts, made.lacking, shares(made)) == ((), 5_000, [("coupon", 30_000)])


def test_lines_that_a_programme_does_not_pay_are_left_and_named():
    made = plan([COUPON], purchase(3_000, 4_000), {"me": 9_000}, ruled(coupon_lines=(1,)))
    act = only_pay(made)
    assert [(part.line, part.amount) for part in act.parts] == [(1, 3_000)]
    assert (made.own, made.unpaid) == (4_000, ((2, 4_000),))


def test_no_payment_has_more_parts_than_one_may_have():
    many = Source("me", "coupon", tuple((f"{number:022d}", 1_000) for number in range(12)))
    made = plan([many], purchase(12_000), {"me": 9_000}, ruled())
    act = only_pay(made)
    assert (len(act.parts), made.own) == (MAX_PARTS, 4_000)


def test_a_basket_is_worked_at_for_a_bounded_time_and_lines_that_pay_in_full_are_tried_twice():
    asked = []

    def counting(accepts):
        def ask(acts):
            asked.append(acts)
            return accepts(acts)

        return ask

    paid_lines = set(range(1, 61, 2))
    made = plan([LARGE], purchase(*[1_000] * 60), {"me": 10**9}, counting(ruled(large_lines=paid_lines)))
    assert (shares(made), made.own) == ([("large", MAX_PARTS * 1_000)], 60_000 - MAX_PARTS * 1_000)
    assert len(asked) < 150
    asked.clear()
    each = [Source("me", f"large-{number}", LARGE.vouchers) for number in range(8)]
    caps = {one.programme: 31_337 + number for number, one in enumerate(each)}
    plan(each, purchase(*[100_000] * 60), {}, counting(ruled(**caps)))
    assert len(asked) == MOST_TRIES


def test_what_was_not_found_in_time_is_not_proposed():
    made = plan([COUPON], purchase(12_000), {"me": 10**9}, lambda acts: TOO_MUCH)
    assert (made.acts, made.lacking) == ((), 12_000)
