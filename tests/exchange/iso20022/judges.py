"""Judges that others made: the published schemas, and a bank on the other end that knows nothing of us."""

import datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from lxml import etree
from mockbank import accounts, outbox, schema
from mockbank.server import Config
from mockbank.state import State

_SCHEMAS = Path(__file__).parent / "schemas"


@cache
def _schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMAS / f"{message}.xsd"))


def check_schema(message: str, data: bytes) -> None:
    """Hold a document against the published schema of a message."""
    _schema(message).assertValid(etree.fromstring(data))


def check_declaration(message: str, data: bytes) -> None:
    """Hold a document against mock-bank's declaration of a message."""
    findings = schema.check(schema.MESSAGES[message], ElementTree.fromstring(data))
    assert not findings, "\n".join(map(str, findings))


class OtherBank:
    """A bank in Korea that holds one account and takes orders."""

    def __init__(self, number: str, balance: int, behaviour: str = "accept", day: str = "2026-11-20") -> None:
        self._state = State(Config(quiet=True, timezone="Asia/Seoul", clock=f"{day}T09:00"))
        fields = {
            "iban": "NL91ABNA0417164300",  # it knows accounts by IBAN; orders find this one by its number
            "account_number": number,
            "currency": "KRW",
            "balance": balance,
            "behaviour": behaviour,
        }
        accounts.create(self._state.conn, "treasury", fields)

    def order(self, data: bytes) -> list[bytes]:
        """Send an order; the status reports that come back."""
        self._state.receive(data)
        self._state.release()
        return self.collect("pain.002")

    def advance(self, days: int) -> None:
        """Let days pass."""
        self._state.clock.advance(days=days)

    def collect(self, kind: str) -> list[bytes]:
        """What the bank has sent of a kind since the last time."""
        messages = outbox.collect(self._state.conn, self._state.now(), kind=kind)
        return [one["body"].encode() for one in messages]

    def close(self) -> None:
        """Close its books."""
        self._state.close()


DAY = datetime.date(2026, 11, 20)
CREATED = 1_795_132_800
"""2026-11-20T09:00:00+09:00"""
