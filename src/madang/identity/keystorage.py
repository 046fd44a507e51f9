"""How well a holder's keys are kept, as a wallet's provider says it and an issuer wants it (OpenID4VCI 1.0, appendix
D.2).

The four levels of the standard stand for resistance to attack that somebody evaluated (ISO/IEC 18045). Whoever made a
key in software, such as a browser, evaluated nothing: that is a level of its own below them, under a name of ours.
"""

from collections.abc import Mapping
from typing import Literal

Storage = Literal["software", "basic", "enhanced_basic", "moderate", "high"]
LEVELS: Mapping[Storage, str] = {
    "high": "iso_18045_high",
    "moderate": "iso_18045_moderate",
    "enhanced_basic": "iso_18045_enhanced-basic",
    "basic": "iso_18045_basic",
    "software": "urn:madang:key-storage:software",
}
"""What stands in attestations, from the best level down."""


def at_least(least: Storage) -> list[str]:
    """What attestations say of keys that are kept at least so well, the best first."""
    names = list(LEVELS)
    return [LEVELS[one] for one in names[: names.index(least) + 1]]
