"""This device's key: making it, and showing it to whoever registers the merchant, or to the merchant for a till."""

import base64
import re

from litestar import Response, get

from madang.exchange.qr import draw_svg
from madang.web.api.problems import Refused
from madang.web.site.visit import PAGE_HEADERS, Visit

POINT = re.compile(r"[A-Za-z0-9_-]{86}")


@get("/key")
async def key(visit: Visit) -> Response[str]:
    """Make or show this device's key; for whoever has not signed in too."""
    return visit.page("shop/key.html")


@get("/key/picture")
async def picture(point: str) -> Response[str]:
    """A public key as a QR code, in a `data:` address. Raises `Refused` (400, `shop.key`)."""
    if POINT.fullmatch(point) is None:
        raise Refused(400, "shop.key", "This is no public key. Open the page again.")
    drawn = base64.b64encode(draw_svg(point, 4)).decode()
    return Response(f"data:image/svg+xml;base64,{drawn}", media_type="text/plain", headers=PAGE_HEADERS)


ROUTES = (key, picture)
