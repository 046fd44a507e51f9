"""A node as the card service asks it."""

import msgspec

from madang.base.cards.queries import KeptCard
from madang.client import Client, Problem, Wallet


class NodeLedger:
    """The ledger behind a node's HTTP interface. Raises what `Client` raises."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def chain(self) -> str:
        """The ledger's name."""
        return self._client.chain

    def kept_card(self, card: Wallet) -> KeptCard | None:
        """A card's standing, asked with its own key."""
        answer = self._client.query("cards", "kept_card", {"card": card.kid}, card)
        return msgspec.convert(answer, KeptCard | None)

    def submit(self, signed: bytes) -> None:
        """Submit a transaction. Raises `MadangError` with the code of its refusal."""
        result = self._client.submit(signed)
        if isinstance(result, Problem):
            raise result.error()
