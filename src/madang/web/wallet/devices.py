"""Devices and their keys: a further one is enrolled by a signature of this one, a lost one is frozen from here.

A key can't be copied out of a device, so there is no backup of it: a second device is the backup. What a bank or desk
began without the person, a new key after a loss, is shown here and can be vetoed with any key that there is.
"""

import re

import msgspec
from litestar import Response, get, post

from madang.base.parties.queries import party as party_of
from madang.base.parties.queries import recovery
from madang.base.parties.state import Recovery
from madang.base.parties.transactions import EnrolKey, NewKey, RevokeKey, VetoRecovery
from madang.engine.entries import block_key, read_tip
from madang.kernel.authority import KEYS
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from madang.kernel.signature import thumbprint
from madang.kernel.transaction import Act
from madang.web.site.drafts import draft
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit
from madang.web.wallet.holdings import holdings

PUBLIC_KEY = re.compile(r"^[A-Za-z0-9_-]{86}\Z")
DONE = "/wallet/done/{id}"


class OwnKey(msgspec.Struct, frozen=True):
    """A key of mine: its thumbprint, since when (seconds), what its party holds, and whether it is this device's."""

    kid: str
    party: str
    since: int
    titles: tuple[str, ...]
    here: bool


class Waiting(msgspec.Struct, frozen=True):
    """A new key that somebody named for me, and my party that it would take over."""

    party: str
    recovery: Recovery


@get("/devices")
async def devices(visit: Visit) -> Response[str]:
    """Every key of mine, and what can be done with them."""
    return _page(visit, 200)


@post("/devices", status_code=200)
async def enrol(visit: Visit) -> Response[str]:
    """Further keys, one for each party of this wallet, to be signed for."""
    parties = visit.parties
    typed = (await read_form(visit)).get("keys", "")[:2_000]
    keys = list(dict.fromkeys(typed.split()))
    if not keys or any(PUBLIC_KEY.match(one) is None for one in keys):
        return _page(visit, 422, typed, visit.say("wallet.devices.bad_key"))
    if len(keys) != len(parties):
        return _page(visit, 422, typed, visit.say("wallet.devices.how_many", needed=len(parties), given=len(keys)))
    try:
        marks = [short(thumbprint(from_base64url(key, "key"))) for key in keys]
        acts = [
            EnrolKey(by=party, key=NewKey(public_key=key, sort="jws")) for party, key in zip(parties, keys, strict=True)
        ]
        refusal = visit.preview(acts, *parties)
    except MadangError:  # not base64url, or no point of the curve
        return _page(visit, 422, typed, visit.say("wallet.devices.bad_key"))
    if refusal is not None:
        return _page(visit, 422, typed, words_of(visit, refusal.code))
    return visit.page(
        "wallet/device_sign.html", draft=draft(visit.chain.name, visit.now, acts, parties, DONE), marks=marks
    )


@post("/devices/freeze", status_code=200)
async def freeze(visit: Visit) -> Response[str]:
    """Stop a key of mine for good, to be signed for."""
    kid = (await read_form(visit)).get("kid", "")
    found = next((one for one in own_keys(visit) if one.kid == kid and not one.here), None)
    if found is None:
        return _page(visit, 422, "", visit.say("wallet.devices.not_this"))
    act = RevokeKey(by=found.party, party=found.party, key=kid)
    return _sign(visit, "wallet/freeze_sign.html", [act], found.party, key=found)


@post("/devices/veto", status_code=200)
async def veto(visit: Visit) -> Response[str]:
    """Stop that somebody else's key takes the place of mine, to be signed for."""
    asked = (await read_form(visit)).get("party", "")
    found = next((one for one in recoveries(visit) if one.party == asked), None)
    if found is None:
        return _page(visit, 422, "", words_of(visit, "parties.no_recovery"))
    act = VetoRecovery(by=found.party, party=found.party)
    return _sign(visit, "wallet/veto_sign.html", [act], found.party, waiting=found)


ROUTES = (devices, enrol, freeze, veto)


def own_keys(visit: Visit) -> list[OwnKey]:
    """The keys of every party that is signed in, this device's first."""
    here = set(visit.session.keys.values()) if visit.session is not None else set()
    held = holdings(visit.state, visit.parties, visit.wanted.language)
    found = []
    for name in visit.parties:
        record = party_of(visit.state, name)
        titles = tuple(dict.fromkeys(one.title for one in held if one.party == name))
        for kid in record.keys if record is not None else ():
            key = visit.state.get(KEYS, kid)
            since = _time_of(visit, key.since - 1) if key is not None else 0
            found.append(OwnKey(kid, name, since, titles, kid in here))
    return sorted(found, key=lambda one: (not one.here, one.since))


def recoveries(visit: Visit) -> list[Waiting]:
    """New keys that a bank or desk named for me, and that wait."""
    found = [(name, recovery(visit.state, name)) for name in visit.parties]
    return [Waiting(name, one) for name, one in found if one is not None and visit.now < one.lapses_at]


def short(kid: str) -> str:
    """The beginning of a key's thumbprint, for two screens to be held side by side."""
    return f"{kid[:4]} {kid[4:8]}"


def _page(visit: Visit, status: int, typed: str = "", error: str = "") -> Response[str]:
    return visit.page(
        "wallet/devices.html",
        status,
        keys=own_keys(visit),
        waiting=recoveries(visit),
        typed=typed,
        error=error,
        short=short,
    )


def _sign(visit: Visit, template: str, acts: list[Act], party: str, **values: object) -> Response[str]:
    refusal = visit.preview(acts, party)
    if refusal is not None:
        return _page(visit, 422, "", words_of(visit, refusal.code))
    signed = draft(visit.chain.name, visit.now, acts, [party], DONE)
    return visit.page(template, 200, {}, draft=signed, short=short, **values)


def _time_of(visit: Visit, height: int) -> int:
    data = visit.node.ledger.store.view().log_get(block_key(max(height, 0)))
    return read_tip(data).time if data is not None else 0
