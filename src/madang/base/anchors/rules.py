"""Who may publish a digest: an institution, version after version."""

from collections.abc import Mapping

from madang.base.anchors.state import COUNTS, MAX_SERIES, NEWEST, Anchor, Count
from madang.base.anchors.transactions import Publish
from madang.base.parties import queries as parties
from madang.kernel.module import Call, Rule, refuser
from madang.kernel.transaction import Act

REFUSALS: dict[str, str] = {
    "not_institution": "{by} is no active institution. Only institutions anchor files.",
    "version": "{series} is at version {version}. Publish {next}.",
    "too_many": "{by} has {limit} series. Go on with one of these.",
}
refuse = refuser("anchors", REFUSALS)


def publish(call: Call, act: Publish) -> None:
    """The digest is the newest of its series."""
    party = parties.institution(call.state, act.by)
    if party is None or party.standing != "active":
        raise refuse("not_institution", by=act.by)
    newest = call.state.get(NEWEST, act.by, act.series)
    version = newest.version if newest is not None else 0
    if act.version != version + 1:
        raise refuse("version", series=act.series, version=version, next=version + 1)
    if newest is None:
        _count(call, act.by)
    before = newest.digest if newest is not None else ""
    anchor = Anchor(act.version, act.digest, act.uri or "", call.time, before, call.height)
    call.state.put(NEWEST, anchor, act.by, act.series)


def _count(call: Call, by: str) -> None:
    count = call.state.get(COUNTS, by)
    series = count.series if count is not None else 0
    if series >= MAX_SERIES:
        raise refuse("too_many", by=by, limit=MAX_SERIES)
    call.state.put(COUNTS, Count(series + 1), by)


RULES: Mapping[type[Act], Rule] = {Publish: publish}
