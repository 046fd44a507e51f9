"""Where vouchers of a programme can be used: approved shops in a region, as the programme's own contract judges them.

The names are the operator's to enter (`name_shops`): the ledger knows shops by keys and codes alone.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, Row, delete, insert, select

from madang.base.merchants.queries import RegionPrefix
from madang.base.programmes.ledger import Registers
from madang.base.programmes.state import PROGRAMMES, Compiled, compiled
from madang.contract import Refused
from madang.kernel.errors import MadangError
from madang.kernel.fields import Name
from madang.kernel.state import State
from madang.records.paging import bounded, place_of, read_place
from madang.records.schema import SHOP_NAMES, SHOPS
from madang.records.tradenames import category, district
from madang.services.vouchers.state import KINDS

MAX_NAME = 100
MAX_LOOKED_AT = 2_000
TRIED = 10_000
"""Won of the purchase that is tried."""
NOBODY, NUMBER = "A" * 43, "A" * 22
MOST = 100_000_000
"""Won on the voucher that is tried, as the kind bounds it."""
UNNAMED = "-"
"""The goods of a purchase that names none."""
ShopName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class ShopRow(msgspec.Struct, frozen=True):
    """A shop: what it is called (its name on the ledger where nobody said), where, and what sort of shop.

    `region` is a legal-dong code and `district` its city, county or district in Korean; `category` is of ISO 18245.
    """

    merchant: str
    name: str
    region: str
    district: str
    category: str
    category_ko: str
    category_en: str


class ShopPage(msgspec.Struct, frozen=True):
    """Shops by region, then by name on the ledger. `next` is what to hand in as `after`, '' after the last page.

    A page may hold fewer than asked for, and still not be the last.
    """

    rows: list[ShopRow]
    next: str


def shops_of(
    connection: Connection,
    state: State,
    programme: Name,
    region: RegionPrefix = "",
    after: str = "",
    limit: int = 50,
    *,
    time: int,
) -> ShopPage:
    """A page of the shops in a region that take a voucher of the programme at the second `time`.

    Tried is a purchase without goods by somebody whose voucher counts where the shop is: so what a programme asks of
    the shop (place, industry, sales, lists) decides, and what it asks of baskets or days may refuse all of them.
    `state` is the ledger's, for the contract. Empty for a programme that is no open one of vouchers. A page looks at
    2,000 shops at most. Raises `MadangError`: `records.page`.
    """
    found = state.get(PROGRAMMES, programme)
    if found is None or found.kind not in KINDS or found.status != "open":
        return ShopPage([], "")
    order = (SHOPS.c.region, SHOPS.c.merchant)
    where = [SHOPS.c.standing == "approved", SHOPS.c.region.between(region, region + "~")]
    asked = (
        select(SHOPS, SHOP_NAMES.c.name)
        .join(SHOP_NAMES, SHOP_NAMES.c.merchant == SHOPS.c.merchant, isouter=True)
        .where(*where)
        .order_by(*order)
        .limit(MAX_LOOKED_AT + 1)
    )
    if after:
        place = read_place(after, order)
        asked = asked.where((SHOPS.c.region > place[0]) | ((order[0] == place[0]) & (order[1] > place[1])))
    candidates = connection.execute(asked).all()
    trial = _Trial(state, compiled(state, found), time)
    rows: list[ShopRow] = []
    for looked_at, one in enumerate(candidates, 1):
        if trial.takes(one):
            words = category(one.category)
            name = one.name or one.merchant
            rows.append(ShopRow(one.merchant, name, one.region, district(one.region), one.category, *words))
        last = looked_at == len(candidates)
        if not last and (len(rows) == bounded(limit) or looked_at == MAX_LOOKED_AT):
            return ShopPage(rows, place_of((one.region, one.merchant)))
    return ShopPage(rows, "")


class _Trial:
    """A purchase that is tried at one shop after the other, and never made."""

    def __init__(self, state: State, ruled: Compiled, time: int) -> None:
        self._contract = ruled.contract
        self._time = time
        self._lists = Registers(state, time)
        actions = self._contract.actions
        self._spend = actions["spend"]
        (self._allowance,), _ = actions["open"].run((None,), (NOBODY,), time)
        # What the kind gives a payment besides is kept in its record, and asked by no clause.
        known = {"amount": TRIED, "payer": NOBODY, "order": "tried", "goods": UNNAMED, "counted": True, "whole": TRIED}
        self._given = tuple(known.get(one.name, 0) for one in self._spend.given)

    def takes(self, row: Row[Any]) -> bool:
        """Whether this shop takes the programme's vouchers."""
        make = self._contract.facts["Shop"]
        (takings,), _ = self._contract.actions["enrol"].run((None,), (row.merchant,), self._time)
        there = {
            "voucher": self._voucher(row.region),
            "allowance": self._allowance,
            "takings": takings,
            "payment": None,
            "Shop": make(row.merchant, row.region, row.industry, row.category, row.sales_class),
        }
        try:
            self._spend.run(tuple(there[one.type] for one in self._spend.on), self._given, self._time, self._lists)
        except Refused:
            return False
        return True

    def _voucher(self, region: str) -> Any:
        """A full voucher of nobody's that counts in a region now."""
        return self._contract.records["voucher"](
            number=NUMBER,
            holder=NOBODY,
            customer=NOBODY,
            region=region,
            status="active",
            instalment=1,
            since=self._time,
            until=self._time + 1,
            stage=self._contract.parameters["stages"],
            price=0,
            used=False,
            granted=MOST,
            left=MOST,
        )


def shop_names(connection: Connection, merchants: Collection[str]) -> dict[str, str]:
    """What the operator's directory calls these merchants; those that it does not name are left out."""
    asked = select(SHOP_NAMES).where(SHOP_NAMES.c.merchant.in_(sorted(merchants)))
    return {row.merchant: row.name for row in connection.execute(asked)}


def name_shops(connection: Connection, names: Mapping[str, str]) -> None:
    """Say what shops are called, by their names on the ledger; at most 100 characters each, on one line.

    Raises `MadangError` (`records.shop_name`).
    """
    for name in names.values():
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            raise MadangError("records.shop_name", f"A shop's name is one line of 1 to {MAX_NAME} characters.")
    for merchant, name in names.items():
        connection.execute(delete(SHOP_NAMES).where(SHOP_NAMES.c.merchant == merchant))
        connection.execute(insert(SHOP_NAMES).values(merchant=merchant, name=name))
