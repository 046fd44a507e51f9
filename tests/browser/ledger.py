"""What happens in the town without a browser: acts that are signed and sent as any program sends them."""

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from madang.base.parties.transactions import AddTill, EnrolKey
from madang.client.wallet import make_payload
from madang.kernel.transaction import Act
from tests.browser import town
from tests.support.cast import new_key
from tests.support.signing import Wallet, compact, envelope

if TYPE_CHECKING:
    from tests.browser.conftest import Served


def send(served: "Served", *acts: Act, by: Wallet) -> str:
    """Have a transaction accepted; its id."""
    return send_quorum(served, *acts, by=[by])


def send_quorum(served: "Served", *acts: Act, by: Sequence[Wallet]) -> str:
    """The same, signed by several: an institution's officers, or two people."""
    identifier = secrets.token_hex(16)
    payload = make_payload(town.CHAIN, acts, int(time.time()) + 300, identifier)
    result = _submit(served.url, envelope(payload, by))
    assert result.get("outcome") == "accepted", result
    return identifier


def _submit(url: str, signed: bytes) -> dict[str, Any]:
    sort = "application/jose+json" if signed.startswith(b"{") else "application/jose"
    asked = urllib.request.Request(f"{url}/transactions", signed, {"content-type": sort})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answered:
            result: dict[str, Any] = json.load(answered)
    except urllib.error.HTTPError as error:
        result = json.load(error)
    return result


def enrol(url: str, key: Wallet, by: Wallet) -> None:
    """Have a further key of somebody on the ledger, unless it is there."""
    act = EnrolKey(by=by.party, key=new_key(key))
    payload = make_payload(town.CHAIN, [act], int(time.time()) + 300, secrets.token_hex(16))
    result = _submit(url, compact(payload, by))
    assert result.get("outcome") == "accepted" or result.get("code") == "parties.key_taken", result


def add_till(served: "Served") -> None:
    """The bakery adds its till."""
    send(served, AddTill(by="bakery", key=new_key(town.TILL)), by=town.BAKERY)


def voucher_of(served: "Served", holder: Wallet, programme: str = town.COUPON) -> str:
    """The number of somebody's voucher, which is their only one of the programme."""
    path = f"/vouchers/own_vouchers?programme={programme}"
    (found,) = read(served, path, holder)
    return str(found["number"])


def read(served: "Served", path: str, reader: Wallet) -> Any:
    """What a party reads over the interface."""
    asked = {"chain": town.CHAIN, "method": "GET", "path": path, "not_after": int(time.time()) + 60}
    signed = compact(json.dumps(asked).encode(), reader).decode()
    request = urllib.request.Request(f"{served.url}{path}", headers={"authorization": f"Madang {signed}"})
    with urllib.request.urlopen(request, timeout=30) as answered:
        return json.load(answered)
