"""The authority: judges what was shown, locks who it was, and signs what it can't see."""

from collections.abc import Callable, Sequence
from typing import NoReturn

from madang.base.eligibility.queries import OfferView
from madang.identity.blind import SigningKey, blind_sign
from madang.identity.eligibility import requirements
from madang.identity.eligibility.register import Register
from madang.identity.eligibility.requirements import Finding, Shown
from madang.identity.eligibility.subjects import KEY_BYTES, are_one_persons, subjects
from madang.identity.verified import Verified
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

Keys = Callable[[str, str], SigningKey | None]
"""The key of an offer, by programme and name."""


class Authority:
    """An eligibility authority's office. Its key for digests and its register are those of all its offers."""

    def __init__(self, register: Register, digest_key: bytes, keys: Keys) -> None:
        """Raises ValueError: the key for digests has not 32 bytes."""
        if len(digest_key) != KEY_BYTES:
            raise ValueError(f"the key for digests has {KEY_BYTES} bytes")
        self._register = register
        self._digest_key = digest_key
        self._keys = keys

    def issue(self, view: OfferView, blinded: bytes, credentials: Sequence[Verified], now: int) -> bytes:
        """The blind signature for whoever showed these credentials, once for a purpose and instalment.

        The same request of the same subject gets the same signature again, whatever was in between. `credentials` are
        what the verifier made of the answer to this offer's query. Raises `MadangError`, in this order:
        `eligibility.closed`, `.key` (the authority has another key than the ledger), `.unmet`, `.desk` (it can't be
        determined: a desk decides), `blind.length`, `blind.range`, `blind.failure`, `eligibility.already`, `.request`,
        `.exhausted`.
        """
        key = self._key_of(view, now)
        locked = self._judge(view, credentials)
        # Signed first: a request that can't be signed must not use up what somebody is entitled to.
        signature = blind_sign(key, blinded)
        self._register.take(view, locked, blinded, now)
        return signature

    def _key_of(self, view: OfferView, now: int) -> SigningKey:
        if view.tally.closed or now >= view.offer.closes:
            raise MadangError("eligibility.closed", "This offer has ended. Ask the office what to do.")
        key = self._keys(view.programme, view.name)
        modulus = key.public.modulus.to_bytes(key.public.length, "big") if key else b""
        if key is None or to_base64url(modulus) != view.offer.key:
            raise MadangError(
                "eligibility.key", f"The key of {view.name} here is not the published one. Restore the right one."
            )
        return key

    def _judge(self, view: OfferView, credentials: Sequence[Verified]) -> tuple[str, ...]:
        """The digests of whom a token is for, where all that is required is shown."""
        asked = view.offer.requirements
        shown: Shown = {one.type: one.claims for one in credentials}
        found = requirements.findings(asked, shown)
        judged = requirements.overall(found)
        if judged == "unmet":
            raise MadangError(
                "eligibility.unmet", f"This is not fulfilled: {_named(found, 'unmet')}. Who disagrees appeals."
            )
        if judged == "undetermined":
            _to_desk(_named(found, "undetermined"))
        if len(shown) != len(credentials) or not are_one_persons(asked, credentials):
            _to_desk("that all credentials are one person's")
        locked = subjects(self._digest_key, view, shown)
        if not locked:
            _to_desk("who it is for")
        return locked


def _to_desk(what: str) -> NoReturn:
    raise MadangError("eligibility.desk", f"This can't be determined here: {what}. A desk decides; bring your papers.")


def _named(found: Sequence[Finding], judgement: str) -> str:
    """The claims that were judged so, by name: what they hold stays out of messages."""
    named = [one.requirement for one in found if one.judgement == judgement]
    return ", ".join(dict.fromkeys(f"{one.credential} {one.claim}" for one in named))
