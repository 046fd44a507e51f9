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
}
"""Sample shops: industry (KSIC), category (ISO 18245), class of yearly sales."""
ELSEWHERE = "elsewhere"
"""A grocer in another province."""
HOLDERS = ("usual", "poor", "frozen", "late")
GRANTED = 1_000_000


class Asked(msgspec.Struct, frozen=True):
    """What is tried: won, at which second, the holder's area, the class of goods, and whether shops are on lists."""

    amount: int
    at: int
    region: str
    goods: str
    listed: bool


class Outcome(msgspec.Struct, frozen=True):
    """How a sample ended: allowed, or by which clause it was refused, and what people are told."""

    allowed: bool
    clause: str = ""
    words: str = ""


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
    """Grants of this amount to households of one to four, with amount classes a to d."""
    action = contract.actions["grant"]
    outcomes = []
    since, until = _month(contract, asked.at)
    for size, amount_class in enumerate("abcd", 1):
        given = {
            "number": "sample-voucher",
            "holder_id": "sample-holder",
            "region": asked.region,
            "amount": asked.amount,
            "instalment": 1,
            "since": since,
            "until": until,
            "size": size,
            "amount_class": amount_class,
        }
        records = (None, _allowance(contract, asked))
        outcomes.append(_run(action, records, given, asked, language))
    return outcomes


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
    opens, closes = contract.parameters["opens"], contract.parameters["closes"]
    voucher = contract.records["voucher"](
        number="sample-voucher",
        holder="sample-holder",
        customer="sample-holder",
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
        "payer": "sample-holder",
        "order": "sample-order",
        "goods": asked.goods or "-",
        "counted": True,
        "whole": asked.amount,
        "own": 0,
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
