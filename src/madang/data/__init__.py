"""Korean public data that the platform carries: regions, real shops, companies and population.

For demonstrations, tests and benchmarks, so that programmes meet the shape of the real country instead of invented
towns; and for `regions`, which programmes may name. It is data of the years 2021 to 2025, not a live register: a shop
here may have closed. Where each table comes from and what was left out stands in `SOURCES.md` beside this file. People
and sales figures are not in it: `madang.data.synthetic` makes them up and says so.

Tables are read when first asked for, and once. Nothing here is used inside the ledger.
"""

from __future__ import annotations

import csv
import io
import lzma
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal, TypeVar

import msgspec

from madang.data import industries

__all__ = [
    "DataError",
    "MerchantFact",
    "PopulationGroup",
    "Region",
    "Workplace",
    "merchants",
    "population",
    "regions",
    "workplaces",
]

Code = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{10}\Z", description="legal-dong code, 법정동코드")]
Source = Literal["pharmacies", "hospitals", "animal_hospitals", "market_merchants", "workplaces"]
Row = TypeVar("Row", bound=msgspec.Struct)


class DataError(Exception):
    """A table that the package carries is missing or damaged; the message names it and says what is wrong."""


class Region(msgspec.Struct, frozen=True):
    """A legal dong (법정동) or what it belongs to, with the dates between which its code was valid."""

    code: Code
    name: str
    created: date | None = None
    abolished: date | None = None

    @property
    def level(self) -> Literal["province", "district", "town", "village"]:
        """How far down the code reaches."""
        if self.code[8:] != "00":
            return "village"
        if self.code[5:8] != "000":
            return "town"
        return "district" if self.code[2:5] != "000" else "province"


class MerchantFact(msgspec.Struct, frozen=True):
    """A real shop: what a register publishes about it, without address, telephone number or owner.

    `region` is as exact as its address gave: a town in nearly all cases, a village or only a district in the rest.
    `industry` is a KSIC code and `category` an ISO 18245 one, both assigned by us (see `madang.data.industries`).
    """

    name: str
    region: Code
    industry: str
    category: str
    source: Source


class Workplace(msgspec.Struct, frozen=True):
    """A company that insures its workers in the national pension (legal persons only), as of April 2022.

    `tax_industry` is the tax office's six-digit code, which is not KSIC; empty when the source has none.
    """

    name: str
    region: Code
    tax_industry: str
    industry_name: str
    insured: int


class PopulationGroup(msgspec.Struct, frozen=True):
    """People of one sex in one province in the census of 2021, aged `age_from` to `age_from` + 4 (100: and older)."""

    region: Code
    sex: Literal["female", "male"]
    age_from: int
    people: int


class _Shop(msgspec.Struct, frozen=True):
    """A row of the tables of shops."""

    name: str
    region: Code
    kind: str
    products: str | None = None


def regions() -> list[Region]:
    """Every legal-dong code that there is or was until November 2021, in order of code."""
    return list(_regions())


def merchants() -> list[MerchantFact]:
    """Every shop, always in the same order: pharmacies, hospitals, animal hospitals, market shops, companies."""
    return list(_merchants())


def workplaces() -> list[Workplace]:
    """The companies, always in the same order."""
    return list(_workplaces())


def population() -> list[PopulationGroup]:
    """The population of the 17 provinces by sex and age, in order of region."""
    return list(_population())


@cache
def _regions() -> tuple[Region, ...]:
    return _table("regions", Region)


@cache
def _workplaces() -> tuple[Workplace, ...]:
    return _table("workplaces", Workplace)


@cache
def _population() -> tuple[PopulationGroup, ...]:
    return _table("population", PopulationGroup)


@cache
def _merchants() -> tuple[MerchantFact, ...]:
    facts: list[MerchantFact] = []
    sources: tuple[Source, ...] = ("pharmacies", "hospitals", "animal_hospitals")
    for source in sources:
        for shop in _table(source, _Shop):
            facts.append(MerchantFact(shop.name, shop.region, *industries.BY_KIND[shop.kind], source))
    for shop in _table("market_merchants", _Shop):
        trade = industries.of_goods(shop.kind, shop.products or "")
        facts.append(MerchantFact(shop.name, shop.region, *trade, "market_merchants"))
    for workplace in _workplaces():
        if sells := industries.BY_INDUSTRY_NAME.get(workplace.industry_name):
            facts.append(MerchantFact(workplace.name, workplace.region, *sells, "workplaces"))
    return tuple(facts)


def _table(name: str, row_type: type[Row]) -> tuple[Row, ...]:
    """Read one compressed table and check every row."""
    try:
        packed = resources.files(__name__).joinpath(f"{name}.csv.xz").read_bytes()
        rows = csv.reader(io.StringIO(lzma.decompress(packed).decode()))
        columns = next(rows)
        return _records(name, columns, list(rows), row_type)
    except FileNotFoundError as error:
        raise DataError(f"the table '{name}' is missing from the installed package; install madang again") from error
    except (lzma.LZMAError, UnicodeDecodeError, StopIteration) as error:
        raise DataError(f"the table '{name}' cannot be read ({error}); install madang again") from error


def _records(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], row_type: type[Row]) -> tuple[Row, ...]:
    """Turn rows of text into records; an empty date is absent."""
    optional = {"created", "abolished"}
    try:
        items = [
            {column: value for column, value in zip(columns, row, strict=True) if value or column not in optional}
            for row in rows
        ]
        return tuple(msgspec.convert(items, list[row_type], strict=False))  # type: ignore[valid-type]
    except ValueError as error:  # also what msgspec raises
        raise DataError(f"the table '{name}' holds what it should not: {error}") from error
