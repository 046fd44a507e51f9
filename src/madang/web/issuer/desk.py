"""The officers' pages of an institution that issues: people from sheets, offers to who stands at the desk, and what
somebody has, to revoke, suspend or restore.

Whatever is looked at or done stands in the access log with the officer's name, which the person may read.
"""

import asyncio
import base64
from collections.abc import Sequence
from typing import Annotated, Any, get_args
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler

from madang.exchange.qr import draw_svg
from madang.identity.catalogue import type_of
from madang.identity.issuer import offers, standing
from madang.identity.issuer.configurations import configurations
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import Issued, Standing
from madang.identity.issuer.tokens import end_tokens
from madang.kernel.errors import MadangError
from madang.records.issuing import Issuing
from madang.records.vault import Access
from madang.web.api.problems import Refused
from madang.web.issuer.deliveries import deliveries
from madang.web.issuer.issuers import Issuers
from madang.web.issuer.sheets import columns_of, keep_sheet, read_sheet
from madang.web.issuer.signing_in import office_of, people_of
from madang.web.offices.office import office as officer_of
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.uploads import MOST_BODY_BYTES, read_upload
from madang.web.site.visit import Visit

Name = Annotated[str, Parameter(max_length=32)]
RECEIVE = "/wallet/credentials/receive"
"""Where the wallet of this site takes an offer."""


@get("/")
async def home(visit: Visit) -> Response[str]:
    """The institutions for which this officer acts."""
    party = officer_of(visit).name
    issuers: Issuers | None = visit.request.app.state.get("issuers")
    own = issuers.offices_of(party) if issuers is not None else []
    return visit.page("issuer/home.html", offices=own)


@get("/office/{name:str}")
async def show(visit: Visit, name: Name) -> Response[str]:
    """Ask for a person's reference, or for a sheet of people."""
    one, _ = _own(visit, name)
    return _page(visit, one)


@post("/office/{name:str}/person", status_code=200)
async def person(visit: Visit, name: Name) -> Response[str]:
    """What a person can be offered, and what was issued."""
    one, access = _own(visit, name)
    reference = (await read_form(visit)).get("reference", "")
    return await _person(visit, one, access, reference)


@post("/office/{name:str}/offer", status_code=200)
async def offer(visit: Visit, name: Name) -> Response[str]:
    """Offer credentials to the person at the desk: a code to scan, and one to be told."""
    one, access = _own(visit, name)
    form = await read_form(visit)
    reference = form.get("reference", "")
    wanted = [each for each in configurations(one.institution.description) if form.get(each) == "on"]
    subject = people_of(visit, name).find(reference)
    if subject is None or not wanted:
        return await _person(visit, one, access, reference, "issuer.person.choose")
    seconds = offers.LETTER_SECONDS if form.get("way") == "letter" else offers.DESK_SECONDS

    def made() -> offers.Offer:
        found = offers.make_offer(one, subject, wanted, visit.now, seconds)
        store(visit).note(access, "offer", subject, "", visit.now)
        return found

    try:
        found = await asyncio.to_thread(made)
    except MadangError as error:
        if error.code != "offer.nothing":
            raise
        return await _person(visit, one, access, reference, "issuer.refusals.offer.nothing")
    here = f"{visit.chain.relying_party.origins[0]}{RECEIVE}?{urlencode({'credential_offer_uri': found.uri})}"
    codes = [(sort, _drawn(link)) for sort, link in (("browser", here), ("application", found.link))]
    known = configurations(one.institution.description)
    names = list(dict.fromkeys(known[each].of.name for each in wanted))
    return visit.page(
        "issuer/offer.html",
        office=one,
        offer=found,
        here=here,
        codes=codes,
        names=[each.ko if visit.wanted.language == "ko" else each.en for each in names],
        letter=form.get("way") == "letter",
    )


@post("/office/{name:str}/standing", status_code=200)
async def stand(visit: Visit, name: Name) -> Response[str]:
    """Revoke, suspend or restore: one credential's delivery, or all that the person has."""
    one, access = _own(visit, name)
    form = await read_form(visit)
    reference, wanted, delivery = (form.get(field, "") for field in ("reference", "standing", "delivery"))
    known: Standing | None = next((each for each in get_args(Standing) if each == wanted), None)
    subject = people_of(visit, name).find(reference)
    if subject is None or known is None:
        return await _person(visit, one, access, reference, "issuer.person.choose")
    now = visit.now

    def change() -> int:
        if known != "valid":
            store(visit).note(access, "tokens_ended", subject, "", now)
            end_tokens(one, subject, now)
        issued = one.store.issued_to(name, subject)
        meant = standing.changing([each for each in issued if delivery in ("", each.delivery)], known, now)
        # On record first: no line is missing where the server stops in between.
        for each in meant:
            store(visit).note(access, known, subject, each.number, now)
        return len(standing.change(one, meant, known, now))

    changed = await asyncio.to_thread(change)
    return await _person(visit, one, access, reference, "issuer.person.changed", changed)


@post("/office/{name:str}/disconnect", status_code=200)
async def disconnect(visit: Visit, name: Name) -> Response[str]:
    """Undo connecting information that was written for a person by mistake, and end what was authorised under it."""
    one, access = _own(visit, name)
    form = await read_form(visit)
    reference, information = form.get("reference", ""), form.get("information", "").strip()

    def undo() -> bool:
        subject = people_of(visit, name).disconnect(reference, information, access)
        if subject is not None:
            store(visit).note(access, "tokens_ended", subject, "", visit.now)
            end_tokens(one, subject, visit.now)
        return subject is not None

    undone = await asyncio.to_thread(undo)
    said = "issuer.person.disconnected" if undone else "issuer.person.not_connected"
    return await _person(visit, one, access, reference, said)


@post("/office/{name:str}/sheet", status_code=200, request_max_body_size=MOST_BODY_BYTES)
async def sheet(visit: Visit, name: Name) -> Response[str]:
    """Take people from a sheet: all of it, or nothing, and then what is wrong by row."""
    one, access = _own(visit, name)
    sent = await read_upload(visit, "sheet")
    kind = sent.fields.get("type", "")
    if kind not in one.institution.description.issues or not sent.file:
        return _page(visit, one, said="issuer.sheet.choose")
    of = type_of(kind)
    try:
        read = await asyncio.to_thread(read_sheet, one.institution, of, sent.file, visit.now, one.trust())
        kept = await asyncio.to_thread(keep_sheet, people_of(visit, name), of, read, access)
    except MadangError as error:
        known = "issuer.refusals.people.connected" if error.code == "people.connected" else "issuer.sheet.whole"
        return _page(visit, one, said=known, code=error.code, columns=columns_of(of))
    return _page(
        visit, one, said="issuer.sheet.wrong" if read.wrong else "issuer.sheet.kept", kept=kept, wrong=read.wrong
    )


ROUTES: Sequence[ControllerRouterHandler] = (home, show, person, offer, stand, disconnect, sheet)


def store(visit: Visit) -> Issuing:
    """What issuers remember."""
    issuers: Issuers = visit.request.app.state.issuers
    return issuers.store


def _drawn(link: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(draw_svg(link)).decode()}"


def _own(visit: Visit, name: str) -> tuple[Office, Access]:
    """The office, if the officer acts for it, and as whom the access log names them. Raises `Refused` (404)."""
    acting = officer_of(visit)
    found = office_of(visit, name)
    if found.institution.party != acting.name:
        raise Refused(404, "issuer.absent", "Your institution issues nothing under this name.")
    return found, Access(acting.officer, "issuance")


def _page(visit: Visit, one: Office, said: str = "", **values: Any) -> Response[str]:
    shown: dict[str, Any] = {"code": "", "columns": (), "kept": 0, "wrong": (), **values}
    shown["reasons"] = {row.code: words_of(visit, row.code) for row in shown["wrong"]}
    types = [type_of(kind) for kind in one.institution.description.issues]
    wrong = said and said != "issuer.sheet.kept"
    return visit.page("issuer/office.html", 422 if wrong else 200, office=one, types=types, said=said, **shown)


async def _person(
    visit: Visit, one: Office, access: Access, reference: str, said: str = "", changed: int = 0
) -> Response[str]:
    name = one.institution.identifier

    def looked() -> tuple[dict[str, str], list[tuple[Issued, int]]] | None:
        people = people_of(visit, name)
        subject = people.find(reference) if 0 < len(reference) <= 64 else None
        if subject is None:
            return None
        entry = people.entry(subject, access)
        known = {kind: "waiting" if claims == "waiting" else "known" for kind, claims in entry.items()}
        return known, deliveries(one.store.issued_to(name, subject))

    found = await asyncio.to_thread(looked)
    if found is None:
        return _page(visit, one, said="issuer.person.nobody")
    known, issued = found
    offered = [each for each in configurations(one.institution.description).values() if each.of.id in known]
    return visit.page(
        "issuer/person.html",
        office=one,
        reference=reference,
        known=known,
        offered=offered,
        issued=issued,
        type_of=type_of,
        said=said,
        changed=changed,
    )
