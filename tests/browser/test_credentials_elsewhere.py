"""The wallet of one server gets credentials of an issuer at another, where the ledger names its address; else not."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.sync_api import Browser

from madang.base.trust.transactions import DefineType, NameIssuer
from madang.identity.institution import ROOTS
from madang.kernel.transaction import Act
from tests.browser.conftest import Served
from tests.browser.front import Front
from tests.browser.issuing import Issuing
from tests.browser.test_credentials_first import receive
from tests.browser.visitor import Visitor
from tests.identity.issuer.scene import RESIDENT


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Iterator[Issuing]:
    """An issuer at a server of its own, over TLS."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with Front(folder).served() as front:
        found = Issuing(folder, ["resident"], {}, origin=front.origin)
        front.port = found.served.port
        found.served.start()
        yield found
        found.served.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory, elsewhere: Issuing) -> Iterator[Served]:
    """The wallet's server, whose ledger names that issuer, with its address."""
    there, now = elsewhere.institution(), int(time.time()) - 86_400

    def named(_own: Path) -> Sequence[Act]:
        return [
            DefineType(by="operator", credential="resident", governor="ministry", description="dd" * 32),
            NameIssuer(
                by="ministry",
                credential="resident",
                issuer="ministry",
                anchors=[there.anchor],
                since=now,
                until=now + 86_400 * 300,
                origins=[there.description.origin],
            ),
        ]

    here = Issuing(tmp_path_factory.mktemp("here"), [], {}, named, "welfare")
    (here.identity / ROOTS).mkdir()
    root = x509.load_der_x509_certificate(there.root).public_bytes(Encoding.PEM)
    (here.identity / ROOTS / "elsewhere.crt").write_bytes(root)
    here.served.start()
    yield here.served
    here.served.stop()


@pytest.fixture
def phone(chromium: Browser, served: Served) -> Iterator[Visitor]:
    """A phone at the wallet's server, which takes the other's certificate."""
    found = Visitor(chromium, served.url, phone=True, language="en", any_certificate=True)
    yield found
    found.tell()
    found.context.close()
    assert not found.complaints, found.complaints


def test_a_credential_comes_from_another_server_and_its_status_is_read_there(phone, elsewhere):
    person = elsewhere.enrol("P-4", {"resident": RESIDENT})
    receive(phone, elsewhere, person, "resident_sd_jwt")
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.go("/wallet/credentials")
    phone.page.locator("a.card", has_text="Valid").wait_for()
    phone.check_page()
    assert [one for one in asked if one.startswith(f"{elsewhere.institution().url}/status/")]


def test_an_offer_that_was_taken_is_gone_and_the_page_can_tell(phone, elsewhere):
    person = elsewhere.enrol("P-5", {"resident": {**RESIDENT, "connecting_information": "d" * 86}})
    offer = elsewhere.offer(person, "resident_sd_jwt")
    handle = offer.uri.rpartition("/")[2]
    phone.go("/wallet/credentials/receive")
    phone.page.fill("#offer", offer.link.replace(handle, handle[::-1]))
    phone.page.click("form.link button[type=submit]")
    phone.page.locator(".notice.danger", has_text="used, or its time is over").wait_for()


def test_whom_the_ledger_does_not_name_is_not_even_asked(phone):
    asked: list[str] = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.go("/wallet/credentials/receive")
    phone.page.fill("#offer", "haip-vci://?credential_offer_uri=https%3A%2F%2Fstranger.example%2Foffer%2F1")
    phone.page.click("form.link button[type=submit]")
    phone.page.locator(".notice.danger", has_text="no issuer at stranger.example").wait_for()
    phone.check_page()
    assert not [one for one in asked if "stranger.example" in one]
