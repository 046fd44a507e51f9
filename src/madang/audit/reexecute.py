"""Every block again: the same transactions at the same times through the same rules must end the same way.

What is held against the store: each signature, outcome, set of writes and leaf; each opening leaf with its time,
previous root and snapshot root; each root, tile and block record; and at the end the whole state, record by record.
Signatures of the next blocks are checked on other processes while the rules of this one run. The rebuilt state lies
in a temporary store, so that memory stays small.
"""

import gc
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from madang.audit.divergence import Diverged, Divergence, diverged, words
from madang.audit.stored import Roots, StoredBlock, compare_states, stored_blocks, tip_of
from madang.engine import entries
from madang.engine.entries import StoredEntry
from madang.engine.genesis import read_genesis
from madang.engine.ledger import Working
from madang.engine.signatures import Ticket, Verifier
from madang.engine.snapshot import NO_SNAPSHOT, Scratch, erased, export_apart, make_checkpoint, read_manifest
from madang.engine.store import View
from madang.kernel import authority
from madang.kernel.envelope import Signature
from madang.kernel.errors import MadangError, Malformed
from madang.kernel.machine import Block, Chain, Entry, Machine, Sealed
from madang.kernel.module import Module
from madang.kernel.signature import load_key, verify
from madang.kernel.state import State
from madang.kernel.transaction import Transaction
from madang.log.leaf import BlockLeaf, TransactionLeaf

AHEAD = 2
"""How many blocks are read, and their signatures sent to be checked, before the one whose rules run."""
COLLECT_EVERY = 500
"""How many blocks run between two collections of cyclic garbage, of which there is hardly any."""

Progress = Callable[[int, int], None]
"""Called with blocks done and in all."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What re-execution found: how far it came, the root it reached, and the first divergence, or None.

    `records` counts the records of the final state that were compared.
    """

    blocks: int
    transactions: int
    signatures: int
    records: int
    size: int
    root: bytes
    divergence: Divergence | None


def reexecute(
    view: View,
    modules: Sequence[Module],
    *,
    workers: int | None = None,
    scratch: Path | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Re-execute a stored ledger from genesis and hold everything against it.

    `scratch` is the folder for the temporary state (by default the system's); `workers` the processes that check
    signatures (by default one a core). Raises `StoreFailure` where the store can't be read.
    """
    total = tip_of(view).height + 1
    state = Scratch(scratch)
    verifier = Verifier(workers)
    run = _Run(view, modules, state, verifier)
    divergence = None
    try:
        with _rare_collection():
            for block in _ahead(stored_blocks(view), run):
                run.execute(block)
                if progress is not None:
                    progress(run.blocks, total)
                if run.blocks % COLLECT_EVERY == 0:
                    gc.collect()
            run.finish()
    except Diverged as found:
        divergence = found.found
    finally:
        verifier.close()
        run.stop()
        state.close()
    last = run.roots.last
    return Verdict(
        blocks=run.blocks,
        transactions=run.transactions,
        signatures=run.signatures,
        records=run.records,
        size=last.size if last else 0,
        root=last.root if last else b"",
        divergence=divergence,
    )


@contextmanager
def _rare_collection() -> Iterator[None]:
    # Looking for cycles among the cached records again and again would take a fifth of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Prepared:
    """A block that was read: its transactions up to the first that can't be, and the signatures sent to be checked."""

    __slots__ = ("block", "late", "ticket", "transactions", "unreadable")

    def __init__(self, block: StoredBlock) -> None:
        self.block = block
        self.transactions: list[Transaction] = []
        self.unreadable: Malformed | None = None
        self.ticket: Ticket | None = None
        self.late: set[int] = set()


def _ahead(blocks: Iterator[StoredBlock], run: "_Run") -> Iterator[_Prepared]:
    """Prepare some blocks before handing out the first. What is wrong with a later block waits for its turn."""
    waiting: deque[_Prepared] = deque()
    later: Diverged | None = None
    try:
        for block in blocks:
            waiting.append(run.prepare(block))
            if len(waiting) > AHEAD or block.height == 0:
                yield waiting.popleft()
    except Diverged as found:
        later = found
    while waiting:
        yield waiting.popleft()
    if later is not None:
        raise later


class _Run:
    """The state of one re-execution."""

    def __init__(self, view: View, modules: Sequence[Module], scratch: Scratch, verifier: Verifier) -> None:
        self.roots = Roots(view)
        self.blocks = self.transactions = self.signatures = self.records = 0
        self._view = view
        self._modules = modules
        self._scratch = scratch
        self._verifier = verifier
        self._working = Working(scratch)
        self._machine: Machine | None = None
        self._snapshots: dict[int, _Snapshot] = {}

    def prepare(self, block: StoredBlock) -> _Prepared:
        """Read a block's transactions and send their signatures to be checked."""
        prepared = _Prepared(block)
        if block.height == 0:
            return prepared
        jobs: list[bytes] = []
        keys = State(self._working)
        for place, entry in enumerate(block.entries):
            try:
                transaction = self.machine.read(entry.signed)
            except Malformed as error:
                prepared.unreadable = error
                break
            prepared.transactions.append(transaction)
            try:
                jobs += [_job(keys, one) for one in transaction.envelope.signatures]
            except Malformed:
                # The key was registered in a block that has not run yet here: checked when it has.
                prepared.late.add(place)
        prepared.ticket = self._verifier.send(jobs) if jobs else None
        return prepared

    @property
    def machine(self) -> Machine:
        """The machine of this ledger, known once genesis ran."""
        if self._machine is None:
            raise Diverged(Divergence(what="entry.genesis", message="The log does not start with genesis.", height=0))
        return self._machine

    def execute(self, prepared: _Prepared) -> None:
        """Run a block and hold it against what is stored. Raises `Diverged`."""
        block = prepared.block
        sealed, failure = self._genesis(block) if block.height == 0 else self._run(prepared)
        for stored, leaf, entry in zip(block.entries, block.leaves, sealed.entries, strict=False):
            _compare_entry(stored, leaf, entry)
        if failure is not None:
            raise failure
        self._compare_opening(block, sealed)
        self.roots.add(block)
        self._working.absorb(sealed)
        self._scratch.write(sealed.changes.items(), (), erased(sealed.opening))
        self._working.settle(sealed)
        self._begin_snapshot(block.height)
        self.blocks += 1
        self.transactions += len(block.entries)

    def finish(self) -> None:
        """Compare tip, indexes and the whole state. Raises `Diverged`."""
        tip = self.roots.finish()
        self.records = compare_states(self._scratch, self._view, tip.height)

    def stop(self) -> None:
        """End the exports that nobody waits for any more."""
        for snapshot in self._snapshots.values():
            snapshot.stop()

    def _genesis(self, block: StoredBlock) -> tuple[Sealed, Diverged | None]:
        if len(block.entries) != 1:
            raise diverged("entry.genesis", "Block 0 holds the genesis document and nothing else.", 0)
        signed = block.entries[0].signed
        try:
            self._machine, time, acts = read_genesis(signed, self._modules)
            running = self.machine.open(self._working, 0, time)
            running.run_genesis(signed, acts)
        except MadangError as error:
            raise diverged("entry.genesis", f"These rules can't run the genesis document: {error}", 0, 0) from None
        return running.seal(), None

    def _run(self, prepared: _Prepared) -> tuple[Sealed, Diverged | None]:
        block = prepared.block
        right = iter(self._verifier.collect(prepared.ticket) if prepared.ticket else ())
        running = self.machine.open(self._working, block.height, block.opening.time)
        failure: Diverged | None = None
        for place, transaction in enumerate(prepared.transactions):
            failure = self._run_one(running, transaction, place, place in prepared.late, right)
            if failure is not None:
                break
        if failure is None and prepared.unreadable is not None:
            place = len(prepared.transactions)
            failure = diverged("entry.malformed", str(prepared.unreadable), block.height, place)
        return running.seal(), failure

    def _run_one(
        self, running: Block, transaction: Transaction, place: int, late: bool, right: Iterator[bool]
    ) -> Diverged | None:
        signatures = transaction.envelope.signatures
        self.signatures += len(signatures)
        try:
            checked = _check(State(self._working), signatures) if late else [next(right) for _ in signatures]
            if not all(checked):
                return diverged("entry.signature", "A signature is not of the key it names.", running.height, place)
            result = running.execute(transaction)
        except Malformed as error:
            return diverged("entry.malformed", f"This could not have been ordered: {error}", running.height, place)
        if result.repeated:
            message = f"The payload was ordered before, as transaction {result.index} of block {result.height}."
            return diverged("entry.repeated", message, running.height, place)
        return None

    def _compare_opening(self, block: StoredBlock, sealed: Sealed) -> None:
        leaf, last = block.opening, self.roots.last
        written = entries.encode(sealed.opening)
        if block.opening_entry.writes != written:
            raise _other_writes(block.opening_entry, sealed.opening, block.height, -1)
        if last is not None and leaf.time < last.time:
            raise diverged("block.time", f"Its time {leaf.time} is before that of the block before it.", block.height)
        if block.height == 0 and leaf.time != sealed.time:
            raise diverged("block.time", f"Its time is {leaf.time}; genesis says {sealed.time}.", 0)
        snapshot = self._snapshot_root(block.height)
        expected = BlockLeaf(
            block.height,
            last.root if last else bytes(32),
            leaf.time,
            sealed.version,
            snapshot,
            entries.digest(written),
        )
        for name in BlockLeaf.__struct_fields__:
            if getattr(leaf, name) != getattr(expected, name):
                message = f"The {name.replace('_', ' ')} in the opening leaf is not that of re-execution."
                raise diverged(f"block.{name}", message, block.height)

    def _begin_snapshot(self, height: int) -> None:
        interval = self.machine.chain.snapshot_interval
        if interval and height and height % interval == 0:
            self._snapshots[height] = _Snapshot(self._scratch, height)

    def _snapshot_root(self, height: int) -> bytes:
        chain: Chain = self.machine.chain
        snapshot = self._snapshots.pop(height - chain.snapshot_delay, None)
        return NO_SNAPSHOT if snapshot is None else snapshot.root()


class _Snapshot:
    """The root of a snapshot of the rebuilt state, computed beside the run."""

    def __init__(self, scratch: Scratch, height: int) -> None:
        self._height = height
        self._checkpoint = scratch.folder / f"{height}.checkpoint"
        self._target = scratch.folder / str(height)
        self._failure: Exception | None = None
        self._stopping = threading.Event()
        make_checkpoint(scratch, self._checkpoint)
        self._thread = threading.Thread(target=self._export, daemon=True)
        self._thread.start()

    def _export(self) -> None:
        try:
            export_apart(self._checkpoint, self._height, self._target, self._stopping)
        except Exception as error:  # noqa: BLE001  raised again where it is waited for
            self._failure = error

    def stop(self) -> None:
        """Give up."""
        self._stopping.set()
        self._thread.join()

    def root(self) -> bytes:
        """Wait for the root. Raises `StoreFailure`."""
        self._thread.join()
        if self._failure is not None:
            raise self._failure
        root = read_manifest(self._target).root
        shutil.rmtree(self._target, ignore_errors=True)
        shutil.rmtree(self._checkpoint, ignore_errors=True)
        return root


def _job(keys: State, signature: Signature) -> bytes:
    return authority.key_of(keys, signature).point + signature.digest + signature.value


def _check(keys: State, signatures: Sequence[Signature]) -> list[bool]:
    return [verify(load_key(authority.key_of(keys, one).point), one.digest, one.value) for one in signatures]


def _compare_entry(stored: StoredEntry, leaf: TransactionLeaf, entry: Entry) -> None:
    """Hold one executed transaction against its leaf, its writes and its answer. Raises `Diverged`."""
    result = entry.result
    written = entries.encode(entry.writes)
    kind = entries.KINDS[result.outcome]
    digest = entries.digest(written)
    same = leaf.kind == kind and leaf.writes_hash == digest and stored.writes == written
    answer = (result.id, result.code, result.reason, result.message)
    if same and (stored.id, stored.code, stored.reason, stored.message) == answer:
        return
    if leaf.kind != kind:
        message = f"The leaf says {entries.OUTCOMES[leaf.kind]}; re-execution: {result.outcome} {result.code}".rstrip()
        raise diverged("entry.outcome", f"{message}.", result.height, result.index)
    if stored.writes != written:
        raise _other_writes(stored, entry.writes, result.height, result.index)
    if leaf.writes_hash != digest:
        message = "The leaf's digest is not that of the writes."
        raise diverged("entry.writes_hash", message, result.height, result.index)
    message = f"The stored answer is {stored.code or 'accepted'}; re-execution says {result.code or 'accepted'}."
    raise diverged("entry.answer", message, result.height, result.index)


def _other_writes(stored: StoredEntry, executed: entries.Writes, height: int, index: int) -> Diverged:
    found, expected = dict(entries.read_writes(stored.writes)), dict(executed)
    for key in sorted(found.keys() | expected.keys()):
        if key not in found or key not in expected or found[key] != expected[key]:
            message = (
                f"It is stored as writing {words(found.get(key))}; re-execution writes {words(expected.get(key))}."
            )
            return diverged("entry.writes", message, height, index, key)
    return diverged("entry.writes", "The writes are stored in another order or encoding.", height, index)
