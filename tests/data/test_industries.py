"""The assignment of trades is well formed (what it decides is tested with the tables)."""

from __future__ import annotations

import re

from madang.data import industries


def test_every_trade_is_a_code_of_each_kind() -> None:
    trades = [*industries.BY_KIND.values(), *industries.BY_INDUSTRY_NAME.values(), industries.OTHER_GOODS]
    trades += [trade for _, trade in industries.BY_GOODS]
    assert not [trade for trade in trades if not re.fullmatch(r"\d{5}\d{4}", "".join(trade))]
