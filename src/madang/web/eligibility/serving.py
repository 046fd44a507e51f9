"""What a server with eligibility authorities is made of: addresses, and counts that are published once in a while."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar

from madang.base.eligibility import queries
from madang.engine.node import Node
from madang.identity.eligibility.publishing import due
from madang.identity.institution import Institution
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.web.api.application import Additions
from madang.web.api.journal import Journal
from madang.web.eligibility import exchange
from madang.web.eligibility.office import Office, open_offices
from madang.web.ownledger import OwnLedger

COUNT_SECONDS = 600.0


def additions(institutions: Mapping[str, Institution], folder: Path, passphrase: str, database: Database) -> Additions:
    """The addresses, and the offices behind them as `app.state.authorities`. The verifiers must be served, too.

    `database` keeps who was given a token, and is closed at the end.
    """

    @asynccontextmanager
    async def judging(app: Litestar) -> AsyncIterator[None]:
        try:
            offices = await asyncio.to_thread(open_offices, institutions, folder, passphrase, database)
            app.state.authorities = offices
            counting = asyncio.create_task(_count(offices, app.state.node, app.state.journal))
            try:
                yield
            finally:
                counting.cancel()
                await asyncio.gather(counting, return_exceptions=True)
        finally:
            await asyncio.to_thread(database.close)

    return Additions(exchange.ROUTES, [judging])


async def _count(offices: Mapping[str, Office], node: Node, journal: Journal) -> None:
    """Publish what is due, again and again. What fails is told, and tried again."""
    while True:
        for office in offices.values():
            try:
                await asyncio.to_thread(publish_counts, office, node)
            except MadangError as error:
                journal.tell("eligibility", logging.WARNING, code=error.code)
            except Exception as error:  # noqa: BLE001  or no token could be spent any more, and nobody know
                journal.defect("eligibility", error)
        await asyncio.sleep(COUNT_SECONDS)


def publish_counts(office: Office, node: Node) -> int:
    """Say on the ledger how many tokens of each offer were signed, where that is due; how many offers that were.

    Without an officer's key nothing is published here: an officer does it by hand. Raises `MadangError` with the
    ledger's last refusal, once all were tried: a programme that has left the authority holds up no other's.
    """
    if office.officer is None:
        return 0
    state = node.state()
    views = queries.offers_of(state, office.institution.party)
    acts = [act for view in views if (act := due(office.register, view, node.clock())) is not None]
    refused = None
    for act in acts:
        try:
            OwnLedger(node).perform([act], office.officer)
        except MadangError as error:
            refused = error
    if refused is not None:
        raise refused
    return len(acts)
