"""What somebody agreed to when giving something to the vault, as a receipt that is kept beside it.

A receipt says what the law asks one to be told (Personal Information Protection Act of Korea, article 15 (2)): for what
purpose, what is kept, until when, by whom; with the very words that were agreed to, which say that one may refuse.
"""

from typing import Literal

import msgspec

from madang.records.purposes import PurposeName


class Consent(msgspec.Struct, frozen=True):
    """What a person agreed to: who keeps it, what it is for, and the words in their language."""

    keeper: str
    about: str
    language: Literal["ko", "en"]
    words: str


class Receipt(msgspec.Struct, frozen=True, tag="madang.consent.1", tag_field="form"):
    """A consent as it is kept: to which item it belongs, with that item's keyed digest. Times are seconds."""

    item: str
    digest: str
    purpose: PurposeName
    given_at: int
    keep_until: int
    keeper: str
    about: str
    language: Literal["ko", "en"]
    words: str


def write_receipt(receipt: Receipt) -> bytes:
    """A receipt as JSON."""
    return msgspec.json.encode(receipt)


def read_receipt(content: bytes) -> Receipt:
    """A receipt from JSON. Raises `msgspec.MsgspecError` where it is none."""
    return msgspec.json.decode(content, type=Receipt)
