"""Payments of which a shop holds something until it delivers, the oldest first: they end first."""

import msgspec
from sqlalchemy import BigInteger, Connection, cast, func, select

from madang.records.paging import Page, page_of
from madang.records.schema import HELD_PARTS


class HeldRow(msgspec.Struct, frozen=True):
    """A payment at a shop: of which programme, when (seconds), and how much of it is held (won)."""

    programme: str
    payment: str
    at: int
    held: int


def list_held(connection: Connection, merchant: str, after: str = "", limit: int = 50) -> Page[HeldRow]:
    """A page of what a shop holds. Raises `MadangError` (`records.page`)."""
    column = HELD_PARTS.c
    held = cast(func.sum(column.held), BigInteger).label("held")
    payments = (
        select(column.programme, column.payment, column.at, held)
        .where(column.merchant == merchant)
        .group_by(column.programme, column.payment, column.at)
        .subquery()
    )
    order = (payments.c.at, payments.c.payment, payments.c.programme)
    return page_of(connection, payments, HeldRow, (), order, limit, after)
