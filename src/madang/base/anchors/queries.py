"""What anyone may read of anchored files."""

import msgspec

from madang.base.anchors.state import NEWEST, Anchor
from madang.kernel.fields import Name, PartyId
from madang.kernel.state import State

MAX_PAGE = 500


class SeriesView(msgspec.Struct, frozen=True):
    """A series and its newest anchor."""

    series: str
    newest: Anchor


def newest(state: State, institution: PartyId, series: Name) -> Anchor | None:
    """The newest digest of a series, or None before its first."""
    return state.get(NEWEST, institution, series)


def series(state: State, institution: PartyId, after: str = "", limit: int = 100) -> list[SeriesView]:
    """Up to `limit` (at most 500) series of an institution by name, behind the name `after`."""
    most = min(max(limit, 1), MAX_PAGE)
    found: list[SeriesView] = []
    for (_, name), anchor in state.scan_after(NEWEST, institution, after):
        found.append(SeriesView(name, anchor))
        if len(found) == most:
            break
    return found


def is_current(state: State, institution: str, digest: str, name: str, grace: int, now: int) -> bool:
    """Whether a digest is the newest of a series, or was until at most `grace` seconds before `now`."""
    anchor = state.get(NEWEST, institution, name)
    if anchor is None:
        return False
    return digest == anchor.digest or (digest == anchor.before and now < anchor.since + grace)


ALL = (newest, series)
