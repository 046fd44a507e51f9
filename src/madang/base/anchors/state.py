"""The newest digest of each series, and the laws that bind them. All of it is public."""

from madang.kernel.authority import PARTIES
from madang.kernel.module import Invariant, InvariantBroken
from madang.kernel.state import Record, State, Table

MAX_SERIES = 1_024


class Anchor(Record, frozen=True):
    """The newest file of a series: its version, digest and address ('' where none), since a block time (seconds).

    `before` is the digest of the version before, '' for the first. `height` is where this was written.
    """

    version: int
    digest: str
    uri: str
    since: int
    before: str
    height: int


class Count(Record, frozen=True):
    """How many series an institution has."""

    series: int


NEWEST = Table("anchors.newest", Anchor, str, str, public=True, proven=True)
"""(institution, series)"""
COUNTS = Table("anchors.count", Count, str, public=True)

TABLES = (NEWEST, COUNTS)


def series_are_counted(state: State) -> None:
    """Every series is an institution's, and each institution has as many as are counted, and no more than it may."""
    found: dict[str, int] = {}
    for (institution, series), anchor in state.scan(NEWEST):
        party = state.get(PARTIES, institution)
        if party is None or not party.threshold:
            raise InvariantBroken(f"{series} belongs to {institution}, which is no institution")
        if anchor.version < 1 or (anchor.version == 1) != (anchor.before == ""):
            raise InvariantBroken(f"{institution} {series} is at version {anchor.version} after {anchor.before!r}")
        found[institution] = found.get(institution, 0) + 1
    counted = {institution: count.series for (institution,), count in state.scan(COUNTS)}
    if found != counted or any(count > MAX_SERIES for count in found.values()):
        raise InvariantBroken(f"there are series {found}, counted are {counted}")


INVARIANTS: tuple[Invariant, ...] = (series_are_counted,)
