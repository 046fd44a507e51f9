"""Make the files in `src/madang/data` again from Korean public data in Parquet and JSON.

    pip install 'madang[data]'
    python -m tools.convert_korean_data FOLDER

FOLDER holds `legal_dong.parquet`, `pharmacies.parquet`, `hospitals.parquet`, `animal_hospitals.parquet`,
`workplaces.parquet`, `population.parquet` and `onnuri_merchants_80.json` (see `src/madang/data/SOURCES.md`). Only what
the platform uses is carried over: no telephone number, address, coordinate, registration number or column that names a
person. An address is reduced to the legal-dong code of its neighbourhood. The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "madang" / "data"
CENSUS_YEAR = 2021
OPEN_STATES = {"영업/정상"}

# Codes that the source has wrong, seen from the codes of the towns below them. Michuhol-gu is 28177.
CORRECTED_CODES = {"2817710000": "2817700000"}

# How addresses name a province, where that differs from the code list of 2021.
PROVINCE_NAMES = {
    "서울": "서울특별시",
    "서울시": "서울특별시",
    "부산": "부산광역시",
    "부산시": "부산광역시",
    "대구": "대구광역시",
    "대구시": "대구광역시",
    "인천": "인천광역시",
    "인천시": "인천광역시",
    "광주": "광주광역시",
    "대전": "대전광역시",
    "대전시": "대전광역시",
    "울산": "울산광역시",
    "울산시": "울산광역시",
    "세종": "세종특별자치시",
    "세종시": "세종특별자치시",
    "경기": "경기도",
    "강원": "강원도",
    "강원특별자치도": "강원도",
    "충북": "충청북도",
    "충남": "충청남도",
    "전북": "전라북도",
    "전북특별자치도": "전라북도",
    "전남": "전라남도",
    "경북": "경상북도",
    "경남": "경상남도",
    "제주": "제주특별자치도",
    "제주도": "제주특별자치도",
}

Row = dict[str, Any]


def main(source: Path) -> None:
    """Convert everything and print what was kept, and how exactly its place is known."""
    regions = read(source / "legal_dong.parquet")
    for row in regions:
        row["법정동코드"] = CORRECTED_CODES.get(row["법정동코드"], row["법정동코드"])
    places = Places(regions)
    write("regions", ("code", "name", "created", "abolished"), region_rows(regions))
    shops = ("name", "region", "kind")
    for name in ("pharmacies", "hospitals", "animal_hospitals"):
        rows = list(shop_rows(read(source / f"{name}.parquet"), places))
        write(name, shops, rows, places)
    stalls = json.loads((source / "onnuri_merchants_80.json").read_text(encoding="utf-8"))["stores"]
    write("market_merchants", ("name", "region", "kind", "products"), market_rows(stalls, places), places)
    columns = ("name", "region", "tax_industry", "industry_name", "insured")
    write("workplaces", columns, workplace_rows(read(source / "workplaces.parquet"), places), places)
    population = population_rows(read(source / "population.parquet"), places)
    write("population", ("region", "sex", "age_from", "people"), population)


def read(path: Path) -> list[Row]:
    """The rows of one Parquet file."""
    import pyarrow.parquet

    rows: list[Row] = pyarrow.parquet.read_table(path).to_pylist()
    return rows


class Places:
    """Finds the legal-dong code of an address by walking down the names: province, district, town, village."""

    def __init__(self, regions: list[Row]) -> None:
        """Index the regions that exist today."""
        self.codes = {row["법정동코드"] for row in regions}
        self.by_path: dict[tuple[str, ...], str] = {}
        for row in sorted(regions, key=lambda row: str(row["법정동코드"])):
            if not row["삭제일자"]:
                path = tuple(part.replace(" ", "") for part in names_of(row))
                self.by_path.setdefault(path, row["법정동코드"])

    def find(self, *addresses: str | None) -> str:
        """The most exact code that any of these spellings of one address gives; empty when there is none."""
        return max((self._find(address or "") for address in addresses), key=exactness)

    def _find(self, address: str) -> str:
        """The code of one spelling: names in order outside the parentheses, neighbourhoods inside them."""
        outside = re.sub(r"\(.*", "", address).split()
        inside = re.findall(r"[\w·]+", " ".join(re.findall(r"\(([^)]*)", address)))
        if outside[:2] == ["대구광역시", "군위군"]:  # moved there in 2023, after the date of the code list
            outside[0] = "경상북도"
        path: tuple[str, ...] = (PROVINCE_NAMES.get(outside[0], outside[0]),) if outside else ()
        if path not in self.by_path:
            return ""
        path, rest = self._district(path, outside[1:])
        for word in [*rest[:1], *inside]:
            for town in ((*path, spelling) for spelling in town_spellings(word)):
                if town in self.by_path:
                    villages = [(*town, village) for village in rest[1:2]]
                    return next(
                        (self.by_path[village] for village in villages if village in self.by_path), self.by_path[town]
                    )
        return self.by_path[path]

    def _district(self, path: tuple[str, ...], rest: list[str]) -> tuple[tuple[str, ...], list[str]]:
        """Go down to the district, whose name is one word (포천시) or two (수원시 권선구); Sejong is its own."""
        if path == ("세종특별자치시",):
            return (*path, "세종시"), rest
        for count in (2, 1):
            district = (*path, "".join(rest[:count]))
            if len(rest) >= count and district in self.by_path:
                return district, rest[count:]
        return path, rest


def town_spellings(word: str) -> list[str]:
    """The names to try for a town: as written, without the number of its office (상도1동), as renamed since."""
    spellings = [word, re.sub(r"제?\d+동$", "동", word)]
    if word.endswith("면"):
        spellings.append(word[:-1] + "읍")
    elif word.endswith("읍"):
        spellings.append(word[:-1] + "면")
    return spellings


def names_of(row: Row) -> list[str]:
    """The names of a region from the province down, without empty ones."""
    return [str(row[column]).strip() for column in ("시도명", "시군구명", "읍면동명", "리명") if row[column]]


def exactness(code: str) -> int:
    """How far down a code reaches: 0 nowhere, 1 province, 2 district, 3 town, 4 village."""
    if not code:
        return 0
    return 1 + (code[2:5] != "000") + (code[5:8] != "000") + (code[8:] != "00")


def region_rows(regions: list[Row]) -> Iterable[tuple[str, ...]]:
    """Every code that there is or was."""
    for row in sorted(regions, key=lambda row: str(row["법정동코드"])):
        yield row["법정동코드"], " ".join(names_of(row)), row["생성일자"] or "", row["삭제일자"] or ""


def shop_rows(rows: list[Row], places: Places) -> Iterable[tuple[str, ...]]:
    """Pharmacies, hospitals and animal hospitals: those that are open and whose place is known."""
    for row in rows:
        if "영업상태명" in row:
            is_open, name, kind = row["영업상태명"] in OPEN_STATES, row["사업장명"], "동물병원"
            region = places.find(row["소재지전체주소"], row["도로명전체주소"])
        else:
            is_open, name, kind = True, row["요양기관명"], row["종별코드명"]
            region = places.find(row["주소"], f"{row['주소']} ({row['읍면동']})")
        if is_open and name and region:
            yield tidy(name), region, kind


def market_rows(stalls: list[Row], places: Places) -> Iterable[tuple[str, ...]]:
    """Shops in traditional markets that take the Onnuri voucher."""
    for stall in stalls:
        kind = stall.get("subCategory") or stall["category"]
        yield tidy(stall["name"]), places.find(stall["address"]), kind, tidy(stall["products"] or "")


def workplace_rows(rows: list[Row], places: Places) -> Iterable[tuple[str, ...]]:
    """Companies (legal persons only) that are registered, with the industry code of the tax office."""
    for row in rows:
        code = row["고객법정동주소코드"]
        registered = row["사업장가입상태코드.1.등록.2.탈퇴"] == "1" and row["사업장형태구분코드.1.법인.2.개인"] == "1"
        if registered and code in places.codes:
            industry = (row["사업장업종코드"] or "").zfill(6) if row["사업장업종코드"] else ""
            industry = "" if industry == "999999" else industry
            name = tidy(row["사업장업종코드명"] or "") if industry else ""
            yield tidy(row["사업장명"]), code, industry, name, row["가입자수"] or "0"


def population_rows(rows: list[Row], places: Places) -> Iterable[tuple[str, ...]]:
    """People by province, sex and age group of five years in the census year."""
    people: Counter[tuple[str, str, int]] = Counter()
    for row in rows:
        region = places.find(row["행정구역별"])
        age = re.match(r"\d+", row["연령별"])
        if row["연도"] == CENSUS_YEAR and row["인구수"] and region and age:
            sex = {"남자": "male", "여자": "female"}[row["분류"]]
            province = region[:2] + "00000000"  # Jeju appears under its old name and its new one: they are added up
            people[province, sex, int(age.group())] += int(row["인구수"])
    for (region, sex, age_from), count in sorted(people.items()):
        yield region, sex, str(age_from), str(count)


def tidy(text: str) -> str:
    """Text on one line, without space around it or doubled inside."""
    return " ".join(text.split())


def write(name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], places: Places | None = None) -> None:
    """Write one compressed table and say what is in it."""
    kept = list(rows)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(columns)
    table.writerows(kept)
    data = lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME)
    (TARGET / f"{name}.csv.xz").write_bytes(data)
    levels = Counter(exactness(row[1]) for row in kept) if places else {}
    print(
        f"{name}: {len(kept)} rows, {len(data)} bytes", *(f"level {level}: {n}" for level, n in sorted(levels.items()))
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tools.convert_korean_data FOLDER")
    main(Path(sys.argv[1]))
