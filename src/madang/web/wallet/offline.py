"""What makes the wallet an application of the phone: its manifest, its service worker, and the pages for when there is
no connection.

The worker keeps the static files of this release and one page of the person's own, `/wallet/kept`: the vouchers as they
were, and the receipts that the browser has. It is replaced at every visit and removed at signing out; nothing else of
anybody is kept, and no answer but a failed connection is ever replaced by it.
"""

from functools import cache
from pathlib import Path

import msgspec
from litestar import Response, get

from madang.web.site.visit import POLICY, Visit
from madang.web.wallet.holdings import holdings, own_money

HERE = Path(__file__).parent
SITE = HERE.parent / "site"
VENDORED = (
    "vendor/krds/css/component/output.css",
    "vendor/pretendard/pretendardvariable-gov-dynamic-subset.css",
    "vendor/qr/decode.js",
    "vendor/qr/index.js",
)
KEPT_TYPES = (".js", ".css", ".svg")


@get("/manifest.webmanifest")
async def manifest(visit: Visit) -> Response[bytes]:
    """What the phone shows of the installed wallet (W3C Web Application Manifest)."""
    icon, drawn = (visit.site.look.statics.path(name) for name in ("site/mark.svg", "wallet/icon.png"))
    content = {
        "name": visit.say("wallet.install.name"),
        "short_name": visit.say("wallet.title"),
        "lang": visit.wanted.language,
        "id": "/wallet",
        "start_url": "/wallet",
        "scope": "/wallet",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#256ef4",
        "icons": [
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": drawn, "sizes": "180x180", "type": "image/png", "purpose": "any"},
        ],
    }
    headers = {"cache-control": "no-cache"}
    return Response(msgspec.json.encode(content), media_type="application/manifest+json", headers=headers)


@get("/sw.js")
async def worker(visit: Visit) -> Response[str]:
    """The service worker, with this release and its files in front."""
    statics = visit.site.look.statics
    files = [statics.path(name) for name in _names()]
    head = f"const RELEASE = {msgspec.json.encode(statics.release).decode()};\n"
    head += f"const FILES = {msgspec.json.encode(files).decode()};\n"
    headers = {"cache-control": "no-cache", "service-worker-allowed": "/wallet", "content-security-policy": POLICY}
    return Response(head + _own_text(), media_type="text/javascript; charset=utf-8", headers=headers)


@get("/offline")
async def without_connection(visit: Visit) -> Response[str]:
    """The page for whoever has no connection and nothing kept. It says nothing about anybody, whoever is signed in."""
    visit.session = None
    return visit.page("wallet/offline.html")


@get("/kept")
async def kept(visit: Visit) -> Response[str]:
    """The page that is kept for when there is no connection: vouchers as of now."""
    found = holdings(visit.state, visit.parties, visit.wanted.language)
    return visit.page(
        "wallet/kept.html",
        usable=[one for one in found if one.usable(visit.now)],
        own=own_money(visit.state, visit.parties),
        now=visit.now,
    )


ROUTES = (manifest, worker, without_connection, kept)


@cache
def _own_text() -> str:
    return (HERE / "static" / "sw.js").read_text(encoding="utf-8")


@cache
def _names() -> tuple[str, ...]:
    """The static files that the wallet's pages need; fonts come by themselves once they were shown."""
    own = [
        f"{part}/{file.relative_to(folder).as_posix()}"
        for part, folder in (("wallet", HERE / "static"), ("site", SITE / "static"))
        for file in sorted(folder.rglob("*"))
        if file.suffix in KEPT_TYPES and file.name != "sw.js"
    ]
    return (*own, *VENDORED)
