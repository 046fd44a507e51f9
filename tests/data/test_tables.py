"""The carried tables hold what their documentation says, and say clearly when they cannot be read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from datetime import date
from importlib import resources

import pytest

from madang import data
from madang.data import DataError, MerchantFact, Region, industries

SOURCES = resources.files("madang.data").joinpath("SOURCES.md").read_text(encoding="utf-8")


def test_regions_are_unique_ordered_and_dated() -> None:
    codes = [region.code for region in data.regions()]
    assert codes == sorted(set(codes))
    assert data.regions()[0] == Region("1100000000", "서울특별시", date(1988, 4, 23))
    assert sum(region.abolished is None for region in data.regions()) == 20_557


@pytest.mark.parametrize(
    ("code", "level"),
    [("4100000000", "province"), ("4111300000", "district"), ("4161033000", "town"), ("4161033025", "village")],
)
def test_a_code_shows_how_far_down_it_reaches(code: str, level: str) -> None:
    assert Region(code, "").level == level


def test_every_valid_region_belongs_to_valid_ones() -> None:
    valid = {region.code for region in data.regions() if not region.abolished}
    parents = {f"{code[:length]}{'0' * (10 - length)}" for code in valid for length in (2, 5, 8)}
    assert parents <= valid


def test_twenty_thousand_real_shops_have_a_region_that_exists() -> None:
    valid = {region.code for region in data.regions() if not region.abolished}
    shops = data.merchants()
    assert len(shops) > 30_000
    assert sum(shop.region in valid for shop in shops) >= len(shops) - 2


def test_every_shop_has_the_codes_that_programmes_filter_on() -> None:
    shops = data.merchants()
    assert not [shop for shop in shops if not re.fullmatch(r"\d{5}", shop.industry)]
    assert not [shop for shop in shops if not re.fullmatch(r"\d{4}", shop.category)]
    assert MerchantFact("동원약국", "2623010100", "47811", "5912", "pharmacies") in shops
    categories = {shop.source: shop.category for shop in shops if shop.source == "animal_hospitals"}
    assert categories == {"animal_hospitals": "0742"}


def test_every_mapped_industry_name_occurs() -> None:
    published = {workplace.industry_name for workplace in data.workplaces()}
    assert set(industries.BY_INDUSTRY_NAME) <= published


@pytest.mark.parametrize(
    ("kind", "goods", "trade"),
    [
        ("기타", "악기", ("47593", "5733")),
        ("음식점", "카페 베이커리", industries.CAFE),
        ("음식점", "침구류", industries.RESTAURANT),
        ("기타", "유리", industries.OTHER_GOODS),
    ],
)
def test_the_goods_of_a_market_shop_decide_before_its_kind(kind: str, goods: str, trade: tuple[str, str]) -> None:
    assert industries.of_goods(kind, goods) == trade


def test_a_caller_cannot_change_what_the_next_one_gets() -> None:
    data.merchants().clear()
    data.regions().reverse()
    assert data.merchants()[0].source == "pharmacies"
    assert data.regions()[0].code == "1100000000"


def test_no_telephone_number_and_no_address_is_carried() -> None:
    names = [shop.name for shop in data.merchants()] + [workplace.name for workplace in data.workplaces()]
    assert not [name for name in names if re.search(r"\d{2,4}-\d{3,4}-\d{4}", name)]


def test_the_population_is_the_census() -> None:
    groups = data.population()
    assert sum(group.people for group in groups) == 51_738_067
    assert len({group.region for group in groups}) == 17
    provinces = {region.code for region in data.regions() if region.level == "province" and not region.abolished}
    assert {group.region for group in groups} == provinces


@pytest.mark.fresh
def test_the_documented_counts_are_the_counts() -> None:
    documented = {
        name: int(count.replace(",", "")) for name, count in re.findall(r"\| `(\w+)` \| ([\d,]+) \|", SOURCES)
    }
    counted = Counter(shop.source for shop in data.merchants())
    counted.update(regions=len(data.regions()), population=len(data.population()))
    counted["workplaces"] = len(data.workplaces())
    assert {name: documented[name] for name in counted} == counted


def test_importing_reads_no_table() -> None:
    code = (
        "import madang.data as d; print([f.cache_info().currsize for f in (d._regions, d._merchants, d._population)])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[0, 0, 0]"


def test_a_missing_table_is_named() -> None:
    with pytest.raises(DataError, match="the table 'lost' is missing"):
        data._table("lost", Region)


def test_a_damaged_table_is_named() -> None:
    with pytest.raises(DataError, match="the table 'regions' holds what it should not.*matching regex"):
        data._records("regions", ["code", "name"], [["11", "서울특별시"]], Region)
    with pytest.raises(DataError, match="the table 'regions' holds what it should not"):
        data._records("regions", ["code", "name"], [["1100000000"]], Region)
