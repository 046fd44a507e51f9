"""An issuer with lists, and what its signatures lead to."""

from pathlib import Path

from madang.identity.certificates import Followed, digest_of, follow
from madang.identity.status.register import StatusRegister
from madang.identity.verified import StatusReference
from tests.identity.institutions import NOW, certified

BASE = "https://office.example/status"
ISSUER = "https://office.example"
OFFICE, OTHER = certified("Licence office"), certified("Another office")
ANCHOR, OTHER_ANCHOR = digest_of(OFFICE.root), digest_of(OTHER.root)
LATER = NOW + 366 * 86_400


def followed(chain: tuple[bytes, ...], now: int = NOW) -> Followed:
    """Both offices are known."""
    return follow(chain, (OFFICE.root, OTHER.root), "credential", now)


def register(folder: Path) -> StatusRegister:
    """The office's lists."""
    return StatusRegister(folder, BASE)


def one_place(lists: StatusRegister) -> StatusReference:
    """A place for a credential."""
    (reference,) = lists.allocate(1, LATER, NOW)
    return reference
