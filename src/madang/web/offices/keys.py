"""An officer's key: making a passkey and showing it to whoever appoints, or enrolling it with a key one has."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post

from madang.base.parties.queries import party
from madang.base.parties.transactions import EnrolKey, NewKey, PublicKey
from madang.kernel.authority import KEYS
from madang.web.api.problems import Refused
from madang.web.offices.offering import offer
from madang.web.offices.office import office
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit


def read_key(form: Mapping[str, str]) -> NewKey | None:
    """The passkey whose public key stands in a form, or None where it is none: pages register no other for officers."""
    try:
        return NewKey(public_key=msgspec.convert(form.get("key"), PublicKey), sort="passkey")
    except msgspec.ValidationError:
        return None


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
