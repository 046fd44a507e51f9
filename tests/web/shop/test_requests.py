"""Requests to the shop's pages as nobody's browser sends them: answered in order, and never with somebody else's."""

import http.client

import pytest

from tests.support.cast import ALICE, BAKERY, GROCER
from tests.support.signing import ORIGIN

HTML = "text/html"
ORDER = "t-0123456789ab"
PAYMENT = f"{'0' * 10}{'A' * 22}"
PAGES = [
    "/shop",
    "/shop/collect",
    "/shop/payments",
    "/shop/day",
    "/shop/entry",
    "/shop/tills",
    "/shop/agents",
    "/shop/held",
    "/shop/refused",
    "/shop/duties",
    "/shop/day/payments.csv",
    "/shop/day/payouts.csv",
    f"/shop/code?order={ORDER}&amount=1000&since=0",
]


@pytest.mark.parametrize("path", [*PAGES, "/shop/events"])
def test_nothing_is_shown_without_a_session(site, path):
    assert site.get(path, accept=HTML).status == 401


@pytest.mark.parametrize("path", PAGES)
def test_a_shop_sees_its_own(site, signed_in, path):
    answer = site.get(path, accept=HTML, cookie=signed_in(BAKERY))
    assert answer.status == 200, answer
    assert "grocer" not in answer.body.decode()


def test_a_citizen_does_not_sign_in_here(sign_in):
    assert sign_in(ALICE).code == "sign_in.nobody"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/shop/payments/nothing/x", 404),
        (f"/shop/payments/nothing/{PAYMENT}", 404),
        (f"/shop/held/nothing/{PAYMENT}", 404),
        ("/shop/collected/x", 404),
        (f"/shop/refunds/{'0' * 32}", 404),
        (f"/shop/delivered/{'0' * 32}", 404),
        (f"/shop/code?order={ORDER}&amount=0&since=0", 400),
        (f"/shop/code?order={ORDER}&amount=-5&since=0", 400),
        (f"/shop/code?order={ORDER}&amount=1000000000000000&since=0", 400),
        (f"/shop/code?order={ORDER}&amount=ten&since=0", 400),
        ("/shop/code?order=%3Cscript%3E&amount=5&since=0", 400),
        (f"/shop/code/new?order={'x' * 99}&amount=5", 400),
        ("/shop/key/picture?point=x", 400),
        (f"/shop/duties/cases/nothing/{'0' * 32}", 404),
        ("/shop/duties/cases/nothing/x", 404),
        (f"/shop/duties/debts/{'A' * 22}", 404),
        ("/shop/duties/debts/x", 404),
    ],
)
def test_what_is_not_there_or_no_sale_is_refused(site, signed_in, path, status):
    assert site.get(path, accept=HTML, cookie=signed_in(BAKERY)).status == status


@pytest.mark.parametrize("query", ["day=yesterday", "day=2026-02-30&page=-7", "number=%22%3E%3Cscript%3E", "page=9999"])
def test_whatever_a_list_is_asked_for_it_shows_a_day(site, signed_in, query):
    answer = site.get(f"/shop/payments?{query}", accept=HTML, cookie=signed_in(BAKERY))
    assert answer.status == 200
    assert "<script>" not in answer.body.decode().replace('<script type="module"', "")


@pytest.mark.parametrize(
    "path", ["/shop/tills", "/shop/agents", "/shop/entry", "/shop/sell", "/shop/collect", "/shop/pad"]
)
def test_a_form_that_comes_from_elsewhere_is_refused(site, signed_in, path):
    answer = site.ask("POST", path, b"amount=5", cookie=signed_in(BAKERY), origin="https://evil.example")
    assert (answer.status, answer.code) == (403, "site.origin")


def test_an_amount_leads_to_its_code_and_nothing_is_written(site, signed_in):
    cookie = signed_in(GROCER)
    form = {"content_type": "application/x-www-form-urlencoded", "accept": HTML, "origin": ORIGIN, "cookie": cookie}
    before = site.get("/health").json["height"]
    answer = site.ask("POST", "/shop/sell", b"amount=12%2C000", **form)
    assert answer.status == 303
    page = site.get(answer.headers["location"], accept=HTML, cookie=cookie)
    assert "data:image/svg+xml;base64," in page.body.decode()
    assert site.get("/health").json["height"] == before


def test_a_server_without_cards_takes_no_pin(site, signed_in):
    form = {"content_type": "application/x-www-form-urlencoded", "accept": HTML, "origin": ORIGIN}
    body = b"card=AAAAAAAAAAAAAAAAAAAAAA&programme=coupon&amount=1000&pin=480266"
    answer = site.ask("POST", "/shop/pad", body, cookie=signed_in(BAKERY), **form)
    assert answer.status == 422
    assert "card.absent" in answer.body.decode()
    assert "480266" not in answer.body.decode()
    assert site.ask("POST", "/shop/pad", body, **form).status == 401


@pytest.mark.parametrize("seen", [None, "0", "-1", "x" * 99, "9" * 40, "１２"])
def test_a_stream_opens_wherever_its_reader_was(site, signed_in, seen):
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    headers = {"Cookie": signed_in(BAKERY)}
    if seen is not None:
        headers["Last-Event-ID"] = seen.encode().decode("latin-1")
    try:
        connection.request("GET", "/shop/events?since=-5", headers=headers)
        response = connection.getresponse()
        assert response.status == 200
        assert response.getheader("content-type") == "text/event-stream"
        assert response.getheader("cache-control") == "no-store"
        assert response.readline() == b"retry: 2000\n"
    finally:
        connection.close()
