"""What a server that verifies is made of: addresses, and the verifiers behind them as long as it is served."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from litestar import Litestar

from madang.identity.institution import Institution
from madang.identity.verifier.checking import Statuses
from madang.web.api.application import Additions
from madang.web.verifier import exchange
from madang.web.verifier.verifiers import Verifiers


def additions(institutions: Mapping[str, Institution], roots: Sequence[bytes], statuses: Statuses) -> Additions:
    """The addresses that wallets know, and the verifiers behind them as `app.state.verifiers`."""

    @asynccontextmanager
    async def asking(app: Litestar) -> AsyncIterator[None]:
        app.state.verifiers = verifiers = Verifiers(institutions, roots, statuses, app.state.node.state)
        try:
            yield
        finally:
            await asyncio.to_thread(verifiers.close)

    return Additions(exchange.ROUTES, [asking])
