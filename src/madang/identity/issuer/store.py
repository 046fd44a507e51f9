"""What an issuer must remember across requests and restarts, as a protocol that a database fulfils.

Whoever reads the database finds no code, nonce or token in it that still works: values are looked up under their
digests. Nor does it hold a claim: of credentials it knows number, type and standing.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from madang.identity.verified import Format

Sort = Literal[
    "pushed",
    "visit",
    "code",
    "offer",
    "offered",
    "token",
    "waiting",
    "making",
    "notice",
    "nonce",
    "jti",
    "count",
    "ended",
]
"""Pushed requests, visits of the authorization page, codes, offers, ... and what was used up."""
Standing = Literal["valid", "suspended", "revoked"]


class Issued(msgspec.Struct, frozen=True):
    """A credential that was issued: never what it says.

    `subject` is the register's handle of the person, `holder` the thumbprint of the wallet's key. `delivery` is common
    to what was issued to one wallet under one authorization. `status_uri` is '' for types that have no status. Times
    in seconds.
    """

    number: str
    institution: str
    subject: str
    type: str
    format: Format
    holder: str
    delivery: str
    status_uri: str
    status_index: int
    issued_at: int
    valid_until: int
    standing: Standing = "valid"
    changed_at: int = 0


class Store(Protocol):
    """Each method is one transaction, durable when it returns, and safe to call from several threads.

    `place` is what `place_of` makes of an institution, a sort and a value.
    """

    def put(self, place: bytes, sort: Sort, content: bytes, until: int) -> None:
        """Keep something until a second, in place of what is there."""

    def find(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, if its time is not over."""

    def take(self, place: bytes, now: int) -> bytes | None:
        """What is kept there, for the first who takes it."""

    def use(self, place: bytes, sort: Sort, until: int) -> bool:
        """Use a one-time value up until a second: whether it was not used before."""

    def count(self, place: bytes, now: int, most: int) -> bytes | None:
        """What is kept there, with one more use counted before it is looked at; None after `most` uses."""

    def record(self, issued: Sequence[Issued]) -> None:
        """Remember what was issued: all of it, or none."""

    def issued_to(self, institution: str, subject: str) -> list[Issued]:
        """What an institution issued to a person, what can still be revoked first."""

    def issued_in(self, institution: str, delivery: str, numbers: Sequence[str] = ()) -> list[Issued]:
        """What an institution issued in a delivery: all of it, or these alone."""

    def stand(self, institution: str, numbers: Sequence[str], standing: Standing, now: int) -> None:
        """Change the standing of credentials."""

    def prune(self, now: int) -> int:
        """Forget everything whose time is over; how many there were."""


def place_of(institution: str, sort: Sort, value: str) -> bytes:
    """Under what a value is kept: a digest, so that nobody who reads the store can use it."""
    return hashlib.sha256("\0".join(("madang issuer 1", institution, sort, value)).encode()).digest()
