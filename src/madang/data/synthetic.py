"""SYNTHETIC people and sales figures, made from a seed; nobody here exists.

Real shops publish no sales figures, and real people have no place in a repository, so demonstrations and benchmarks
use these. Where somebody lives follows real numbers (population of the provinces; pharmacies as the measure of how it
spreads over a province's districts). Shares of tiers and of sales classes are plausible inventions. Only integers are
drawn, so that a seed gives the same people on every machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import accumulate
from random import Random
from typing import Generic, Literal, TypeVar

import msgspec

from madang.data import Code, MerchantFact, merchants, population, regions

__all__ = ["GRANT_BY_TIER", "SALES_CLASSES", "Person", "SalesClass", "Tier", "grant_amount", "people", "sales_class"]

Tier = Literal["general", "near_poor_or_single_parent", "basic_livelihood"]
SalesClass = Literal["up_to_300m", "up_to_500m", "up_to_1b", "up_to_3b", "over_3b"]
Thing = TypeVar("Thing")

SALES_CLASSES: tuple[SalesClass, ...] = ("up_to_300m", "up_to_500m", "up_to_1b", "up_to_3b", "over_3b")

# The first round of the consumption coupon of 2025, in won.
GRANT_BY_TIER: Mapping[Tier, int] = {
    "general": 150_000,
    "near_poor_or_single_parent": 300_000,
    "basic_livelihood": 400_000,
}
MORE_OUTSIDE_THE_CAPITAL_AREA = 30_000
MORE_WHERE_PEOPLE_LEAVE = 50_000
CAPITAL_AREA = ("11", "28", "41")  # Seoul, Incheon, Gyeonggi

# Invented shares of 1,000.
TIER_SHARES: Mapping[Tier, int] = {"general": 925, "near_poor_or_single_parent": 23, "basic_livelihood": 52}
SALES_SHARES = (520, 170, 160, 110, 40)
SALES_SHARES_OF_HOSPITALS = (0, 10, 40, 250, 700)
HOSPITALS = "8062"


class Person(msgspec.Struct, frozen=True):
    """A SYNTHETIC person: `region` is the city, county or district of residence."""

    number: int
    region: Code
    sex: Literal["female", "male"]
    age: int
    tier: Tier


class _Urn(Generic[Thing]):
    """Things drawn with whole-number weights."""

    def __init__(self, weights: Mapping[Thing, int]) -> None:
        """Order decides what a draw gives, so the mapping must have a fixed one."""
        self.things = tuple(weights)
        self.bounds = tuple(accumulate(weights.values()))

    def draw(self, random: Random) -> Thing:
        """One of the things."""
        return self.things[bisect_right(self.bounds, random.randrange(self.bounds[-1]))]


def people(count: int, seed: int) -> Iterator[Person]:
    """SYNTHETIC people numbered from 0. The first ones are the same whatever the count."""
    random = Random(seed)
    groups, districts, tiers = _groups(), _districts(), _Urn(TIER_SHARES)
    for number in range(count):
        region, sex, age_from = groups.draw(random)
        age = age_from + random.randrange(5)
        yield Person(number, districts[region].draw(random), sex, age, tiers.draw(random))


def sales_class(merchant: MerchantFact, seed: int) -> SalesClass:
    """A SYNTHETIC class of yearly sales. It depends on the merchant and the seed alone, never on the order of calls."""
    random = Random(f"{seed}|{merchant.source}|{merchant.region}|{merchant.name}")
    shares = SALES_SHARES_OF_HOSPITALS if merchant.category == HOSPITALS else SALES_SHARES
    return _Urn(dict(zip(SALES_CLASSES, shares, strict=True))).draw(random)


def grant_amount(tier: Tier, region: str, depopulating: Collection[str] = ()) -> int:
    """The coupon's amount in won for somebody of this tier who lives in this region.

    `depopulating` holds the first five digits of counties with the higher supplement, which is paid in place of the
    one outside the capital area. The list of those counties is not carried (no source at hand publishes it with codes),
    so without it nobody gets the higher one.
    """
    amount = GRANT_BY_TIER[tier]
    if region[:5] in depopulating:
        return amount + MORE_WHERE_PEOPLE_LEAVE
    return amount if region[:2] in CAPITAL_AREA else amount + MORE_OUTSIDE_THE_CAPITAL_AREA


@cache
def _groups() -> _Urn[tuple[str, Literal["female", "male"], int]]:
    """Provinces, sexes and ages, weighted by the people counted in them."""
    return _Urn({(group.region, group.sex, group.age_from): group.people for group in population()})


@cache
def _districts() -> dict[str, _Urn[str]]:
    """For each province its districts, weighted by their pharmacies."""
    current = {region.code for region in regions() if region.level == "district" and not region.abolished}
    found = Counter(f"{shop.region[:5]}00000" for shop in merchants() if shop.source == "pharmacies")
    provinces: dict[str, dict[str, int]] = {}
    for code in sorted(current & set(found)):
        provinces.setdefault(f"{code[:2]}00000000", {})[code] = found[code]
    return {province: _Urn(weights) for province, weights in provinces.items()}
