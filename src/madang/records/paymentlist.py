"""What people paid and were given back, by the official notices of it: pages, one line, and the newest since a second.

Whose payments may be read is for the caller to have checked.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Select, select

from madang.records.paging import Page, bounded, page_of
from madang.records.schema import NOTICES

KINDS = ("paid", "refunded")


class PaymentRow(msgspec.Struct, frozen=True):
    """A payment or a refund: won, of which programme, when (seconds), and the number that both screens showed.

    `position` is where in the log its transaction stands; -1 while that is not known.
    """

    key: str
    at: int
    kind: str
    programme: str
    amount: int
    number: str
    position: int


def list_payments(connection: Connection, parties: Sequence[str], after: str = "", limit: int = 20) -> Page[PaymentRow]:
    """Payments and refunds of these parties, the newest first. Raises `MadangError` (`records.page`)."""
    column = NOTICES.c
    conditions = (column.recipient.in_(parties), column.kind.in_(KINDS))
    return page_of(
        connection, NOTICES, PaymentRow, conditions, (column.at, column.key), limit, after, newest_first=True
    )


def find_payment(connection: Connection, parties: Sequence[str], key: str) -> PaymentRow | None:
    """The payment or refund of one of these parties under this key, or None."""
    column = NOTICES.c
    asked = select(NOTICES).where(column.key == key, column.recipient.in_(parties), column.kind.in_(KINDS))
    return next(iter(_rows(connection, asked)), None)


def find_paid(
    connection: Connection, parties: Sequence[str], programme: str, number: str, at: int
) -> PaymentRow | None:
    """The payment that one of these parties made at a second, under this number, or None."""
    column = NOTICES.c
    same = (column.at == at, column.programme == programme, column.number == number)
    asked = select(NOTICES).where(column.recipient.in_(parties), column.kind == "paid", *same)
    return next(iter(_rows(connection, asked.limit(1))), None)


def payments_since(connection: Connection, party: str, since: int, limit: int = 20) -> list[PaymentRow]:
    """Up to `limit` payments of a party from a second on, the newest first."""
    column = NOTICES.c
    asked = select(NOTICES).where(column.recipient == party, column.kind == "paid", column.at >= since)
    return _rows(connection, asked.order_by(column.at.desc(), column.key.desc()).limit(bounded(limit)))


def _rows(connection: Connection, asked: Select[tuple[object, ...]]) -> list[PaymentRow]:
    names = PaymentRow.__struct_fields__
    return [PaymentRow(**{name: one[name] for name in names}) for one in connection.execute(asked).mappings()]
