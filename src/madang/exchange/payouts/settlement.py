"""Payouts as sheets for people: one by one, by region, and with the bank's answer."""

import datetime
from collections.abc import Mapping, Sequence

import msgspec

from madang.exchange.banks import KOREA
from madang.exchange.books import Payout
from madang.exchange.iso20022 import explain
from madang.exchange.payouts.results import Outcome, Result
from madang.exchange.sheets import write_sheet

CITY_DIGITS = 5
"""How many digits of a legal-dong code name a city or county."""
_OUTCOMES: dict[Outcome, str] = {"accepted": "수락", "rejected": "거절", "open": "미확정"}


class Settled(msgspec.Struct, frozen=True):
    """What shops of a city or county were paid out: its five digits ('' if not listed), payouts, shops, won."""

    region: str
    payouts: int
    merchants: int
    amount: int


def settle(payouts: Sequence[Payout], regions: Mapping[str, str]) -> list[Settled]:
    """Payouts added up by city or county, in order; `regions` gives each merchant's legal-dong code."""
    groups: dict[str, list[Payout]] = {}
    for one in payouts:
        groups.setdefault(regions.get(one.merchant, "")[:CITY_DIGITS], []).append(one)
    return [
        Settled(region, len(each), len({one.merchant for one in each}), sum(one.amount for one in each))
        for region, each in sorted(groups.items())
    ]


def settlement_sheet(settled: Sequence[Settled]) -> bytes:
    """Settlement by region (지역별 정산), with the total in the last row."""
    rows: list[list[str | int]] = [[one.region, one.payouts, one.merchants, one.amount] for one in settled]
    rows.append(["합계", *(sum(getattr(one, name) for one in settled) for name in ("payouts", "merchants", "amount"))])
    return write_sheet(("지역 코드", "지급 건수", "가맹점 수", "금액(원)"), rows)


def payout_sheet(payouts: Sequence[Payout]) -> bytes:
    """Payouts one by one (지급내역)."""
    rows: list[list[str | int]] = [[one.merchant, one.amount, _time(one.time), one.end_to_end] for one in payouts]
    return write_sheet(("가맹점", "금액(원)", "지급 시각", "지급 번호"), rows)


def result_sheet(results: Sequence[Result]) -> bytes:
    """Payouts with the bank's answer, and what to do about a rejection."""
    headings = ("가맹점", "금액(원)", "지급 번호", "결과", "사유 코드", "사유", "은행 설명")
    return write_sheet(headings, map(_result_row, results))


def _result_row(one: Result) -> list[str | int]:
    head: list[str | int] = [one.payout.merchant, one.payout.amount, one.payout.end_to_end, _OUTCOMES[one.outcome]]
    if one.verdict is None or not one.verdict.is_rejected:
        return [*head, "", "", ""]
    return [*head, one.verdict.reason, explain(one.verdict.reason)[0], one.verdict.words]


def _time(time: int) -> str:
    return datetime.datetime.fromtimestamp(time, KOREA).strftime("%Y-%m-%d %H:%M:%S")
