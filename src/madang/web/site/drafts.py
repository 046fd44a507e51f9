"""What a page asks somebody to sign: a whole payload, put together on the server, shown as it is, signed as it is.

Its id and end are chosen once, when the page is made. So a double tap or a way back to the page signs the same payload
again, of which the ledger gives the first outcome; nothing is done twice.
"""

import secrets
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec

from madang.client.wallet import make_payload
from madang.kernel.transaction import Act

DRAFT_SECONDS = 540
"""How long somebody may look at what is to be signed; the ledger takes nothing that ends more than 600 s ahead."""


class Draft(msgspec.Struct, frozen=True, dict=True):
    """A payload to sign. `signers` are the parties whose keys sign it; `then` is the path of the page for what came
    of it, with `{id}` for the transaction's id.
    """

    id: str
    payload: str
    signers: tuple[str, ...]
    then: str
    seconds: int = DRAFT_SECONDS

    @cached_property
    def shown(self) -> str:
        """The payload with line breaks, for people who want to read exactly what they sign."""
        return msgspec.json.format(self.payload, indent=2)

    @cached_property
    def acts(self) -> list[dict[str, Any]]:
        """Its acts as decoded JSON."""
        acts: list[dict[str, Any]] = msgspec.json.decode(self.payload)["acts"]
        return acts


def draft(chain: str, now: int, acts: Sequence[Act], signers: Sequence[str], then: str) -> Draft:
    """A payload of these acts that can be signed until nine minutes after `now`."""
    identifier = secrets.token_hex(16)
    payload = make_payload(chain, acts, now + DRAFT_SECONDS, identifier)
    return Draft(identifier, payload.decode(), tuple(signers), then)
