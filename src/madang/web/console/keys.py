"""An officer's key: making a passkey and showing it to whoever appoints, or enrolling it with a key one has."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from msgspec import Meta

from madang.base.parties.queries import party
from madang.base.parties.transactions import EnrolKey, KeySort, NewKey, PublicKey
from madang.kernel.authority import KEYS
from madang.web.api.problems import Refused
from madang.web.console.offering import offer
from madang.web.console.office import office
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit


class _Asked(msgspec.Struct):
    """A public key, as the browser shows it."""

    key: PublicKey
    sort: KeySort = "passkey"
    name: Annotated[str, Meta(max_length=64)] = ""


def read_key(form: dict[str, str]) -> NewKey | None:
    """The key of a form, or None where it is none."""
    try:
        asked = msgspec.convert({name: value for name, value in form.items() if name in ("key", "sort")}, _Asked)
    except msgspec.ValidationError:
        return None
    return NewKey(public_key=asked.key, sort=asked.sort)


@get("/key")
async def key(visit: Visit) -> Response[str]:
    """Make or show this browser's keys; for whoever has not signed in too."""
    known = []
    if visit.session is not None:
        one = office(visit)
        found = party(visit.state, one.officer)
        known = [(kid, visit.state.get(KEYS, kid)) for kid in (found.keys if found else ())]
    return visit.page("console/key.html", known=known, signed_in=visit.session is not None)


@post("/key", status_code=200)
async def enrol(visit: Visit) -> Response[str]:
    """Enrol a further key of the officer, by a signature with one that works."""
    one = office(visit)
    new = read_key(await read_form(visit))
    if new is None:
        raise Refused(400, "console.key", "This is no public key. Make the key again, and copy all of it.")
    return offer(visit, [EnrolKey(by=one.officer, key=new)], f"{visit.area.home}/key")


ROUTES = (key, enrol)
