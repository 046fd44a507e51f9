"""Which pages there are to be seen, in one place: `tools.screenshots` takes a picture of each, and a test asks of every
GET route whether it is here.

A route without parameters is a page under its own path, unless `NOT_PAGES` says what it is instead. One with parameters
needs a line in `EXAMPLES`: a path, with names of `tools.screenshots.scene` in braces, or `LINKED` where some other page
of its area leads to it.
"""

from collections.abc import Iterator

import msgspec
from litestar.handlers import HTTPRouteHandler

from madang.web.site.areas import Area

LINKED = "linked"

EXAMPLES: dict[str, dict[str, str]] = {
    "wallet": {
        "/payments/{identifier:str}": "/payments/{payment}",
        "/codes/{identifier:str}": LINKED,
        "/applications/{number:str}": LINKED,
        "/appeals/{number:str}": LINKED,
        "/bought/{number:str}": LINKED,
        "/claims/{identifier:str}": LINKED,
        "/data/proof/{person:str}": LINKED,
        "/done/{identifier:str}": LINKED,
    },
    "shop": {
        "/payments/{programme:str}/{payment:str}": LINKED,
        "/held/{programme:str}/{payment:str}": LINKED,
        "/collected/{identifier:str}": LINKED,
        "/refunds/{identifier:str}": "/refunds/{refunded}",
        "/delivered/{identifier:str}": LINKED,
        "/duties/cases/{programme:str}/{number:str}": LINKED,
        "/duties/debts/{number:str}": LINKED,
    },
    "desk": {
        "/tasks/{name:str}": LINKED,
        "/done/{identifier:str}": "/done/{desk}",
        "/proposals/{handle:str}": LINKED,
    },
    "console": {
        "/done/{identifier:str}": "/done/{funded}",
        "/record/entry/{identifier:str}": "/record/entry/{funded}",
        "/proposals/{handle:str}": LINKED,
        "/programmes/{name:str}": "/programmes/{programme}",
        "/programmes/{name:str}/rules": "/programmes/{programme}/rules",
        "/programmes/{name:str}/authorities": "/programmes/{programme}/authorities",
        "/programmes/{name:str}/money": "/programmes/{programme}/money",
        "/programmes/{name:str}/funders": "/programmes/{programme}/funders",
        "/programmes/{name:str}/try": "/programmes/{programme}/try",
        "/programmes/{name:str}/proof": "/programmes/{programme}/proof",
        "/programmes/{name:str}/grants": "/programmes/{programme}/grants",
        "/programmes/{name:str}/grants/{file:str}": LINKED,
        "/programmes/{name:str}/spending": "/programmes/{programme}/spending",
        "/programmes/{name:str}/vouchers": "/programmes/{programme}/vouchers",
        "/programmes/{name:str}/payouts": "/programmes/{programme}/payouts",
        "/programmes/{name:str}/settlement": "/programmes/{programme}/settlement",
        "/appeals/{number:str}": LINKED,
        "/applications/{number:str}": LINKED,
        "/disputes/{case:str}": LINKED,
        "/flags/{programme:str}/{number:str}": LINKED,
        "/cases/{programme:str}/{number:str}": LINKED,
        "/debts/{number:str}": LINKED,
        "/lists/{register:str}": "/lists/legal-dong",
        "/lists/{register:str}/changes/{kept:str}": LINKED,
    },
    "explorer": {"/entries/{identifier:str}": "/entries/{payment}"},
}

NOT_PAGES: dict[str, dict[str, str]] = {
    "wallet": {
        "/codes/{identifier:str}/standing": "data for a script",
        "/credentials/back": "where an issuer sends somebody back: pictured by the journey of receiving alone",
        "/credentials/known": "data for a script",
        "/for-me/offers": "data for a script",
        "/data/export": "a file",
        "/data/items/{item:str}": "a file",
        "/data/proof/{person:str}/file": "a file",
        "/history/{key:str}": "leads on to another page",
        "/manifest.webmanifest": "for the phone that installs the wallet",
        "/sw.js": "a script",
    },
    "shop": {
        "/code": "asks for a sale: pictured by the journey of selling alone",
        "/code/new": "a part of a page",
        "/day/payments.csv": "a file",
        "/day/payouts.csv": "a file",
        "/events": "a stream",
        "/key/picture": "data for a script",
    },
    "desk": {"/proposals/clear": "leads on to what is to be signed, or says that there is nothing"},
    "console": {
        "/proposals/clear": "leads on to what is to be signed, or says that there is nothing",
        "/appeals/{number:str}/evidence/{place:int}": "a file",
        "/applications/{number:str}/evidence/{place:int}": "a file",
        "/proofs/{kind:str}/{programme:str}": "a part of a page",
        "/programmes/{name:str}/grants/{file:str}/trial": "a part of a page",
        "/programmes/{name:str}/grants/{file:str}/parts/{number:int}": "data for a script",
        "/programmes/{name:str}/grants/{file:str}/report.csv": "a file",
        "/programmes/{name:str}/spending/{by:str}": "a file",
        "/programmes/{name:str}/settlement.csv": "a file",
    },
    "issuer": {
        "/authorize/{name:str}": "leads on to the page of the pushed request",
        "/authorization/{name:str}/{ticket:str}": "asks whom a wallet sent: pictured by the journey of issuing alone",
        "/own/{name:str}": "asks who it is: pictured by the journey of issuing alone",
        "/office/{name:str}": "only where an institution issues: pictured by the journey of issuing alone",
    },
    "explorer": {"/now": "a part of a page"},
}


class Picture(msgspec.Struct, frozen=True):
    """A page to be seen: its area, its route, and its path, '' where links of other pages lead there."""

    area: str
    route: str
    path: str


def routes(area: Area) -> Iterator[str]:
    """The GET routes of an area, without its name in front."""
    for handler in area.routes:
        if isinstance(handler, HTTPRouteHandler) and "GET" in handler.http_methods:
            yield from handler.paths


def pictures(area: Area, scene: dict[str, str]) -> Iterator[Picture]:
    """Every page of an area; a route with parameters that is not named here is looked for on other pages too."""
    for route in routes(area):
        if route in NOT_PAGES.get(area.name, {}):
            continue
        example = EXAMPLES.get(area.name, {}).get(route, LINKED) if "{" in route else route
        path = "" if example == LINKED else area.home + (example.format_map(scene) if example != "/" else "")
        yield Picture(area.name, route, path)
