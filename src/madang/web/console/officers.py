"""The institution's officers: appointing one by the public key that the person shows, dismissing, and the threshold."""

import msgspec
from litestar import Response, get, post

from madang.base.parties import queries as parties
from madang.base.parties.transactions import AppointOfficer, DismissOfficer, SetThreshold
from madang.kernel.transaction import Act
from madang.web.offices.keys import read_key
from madang.web.offices.offering import offer
from madang.web.offices.office import office
from madang.web.site.shared import read_form
from madang.web.site.visit import Visit


@get("/officers")
async def show(visit: Visit) -> Response[str]:
    """All officers, and the forms."""
    return _page(visit)


def _page(visit: Visit, error: str = "", typed: str = "") -> Response[str]:
    one = office(visit)
    found = [(name, parties.party(visit.state, name)) for name in parties.officers(visit.state, one.name)]
    return visit.page(
        "console/officers.html", 422 if error else 200, office=one, officers=found, error=error, typed=typed
    )


@post("/officers", status_code=200)
async def act(visit: Visit) -> Response[str]:
    """Appoint, dismiss, or set the threshold; all by quorum."""
    one = office(visit)
    form = await read_form(visit)
    made: Act
    try:
        if form.get("what") == "dismiss":
            made = msgspec.convert({"by": one.name, "officer": form.get("officer", "")}, DismissOfficer)
        elif form.get("what") == "threshold":
            values = {"by": one.name, "threshold": form.get("threshold", "")}
            made = msgspec.convert(values, SetThreshold, strict=False)
        else:
            new = read_key(form)
            if new is None:
                return _page(visit, visit.say("console.officers.form"), form.get("key", "")[:100])
            made = AppointOfficer(by=one.name, key=new)
    except msgspec.ValidationError:
        return _page(visit, visit.say("console.officers.form"))
    return offer(visit, [made], "/console/officers")


ROUTES = (show, act)
