"""What a server that verifies is made of: addresses, and the verifiers behind them as long as it is served."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from litestar import Litestar

from madang.identity.institution import Institution
from madang.identity.verifier.checking import Statuses
from madang.identity.zk.places import Places
from madang.identity.zk.running import ensure_available
from madang.kernel.errors import MadangError
from madang.web.api.application import Additions
from madang.web.api.journal import Journal
from madang.web.verifier import exchange
from madang.web.verifier.verifiers import Verifiers


def additions(institutions: Mapping[str, Institution], roots: Sequence[bytes], statuses: Statuses) -> Additions:
    """The addresses that wallets know, and the verifiers behind them as `app.state.verifiers`."""

    @asynccontextmanager
    async def asking(app: Litestar) -> AsyncIterator[None]:
        places = _places(app.state.journal)
        app.state.verifiers = verifiers = Verifiers(institutions, roots, statuses, app.state.node.state, places)
        try:
            yield
        finally:
            await asyncio.to_thread(verifiers.close)

    return Additions(exchange.ROUTES, [asking])


def _places(journal: Journal) -> Places | None:
    """Places for proofs to be checked at, or None where they can't be: the journal says so, and nobody asks for one."""
    try:
        ensure_available()
    except MadangError as error:
        journal.tell("presentation", logging.WARNING, code=error.code)
        return None
    return Places()
