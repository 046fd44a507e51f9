"""What the vouchers of a programme paid, added up by place, industry, hour or day; no payment, and nobody who paid.

For the programme's sponsor, its funders and auditors, which is for the caller to have checked: few payments in one hour
of a small district can still be told from one another.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import Connection, func, select

from madang.kernel.errors import MadangError
from madang.kernel.fields import Name
from madang.records.schema import SPENDING
from madang.records.tradenames import NOTHING, Words, district, division

By = Literal["region", "industry", "hour", "day"]
Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z", description="A day in Seoul, or none.")]


class SpendingRow(msgspec.Struct, frozen=True):
    """Payments with one thing in common, and in won what they paid and what of it came back.

    `key` is the first five digits of a legal-dong code, the first two of a KSIC industry, an hour (00 to 23), or a day;
    `ko` and `en` say it, where there are words.
    """

    key: str
    ko: str
    en: str
    payments: int
    amount: int
    refunded: int


def spending(connection: Connection, programme: Name, by: By, since: Day = "", until: Day = "") -> list[SpendingRow]:
    """What a programme's vouchers paid from the day `since` to the day `until`, both included, in order of `key`.

    Where none is named, from the first to the last. Hours and days are those of Seoul, and of the payment: what came
    back later is beside it. Districts are at most some hundreds, days as many as the programme has.
    Raises `MadangError` (`records.by`).
    """
    if by not in ("region", "industry", "hour", "day"):
        raise MadangError("records.by", "Spending is added up by region, industry, hour or day. Name one of them.")
    table = SPENDING.c
    conditions = [table.programme == programme]
    if since:
        conditions.append(table.day >= since)
    if until:
        conditions.append(table.day <= until)
    sums = [func.sum(one) for one in (table.payments, table.amount, table.refunded)]
    key = table[by]
    found = connection.execute(select(key, *sums).where(*conditions).group_by(key).order_by(key)).all()
    return [_row(by, str(row[0]), *map(int, row[1:])) for row in found]


def _row(by: By, key: str, payments: int, amount: int, refunded: int) -> SpendingRow:
    key = key.zfill(2) if by == "hour" else key
    words = {"region": Words(district(key), ""), "industry": division(key)}.get(by, NOTHING)
    return SpendingRow(key, *words, payments, amount, refunded)
