"""Transactions and read requests for the tests' server, signed by the tests' own wallets."""

import json
import secrets
import time
from typing import Any

from tests.support.cast import ALICE
from tests.support.signing import Wallet, compact, envelope
from tests.web.serving import CHAIN


def payload(*acts: dict[str, Any], **other: object) -> bytes:
    """A payload; `other` replaces its members."""
    members = {"chain": CHAIN, "id": secrets.token_hex(16), "not_after": int(time.time()) + 300, "acts": list(acts)}
    return json.dumps(members | other).encode()


def pay(amount: int = 1, payer: Wallet = ALICE, to: str = "bakery") -> dict[str, Any]:
    """An act that pays."""
    return {"type": "money.pay", "by": payer.party, "to": to, "amount": amount}


def signed_payment(amount: int = 1, payer: Wallet = ALICE, **other: object) -> bytes:
    """A signed payment to the bakery."""
    return envelope(payload(pay(amount, payer), **other), [payer])


def read_header(reader: Wallet, path: str, **other: object) -> str:
    """The Authorization of a read; `other` replaces what is signed."""
    members = {"chain": CHAIN, "method": "GET", "path": path, "not_after": int(time.time()) + 60}
    return f"Madang {compact(json.dumps(members | other).encode(), reader).decode()}"
