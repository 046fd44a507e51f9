"""Where a voucher can be used: shops as a list, and a map that is drawn here, so that nobody learns what is looked for.

The map is one of tiles: a province, and in it a district, each about where it lies. Which shops count, the programme's
own contract says (`records.reading.shops`).
"""

import asyncio
import re
from collections import Counter

import msgspec
from litestar import Response, get

from madang.kernel.errors import MadangError
from madang.records import reading
from madang.records.reading import ShopPage
from madang.web.site.visit import Visit
from madang.web.site.words import Language
from madang.web.wallet.holdings import holdings
from madang.web.wallet.places import ENGLISH, place_name

PAGE = 30
COUNTED = 500
"""Shops of a province that are counted for its map."""
REGION = re.compile(r"^[0-9]{2,10}\Z")
PROVINCES = {
    "41": (1, 0),
    "42": (2, 0),
    "28": (0, 1),
    "11": (1, 1),
    "43": (2, 1),
    "47": (3, 1),
    "44": (0, 2),
    "36": (1, 2),
    "30": (2, 2),
    "27": (3, 2),
    "31": (4, 2),
    "45": (1, 3),
    "48": (3, 3),
    "26": (4, 3),
    "29": (0, 4),
    "46": (1, 4),
    "50": (0, 5),
}
"""Provinces by the first two digits of legal-dong codes, and their tiles: column and row."""
COLUMNS = 4
"""Districts of a province stand in so many columns, in the order of their codes."""
SHORT = {"43": "충북", "44": "충남", "46": "전남", "47": "경북", "48": "경남", "45": "전북"}


class Tile(msgspec.Struct, frozen=True):
    """A place on the map: code, name, column and row, how many shops (-1: not counted), whether it is chosen."""

    code: str
    name: str
    x: int
    y: int
    count: int
    chosen: bool
    usable: bool


@get("/shops")
async def shops(visit: Visit, of: int = 0, region: str = "", after: str = "") -> Response[str]:
    """The shops that take a voucher of mine, in a region.

    `of` counts my programmes, those that end first in front: an address that names one would tell what somebody gets.
    """
    held = [one for one in holdings(visit.state, visit.parties, visit.wanted.language) if one.usable(visit.now)]
    titles = {one.programme: one.title for one in held}
    wanted = list(titles)[of] if 0 <= of < len(titles) else None
    chosen = next((one for one in held if one.programme == wanted), held[0] if held else None)
    if chosen is None or visit.site.records is None:
        return visit.page("wallet/shops.html", chosen=None, titles=titles)
    own = "" if chosen.voucher.region.startswith("00") else chosen.voucher.region
    where = region if REGION.match(region) else own
    page, counts = await asyncio.to_thread(_look, visit, chosen.programme, where, after)
    return visit.page(
        "wallet/shops.html",
        chosen=chosen,
        of=list(titles).index(chosen.programme),
        titles=titles,
        region=where,
        place=place_name(where, visit.wanted.language) if where else visit.say("wallet.shops.everywhere"),
        rows=page.rows,
        next=page.next,
        first=not after,
        provinces=_provinces(where, own, visit.wanted.language),
        districts=_districts(where, counts),
    )


ROUTES = (shops,)


def _look(visit: Visit, programme: str, region: str, after: str) -> tuple[ShopPage, Counter[str]]:
    """A page of shops, and how many there are by district of the region's province."""
    counts: Counter[str] = Counter()
    with visit.site.records.reading() as connection:
        try:
            page = reading.shops(connection, visit.state, programme, region, after, PAGE, time=visit.now)
        except MadangError:
            page = reading.shops(connection, visit.state, programme, region, "", PAGE, time=visit.now)
        place, left = "", COUNTED
        while region and left > 0:
            some = reading.shops(connection, visit.state, programme, region[:2], place, min(left, 100), time=visit.now)
            counts.update(one.region[:5] for one in some.rows)
            place, left = some.next, left - max(len(some.rows), 1)
            if not place:
                break
    return page, counts


def _provinces(region: str, own: str, language: Language) -> list[Tile]:
    return [
        Tile(
            code,
            _short(code) if language == "ko" else ENGLISH[code],
            x,
            y,
            -1,
            region[:2] == code,
            not own or own[:2] == code,
        )
        for code, (x, y) in PROVINCES.items()
    ]


def _districts(region: str, counts: Counter[str]) -> list[Tile]:
    """The districts in which there are shops."""
    tiles = []
    for place, (code, count) in enumerate(sorted(counts.items())):
        name = place_name(code).rpartition(" ")[2] or code
        tiles.append(Tile(code, name, place % COLUMNS, place // COLUMNS, count, region[:5] == code, usable=True))
    return tiles


def _short(code: str) -> str:
    return SHORT.get(code, place_name(code)[:2])
