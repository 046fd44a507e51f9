"""A server that has an officer's key puts the digests of its status lists onto its own ledger."""

import hashlib
import time
from pathlib import Path
from typing import Any

from madang.client import Keystore, Wallet
from madang.identity.eligibility.keys import OFFICER
from madang.identity.status.register import StatusRegister
from tests.support.cast import ALICE, officer
from tests.web.issuer.served import PASSPHRASE, Town
from tests.web.serving import Server

SERIES = ("office-1", "office-1-revocation", "office-1-suspension")


def town_with(folder: Path, wallet: Wallet) -> Town:
    """An office with a status list, and this key to sign as its officer."""
    town = Town(folder)
    own = town.identity / "office"
    Keystore(own).store(OFFICER, wallet, PASSPHRASE)
    with StatusRegister(own / "status", f"{town.institution().url}/status") as lists:
        lists.allocate(1, int(time.time()) + 86_400, int(time.time()))
    return town


def newest(server: Server, series: str) -> Any:
    return server.get(f"/anchors/newest?institution=welfare&series={series}").json


def anchored(server: Server, version: int) -> list[str]:
    """The digests on the ledger, as soon as all have this version."""
    deadline = time.monotonic() + 30
    while True:
        found = [newest(server, one) for one in SERIES]
        if all(one is not None and one["version"] >= version for one in found):
            assert {one["version"] for one in found} == {version}
            return [one["digest"] for one in found]
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def served(server: Server) -> list[str]:
    """The digests of the lists as anybody gets them."""
    names = ("1", "1.revocation", "1.suspension")
    return [hashlib.sha256(server.get(f"/identity/office/status/{one}").body).hexdigest() for one in names]


def test_what_is_published_is_on_the_ledger_and_again_after_a_restart(tmp_path):
    town = town_with(tmp_path, Wallet(officer("welfare")._key))
    with town.served() as server:
        first = anchored(server, 1)
        assert first == served(server)
    # Publishing a last time at the end and once more at the beginning may give two new files in two seconds, or one.
    with town.served() as server:
        deadline = time.monotonic() + 30
        while [newest(server, one)["digest"] for one in SERIES] != served(server):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert newest(server, SERIES[0])["version"] > 1


def test_a_key_that_is_no_officers_stops_no_list(tmp_path):
    town = town_with(tmp_path, Wallet(ALICE._key))
    with town.served() as server:
        assert server.get("/identity/office/status/1").status == 200
    with town.served() as server:  # it has tried at its end, at the latest
        assert server.get("/identity/office/status/1").status == 200
        assert newest(server, SERIES[0]) is None
