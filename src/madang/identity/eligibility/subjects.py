"""Of whom credentials are, as a keyed digest for one purpose and instalment.

The digest is HMAC-SHA-256 (RFC 2104) under a key that the authority alone has: without it nobody tells a digest from
another, and with another purpose or instalment it is another one.
"""

import hashlib
import hmac
from collections.abc import Sequence

import msgspec

from madang.base.eligibility.queries import OfferView
from madang.base.eligibility.state import Requirement
from madang.identity.eligibility.requirements import Shown, identities
from madang.identity.verified import Verified

KEY_BYTES = 32
_CONTEXT = "madang.eligibility.subject/1"


def subject_digest(key: bytes, purpose: str, instalment: int, identity: str) -> str:
    """The digest of a person or household, in hexadecimal, by what identifies it."""
    named = msgspec.json.encode([_CONTEXT, purpose, instalment, identity])
    return hmac.new(key, named, hashlib.sha256).hexdigest()


def subjects(key: bytes, view: OfferView, shown: Shown) -> tuple[str, ...]:
    """The digests that a token of this offer locks; none where it can't be determined who they are.

    A person is one who is named the same by every credential; of a household, the household and each member are locked.
    """
    named = {one for requirement in view.offer.requirements for one in _named(requirement, shown)}
    if view.subject != "household" and len(named) != 1:
        return ()
    return tuple(sorted(subject_digest(key, view.purpose, view.offer.instalment, one) for one in named))


def are_one_persons(requirements: Sequence[Requirement], credentials: Sequence[Verified]) -> bool:
    """Whether all credentials are connected by whom they name, but for those that the offer takes unnamed.

    Else somebody's residence could be shown with somebody else's amount class. That they are bound to one key shows
    nothing: whoever sells a class has it issued for the buyer's key, again and again, and is never locked themselves.
    """
    unnamed = {one.credential for one in requirements if one.unnamed}
    naming = [one for one in credentials if one.type not in unnamed]
    left = [{one for asked in requirements for one in _named(asked, {each.type: each.claims})} for each in naming]
    if not left:
        return False
    reached = left.pop()
    while near := [one for one in left if one & reached]:
        reached = reached.union(*near)
        left = [one for one in left if one not in near]
    return not left


def _named(requirement: Requirement, shown: Shown) -> tuple[str, ...]:
    if requirement.test != "identifies":
        return ()
    return identities(shown.get(requirement.credential, {}).get(requirement.claim))
