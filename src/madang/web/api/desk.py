"""Answers what is read of one open node, apart from HTTP: outcomes, receipts, log files, queries."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec

from madang.engine.ledger import find
from madang.engine.node import Node
from madang.kernel.errors import MadangError
from madang.kernel.machine import Result
from madang.kernel.state import State
from madang.log.errors import TileError
from madang.log.tiles import MAX_BUNDLE_BYTES, parse_tile_path, read_bounded
from madang.web.api import openapi
from madang.web.api.asgi import encode
from madang.web.api.codes import CODES
from madang.web.api.infos import ChainInfo, Health, ProblemInfo, WitnessHealth
from madang.web.api.limits import Limits
from madang.web.api.minute import Lagging, Totals, sees_live
from madang.web.api.problems import Refused
from madang.web.api.proven import key_of, make_proof, proven_tables, public_prefixes
from madang.web.api.readers import reader_of
from madang.web.api.reads import Read, reads_of
from madang.web.api.status import LedgerStatus, read_ledger

READ_THREADS = 4
T = TypeVar("T")


class Found(msgspec.Struct, frozen=True):
    """A query's answer as JSON: it has seen everything up to `height`, or totals as at `time` of that block (seconds;
    None where it is of now).
    """

    data: bytes
    height: int
    time: int | None


class Desk:
    """Reads for the routes. What touches the store for long runs on threads of its own, bounded in time and number."""

    def __init__(self, node: Node, limits: Limits) -> None:
        self._node = node
        self.totals = Totals(node)
        self._limits = limits
        self._pool = ThreadPoolExecutor(READ_THREADS, "madang-read")
        self._places = threading.Semaphore(limits.queries_at_once)
        machine = node.ledger.machine
        self._reads = reads_of(machine.modules)
        self.document = encode(openapi.describe(machine, list(self._reads.values()), limits))
        self._proven = proven_tables(machine.modules)
        self._public = public_prefixes(machine.modules)
        self._refusals = {f"{one.name}.{code}": text for one in machine.modules for code, text in one.refusals.items()}

    def close(self) -> None:
        """Let running reads end; those that wait are dropped."""
        self._pool.shutdown(cancel_futures=True)

    @property
    def height(self) -> int:
        """Up to which height everything is durable."""
        return self._node.ledger.durable.height

    def health(self) -> Health:
        """How this node is."""
        failure = self._node.engine.failure
        publishing = self._node.publisher.failure is None
        witnesses = tuple(WitnessHealth(one.name, one.size, one.problem) for one in self._node.publisher.witnesses())
        return Health("ok" if failure is None else failure.code, self.height, publishing, witnesses)

    def chain(self) -> ChainInfo:
        """Which ledger this is."""
        chain = self._node.ledger.machine.chain
        tip = self._node.ledger.durable
        site = chain.relying_party
        return ChainInfo(
            chain.name, tip.height, tip.time, str(self._node.log_key), site.id, site.origins, chain.rule_version
        )

    def status(self) -> LedgerStatus:
        """How far the ledger is, and who validates. Raises `Refused` (503)."""
        if self._node.engine.failure is not None:
            raise Refused(503, "engine.failed", "This node has stopped. Ask another.")
        return read_ledger(self._node)

    def problem(self, code: str) -> ProblemInfo:
        """What a code means. Raises `Refused` (404)."""
        text = self._refusals.get(code) or CODES.get(code)
        if text is None:
            raise Refused(404, "http.not_found", "No problem has this code. GET /openapi.json lists those of this API.")
        return ProblemInfo(code, text)

    def transaction(self, identifier: str) -> Result:
        """How a transaction ended, for whoever knows its id. Raises `MadangError`, `Refused` (404)."""
        found = find(self._node.ledger.store.view(), _checked(identifier))
        if found is None:
            raise _unknown()
        return found[1].result()

    async def receipt(self, identifier: str) -> bytes:
        """The receipt of a transaction, for whoever knows its id. Raises `MadangError`, `LogError`, `Refused` (404)."""
        checked = _checked(identifier)
        return await self._run(lambda: self._node.publisher.receipt(checked))

    async def proof(self, table: str, asked: Sequence[tuple[str, str]]) -> bytes:
        """The proof of a public record's last write. Raises `MadangError`, `LogError`, `Refused` (400, 404)."""
        key = key_of(self._proven, table, asked)
        return await self._run(lambda: make_proof(self._node, self._proven[table], key, self._public))

    def checkpoint(self) -> bytes:
        """The signed checkpoint that was published last."""
        return self._node.publisher.checkpoint()

    def log_file(self, path: str) -> tuple[bytes, bool]:
        """A tile or entry bundle under its path, and whether it is full: a full one never changes. Raises `Refused`."""
        try:
            tile = parse_tile_path(path)
        except TileError:
            raise Refused(404, "log.tile.path", "This is not the path of a tile (C2SP tlog-tiles).") from None
        data = read_bounded(self._node.folder / "log" / str(tile), MAX_BUNDLE_BYTES)
        if data is None:
            raise Refused(404, "log.tile.missing", "The log has no such tile yet, or its partial form is gone.")
        return data, tile.width == 256

    async def query(
        self, module: str, name: str, asked: Sequence[tuple[str, str]], target: str, authorization: str
    ) -> Found:
        """A module's query as JSON; public totals are those of the minute. Raises `Refused`: 400, 401, 404, 503."""
        read = self._reads.get((module, name))
        if read is None:
            raise Refused(404, "http.not_found", "There is no such query. GET /openapi.json lists them.")
        if self._node.engine.failure is not None:
            raise Refused(503, "engine.failed", "This node has stopped. Ask another.")
        arguments = read.arguments(asked)
        found = await self._run(lambda: self._answer(read, arguments, target, authorization))
        if len(found.data) > self._limits.answer_bytes:
            raise Refused(400, "query.size", "The answer would be too large. Ask for less at once.")
        return found

    def _answer(self, read: Read, arguments: dict[str, Any], target: str, authorization: str) -> Found:
        height = self.height
        state = self._node.state()
        reader = None
        if read.signed or authorization:
            reader = reader_of(state, self._node.ledger.machine.chain, height, target, authorization)
        if read.signed or (reader is not None and sees_live(state, reader)):
            return Found(encode(read.run(state, arguments, reader)), height, None)
        taken = self.totals.taken()
        lagging = Lagging(self._node.ledger.reader(), taken)
        data = encode(read.run(State(lagging), arguments, None))
        return Found(data, taken.height, taken.time) if lagging.used else Found(data, height, None)

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise Refused(503, "query.busy", "Too many are reading at the moment. Ask again in a second.", 1)
        future: Future[T] = self._pool.submit(work)
        future.add_done_callback(lambda _done: self._places.release())
        try:
            async with asyncio.timeout(self._limits.query_seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise Refused(503, "query.slow", "This took too long. Ask for less at once.", 5) from None


def _checked(identifier: str) -> str:
    if len(identifier) != 32 or not set(identifier) <= set("0123456789abcdef"):
        raise Refused(404, "transaction.unknown", "A transaction's id is 32 hexadecimal digits in lower case.")
    return identifier


def _unknown() -> MadangError:
    return MadangError(
        "transaction.unknown", "No transaction was ordered here under this id. If it was just sent, send it again."
    )
