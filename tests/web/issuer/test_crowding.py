"""Wallets that have not said who their holders are: how much they may have an issuer keep."""

import hashlib
import time
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from litestar.testing import TestClient

from madang.app import MODULES
from madang.engine.node import Node
from madang.identity.institution import open_institutions
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from madang.records.database import open_database
from madang.web.api.application import create
from madang.web.api.limits import Limits
from madang.web.issuer import issuers as crowding
from madang.web.issuer.serving import additions
from tests.web.issuer.served import BACK, PASSPHRASE, Town

BURST = 3


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("crowding"))


@pytest.fixture
def client(town):
    """A server that lets an address begin three things at once, and one a second then."""

    @contextmanager
    def opened():
        with Node(town.folder / "node", MODULES, lambda: int(time.time())) as node:
            yield node

    institutions = open_institutions(town.identity, PASSPHRASE)
    served = additions(institutions, town.identity, PASSPHRASE, open_database(town.address), town.master)
    application: Any = create(opened, Limits(kept_rate=1, kept_burst=BURST, proxies=("testclient",)), served)
    with TestClient(application) as running:
        yield running


def push(client: Any, address: str = "192.0.2.1") -> Any:
    form = {
        "response_type": "code",
        "client_id": "https://wallet.example.kr",
        "redirect_uri": BACK,
        "code_challenge": to_base64url(hashlib.sha256(b"v" * 43).digest()),
        "code_challenge_method": "S256",
        "scope": "resident_sd_jwt",
    }
    headers = {"content-type": "application/x-www-form-urlencoded", "x-forwarded-for": address}
    return client.post("/identity/office/par", content=urlencode(form), headers=headers)


def test_an_address_begins_so_much_and_others_are_not_held_up_by_it(client):
    assert [push(client).status_code for _ in range(BURST)] == [201] * BURST
    refused = push(client)
    assert (refused.status_code, refused.json()["code"]) == (429, "http.rate")
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["access-control-allow-origin"] == "*"
    for other in ("token", "nonce"):
        headers = {"x-forwarded-for": "192.0.2.1"}
        assert client.post(f"/identity/office/{other}", headers=headers).status_code == 429
    assert client.post("/identity/office/credential", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 401
    assert push(client, "192.0.2.2").status_code == 201


def test_while_too_much_is_kept_nobody_begins_more_whatever_the_address(client, monkeypatch):
    monkeypatch.setattr(crowding, "COUNTED_SECONDS", 0.0)
    assert push(client, "192.0.2.3").status_code == 201
    monkeypatch.setattr(crowding, "MOST_FROM_STRANGERS", 1)
    for number in (4, 5):
        refused = push(client, f"192.0.2.{number}")
        assert (refused.status_code, refused.json()["code"]) == (429, "issuer.crowded")
        assert refused.headers["retry-after"] == str(crowding.ROOM_SECONDS)
    monkeypatch.setattr(crowding, "MOST_FROM_STRANGERS", 1_000)
    assert push(client, "192.0.2.6").status_code == 201


def test_a_database_that_is_away_is_told_as_such_before_anything_is_kept(client, monkeypatch):
    def away(*_: Any) -> int:
        raise MadangError("records.database", "The database failed (OperationalError). See its own log.")

    monkeypatch.setattr(crowding, "COUNTED_SECONDS", 0.0)
    monkeypatch.setattr("madang.records.issuing.Issuing.pending", away)
    answered = push(client, "192.0.2.7")
    assert answered.status_code == 503 and answered.headers["retry-after"]
    assert "atabase" not in answered.text
