"""Trying a programme on samples: who could pay how much where, and which clause says no. Nothing is on a ledger.

The compiled contract itself runs, as it would for a payment; people, shops and shops' facts are made up, and say so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from madang.contract import Action, Contract, Refused, RunError, explain
from madang.web.site.formats import KOREA
from madang.web.site.words import Language

SHOPS: Mapping[str, tuple[str, str, str]] = {
    "bakery": ("10712", "5462", "up_to_300m"),
    "grocer": ("47121", "5411", "up_to_1b"),
    "restaurant": ("56111", "5812", "up_to_500m"),
    "books": ("47611", "5942", "up_to_300m"),
    "clinic": ("86201", "8011", "up_to_3b"),
    "big_store": ("47112", "5311", "over_3b"),
    "online": ("47912", "5964", "up_to_3b"),
    "bar": ("56211", "5813", "up_to_1b"),
    "fuel": ("47711", "5541", "up_to_3b"),
    "utility": ("35130", "4900", "over_3b"),
}
"""Sample shops: industry (KSIC), category (ISO 18245), class of yearly sales."""
ELSEWHERE = "elsewhere"
"""A grocer in another province."""
HOLDERS = ("usual", "poor", "frozen", "late")
GRANTED = 1_000_000
PAYING: Mapping[str, str] = {"paid": "sample-holder", "own_share": "sample-holder", "bill": "sample-utility"}
"""Ways to pay and who pays: by the holder, with as much own money beside it, or drawn by whoever sends the bill."""
LEAST_AMOUNT, FIRST_TIME = 1_000, 1_000_000_000
"""From which number on a parameter may be an amount (won), and from which on it is a time (seconds)."""
MOST_CHOICES = 100
"""Amounts or areas and goods that are tried before one gives up to find some that a programme allows."""


class Asked(msgspec.Struct, frozen=True):
    """What is tried: won, at which second, the holder's area, the class of goods, and whether shops are on lists."""

    amount: int
    at: int
    region: str
    goods: str
    listed: bool


class Outcome(msgspec.Struct, frozen=True):
    """How a sample ended: allowed, or by which clause it was refused, and what people are told.

    `how` is in which of the ways of `PAYING` it was paid; `instead` an amount (won) that would be granted, 0 for none.
    """

    allowed: bool
    clause: str = ""
    words: str = ""
    how: str = "paid"
    instead: int = 0


class Row(msgspec.Struct, frozen=True):
    """A sample shop, and how each sample holder fares there."""

    shop: str
    outcomes: list[Outcome]


class _Listed(msgspec.Struct, frozen=True):
    """Lists that hold everything, or nothing."""

    everything: bool

    def holds(self, _name: str, _code: str) -> bool:
        return self.everything

    def version(self, _name: str) -> int:
        return 1


def can_try(contract: Contract) -> bool:
    """Whether this is a contract of the kind that the samples are made for."""
    return contract.kind == "voucher" and "spend" in contract.actions and "Shop" in contract.facts


def spending(contract: Contract, asked: Asked, language: Language) -> list[Row]:
    """Payments of every sample holder at every sample shop."""
    region = (asked.region + "0000000000")[:10]
    other = ("11" if not asked.region.startswith("11") else "26") + "00000000"
    shops: list[tuple[str, Any]] = [(name, _shop(contract, name, region, facts)) for name, facts in SHOPS.items()]
    shops.append((ELSEWHERE, _shop(contract, ELSEWHERE, other, SHOPS["grocer"])))
    return [Row(name, [_pay(contract, asked, holder, shop, language) for holder in HOLDERS]) for name, shop in shops]


def granting(contract: Contract, asked: Asked, language: Language) -> list[Outcome]:
    """Grants of this amount to households of one to four, with amount classes a to d; and where it is not the amount
    that they get, which one is.
    """
    outcomes = []
    for size, amount_class in enumerate("abcd", 1):
        found = _grant(contract, asked, asked.amount, (size, amount_class), language)
        if not found.allowed:
            others = (
                one
                for one in _amounts(contract)
                if _grant(contract, asked, one, (size, amount_class), language).allowed
            )
            found = msgspec.structs.replace(found, instead=next(others, 0))
        outcomes.append(found)
    return outcomes


def usual(contract: Contract, asked: Asked, language: Language) -> Asked:
    """The same with the first area and goods of the programme's own with which somebody can pay; as it is for none."""
    texts = [one for one in _parameters(contract) if isinstance(one, str)]
    areas = [one for one in texts if one.isascii() and one.isdigit() and len(one) in (2, 5, 10)]
    goods = [one for one in texts if not one.isdigit() and one != "-"]
    choices = [(region, kind) for region in (asked.region, *areas) for kind in (asked.goods, *goods)]
    for region, kind in choices[:MOST_CHOICES]:
        tried = msgspec.structs.replace(asked, region=region, goods=kind)
        if any(row.outcomes[0].allowed for row in spending(contract, tried, language)):
            return tried
    return asked


def _grant(contract: Contract, asked: Asked, amount: int, who: tuple[int, str], language: Language) -> Outcome:
    """A grant for the month, or for a time that the programme's own dates bound, whichever is allowed."""
    size, amount_class = who
    outcomes = []
    for since, until in _times(contract, asked.at):
        given = {
            "number": "sample-voucher",
            "holder_id": "sample-holder",
            "region": asked.region,
            "amount": amount,
            "instalment": 1,
            "since": since,
            "until": until,
            "size": size,
            "amount_class": amount_class,
        }
        records = (None, _allowance(contract, asked))
        outcomes.append(_run(contract.actions["grant"], records, given, asked, language))
    return next((one for one in outcomes if one.allowed), outcomes[0])


def _amounts(contract: Contract) -> list[int]:
    """Amounts that the programme names."""
    named = [one for one in _parameters(contract) if type(one) is int and LEAST_AMOUNT <= one < FIRST_TIME]
    return list(dict.fromkeys(named))[:MOST_CHOICES]


def _times(contract: Contract, at: int) -> list[tuple[int, int]]:
    """The month of a second, and the programme's time, whole and as its own dates cut it."""
    opens, closes = contract.parameters["opens"], contract.parameters["closes"]
    cuts = [one for one in _parameters(contract) if type(one) is int and opens < one < closes and one >= FIRST_TIME]
    return [_month(contract, at), (opens, closes), *((opens, one) for one in cuts), *((one, closes) for one in cuts)]


def _parameters(contract: Contract) -> list[Any]:
    """The values of all parameters, those of tables and lists one by one."""
    values = contract.parameters.values()
    return [one for value in values for one in (value if isinstance(value, tuple) else (value,))]


def _month(contract: Contract, at: int) -> tuple[int, int]:
    """The month of a second, as far as the programme runs in it."""
    first = datetime.fromtimestamp(at, KOREA).replace(day=1, hour=0, minute=0, second=0)
    following = (first + timedelta(days=32)).replace(day=1)
    opens, closes = contract.parameters["opens"], contract.parameters["closes"]
    return max(int(first.timestamp()), opens), min(int(following.timestamp()), closes)


def _shop(contract: Contract, name: str, region: str, facts: tuple[str, str, str]) -> Any:
    industry, category, sales = facts
    return contract.facts["Shop"](
        merchant=f"sample-{name}", region=region, industry=industry, category=category, sales_class=sales
    )


def _allowance(contract: Contract, asked: Asked) -> Any:
    # Counters of long ago: none of this day or month.
    counters = {"granted": 0, "day": 0, "day_spent": 0, "day_count": 0, "month": 0, "month_spent": 0, "month_count": 0}
    return contract.records["allowance"](holder="sample-holder", special_count=0, **counters)


def _pay(contract: Contract, asked: Asked, holder: str, shop: Any, language: Language) -> Outcome:
    """A payment in the first way that is allowed; how the first way ended where none is."""
    ways = [
        msgspec.structs.replace(_pay_so(contract, asked, holder, shop, way, language), how=way)
        for way, payer in PAYING.items()
        if payer in ("sample-holder", shop.merchant)
    ]
    return next((one for one in ways if one.allowed), ways[0])


def _pay_so(contract: Contract, asked: Asked, holder: str, shop: Any, way: str, language: Language) -> Outcome:
    own = asked.amount if way == "own_share" else 0
    opens, closes = contract.parameters["opens"], contract.parameters["closes"]
    voucher = contract.records["voucher"](
        number="sample-voucher",
        holder="sample-holder",
        customer=PAYING[way],
        region=asked.region,
        status="frozen" if holder == "frozen" else "active",
        instalment=1,
        since=opens,
        until=min(asked.at, closes) if holder == "late" else closes,
        stage=contract.parameters["stages"],
        price=0,
        used=False,
        granted=GRANTED,
        left=max(asked.amount - 1, 0) if holder == "poor" else GRANTED,
    )
    takings = contract.records["takings"](merchant=shop.merchant, due=0)
    given = {
        "amount": asked.amount,
        "later": 0,
        "payer": PAYING[way],
        "order": "sample-order",
        "goods": asked.goods or "-",
        "counted": True,
        "whole": asked.amount + own,
        "own": own,
        "edition": 1,
    }
    return _run(
        contract.actions["spend"], (voucher, _allowance(contract, asked), takings, None, shop), given, asked, language
    )


def _run(action: Action, records: Sequence[Any], given: Mapping[str, Any], asked: Asked, language: Language) -> Outcome:
    values = tuple(given[one.name] for one in action.given)
    try:
        action.run(tuple(records), values, asked.at, _Listed(asked.listed))
    except Refused as refusal:
        return Outcome(False, refusal.clause, explain(refusal, language))
    except RunError as error:
        return Outcome(False, type(error).__name__, str(error))
    return Outcome(True)
