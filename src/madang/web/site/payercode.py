"""The text of a code that a payer shows on a phone and a till reads: ledger, programme, and the one-time code.

`MDPC1.{chain}.{programme}.{code}`. Nothing about the payer stands in it; the ledger holds only the code's digest. A
card's code comes as the 26 letters alone: then the till names the programme.
"""

import re

import msgspec

_FORM = re.compile(r"^MDPC1\.([a-z][a-z0-9-]{2,31})\.([a-z0-9][a-z0-9-]{0,47})\.([A-Z2-7]{26})\Z")


class PayerCode(msgspec.Struct, frozen=True):
    """What a payer's code says."""

    chain: str
    programme: str
    code: str


def write_payer_code(code: PayerCode) -> str:
    """The text to show as a QR code."""
    return f"MDPC1.{code.chain}.{code.programme}.{code.code}"


def read_payer_code(text: str) -> PayerCode | None:
    """What a text says, or None where it is no payer's code."""
    found = _FORM.match(text.strip())
    return None if found is None else PayerCode(*found.groups())
