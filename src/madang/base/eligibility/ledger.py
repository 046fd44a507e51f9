"""Spending a token: the one way for services, and the only writer of what was spent."""

import msgspec

from madang.base.eligibility.refusals import refuse
from madang.base.eligibility.state import OFFERS, SPENT, TALLIES, Offer, Spent, Tally
from madang.base.eligibility.tokens import is_signed, nullifier, prepared
from madang.kernel.module import Call
from madang.kernel.state import State


def existing(state: State, programme: str, offer: str) -> tuple[Offer, Tally]:
    """An offer and its tally. Raises `Rejected` (`eligibility.unknown_offer`)."""
    found, tally = state.get(OFFERS, programme, offer), state.get(TALLIES, programme, offer)
    if found is None or tally is None:
        raise refuse("unknown_offer", programme=programme, offer=offer)
    return found, tally


def spend(call: Call, programme: str, offer: str, holder: str, token: str, signature: str) -> tuple[Offer, str]:
    """Spend a holder's token; the offer, and the token's nullifier, which stands for the subject from now on.

    That the holder signs, and that the programme runs, is for the caller to see to. Raises `Rejected`, in this order:
    `eligibility.unknown_offer`, `.closed`, `.outside_window`, `.spent`, `.not_counted`, `.not_signed`; and `Malformed`
    (`base64.invalid`) for a second spelling.
    """
    found, tally = existing(call.state, programme, offer)
    if tally.closed:
        raise refuse("closed", offer=offer)
    if not found.opens <= call.time < found.closes:
        raise refuse("outside_window", offer=offer, opens=found.opens, closes=found.closes)
    signed = prepared(token, programme, offer, holder)
    name = nullifier(signed)
    if call.state.get(SPENT, programme, name) is not None:
        raise refuse("spent")
    if tally.spent >= tally.issued:
        raise refuse("not_counted", offer=offer)
    if not is_signed(found.key, signed, signature):
        raise refuse("not_signed", offer=offer, holder=holder)
    call.state.put(SPENT, Spent(offer), programme, name)
    call.state.put(TALLIES, msgspec.structs.replace(tally, spent=tally.spent + 1), programme, offer)
    return found, name
