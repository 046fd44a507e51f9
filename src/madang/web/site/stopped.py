"""Why a key signs in no more: told to whoever has just proved to hold it, and to nobody else."""

import asyncio
from typing import Literal

import msgspec
from litestar import Response

from madang.base.parties import queries as parties
from madang.kernel.authority import Key
from madang.records import reading
from madang.web.api import problems
from madang.web.api.asgi import encode
from madang.web.site import formats
from madang.web.site.visit import PAGE_HEADERS, Visit

MOST_NOTICES = 50
"""How far back a freeze is looked for: each further notice of the party came after it."""


class Stopped(msgspec.Struct, frozen=True):
    """The RFC 9457 problem `sign_in.suspended`, with what the page says.

    `sort` is whether a person was frozen, one key of a person revoked, or somebody of an office or shop stopped.
    The rest is text in the language of the visit, '' where it is not known: when, by whom, who registered the party,
    and from when on a new key that waits may take effect.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    sort: Literal["person", "key", "office"]
    since: str
    by: str
    registered_by: str
    ready: str


async def stopped(visit: Visit, key: Key) -> Response[bytes]:
    """The answer (401) to a valid signature of a key that was suspended or revoked."""
    return Response(
        encode(await asyncio.to_thread(_told, visit, key)),
        status_code=401,
        media_type=problems.MEDIA_TYPE.decode(),
        headers=PAGE_HEADERS,
    )


def _told(visit: Visit, key: Key) -> Stopped:
    party = parties.party(visit.state, key.party)
    is_person = party is not None and "person" in party.roles
    notice = parties.notice(visit.state, key.party)
    waiting = parties.recovery(visit.state, key.party)
    # The ledger keeps the latest notice alone: a recovery that was begun since hides the freeze. Of revoked keys it
    # does not say which one a notice was about.
    if key.standing == "suspended" and notice is not None and notice.kind == "suspended":
        since, by = notice.time, visit.called(notice.by)
    else:
        since, by = _frozen_at(visit, key), ""
    problem = problems.make(401, "sign_in.suspended", "This key was stopped. Go to the institution that registered it.")
    return Stopped(
        type=problem.type,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        code=problem.code,
        sort=("person" if key.standing == "suspended" else "key") if is_person else "office",
        since=formats.moment(since, visit.wanted.language) if since else "",
        by=by,
        registered_by=visit.called(party.appointed_by) if party is not None and party.appointed_by else "",
        ready=formats.moment(waiting.ready_at, visit.wanted.language) if waiting is not None else "",
    )


def _frozen_at(visit: Visit, key: Key) -> int:
    """When the party was told last that it is frozen (seconds), as the records know; 0 where they don't."""
    if key.standing != "suspended" or visit.site.records is None:
        return 0
    with visit.site.records.reading() as connection:
        rows = reading.notices(connection, key.party, visit.wanted.language, "", MOST_NOTICES).rows
    return next((row.at for row in rows if row.kind == "key_frozen"), 0)
