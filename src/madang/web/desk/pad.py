"""The pad at a desk: a person chooses the PIN of a card that the desk issued, or allowed another PIN for."""

from typing import Any

from litestar import Response, get, post

from madang.kernel.errors import MadangError
from madang.web.api.asgi import encode
from madang.web.offices.office import office
from madang.web.site.refusals import words_of
from madang.web.site.shared import read_form
from madang.web.site.visit import PAGE_HEADERS, Visit

PAGE = "/desk/pad"


@get("/pad")
async def ask(visit: Visit) -> Response[str]:
    """Which card it is: its QR code, or the number on it."""
    office(visit)
    return visit.page("desk/pad_card.html", wrong="", here=visit.site.pads is not None)


@post("/pad", status_code=200)
async def show(visit: Visit) -> Response[str]:
    """The keypad for the card, where its number is one."""
    office(visit)
    number = (await read_form(visit)).get("number", "")
    try:
        await named(visit, number)
    except MadangError as error:
        return visit.page("desk/pad_card.html", 422, wrong=words_of(visit, error.code), here=True)
    return visit.page("desk/pad.html", number=number)


@post("/pad/pin", status_code=200)
async def keep(visit: Visit) -> Response[Any]:
    """Hand the PIN that a person chose to the card service; nothing of it is kept here. The officer can't read it."""
    office(visit)
    form, pads = await read_form(visit), visit.site.pads
    try:
        if pads is None:
            raise _absent()
        await pads.choose_pin(form.get("number", ""), form.get("pin", ""))
    except MadangError as error:
        return visit.page("site/refusal.html", 422, code=error.code, words=words_of(visit, error.code))
    return Response(encode({"then": f"{PAGE}/kept"}), media_type="application/json", headers=PAGE_HEADERS)


@get("/pad/kept")
async def kept(visit: Visit) -> Response[str]:
    """The PIN is kept."""
    office(visit)
    return visit.page("desk/pad_kept.html")


ROUTES = (ask, show, keep, kept)


async def named(visit: Visit, number: str) -> str:
    """The name on the ledger of the card with this number. Raises `MadangError` (`card.unknown`, `card.absent`)."""
    if visit.site.pads is None:
        raise _absent()
    return await visit.site.pads.name_of(number)


def _absent() -> MadangError:
    return MadangError("card.absent", "This server keeps no cards. Open the pad of the card service.")
