"""The synthetic people and figures are the same for the same seed, and follow the numbers that they claim to follow."""

from __future__ import annotations

from collections import Counter

import pytest

from madang.data import merchants, population, regions
from madang.data.synthetic import SALES_CLASSES, Person, Tier, grant_amount, people, sales_class

SEED = 20_250_721


def test_a_seed_gives_the_same_people_whatever_the_count() -> None:
    assert list(people(20, SEED)) == list(people(50, SEED))[:20]
    assert list(people(20, SEED)) != list(people(20, SEED + 1))
    assert list(people(0, SEED)) == []


def test_the_people_of_a_seed_never_change() -> None:
    assert list(people(2, 7)) == [
        Person(0, "3114000000", "male", 16, "general"),
        Person(1, "1171000000", "female", 50, "general"),
    ]


def test_everybody_lives_in_a_valid_district() -> None:
    districts = {region.code for region in regions() if region.level == "district" and not region.abolished}
    assert {person.region for person in people(5_000, SEED)} <= districts


def test_provinces_are_as_full_as_in_the_census() -> None:
    count = 20_000
    total = sum(group.people for group in population())
    expected: Counter[str] = Counter()
    for group in population():
        expected[group.region[:2]] += group.people
    drawn = Counter(person.region[:2] for person in people(count, SEED))
    for province, inhabitants in expected.items():
        share = inhabitants * count / total
        assert abs(drawn[province] - share) < 5 * share**0.5, province


def test_every_tier_occurs() -> None:
    tiers = Counter(person.tier for person in people(5_000, SEED))
    assert tiers["general"] > tiers["basic_livelihood"] > tiers["near_poor_or_single_parent"] > 0


def test_sales_depend_on_the_shop_and_the_seed_alone() -> None:
    shops = merchants()[::300]
    forwards = [sales_class(shop, SEED) for shop in shops]
    assert forwards == [sales_class(shop, SEED) for shop in reversed(shops)][::-1]
    assert forwards != [sales_class(shop, SEED + 1) for shop in shops]


def test_hospitals_sell_more_than_pharmacies() -> None:
    by_source: dict[str, Counter[str]] = {"hospitals": Counter(), "pharmacies": Counter()}
    for shop in merchants():
        if shop.source in by_source and len(shop.name) % 2:
            by_source[shop.source][sales_class(shop, SEED)] += 1
    assert set(by_source["pharmacies"]) == set(SALES_CLASSES)
    assert by_source["hospitals"].most_common(1)[0][0] == "over_3b"
    assert by_source["pharmacies"].most_common(1)[0][0] == "up_to_300m"


@pytest.mark.parametrize(
    ("tier", "region", "won"),
    [
        ("general", "1111000000", 150_000),
        ("general", "2623000000", 180_000),
        ("general", "4783000000", 200_000),
        ("near_poor_or_single_parent", "4161000000", 300_000),
        ("near_poor_or_single_parent", "5011000000", 330_000),
        ("basic_livelihood", "2817700000", 400_000),
        ("basic_livelihood", "5011000000", 430_000),
        ("basic_livelihood", "4783000000", 450_000),
        ("general", "4180000000", 200_000),
    ],
)
def test_the_amount_follows_tier_and_place(tier: Tier, region: str, won: int) -> None:
    assert grant_amount(tier, region, depopulating={"47830", "41800"}) == won


def test_without_a_list_of_counties_nobody_gets_the_higher_supplement() -> None:
    assert grant_amount("general", "4783000000") == 180_000
