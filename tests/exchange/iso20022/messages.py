"""Payment messages as tests need them, and strategies for others."""

import datetime

from hypothesis import strategies as st

from madang.exchange.banks import all_banks
from madang.exchange.iso20022 import (
    Account,
    Entry,
    Order,
    Payment,
    Payments,
    Return,
    Returns,
    Statement,
    Transfer,
)
from madang.kernel.fields import MAX_WON
from tests.exchange.iso20022.judges import CREATED, DAY

TREASURY = Account("004", "12345678901234", "㈜바다금고")
BAKERY = Account("088", "110-123-456789", "바다빵집")
GROCER = Account("090", "3333012345678", "Grocer & Sons")
TRANSACTION = "ab" * 16
ORDER = Order(
    "P20261120-1",
    CREATED,
    DAY,
    TREASURY,
    (
        Transfer(f"{TRANSACTION}000", 12_000, BAKERY, "정산 2026-11-19"),
        Transfer(f"{TRANSACTION}001", 500_000, GROCER),
    ),
)
PAYMENTS = Payments(
    "M20261120-1",
    CREATED,
    DAY,
    "madang-busan",
    "004",
    "088",
    (Payment("A-17", f"{TRANSACTION}000", 12_000, TREASURY, BAKERY, "물품대금"),),
)
RETURNS = Returns(
    "R20261123-1", CREATED, DAY, "M20261120-1", (Return("R-1", "A-17", 12_000, 12_000, "AC04", "해지된 계좌"),)
)
STATEMENT = Statement(
    "S20261120",
    CREATED,
    "004",
    "123-45-67890",
    DAY,
    -100,
    400,
    (Entry("first", 700, True, DAY), Entry("second", 200, False, DAY, True)),
)

identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,34}", fullmatch=True)
amounts = st.integers(1, 10**11)
days = st.dates(datetime.date(2025, 1, 1), datetime.date(2035, 12, 31))
times = st.integers(1_700_000_000, 2_000_000_000)
_letters = "가나다힣㈜ABCxyz0189/-?:().,'+& "


def texts(longest: int) -> st.SearchStrategy[str]:
    """Text that may stand in a message."""
    return st.text(_letters, min_size=1, max_size=longest).filter(lambda one: one == one.strip())


def accounts(bank: str | None = None) -> st.SearchStrategy[Account]:
    """An account, at this bank if one is given."""
    codes = st.sampled_from([one.code for one in all_banks()]) if bank is None else st.just(bank)
    return st.builds(Account, codes, st.from_regex(r"[0-9][0-9-]{5,31}[0-9]", fullmatch=True), texts(70))


orders = st.builds(
    Order,
    identifiers,
    times,
    days,
    accounts(),
    st.lists(
        st.builds(Transfer, identifiers, amounts, accounts(), st.just("") | texts(140)),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one.end_to_end,
    ).map(tuple),
)
payments = st.builds(
    Payments,
    identifiers,
    times,
    days,
    identifiers,
    st.just("004"),
    st.just("088"),
    st.lists(
        st.builds(
            Payment, identifiers, identifiers, amounts, accounts("004"), accounts("088"), st.just("") | texts(140)
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one.transaction,
    ).map(tuple),
)
returns = st.builds(
    Returns,
    identifiers,
    times,
    days,
    identifiers,
    st.lists(
        st.builds(
            lambda identifier, end_to_end, amount, more, words: Return(
                identifier, end_to_end, min(amount + more, MAX_WON), amount, "AC04", words
            ),
            identifiers,
            identifiers,
            amounts,
            st.integers(0, 1000),
            st.just("") | texts(105),
        ),
        min_size=1,
        max_size=4,
        unique_by=(lambda one: one.identifier, lambda one: one.end_to_end),
    ).map(tuple),
)


def _statement(identifier: str, time: int, day: datetime.date, opening: int, entries: list[Entry]) -> Statement:
    closing = opening + sum(one.amount if one.is_credit else -one.amount for one in entries)
    return Statement(identifier, time, "004", "123-45-67890", day, opening, closing, tuple(entries))


statements = st.builds(
    _statement,
    identifiers,
    times,
    days,
    st.integers(-(10**11), 10**11),
    st.lists(
        st.builds(
            Entry, identifiers.filter(lambda one: one != "NOTPROVIDED"), amounts, st.booleans(), days, st.booleans()
        ),
        max_size=5,
    ),
)
