"""The documents that pin language 1, small documents for one clause, and times in Korea."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path

from madang import contract
from madang.contract import Contract, Kind, Programme

DOCUMENTS = Path(__file__).parent / "versions" / "1"
"""The kind of vouchers and the consumption coupon as they were when language 1 was the only one. They never change."""
KIND_TEXT = (DOCUMENTS / "voucher.yaml").read_text(encoding="utf-8")
COUPON_TEXT = (DOCUMENTS / "consumption-coupon-2025.yaml").read_text(encoding="utf-8")


@lru_cache
def voucher() -> Kind:
    return contract.read_kind(KIND_TEXT, "voucher.yaml")


@lru_cache
def coupon() -> Programme:
    return contract.read_programme(COUPON_TEXT, voucher(), "consumption-coupon-2025.yaml")


@lru_cache
def compiled() -> Contract:
    return contract.compile(voucher(), coupon())


def korea(text: str) -> int:
    """Seconds of a Korean local time such as 2025-08-01T12:00."""
    local = datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone(datetime.timedelta(hours=9)))
    return int(local.timestamp())


SMALL_KIND = """\
kind: small
language: 1
facts:
  Shop: {region: text, size: {enum: [little, large]}, open: bool}
records:
  purse: {owner: id, left: {won: 0..1_000}, status: {enum: [on, off]}, day: date, seen: time, count: {int: -9..9}}
accounts: {free: total, outer: outside, world: outside, issued: sum(purse.left)}
parameters: {opens: time, born: date, regions: {list: text}, step: {int: 0..9}, cap: {won: 1..500}, paid: month}
actions:
  pay:
    on: {x: purse, n: new purse, shop: Shop}
    given: {amount: {won: 1..100}, who: id, note: text, flag: bool, number: {int: -100..100}}
    require:
      clause: CLAUSE
    post: [{from: issued, to: free, amount: AMOUNT}]
    set:
      x.left: LEFT
      n.owner: who
      n.left: 0
      n.status: "x.status"
      n.day: day(at)
      n.seen: at
      n.count: number / 20
invariants:
  rule: INVARIANT
"""

SMALL_PROGRAMME = """\
programme: little
kind: small
parameters:
  opens: 2025-01-01T00:00:00+09:00
  born: 2000-02-29
  regions: ["11", "26"]
  step: 3
  cap: 500
  paid: 2025-02
"""


def small(
    clause: str = "true", amount: str = "amount", left: str = "x.left - amount", invariant: str = "purse.left <= 1000"
) -> str:
    """The text of a small kind with the expressions given, in YAML quotes."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    return (
        SMALL_KIND.replace("CLAUSE", quoted(clause))
        .replace("AMOUNT", quoted(amount))
        .replace("LEFT", quoted(left))
        .replace("INVARIANT", quoted(invariant))
    )
