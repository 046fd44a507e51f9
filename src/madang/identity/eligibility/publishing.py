"""When the authority counts: so that a claim, which waits for a count, does not tell who asked a moment before.

A count covers whole hours that are over, and waits until twenty tokens have come together, a day at the longest. All
that one count adds look alike in time. Wallets wait for a random time behind it, too (docs/eligibility.md).
"""

from madang.base.eligibility.queries import OfferView
from madang.base.eligibility.transactions import Count
from madang.identity.eligibility.register import BATCH_SECONDS, Register

LEAST_TOGETHER = 20
LONGEST_SECONDS = 86_400


def due(register: Register, view: OfferView, now: int) -> Count | None:
    """The count that the authority should publish now, or None. It never goes beyond what the offer is for.

    Ask about once an hour, with the offer as the ledger has it.
    """
    before = view.tally.issued
    counted = min(register.counted(view, now), view.offer.most)
    if view.tally.closed or counted <= before:
        return None
    oldest = register.oldest(view, before)
    waited = oldest is not None and now - oldest * BATCH_SECONDS >= LONGEST_SECONDS
    ends = now + LONGEST_SECONDS >= view.offer.closes
    if counted - before < LEAST_TOGETHER and not waited and not ends:
        return None
    return Count(by=view.offer.authority, programme=view.programme, offer=view.name, issued=counted)
