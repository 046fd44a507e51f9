"""Whether what somebody showed is what an offer asks for: met, not met, or not to be determined.

The same data goes to browsers (`as_data`), so that a wallet finds by itself what its credentials qualify for, and asks
nobody (`web/wallet/static/requirements.js`).
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from madang.base.eligibility.state import Requirement
from madang.identity.verified import Claims

Judgement = Literal["met", "unmet", "undetermined"]
Shown = Mapping[str, Claims]
"""Claims that were shown, by type of credential."""


class Finding(msgspec.Struct, frozen=True):
    """How one requirement was judged."""

    requirement: Requirement
    judgement: Judgement


def findings(requirements: Sequence[Requirement], shown: Shown) -> list[Finding]:
    """Every requirement with its judgement, in order."""
    return [Finding(one, judge(one, shown.get(one.credential, {}).get(one.claim))) for one in requirements]


def overall(found: Sequence[Finding]) -> Judgement:
    """Not met where one is not, whatever can't be determined beside it; met where all are."""
    judgements = {one.judgement for one in found}
    if "unmet" in judgements:
        return "unmet"
    return "undetermined" if "undetermined" in judgements else "met"


def judge(requirement: Requirement, value: Any) -> Judgement:
    """How a claim's value is judged; None is one that was not shown. A value of another sort decides nothing."""
    match requirement.test:
        case "identifies":
            return "met" if identities(value) else "undetermined"
        case "equals" | "one_of":
            text = _text(value)
            return "undetermined" if text is None else _said(text in requirement.values)
        case "begins_with":
            return _said(value.startswith(requirement.values)) if isinstance(value, str) else "undetermined"
        case "at_least" | "at_most":
            if type(value) is not int:
                return "undetermined"
            bound = int(requirement.values[0])
            return _said(value >= bound if requirement.test == "at_least" else value <= bound)
        case "before" | "after":
            if not _is_day(value):
                return "undetermined"
            # Days of one form, RFC 3339 full-date, sort as their texts do.
            bound_day = requirement.values[0]
            return _said(value < bound_day if requirement.test == "before" else value > bound_day)


def identities(value: Any) -> tuple[str, ...]:
    """Who a claim names: a text, or each of a list of texts; nobody where it is something else."""
    named = value if isinstance(value, list) else [value]
    return tuple(named) if all(isinstance(one, str) and one for one in named) else ()


def as_data(requirements: Sequence[Requirement]) -> list[dict[str, Any]]:
    """Requirements as JSON has them: credential, claim, test, values."""
    return [
        {"credential": one.credential, "claim": one.claim, "test": one.test, "values": list(one.values)}
        for one in requirements
    ]


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int)) else None


def _said(is_met: bool) -> Judgement:
    return "met" if is_met else "unmet"


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
