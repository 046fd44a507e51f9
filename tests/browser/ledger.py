"""What happens in the town without a browser: acts that are signed and sent as any program sends them."""

import json
import secrets
import time
import urllib.request

from madang.base.parties.transactions import AddTill
from madang.client.wallet import make_payload
from madang.kernel.transaction import Act
from tests.browser import town
from tests.browser.conftest import Served
from tests.support.cast import new_key
from tests.support.signing import Wallet, envelope


def send(served: Served, *acts: Act, by: Wallet) -> str:
    """Have a transaction accepted; its id."""
    identifier = secrets.token_hex(16)
    payload = make_payload(town.CHAIN, acts, int(time.time()) + 300, identifier)
    asked = urllib.request.Request(
        f"{served.url}/transactions", envelope(payload, [by]), {"content-type": "application/jose"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answered:
        result = json.load(answered)
    assert result["outcome"] == "accepted", result
    return identifier


def add_till(served: Served) -> None:
    """The bakery adds its till."""
    send(served, AddTill(by="bakery", key=new_key(town.TILL)), by=town.BAKERY)
