"""Each detector at its threshold: one below says nothing, the threshold itself does, with the numbers behind it."""

import random
import sys
import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.merchants.transactions import SalesClass
from madang.detection.detectors import DAY, YEARLY, Looked, Thresholds, Watch, day_of, look
from madang.detection.payments import Payment
from tests.detection.shops import BUSAN, MORNING, SEOUL, found, payment, shops

BURSTS = Thresholds().burst


def reasons(findings):
    return [one.reason for one in findings]


@pytest.mark.parametrize("sales_class", sorted(BURSTS))
def test_a_burst_is_so_many_payments_of_a_class_within_ten_minutes(sales_class: SalesClass):
    most = BURSTS[sales_class]
    gap = 600 // (most - 1)
    quick = [payment(number, number * gap) for number in range(most)]
    assert reasons(found(quick[:-1], sales_class=sales_class)) == []
    (finding,) = found(quick, sales_class=sales_class)
    assert (finding.reason, finding.sort, finding.subject) == ("burst", "merchant", "shop")
    assert finding.numbers == {"payments": most, "seconds": (most - 1) * gap, "won": most * 1_000}
    late = payment(most, 601)
    assert reasons(found([*quick[:-1], late], sales_class=sales_class)) == []


def test_a_burst_is_told_once_and_the_next_one_again():
    crowd = [payment(number, number) for number in range(24)]
    assert reasons(found(crowd)) == ["burst", "burst"]
    assert reasons(found(crowd[:23])) == ["burst"]
    spread = [payment(number, number, merchant=("shop", "other")[number % 2]) for number in range(22)]
    assert reasons(found(spread)) == []


def test_a_shop_that_is_not_listed_or_declares_no_most_is_no_burst_of_a_small_one():
    crowd = [payment(number, number, merchant="unlisted") for number in range(500)]
    assert reasons(found(crowd)) == []


def test_the_same_two_again_and_again_on_one_day_in_seoul():
    again = [payment(number, number * 3_000, payer="one") for number in range(5)]
    assert reasons(found(again[:4])) == []
    (finding,) = found([*again, payment(9, 15_000, payer="one")])
    assert (finding.reason, finding.subject) == ("repeated_pair", "shop")
    assert finding.numbers == {"payer": "one", "payments": 5, "won": 5_000}
    # From nine o'clock it is fifteen hours to midnight.
    over_midnight = [*again[:4], payment(9, 15 * 3_600, payer="one")]
    assert reasons(found(over_midnight)) == []
    others = [payment(number, number * 3_000, payer=f"payer {number % 2}") for number in range(8)]
    assert reasons(found(others)) == []


@pytest.mark.parametrize("sales_class", sorted(YEARLY))
def test_more_vouchers_than_the_class_of_sales_explains(sales_class: SalesClass):
    # 150 % of seven days of even sales, exactly: not more than that.
    most = YEARLY[sales_class] * 7 * 150 // (365 * 100)
    assert reasons(found([payment(0, 0, amount=most)], sales_class=sales_class)) == []
    (finding,) = found(
        [payment(0, 0, amount=most), payment(1, 9, amount=1)], sales_class=sales_class, sales="synthetic"
    )
    assert finding.reason == "above_declared_sales"
    assert finding.numbers == {
        "won": most + 1,
        "days": 7,
        "declared_for_these_days": YEARLY[sales_class] * 7 // 365,
        "sales_class": sales_class,
        "sales": "synthetic",
    }


def test_sales_are_of_the_last_seven_days_and_told_once_in_them():
    half = 4_500_000
    days = [0, 6, 6, 13]
    sums = [payment(number, day * DAY, amount=half) for number, day in enumerate(days)]
    assert [one.at - MORNING for one in found(sums)] == [6 * DAY]
    assert reasons(found([payment(0, 0, amount=half), payment(1, 7 * DAY, amount=half)])) == []
    assert reasons(found([payment(n, n * DAY, amount=half * 2) for n in range(9)])) == ["above_declared_sales"] * 2
    assert reasons(found([payment(0, 0, amount=2**53)], sales_class="over_3b")) == []


def test_a_till_that_stood_in_another_district():
    one, two = payment(1, 0), payment(2, 60)
    places = {("shop", "o1"): "2611099999", ("shop", "o2"): SEOUL, ("other", "o1"): SEOUL}
    (finding,) = found([one, two], places=places)
    assert (finding.reason, finding.sort, finding.subject, finding.merchant) == (
        "off_premises",
        "payment",
        "p2",
        "shop",
    )
    assert finding.numbers == {"listed": BUSAN, "till": SEOUL, "won": 1_000}
    assert reasons(found([one], places=places, place_digits=10)) == ["off_premises"]


def test_memory_is_bounded_and_what_was_forgotten_is_counted():
    watch = Watch(shops().get, Thresholds(), {}, "declared", 10)
    crowd = [payment(number, number // 100, merchant=f"shop-{number % 50}") for number in range(5_000)]
    for one in crowd:
        watch.see(one)
    assert watch.forgotten > 0
    quiet = Watch(shops().get, Thresholds(), {}, "declared", 60)
    for number in range(50):
        quiet.see(payment(number, number, merchant=f"shop-{number}"))
    assert quiet.forgotten == 0


def test_five_times_the_payments_take_no_more_memory():
    def most(count: int) -> int:
        watch = Watch(shops().get, Thresholds(), {}, "declared", 500)
        tracemalloc.start()
        for number in range(count):
            watch.see(payment(number, number // 10, merchant=f"shop-{number % 2_000}"))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(40_000) < 1.2 * most(8_000)


def test_the_least_used_is_forgotten_first():
    pair = [payment(number, number, payer="one") for number in range(3)]
    noise = [payment(100 + number, 10 + number) for number in range(9)]
    end = [payment(200 + number, 100 + number, payer="one") for number in range(2)]
    assert reasons(found([*pair, *noise, *end], remembered=10)) == ["burst", "repeated_pair"]
    assert "repeated_pair" not in reasons(found([*pair, *noise, payment(300, 90), *end], remembered=10))


days = st.lists(
    st.tuples(st.integers(0, 2_000), st.integers(0, 3), st.sampled_from(["shop", "other"]), st.integers(1, 3_000_000)),
    max_size=80,
)


def made(day) -> list[Payment]:
    at, result = 0, []
    for number, (gap, payer, merchant, amount) in enumerate(day):
        at += gap
        result.append(payment(number, at, payer=f"payer-{payer}", merchant=merchant, amount=amount))
    return result


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(days)
def test_findings_are_the_same_whenever_they_are_looked_for_and_true(day):
    """Counted again from the list alone, every finding's numbers are what there was."""
    payments = made(day)
    findings = found(payments)
    assert findings == found(payments)
    for finding in findings:
        numbers: dict[str, Any] = finding.numbers
        before = [one for one in payments if one.merchant == finding.merchant and one.at <= finding.at]
        if finding.reason == "burst":
            count, seconds = numbers["payments"], numbers["seconds"]
            assert len([one for one in before if one.at >= finding.at - seconds]) >= count >= 12
            assert seconds <= 600
        elif finding.reason == "repeated_pair":
            of_pair = [one for one in before if one.payer == numbers["payer"]]
            assert len([one for one in of_pair if day_of(one.at) == day_of(finding.at)]) >= 5
        else:
            recent = [one.amount for one in before if day_of(one.at) > day_of(finding.at) - 7]
            assert sum(recent) >= numbers["won"] > 300_000_000 * 7 * 150 // 36_500


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(days, st.integers(0, 5))
def test_one_day_alone_is_what_the_whole_says_of_that_day(day, number):
    payments = made(day)
    whole = look(Watch(shops().get, Thresholds(), {}, "declared"), iter(payments))
    only = day_of(MORNING) + number
    part = look(Watch(shops().get, Thresholds(), {}, "declared"), iter(payments), only)
    assert part.findings == [one for one in whole.findings if day_of(one.at) == only]
    assert part.payments == sum(day_of(one.at) == only for one in payments)


def test_findings_beyond_ten_thousand_are_counted_and_left_out():
    places = {("shop", f"o{number}"): SEOUL for number in range(10_050)}
    watch = Watch(shops("over_3b").get, Thresholds(), places, "declared")
    dice = random.Random(1)
    payments = (payment(number, number * 60, payer=f"{dice.random()}") for number in range(10_050))
    result = look(watch, payments)
    assert isinstance(result, Looked)
    assert (len(result.findings), result.left_out, result.flagged_merchants) == (10_000, 50, 1)


def busy_week() -> list[Payment]:
    """An honest week of 150 shops that sell up to all that they declare for vouchers, a third of it over lunch.

    SYNTHETIC: baskets, crowds and regulars are invented. Every sixth payment is a regular's, who comes once in two days
    or so: some twice a day, hardly anybody five times.
    """
    dice = random.Random(20250901)
    made: list[Payment] = []
    for shop in range(150):
        sales = tuple(BURSTS)[shop % 5]
        a_day = YEARLY.get(sales, 6_000_000_000) * dice.randint(5, 100) // 100 // 365
        regulars = 1 + a_day // 100_000
        for day in range(7):
            left = a_day * dice.randint(60, 140) // 100
            while left > 0:
                amount = dice.randrange(3_000, 60_000, 100)
                left -= amount
                second = dice.randrange(3 * 3_600, 4 * 3_600) if dice.random() < 1 / 3 else dice.randrange(12 * 3_600)
                payer = f"regular-{shop}-{dice.randrange(regulars)}" if dice.random() < 1 / 6 else f"{dice.random()}"
                made.append(
                    payment(len(made), day * DAY + second, payer=payer, merchant=f"{sales}/{shop}", amount=amount)
                )
    return sorted(made, key=lambda one: one.at)


def test_a_busy_honest_week_has_few_flags(capsys: pytest.CaptureFixture[str]):
    kinds = {sales: shops(sales)["shop"] for sales in BURSTS}
    watch = Watch(lambda name: kinds[name.partition("/")[0]], Thresholds(), {}, "synthetic")  # type: ignore[index]
    result = look(watch, iter(busy_week()))
    with capsys.disabled():
        sys.stdout.write(
            f"\nbusy honest week, SYNTHETIC sales: {result.flagged_merchants} of {result.merchants} shops flagged, "
            f"{len(result.findings)} findings in {result.payments} payments: {Counter(reasons(result.findings))}\n"
        )
    assert result.merchants == 150
    assert result.flagged_merchants <= 15
