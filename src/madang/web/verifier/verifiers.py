"""The institutions that ask for credentials at this server, each with its verifier."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from madang.identity.institution import Institution
from madang.identity.trust import Trust
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.checking import Grounds, Statuses
from madang.identity.verifier.verifier import Verifier
from madang.identity.zk.places import Places
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId
from madang.kernel.state import State

PATH = "presentations"
"""What stands between an institution's address and what wallets fetch and send."""
AT_ONCE = 16
"""Answers that are looked at together: each may wait for a status list for some seconds."""


class Verifiers:
    """Verifiers by their institutions' names in URLs."""

    def __init__(
        self,
        institutions: Mapping[str, Institution],
        roots: Sequence[bytes],
        statuses: Statuses,
        state: Callable[[], State],
        places: Places | None = None,
    ) -> None:
        """`roots` are the root certificates (DER) that are known; `state` gives the ledger as it is durable now.

        `places` bounds the proofs that are checked at a time, of all institutions together; without them none is.
        """

        def grounds() -> Grounds:
            return Grounds(roots, Trust(state()), statuses)

        self.roots = tuple(roots)
        self._parties = {name: one.party for name, one in institutions.items()}

        self._verifiers = {
            name: Verifier(one.requests, f"{one.url}/{PATH}", grounds, places) for name, one in institutions.items()
        }
        # Threads of its own: whoever makes a status list slow holds up answers, and nothing else at this server.
        self._answering = ThreadPoolExecutor(AT_ONCE, "madang-verifier")

    async def receive(self, name: str, handle: str, form: Mapping[str, str], now: int) -> str:
        """Take a wallet's answer (`Verifier.receive`), which may wait for a status list. Raises `MadangError`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._answering, self.of(name).receive, handle, form, now)

    def close(self) -> None:
        """End the threads, once what they look at is looked at."""
        self._answering.shutdown()

    def of(self, name: str) -> Verifier:
        """The verifier of an institution. Raises `MadangError` (`request.unknown`)."""
        found = self._verifiers.get(name)
        if found is None:
            raise MadangError("request.unknown", "There is no such request, or its time has passed. Begin again.")
        return found

    def asking(self, party: PartyId, ask: Ask, now: int) -> str | None:
        """The name under which a party asks for this at this server, if it does and the ledger lets it."""
        for name in (name for name, one in self._parties.items() if one == party):
            if self._verifiers[name].may_ask([ask], now):
                return name
        return None
