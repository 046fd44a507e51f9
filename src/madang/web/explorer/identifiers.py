"""Identifiers: type one, see its document, every version with what it changed, and what the ledger says of each.

Only those that are published at this server, which are read from its own folder: were others fetched, anybody could
have this server call at any address. The command `madang did` resolves all.
"""

import asyncio

import msgspec
from litestar import Response, get, post

from madang.base.anchors import queries
from madang.base.anchors.state import Anchor
from madang.identity.catalogue import TYPES
from madang.identity.catalogue.types import Words
from madang.identity.did import jwk
from madang.identity.did.anchoring import Confirmed, confirm, series_of
from madang.identity.did.certificates import Grounds, read_published, verify
from madang.identity.did.changes import Changed, changes
from madang.identity.did.keeping import party_of
from madang.identity.did.webvh.history import History
from madang.identity.did.webvh.names import read_name
from madang.identity.did.webvh.resolving import resolve
from madang.identity.trust import Trust
from madang.kernel.errors import MadangError
from madang.log.checkpoint import Policy, require
from madang.web.did.hosted import Hosted
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit

MOST_VERSIONS = 200
"""Lines of the page, the newest; all are verified."""


class Row(msgspec.Struct, frozen=True):
    """A version with what it changed, and what the ledger says of it."""

    changed: Changed
    confirmed: Confirmed


class Shown(msgspec.Struct, frozen=True):
    """A certificate about the subject: its type, issuer and claims; or the code of why it does not count."""

    type: Words
    issuer: str = ""
    claims: tuple[tuple[Words, str], ...] = ()
    code: str = ""


class Found(msgspec.Struct, frozen=True):
    """What the page shows of an identifier."""

    did: str
    document: str
    ended: bool = False
    party: str = ""
    rows: tuple[Row, ...] = ()
    proven: int = 0
    certificates: tuple[Shown, ...] = ()


@get("/identifiers")
async def ask(visit: Visit) -> Response[str]:
    """Where an identifier is typed, with those of the institutions here."""
    return _page(visit, "", None, "")


@post("/identifiers", status_code=200)
async def show(visit: Visit) -> Response[str]:
    """What there is to know of the identifier that was typed."""
    typed = (await read_form(visit)).get("did", "").strip()[:1_024]
    try:
        found = await _find(visit, typed)
    except MadangError as error:
        return _page(visit, typed, None, error.code)
    return _page(visit, typed, found, "" if found else "did.elsewhere")


ROUTES = (ask, show)


def _page(visit: Visit, typed: str, found: Found | None, code: str) -> Response[str]:
    identifiers = _hosted(visit)
    listed = identifiers.listed(visit.now) if identifiers is not None else []
    known = code if code in ("did.elsewhere", "did.name", "did.jwk", "did.cut") else "did.broken" if code else ""
    return visit.page(
        "explorer/identifiers.html",
        422 if code else 200,
        typed=typed,
        found=found,
        wrong=known,
        code=code,
        listed=listed,
    )


def _hosted(visit: Visit) -> Hosted | None:
    found: Hosted | None = visit.request.app.state.get("identifiers")
    return found


async def _find(visit: Visit, did: str) -> Found | None:
    if did.startswith(jwk.PREFIX):
        return Found(did, _written(jwk.resolve(did)))
    read_name(did)
    identifiers = _hosted(visit)
    history = identifiers.history(did, visit.now) if identifiers is not None else None
    if identifiers is None or history is None:
        return None
    if history.did != did:
        raise MadangError("did.mismatch", "The history that was found is that of another identifier.")
    party = party_of(history)
    confirmed = confirm(history, party, _newest(visit, history, party), _proofs(identifiers, history), _policy(visit))
    rows = [Row(one, said) for one, said in zip(changes(history), confirmed, strict=True)]
    document = resolve(history).document
    return Found(
        did,
        _written(document) if document is not None else "",
        history.deactivated,
        party,
        tuple(reversed(rows))[:MOST_VERSIONS],
        sum(one.standing in ("proven", "newest") for one in confirmed),
        await asyncio.to_thread(_certificates, visit, identifiers, history),
    )


def _certificates(visit: Visit, identifiers: Hosted, history: History) -> tuple[Shown, ...]:
    """What was certified of it: what counts with what it says, and of the rest why it does not."""
    found = identifiers.find(history.did)
    content = identifiers.certificates(*found) if found is not None else None
    grounds = Grounds(identifiers.roots, Trust(visit.state).issuer_of, identifiers.statuses)
    return tuple(_shown(text, history, grounds, visit.now) for text in read_published(content or b"[]"))


def _shown(text: str, history: History, grounds: Grounds, now: int) -> Shown:
    try:
        found = verify(text, history, grounds, now)
    except MadangError as error:
        return Shown(Words("", ""), code=error.code)
    of = TYPES[found.type]
    claims = tuple((of.claims[name].words, str(value)) for name, value in found.claims.items() if name != "subject")
    return Shown(of.name, found.issuer, claims)


def _newest(visit: Visit, history: History, party: str) -> Anchor | None:
    return queries.newest(visit.state, party, series_of(history)) if party else None


def _proofs(identifiers: Hosted, history: History) -> dict[int, bytes]:
    found = identifiers.find(history.did)
    if found is None:
        return {}
    each = {one.number: identifiers.proof(*found, one.number) for one in history.versions}
    return {number: proof for number, proof in each.items() if proof is not None}


def _policy(visit: Visit) -> Policy:
    """The log's own key: this server's word. Whoever wants the witnesses' too asks with the command."""
    return require(visit.node.log_key, [], 0)


def _written(document: dict[str, object]) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
