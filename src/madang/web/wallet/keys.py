"""The key of this device: making it, and showing it to a bank or desk, which registers it."""

from litestar import Response, get

from madang.web.site.visit import Visit


@get("/key")
async def key(visit: Visit) -> Response[str]:
    """Make or show this device's key; for whoever has not signed in too."""
    return visit.page("wallet/key.html")


ROUTES = (key,)
