"""What CometBFT asks of the ledger, and what it is told: ABCI 2.0 on `engine.ledger.Ledger`.

- **Info** reads what is durable, nothing else; CometBFT replays what is missing.
- **CheckTx** keeps out what can't be ordered. It is a weak filter: a Byzantine proposer does not ask it.
- **PrepareProposal** tries the block and leaves out what would be malformed or was ordered before.
- **ProcessProposal** tries the block at its own time. One bundle that can't be read, or one malformed transaction, and
  the proposal is refused whole. A transaction that was ordered before is none: a gateway sent it again.
- **FinalizeBlock** takes what was tried, or runs the block now, and seals it in memory.
- **Commit** makes state, entries, height and root durable in one write, then tells the listeners.

Block time is the header's time in whole seconds, which CometBFT never lets fall. The first proposal after a pause
bears the time at which the pause began: it is left empty, so that what waits is executed at a time that is true.
"""

import base64
import hashlib
import threading
import time as system_time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from madang.engine import entries
from madang.engine.cometbft import record, wire
from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.record import Misbehaviour, Progress
from madang.engine.cometbft.standing import Clock, Standing
from madang.engine.interface import Answer, system_clock
from madang.engine.ledger import Commit, Ledger
from madang.kernel.errors import Malformed, StoreFailure
from madang.kernel.machine import Block, Result
from madang.kernel.state import State, Table
from madang.kernel.transaction import Transaction

APPLICATION_VERSION = 1
"""Which protocol this application speaks; it stands in every header."""
STALE_AFTER = 3.0
"""Seconds without a block after which the next proposal's time is too old to execute anything at."""
KEPT_BLOCKS = 200_000
"""How many of its blocks CometBFT keeps where there are snapshots to join by; evidence counts for half as many."""
TRIED = 4
"""Proposals of one height whose execution is kept."""
REFUSED = 1

Update = tuple[bytes, int]
"""A validator's Ed25519 public key (32 bytes) and its power; 0 removes it."""
ValidatorUpdates = Callable[[State, State], Sequence[Update]]


class Executed(msgspec.Struct, frozen=True):
    """A block that was run on committed state, and what became of each transaction of each bundle."""

    block: Block
    answers: list[list[Answer]]
    transactions: list[tuple[Transaction, ...]]

    def malformed(self) -> Malformed | None:
        """The first transaction that no proposal may hold."""
        return next((one for answers in self.answers for one in answers if isinstance(one, Malformed)), None)


class Finalized(msgspec.Struct, frozen=True):
    """A decided block, sealed in memory: what Commit writes, and what its callers hear."""

    digest: bytes
    progress: Progress
    executed: Executed
    commit: Commit | None
    misbehaviour: list[Misbehaviour]
    response: Any


class Committed(msgspec.Struct, frozen=True):
    """A block of CometBFT that is durable. `commit` is None where nothing was ordered in it."""

    progress: Progress
    commit: Commit | None
    transactions: list[Transaction]
    answers: list[Answer]


Listener = Callable[[Committed], None]


class Application:
    """One node's ledger as CometBFT drives it. `validator_updates` derives changes of the validators from state."""

    def __init__(
        self,
        ledger: Ledger,
        admission: Admission,
        clock: Clock = system_clock,
        validator_updates: ValidatorUpdates | None = None,
        elapsed: Callable[[], float] = system_time.monotonic,
    ) -> None:
        self.ledger = ledger
        self._elapsed = elapsed
        self.progress = record.read_progress(ledger.store)
        self.listener_failure: Exception | None = None
        self._admission = admission
        self._clock = clock
        self._validator_updates = validator_updates
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._tried: OrderedDict[bytes, Executed] = OrderedDict()
        self._finalized: Finalized | None = None
        self._last_commit: float | None = None

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every durable block, on the consensus connection's thread: it must be quick."""
        self._listeners.append(listener)

    def adopt(self, ledger: Ledger) -> None:
        """Go on with another ledger, which a snapshot brought. Nothing may have been finalized here."""
        with self._lock:
            self.ledger = ledger
            self.progress = record.read_progress(ledger.store)
            self._tried.clear()

    def standing(self) -> Standing:
        """Committed state of this moment, for what asks before ordering."""
        return Standing(self.ledger.machine, self.ledger.store.view(), self._clock)

    def handlers(self) -> dict[str, Callable[[Any], Any]]:
        """What the server calls for each kind of request."""
        return {
            "info": self.info,
            "query": self.query,
            "check_tx": self.check_tx,
            "init_chain": self._locked(self.init_chain),
            "prepare_proposal": self._locked(self.prepare_proposal),
            "process_proposal": self._locked(self.process_proposal),
            "finalize_block": self._locked(self.finalize_block),
            "commit": self._locked(self.commit),
        }

    def _locked(self, handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def handle(request: Any) -> Any:
            with self._lock:
                return handler(request)

        return handle

    # Asked at any time

    def info(self, request: Any) -> Any:
        """The durable height and root."""
        progress = record.read_progress(self.ledger.store)
        return wire.message("ResponseInfo")(
            data="madang",
            app_version=APPLICATION_VERSION,
            last_block_height=progress.height,
            last_block_app_hash=self.ledger.durable.root if progress.height else b"",
        )

    def query(self, request: Any) -> Any:
        """Nothing is answered this way: readers ask the node's own interface."""
        return wire.message("ResponseQuery")(code=REFUSED, log="ask the node's own interface")

    def check_tx(self, request: Any) -> Any:
        """Whether a bundle may wait here. Again after each block (recheck): whether anything in it may still come."""
        response = wire.message("ResponseCheckTx")
        try:
            transactions = self._admission.read(request.tx)
        except Malformed as error:
            return response(code=REFUSED, log=error.code)
        standing = self.standing()
        if request.type == wire.RECHECK:
            useful = any(standing.of(one) is None for one in transactions)
            return response() if useful else response(code=REFUSED, log="transaction.ordered")
        found = self._admission.verify(transactions, standing.state)
        if any(error is not None and error.code == "signature.invalid" for error in found):
            return response(code=REFUSED, log="signature.invalid")
        first: Malformed | None = None
        for transaction, unsigned in zip(transactions, found, strict=True):
            stands = unsigned or standing.of(transaction)
            if stands is None:
                return response()
            first = first or (stands if isinstance(stands, Malformed) else None)
        return response(code=REFUSED, log=first.code if first else "transaction.ordered")

    # Consensus

    def init_chain(self, request: Any) -> Any:
        """Check that CometBFT and this ledger start from one document and with the validators that it admits.

        It comes until a block is durable. Raises `StoreFailure` (`genesis.other`, `genesis.validators`).
        """
        stored = self.ledger.store.log_get(entries.entry_key(1))
        document = entries.read_entry(stored or b"").signed
        name = self.ledger.machine.chain.name
        if read_app_state(request.app_state_bytes) != document or request.chain_id != name:
            raise StoreFailure(
                "genesis.other", f"CometBFT starts from another document than this ledger ({name}). Make the node anew."
            )
        if self._validator_updates is not None:
            admitted = self._validator_updates(State(_Nothing()), State(self.ledger.working))
            voting = {(one.pub_key.ed25519, one.power) for one in request.validators}
            if admitted and voting != set(admitted):
                raise StoreFailure(
                    "genesis.validators",
                    "CometBFT starts with other validators or powers than the ledger admits. Make the node anew.",
                )
        return wire.message("ResponseInitChain")(app_hash=self.ledger.durable.root)

    def prepare_proposal(self, request: Any) -> Any:
        """The bundles of the next block: what waits, without what would be malformed or was ordered before."""
        response = wire.message("ResponsePrepareProposal")
        last = self._last_commit
        if last is None or self._elapsed() - last > STALE_AFTER:
            # Only once: if blocks come slowly for another reason, the next proposal goes ahead all the same.
            self._last_commit = self._elapsed()
            return response()
        waiting = [self._admission.read(data) for data in request.txs if self._readable(data)]
        tried = self._execute(request.time.seconds, waiting)
        answers: list[list[Answer]] = []
        kept: list[tuple[Transaction, ...]] = []
        for transactions, results in zip(tried.transactions, tried.answers, strict=True):
            good = [n for n, one in enumerate(results) if isinstance(one, Result) and not one.repeated]
            if good:
                kept.append(tuple([transactions[n] for n in good]))
                answers.append([results[n] for n in good])
        bundles = [self._admission.pack(one) for one in kept]
        digest = block_digest(request.height, request.time.seconds, bundles)
        self._remember(digest, Executed(tried.block, answers, kept))
        return response(txs=bundles)

    def process_proposal(self, request: Any) -> Any:
        """Whether this node votes for a proposal."""
        response = wire.message("ResponseProcessProposal")
        if not all(self._readable(data) for data in request.txs):
            return response(status=wire.REJECT)
        executed = self._run(request)
        return response(status=wire.REJECT if executed.malformed() else wire.ACCEPT)

    def finalize_block(self, request: Any) -> Any:
        """Execute and seal a decided block, in memory. Raises `StoreFailure` (`consensus.decided`, `consensus.order`).

        Asked again for the same block, before Commit or after a restart, it answers the same.
        """
        digest = block_digest(request.height, request.time.seconds, request.txs)
        if self._finalized is not None:
            if self._finalized.digest != digest:
                raise StoreFailure("consensus.order", "CometBFT decided two blocks at one height. The node stops.")
            return self._finalized.response
        if request.height != self.progress.height + 1:
            raise StoreFailure(
                "consensus.order", f"block {request.height} came after block {self.progress.height}. The node stops."
            )
        executed = self._decided(request)
        commit = None if executed.block.is_empty else self.ledger.seal(executed.block)
        updates: Sequence[Update] = ()
        if commit is not None and self._validator_updates is not None:
            updates = self._validator_updates(State(self.ledger.reader()), State(self.ledger.working))
        response = wire.message("ResponseFinalizeBlock")(
            tx_results=[wire.message("ExecTxResult")()] * len(request.txs),
            validator_updates=[_update(key, power) for key, power in updates],
            app_hash=self.ledger.tip.root,
        )
        progress = Progress(request.height, request.time.seconds)
        found = [_misbehaviour(one) for one in request.misbehavior]
        self._finalized = Finalized(digest, progress, executed, commit, found, response)
        return response

    def commit(self, request: Any) -> Any:
        """Make the finalized block durable. Raises `StoreFailure`."""
        finalized = self._finalized
        if finalized is None:
            raise StoreFailure("consensus.order", "CometBFT commits what was not finalized. The node stops.")
        commit = finalized.commit
        if commit is None:
            self.ledger.store.write((), record.pairs(finalized.progress, None, finalized.misbehaviour))
        else:
            commit.log.extend(record.pairs(finalized.progress, commit.tip.height, finalized.misbehaviour))
            self.ledger.write(commit)
        self.progress = finalized.progress
        self._finalized = None
        self._tried.clear()
        self._last_commit = self._elapsed()
        self._tell(finalized)
        return wire.message("ResponseCommit")(retain_height=self._retained())

    def _tell(self, finalized: Finalized) -> None:
        executed = finalized.executed
        committed = Committed(
            finalized.progress,
            finalized.commit,
            [one for transactions in executed.transactions for one in transactions],
            [one for answers in executed.answers for one in answers],
        )
        for listener in self._listeners:
            try:
                listener(committed)
            except Exception as error:  # noqa: BLE001  the block is durable whatever a listener thinks of it
                self.listener_failure = error

    def _retained(self) -> int:
        """The first block that CometBFT must keep; 0 for all: without snapshots nobody could join any more."""
        if not self.ledger.machine.chain.snapshot_interval:
            return 0
        return max(0, self.progress.height - KEPT_BLOCKS)

    # Execution

    def _readable(self, data: bytes) -> bool:
        try:
            self._admission.read(data)
        except Malformed:
            return False
        return True

    def _decided(self, request: Any) -> Executed:
        try:
            executed = self._run(request)
            if (malformed := executed.malformed()) is not None:
                raise malformed
        except Malformed as error:
            raise StoreFailure(
                "consensus.decided", f"block {request.height} holds what no validator may vote for ({error.code})."
            ) from None
        return executed

    def _run(self, request: Any) -> Executed:
        """The execution of a proposed or decided block; the one kept if it was tried. Raises `Malformed`."""
        digest = block_digest(request.height, request.time.seconds, request.txs)
        executed = self._tried.get(digest)
        if executed is None:
            executed = self._execute(request.time.seconds, [self._admission.read(data) for data in request.txs])
            self._remember(digest, executed)
        return executed

    def _execute(self, time: int, bundles: list[tuple[Transaction, ...]]) -> Executed:
        """Run bundles on committed state, writing nothing."""
        state = State(self.ledger.working)
        found = iter(self._admission.verify([one for transactions in bundles for one in transactions], state))
        block = self.ledger.begin(time)
        answers: list[list[Answer]] = []
        for transactions in bundles:
            results: list[Answer] = []
            for transaction in transactions:
                error = next(found)
                try:
                    results.append(error or block.execute(transaction))
                except Malformed as malformed:
                    results.append(malformed)
            answers.append(results)
        return Executed(block, answers, bundles)

    def _remember(self, digest: bytes, executed: Executed) -> None:
        self._tried[digest] = executed
        while len(self._tried) > TRIED:
            self._tried.popitem(last=False)


class _Nothing:
    """The state before genesis."""

    def read(self, table: Table[Any], key: bytes) -> None:
        return None

    def scan(self, start: bytes, stop: bytes) -> Iterator[tuple[bytes, bytes]]:
        return iter(())


def block_digest(height: int, time: int, bundles: Sequence[bytes]) -> bytes:
    """What tells two proposals apart that would be executed differently."""
    hashes = b"".join([hashlib.sha256(data).digest() for data in bundles])
    return hashlib.sha256(height.to_bytes(8, "big") + time.to_bytes(8, "big", signed=True) + hashes).digest()


def write_app_state(genesis: bytes) -> str:
    """Our genesis document as it stands in CometBFT's: base64, since CometBFT writes JSON anew in its own way."""
    return base64.b64encode(genesis).decode("ascii")


def read_app_state(data: bytes) -> bytes | None:
    """The document in the `app_state` of CometBFT's genesis; None for anything else."""
    try:
        return base64.b64decode(msgspec.json.decode(data, type=str), validate=True)
    except (msgspec.MsgspecError, ValueError):
        return None


def _update(key: bytes, power: int) -> Any:
    update = wire.message("ValidatorUpdate")(power=power)
    update.pub_key.ed25519 = key
    return update


def _misbehaviour(found: Any) -> Misbehaviour:
    return Misbehaviour(
        found.type,
        found.validator.address,
        found.validator.power,
        found.total_voting_power,
        found.height,
        found.time.seconds,
    )
