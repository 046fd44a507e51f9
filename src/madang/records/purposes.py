"""For what personal data is kept, who may look at it why, and what comes first: keeping it or erasing it.

The table decides; no officer does. `keep_days` is how long an item is kept whatever its person asks; 0 means that it
goes at once when the person asks. After that time everything goes by itself.
"""

from typing import Literal

import msgspec

FIVE_YEARS = 5 * 365 + 2
"""Days: five years hold at most two leap days."""

PurposeName = Literal["contact", "identity", "evidence", "reason", "consent", "register"]
Why = Literal["notice", "application", "appeal", "identification", "issuance", "person_asked", "audit", "retention"]


class Purpose(msgspec.Struct, frozen=True):
    """What something is kept for: how long against its person's wish, for what it is read, and on what ground."""

    keep_days: int
    read_for: tuple[Why, ...]
    ground: str


PURPOSES: dict[PurposeName, Purpose] = {
    "contact": Purpose(0, ("notice", "person_asked"), "To tell people what concerns them, as long as they wish."),
    "identity": Purpose(
        FIVE_YEARS,
        ("identification", "audit", "person_asked"),
        "Who stands behind a payment must be known as long as records of payments are kept: five years.",
    ),
    "evidence": Purpose(
        FIVE_YEARS,
        ("application", "appeal", "audit", "person_asked"),
        "Decisions about public money are looked at again: their grounds are kept for five years.",
    ),
    "reason": Purpose(
        FIVE_YEARS,
        ("appeal", "audit", "person_asked"),
        "A decision's written reason is kept as long as its evidence.",
    ),
    "consent": Purpose(
        FIVE_YEARS,
        ("audit", "person_asked"),
        "What somebody agreed to is kept as long as what was given on it.",
    ),
    "register": Purpose(
        FIVE_YEARS,
        ("issuance", "audit", "person_asked"),
        "What an institution knows of people officially: credentials are issued from it, and must be explained later.",
    ),
}
