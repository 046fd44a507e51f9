"""What an authority asks of its register: who was given a token, and how many were signed (`records.tokens`)."""

from collections.abc import Sequence
from typing import Protocol

from madang.base.eligibility.queries import OfferView

BATCH_SECONDS = 3_600
"""Tokens of one hour are counted together."""


class Register(Protocol):
    """Who has been given a token, by keyed digests; each once for a purpose and instalment."""

    def take(self, view: OfferView, subjects: Sequence[str], blinded: bytes, now: int) -> None:
        """Write down that these subjects have a token, all of them or none, unless this very request was before.

        Durable when it returns. Raises `MadangError`: `eligibility.already`, `eligibility.request`,
        `eligibility.exhausted`.
        """

    def counted(self, view: OfferView, now: int) -> int:
        """How many tokens of an offer were signed in hours that are over."""

    def oldest(self, view: OfferView, counted: int) -> int | None:
        """The hour of the first token behind so many, or None where there are no more."""
