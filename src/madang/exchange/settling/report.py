"""What a programme spent by city and county, split between its funders.

Each row is split by the funders' shares, odd won by largest remainder. Rows that are split one by one do not add up to
the whole split once, as the ledger does it (`vouchers.settle`): the last row before the total says by how much.
"""

from collections import defaultdict
from typing import Any

import msgspec

from madang.base.merchants.queries import merchant
from madang.base.programmes.queries import programme as programme_view
from madang.base.programmes.state import PROGRAMMES, compiled
from madang.exchange.payouts.settlement import CITY_DIGITS
from madang.exchange.sheets import write_sheet
from madang.kernel.errors import MadangError
from madang.kernel.state import State, Table
from madang.services.vouchers.funding import by_largest_remainder
from madang.services.vouchers.state import EDITIONS, FUNDERS, KINDS

REIMBURSED, BOUGHT, ROUNDING = "reimbursed", "bought", "rounding"
_KOREAN = {REIMBURSED: "증빙 지급", BOUGHT: "구매자 부담(차감)", ROUNDING: "단수 조정"}


class Spent(msgspec.Struct, frozen=True):
    """Won spent net of refunds in a city (five digits of its code), and of it each funder's part, in their order.

    `place` is otherwise what the money went to or came from: `reimbursed` to holders, `bought` by holders (below zero),
    `rounding`.
    """

    place: str
    payments: int
    amount: int
    parts: tuple[int, ...]


class SpentUnder(msgspec.Struct, frozen=True):
    """Won spent net of refunds, and in how many payments, under an edition of the document and the published lists.

    `document` is the document's digest; `lists` are the lists that payments ask, each with its version.
    """

    edition: int
    document: str
    lists: tuple[tuple[str, int], ...]
    payments: int
    amount: int


class Settlement(msgspec.Struct, frozen=True):
    """All of it. `paid` and `interest` are won by funder, `lapsed` is what nobody spent, `open` what still may be."""

    programme: str
    funders: tuple[str, ...]
    shares: tuple[int, ...]
    paid: tuple[int, ...]
    interest: tuple[int, ...]
    rows: tuple[Spent, ...]
    spent: int
    parts: tuple[int, ...]
    lapsed: int
    open: int
    settled: bool
    editions: tuple[SpentUnder, ...]


def settlement_report(state: State, name: str) -> Settlement:
    """The report as of this state, before the programme's end too.

    Raises `MadangError` (`settlement.programme`) where there is no programme of vouchers of this name.
    """
    found, view = state.get(PROGRAMMES, name), programme_view(state, name)
    if found is None or view is None or found.kind not in KINDS:
        raise MadangError("settlement.programme", f"This ledger has no programme of vouchers {name}. Check its name.")
    totals = view.totals
    funders = state.get(FUNDERS, name)
    names, shares = (funders.names, funders.shares) if funders else ((found.sponsor,), (10_000,))
    payments = compiled(state, found).tables["payment"]
    rows = _by_city(state, name, payments, shares)
    for place, amount in ((REIMBURSED, -totals["holder"]), (BOUGHT, -totals["buyer"])):
        if amount:
            rows.append(Spent(place, 0, amount, by_largest_remainder(amount, shares)))
    spent = sum(row.amount for row in rows)
    parts = by_largest_remainder(spent, shares)
    odd = tuple(part - sum(row.parts[place] for row in rows) for place, part in enumerate(parts))
    if any(odd):
        rows.append(Spent(ROUNDING, 0, 0, odd))
    returned = sum(funders.returned) if funders else 0
    return Settlement(
        name,
        names,
        shares,
        funders.paid if funders else (totals["sponsor"],),
        funders.interest if funders else (0,),
        tuple(rows),
        spent,
        parts,
        totals["free"] + returned,
        totals["issued"] + totals["held"],
        funders is not None and funders.settled,
        _by_edition(state, name, payments),
    )


def _by_city(state: State, name: str, table: Table[Any], shares: tuple[int, ...]) -> list[Spent]:
    cities: dict[str, str] = {}
    amounts: dict[str, int] = defaultdict(int)
    payments: dict[str, set[str]] = defaultdict(set)
    for (_, _, key), part in state.scan(table, name, "payment"):
        if part.merchant not in cities:
            shop = merchant(state, part.merchant)
            cities[part.merchant] = shop.region[:CITY_DIGITS] if shop else ""
        net = part.amount - part.refunded - part.held
        if net:
            city = cities[part.merchant]
            amounts[city] += net
            payments[city].add(key.rpartition("/")[0])
    return [
        Spent(city, len(payments[city]), amount, by_largest_remainder(amount, shares))
        for city, amount in sorted(amounts.items())
    ]


def _by_edition(state: State, name: str, table: Table[Any]) -> tuple[SpentUnder, ...]:
    amounts: dict[int, int] = defaultdict(int)
    payments: dict[int, set[str]] = defaultdict(set)
    for (_, _, key), part in state.scan(table, name, "payment"):
        net = part.amount - part.refunded - part.held
        if net:
            amounts[part.edition] += net
            payments[part.edition].add(key.rpartition("/")[0])
    return tuple(
        SpentUnder(
            number,
            edition.document,
            tuple(zip(edition.lists, edition.versions, strict=True)),
            len(payments[number]),
            amounts[number],
        )
        for (_, number), edition in state.scan(EDITIONS, name)
        if number in amounts
    )


def settlement_report_sheet(report: Settlement) -> bytes:
    """The report as CSV for a spreadsheet, in Korean."""
    rows: list[list[str | int]] = [
        [_KOREAN.get(row.place, row.place), row.payments, row.amount, *row.parts] for row in report.rows
    ]
    rows += [[_edition_name(one), one.payments, one.amount, *("" for _ in report.funders)] for one in report.editions]
    rows.append(["합계", sum(row.payments for row in report.rows), report.spent, *report.parts])
    rows.append(["납입", "", sum(report.paid), *report.paid])
    rows.append(["반납", "", sum(report.paid) - report.spent, *_less(report.paid, report.parts)])
    rows.append(["이자", "", sum(report.interest), *report.interest])
    return write_sheet(("지역 코드", "결제 건수", "집행액(원)", *report.funders), rows)


def _edition_name(one: SpentUnder) -> str:
    lists = "".join(f" {name} {version}판" for name, version in one.lists)
    return f"적용 {one.edition}: 문서 {one.document[:12]}{lists}"


def _less(paid: tuple[int, ...], parts: tuple[int, ...]) -> list[int]:
    return [one - part for one, part in zip(paid, parts, strict=True)]
