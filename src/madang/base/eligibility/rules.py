"""Offers are opened, counted and closed; services spend tokens through `ledger`.

In order: what it is about, who asks, what stage that is in, what the act says; then the writes.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from madang.base.eligibility.ledger import existing
from madang.base.eligibility.refusals import REFUSALS, refuse
from madang.base.eligibility.state import KEYS, OFFERS, TALLIES, KeyUse, Offer, Requirement, Tally
from madang.base.eligibility.tokens import read_modulus
from madang.base.eligibility.transactions import Close, Count, Open
from madang.base.eligibility.transactions import Requirement as RequirementAsked
from madang.base.programmes.queries import is_authority
from madang.base.programmes.state import PROGRAMMES, Programme
from madang.kernel.module import Call, Rule
from madang.kernel.transaction import Act

_RUNNING = ("published", "open")
_AGE = re.compile(r"^age_over_[0-9]{2}\Z")
_VALUES = {"identifies": (0, 0), "one_of": (1, 16), "begins_with": (1, 16)}
"""How few and how many values a test takes; one where it is not named."""


def open_offer(call: Call, act: Open) -> None:
    """An authority's quorum says what a token is worth, what it takes, and which key signs it."""
    programme = _programme(call, act.programme)
    _require_authority(call, programme, act.by, act.programme)
    if programme.status not in _RUNNING:
        raise refuse("stage", programme=act.programme, status=programme.status)
    if call.state.get(OFFERS, act.programme, act.offer) is not None:
        raise refuse("offer_taken", programme=act.programme, offer=act.offer)
    for asked in act.requirements:
        if not _is_sound(asked) or (asked.unnamed and not _may_be_unnamed(asked, act.requirements)):
            raise refuse("requirement", asked.claim, credential=asked.credential, claim=asked.claim)
    if all(asked.test != "identifies" for asked in act.requirements):
        raise refuse("unidentified")
    used = None if act.since is None or act.until is None else (act.since, act.until)
    if not act.opens < act.closes or act.closes <= call.time or (used is not None and used[0] >= used[1]):
        raise refuse("window")
    if read_modulus(act.key) is None:
        raise refuse("key")
    digest = hashlib.sha256(act.key.encode()).hexdigest()
    if call.state.get(KEYS, digest) is not None:
        raise refuse("key_used")
    call.state.put(OFFERS, _offer(act), act.programme, act.offer)
    call.state.put(TALLIES, Tally(0, 0, closed=False), act.programme, act.offer)
    call.state.put(KEYS, KeyUse(act.programme, act.offer), digest)


def _offer(act: Open) -> Offer:
    requirements = tuple(
        Requirement(one.credential, one.claim, one.test, tuple(one.values), one.unnamed) for one in act.requirements
    )
    return Offer(
        act.by,
        requirements,
        act.amount,
        act.region,
        act.instalment,
        act.size,
        act.amount_class,
        act.since,
        act.until,
        act.key,
        act.opens,
        act.closes,
        act.most,
    )


def _is_sound(asked: RequirementAsked) -> bool:
    """Whether a test has as many values as it takes, of its sort."""
    least, most = _VALUES.get(asked.test, (1, 1))
    if not least <= len(asked.values) <= most:
        return False
    match asked.test:
        case "at_least" | "at_most":
            return _is_whole(asked.values[0])
        case "before" | "after":
            return _is_day(asked.values[0])
    return True


def _may_be_unnamed(asked: RequirementAsked, among: Sequence[RequirementAsked]) -> bool:
    """Whether it is an age that stands alone: a proof says one thing, and nobody is named beside it by the same."""
    if _AGE.match(asked.claim) is None or asked.test != "equals" or asked.values not in (["true"], ["false"]):
        return False
    return sum(one.unnamed or one.credential == asked.credential for one in among) == 1


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdigit() and str(int(text)) == text and len(digits) <= 15


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def count(call: Call, act: Count) -> None:
    """So many tokens were signed in all."""
    offer, tally = existing(call.state, act.programme, act.offer)
    if offer.authority != act.by:
        raise refuse("not_yours", by=act.by, offer=act.offer)
    _require_authority(call, _programme(call, act.programme), act.by, act.programme)
    if tally.closed:
        raise refuse("closed", offer=act.offer)
    if act.issued <= tally.issued:
        raise refuse("falling", issued=tally.issued, offer=act.offer)
    if act.issued > offer.most:
        raise refuse("too_many", offer=act.offer, most=offer.most)
    call.state.put(TALLIES, msgspec.structs.replace(tally, issued=act.issued), act.programme, act.offer)


def close(call: Call, act: Close) -> None:
    """No token of the offer is spent any more."""
    offer, tally = existing(call.state, act.programme, act.offer)
    if act.by not in (offer.authority, _programme(call, act.programme).sponsor):
        raise refuse("not_closer", by=act.by, offer=act.offer, programme=act.programme)
    if tally.closed:
        raise refuse("closed", offer=act.offer)
    call.state.put(TALLIES, msgspec.structs.replace(tally, closed=True), act.programme, act.offer)


def _programme(call: Call, name: str) -> Programme:
    found = call.state.get(PROGRAMMES, name)
    if found is None:
        raise refuse("unknown_programme", programme=name)
    return found


def _require_authority(call: Call, programme: Programme, by: str, name: str) -> None:
    if not is_authority(call.state, programme, by):
        raise refuse("not_authority", by=by, programme=name)


RULES: Mapping[type[Act], Rule] = {Open: open_offer, Count: count, Close: close}

__all__ = ["REFUSALS", "RULES"]
