"""What a server that issues is made of: addresses, and the offices behind them as long as it is served."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar

from madang.identity.catalogue import type_of
from madang.identity.institution import Institution
from madang.identity.status.anchoring import Anchoring
from madang.kernel.errors import MadangError
from madang.records.database import Database
from madang.records.masterkey import MasterKey
from madang.records.vault import Vault
from madang.web.api.application import Additions
from madang.web.api.journal import Journal
from madang.web.issuer import documents, protocol
from madang.web.issuer.issuers import Issuers
from madang.web.issuer.people import People
from madang.web.ownledger import OwnLedger, officer_in

TEND_SECONDS = 60.0


def additions(
    institutions: Mapping[str, Institution], folder: Path, passphrase: str, database: Database, master: MasterKey
) -> Additions:
    """The addresses that wallets know, and the offices behind them as `app.state.issuers`, with their registers as
    `app.state.people`.

    Status lists lie in `folder`, with the institutions' keys; where an officer's key is among them, the lists' digests
    go onto the ledger. The registers lie in the vault of `database`, which is closed at the end, under `master`.
    """

    @asynccontextmanager
    async def issuing(app: Litestar) -> AsyncIterator[None]:
        node = app.state.node
        try:
            vault = await asyncio.to_thread(Vault, database, master, node.clock)
            people = {name: People(name, one.party, vault, type_of) for name, one in institutions.items()}
            anchorings = await asyncio.to_thread(_anchorings, institutions, folder, passphrase, OwnLedger(node))
            issuers = await asyncio.to_thread(
                Issuers, institutions, people, database, folder, node.state, node.clock, anchorings
            )
            app.state.issuers, app.state.people, app.state.vault = issuers, people, vault
            tending = asyncio.create_task(_tend(issuers, app.state.journal))
            try:
                yield
            finally:
                tending.cancel()
                await asyncio.gather(tending, return_exceptions=True)
                await asyncio.to_thread(issuers.close)
        finally:
            await asyncio.to_thread(database.close)

    return Additions((*protocol.ROUTES, *documents.ROUTES), [issuing])


def _anchorings(
    institutions: Mapping[str, Institution], folder: Path, passphrase: str, ledger: OwnLedger
) -> dict[str, Anchoring]:
    """Series are named after the institution: a party may have several. Raises what `officer_in` raises."""
    found = {name: officer_in(folder / name, passphrase) for name in institutions}
    return {
        name: Anchoring(ledger, officer, institutions[name].party, name)
        for name, officer in found.items()
        if officer is not None
    }


async def _tend(issuers: Issuers, journal: Journal) -> None:
    """Forget what is over, every minute. What fails is told, and tried again."""
    while True:
        try:
            await asyncio.to_thread(issuers.tend, journal)
        except MadangError as error:
            journal.tell("issuance", logging.WARNING, code=error.code)
        except Exception as error:  # noqa: BLE001  or what is over would stay, and nobody know
            journal.defect("issuance", error)
        await asyncio.sleep(TEND_SECONDS)
