"""The pages for people: which areas there are, and what they need as long as they are served."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial

import msgspec
from litestar import Litestar

from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.records import reading
from madang.records.database import Database, open_database
from madang.records.masterkey import MasterKey
from madang.records.vault import Vault
from madang.web import console, desk, explorer, shop, wallet
from madang.web.api.application import LOST, Additions
from madang.web.api.journal import Journal
from madang.web.issuer import area as issuer
from madang.web.site.areas import Area
from madang.web.site.evidence import Keeper
from madang.web.site.names import FILE, read_names
from madang.web.site.pads import Pads
from madang.web.site.routes import lost, make_site, routes_of

AREAS = (wallet.AREA, shop.AREA, desk.AREA, console.AREA, issuer.AREA, explorer.AREA)
PACE = 0.2
"""Seconds between looks at new blocks: lists and notices are that much behind the ledger."""
AGAIN = 5.0
"""Seconds until a database that failed is tried again."""
DAY = 86_400.0


class VaultSetting(msgspec.Struct, frozen=True):
    """A vault beside the lists, in their database: its master key, the institutions whose evidence it keeps, and the
    clock by which it keeps (seconds).
    """

    master: MasterKey
    offices: tuple[str, ...]
    clock: Callable[[], float] = time.time


def additions(
    address: str, areas: Sequence[Area] = AREAS, pads: Pads | None = None, vault: VaultSetting | None = None
) -> Additions:
    """The pages of these areas; their records in the database at this address follow the node, and
    `pads` are open as long as it is served. With `vault` people give evidence here, and it goes when its time is over.

    Raises `MadangError`: `records.address`, `records.database`, `site.vendor`, `words.invalid`, `vault.master`.
    """
    database = open_database(address)
    keeper = None if vault is None else Keeper(Vault(database, vault.master, vault.clock), vault.offices)
    site = make_site(areas, database, pads=pads, keeper=keeper)

    @asynccontextmanager
    async def following(app: Litestar) -> AsyncIterator[None]:
        # A thread of its own: pages that read for long would make notices late.
        thread = ThreadPoolExecutor(1, "madang-records")
        tasks = [asyncio.create_task(_follow(database, app.state.node, app.state.journal, thread))]
        if keeper is not None:
            tasks.append(asyncio.create_task(_lapse(keeper, app.state.journal)))
        if pads is not None:
            pads.open(app.state.node)
        app.state.update({"names": read_names(app.state.node.folder / FILE), LOST: partial(lost, site)})
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(thread.shutdown)
            if pads is not None:
                await asyncio.to_thread(pads.close)
            database.close()

    return Additions(routes_of(site), [following])


async def _lapse(keeper: Keeper, journal: Journal) -> None:
    """Let go, once a day, of what the vault kept for its time. What fails is told to the journal, and tried again."""
    while True:
        try:
            await asyncio.to_thread(keeper.lapse)
        except MadangError as error:
            journal.tell("vault", logging.WARNING, code=error.code)
        except Exception as error:  # noqa: BLE001  or what must go would stay, and nobody know
            journal.defect("vault", error)
        await asyncio.sleep(DAY)


async def _follow(database: Database, node: Node, journal: Journal, thread: Executor) -> None:
    """Bring lists and notices up to date with every new block. What fails is told to the journal, and tried again."""
    loop = asyncio.get_running_loop()
    seen = -1
    while True:
        height = node.ledger.durable.height
        if height > seen:
            try:
                await loop.run_in_executor(thread, reading.bring_up_to_date, database, node.ledger.store.view())
                seen = height
            except MadangError as error:
                journal.tell("records", logging.WARNING, code=error.code)
                await asyncio.sleep(AGAIN)
            except Exception as error:  # noqa: BLE001  or notices would stop, and nobody know
                journal.defect("records", error)
                await asyncio.sleep(AGAIN)
        await asyncio.sleep(PACE)
