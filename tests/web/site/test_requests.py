"""What every page refuses before it looks at anything, over HTTP: all routes of all areas, as they are declared."""

import re

import pytest
from litestar.handlers import HTTPRouteHandler

from madang.web.people import AREAS
from tests.support.cast import ALICE
from tests.support.signing import ORIGIN
from tests.web.site.test_signin import signed_in

PREFERENCES = "/preferences"
OPEN = {
    "/wallet/key",
    "/wallet/manifest.webmanifest",
    "/wallet/sw.js",
    "/wallet/offline",
    "/wallet/credentials",
    "/wallet/credentials/card",
    "/wallet/credentials/shown",
    "/wallet/credentials/receive",
    "/wallet/credentials/back",
    "/wallet/credentials/known",
    "/wallet/present",
    "/wallet/for-me/offers",
    "/issuer/own",
    "/shop/key",
    "/shop/key/picture",
    "/desk/key",
    "/console/key",
    "/explorer",
    "/explorer/now",
    "/explorer/totals",
    "/explorer/validators",
    "/explorer/receipt",
    "/explorer/check",
    "/explorer/identifiers",
    "/explorer/key",
}
"""What anyone may open without signing in: credentials lie in the browser, and pages around them hold nobody's."""
BY_CREDENTIAL = {"/issuer/authorize/x", "/issuer/authorization/x/x", "/issuer/own/x"}
"""For people whom a wallet sends: they have no key of an officer, and say who they are by a credential."""
ASKED = {"/shop/code": "?order=x&amount=1&since=1", "/shop/code/new": "?order=x&amount=1"}
"""What of an address is not read without."""


def routes(method):
    for area in AREAS:
        for handler in area.routes:
            assert isinstance(handler, HTTPRouteHandler)
            if method in handler.http_methods:
                for path in handler.paths:
                    filled = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x", path))
                    yield f"{area.home}{filled}".rstrip("/")


def test_nothing_is_posted_from_elsewhere(site):
    for path in (*routes("POST"), *(f"{area.home}/sign-{way}" for area in AREAS for way in ("in", "out"))):
        for headers in ({}, {"origin": "https://evil.example"}, {"origin": "null"}):
            assert site.ask("POST", path, b"a=b", **headers).code == "site.origin", path


def test_every_page_but_the_open_ones_asks_who_it_is_for(site):
    for path in routes("GET"):
        if path not in OPEN | BY_CREDENTIAL:
            assert site.get(path + ASKED.get(path, ""), accept="text/html").status == 401, path


OPEN_FORMS = {"/wallet/for-me/claim", "/explorer/identifiers"}
"""Read before anybody is asked who they are: a claim, which then asks; an identifier, which anybody may look up."""


def test_every_form_asks_who_it_is_from(site):
    for path in routes("POST"):
        if path not in BY_CREDENTIAL | OPEN_FORMS:
            assert site.ask("POST", path, b"a=b", origin=ORIGIN, accept="text/html").status == 401, path


def test_nobody_issues_where_no_institution_is(site):
    asked = BY_CREDENTIAL & set(routes("GET")), BY_CREDENTIAL & set(routes("POST"))
    assert all(asked)
    for path in asked[0]:
        assert site.get(path, accept="text/html").status == 404, path
    for path in asked[1]:
        assert site.ask("POST", path, b"a=b", origin=ORIGIN, accept="text/html").status == 404, path


@pytest.mark.parametrize("path", ["/explorer/why/%00", "/explorer/why/a%0Bb", "/explorer/why/a?programme=busan%00x"])
def test_no_address_has_control_characters(site, path):
    # Keys of the ledger are joined by NUL: a name that held one would read under another key.
    assert site.get(path).code == "http.request"
    assert site.get("/explorer/why/a?programme=busan").status == 200


@pytest.mark.parametrize("field", [b"back=%2Fa%00b", b"back=%2Fa%7f", b"language=en&size=%1bmedium"])
def test_no_field_has_control_characters(site, field):
    assert site.ask("POST", PREFERENCES, field, origin=ORIGIN).code == "site.form"


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "evil", "/%ED%95%9C%EA%B8%80", "/a%0d%0ax-y:%20z"],
)
def test_nobody_is_sent_elsewhere(site, back):
    sent = site.ask("POST", PREFERENCES, f"language=ko&back={back}".encode(), origin=ORIGIN)
    assert (sent.status, sent.headers["location"]) == (303, "/")


def test_the_page_that_a_browser_keeps_after_signing_out_says_nothing_about_anybody(site):
    cookie = signed_in(site, ALICE)
    assert ALICE.party.encode() in site.get("/wallet/more", cookie=cookie).body
    assert site.get("/wallet/offline", cookie=cookie).body == site.get("/wallet/offline").body
