"""The card service behind the pads of these pages: for institutions that keep cards and serve pages from one process.

A PIN that somebody types at a pad comes here in the body of one request, is looked at by the card service, and is kept
nowhere; what goes on is the one-time code that the card's key authorised. Whoever serves such pages could read PINs as
they come, as any card service can (docs/trust.md).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from madang.base.cards import queries
from madang.base.cards.queries import KeptCard
from madang.base.parties.ledger import party_of_card
from madang.cards import CardService, Presented, Store, Vault, read_master_key
from madang.client.wallet import Wallet
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result

T = TypeVar("T")
ORDER_SECONDS = 30.0
"""How long a card's signature may take to be ordered."""


class ServedLedger:
    """The ledger of the node that serves these pages, as the card service asks it."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def chain(self) -> str:
        """The ledger's name."""
        return self._node.ledger.machine.chain.name

    def kept_card(self, card: Wallet) -> KeptCard | None:
        """A card's standing."""
        return queries.kept_card(self._node.state(), party_of_card(card.kid), card.kid)

    def submit(self, signed: bytes) -> None:
        """Submit a transaction, and wait until it is durable. Raises `MadangError` with the code of its refusal."""
        (result,) = self._node.engine.submit([signed]).result(ORDER_SECONDS)
        if not isinstance(result, Result):
            raise MadangError(result.code, result.message)
        if result.outcome != "accepted":
            raise MadangError(result.code, result.message)


class Pads:
    """The cards in `folder`, opened with the master key in a file, for as long as a node is served.

    All is done on one thread of its own, one thing after the other: a try of a PIN takes a fifth of a second.
    """

    def __init__(self, folder: Path, master_key: Path) -> None:
        self._folder = folder
        self._master_key = master_key
        self._thread = ThreadPoolExecutor(1, "madang-cards")
        self._opened: tuple[CardService, Store, ServedLedger] | None = None

    def open(self, node: Node) -> None:
        """Open the cards for this node. Raises `MadangError`: what `read_master_key` and `Store` raise."""

        def opened() -> tuple[CardService, Store, ServedLedger]:
            vault = Vault(read_master_key(self._master_key))
            store = Store(self._folder, vault.mark)
            return CardService(store, vault, node.clock), store, ServedLedger(node)

        self._opened = self._thread.submit(opened).result()

    def close(self) -> None:
        """Close the cards."""
        if self._opened is not None:
            self._thread.submit(self._opened[1].close).result()
            self._opened = None
        self._thread.shutdown()

    async def name_of(self, number: str) -> str:
        """The name on the ledger of the card with this number. Raises what `CardService.name_of` raises."""
        return await self._do(lambda service, _ledger: service.name_of(number))

    async def choose_pin(self, number: str, pin: str) -> None:
        """Keep the PIN that a person chose. Raises what `CardService.choose_pin` raises."""
        return await self._do(lambda service, ledger: service.choose_pin(number, pin, ledger))

    async def present(self, number: str, pin: str, programme: str, limit: int, pad: str) -> Presented:
        """A one-time code for a payment of up to `limit` won. Raises what `CardService.present` raises."""
        return await self._do(lambda service, ledger: service.present(number, pin, programme, limit, pad, ledger))

    async def _do(self, work: Callable[[CardService, ServedLedger], T]) -> T:
        if self._opened is None:
            raise MadangError("card.closed", "The card service is not open. Try again in a moment.")
        service, _, ledger = self._opened
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, service, ledger)
