"""An auditor that executes no rule and reads no contract: every won is accounted for from the stored writes alone.

1. The log: entries against leaves, leaves against roots, tiles and the tip (`stored`).
2. Every transaction: what was refused wrote nothing but that it was ordered; what was accepted balances (`balance`).
3. The end: the state is exactly what the writes add up to, and every won is in one place (`tally`).

It imports neither services nor contracts nor base modules; how their records are laid out it knows from `layouts`.
So a mistake in a rule, in the compiler, or in the machine that both a node and a re-execution would repeat still shows
here as soon as it makes or loses money.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from madang.audit.balance import Balance
from madang.audit.divergence import Diverged, Divergence, diverged, name_of
from madang.audit.layouts import MARK, PAUSE, PRUNED, Sums
from madang.audit.stored import Roots, StoredBlock, compare_states, stored_blocks, tip_of
from madang.audit.tally import Law, Tally, tally
from madang.engine import entries
from madang.engine.entries import Writes
from madang.engine.snapshot import Scratch, erased
from madang.engine.store import View
from madang.kernel.errors import StoreFailure
from madang.kernel.machine import Outcome

FLUSH = 50_000
"""Records that are held in memory before they go to the temporary store."""
MAY_WRITE: dict[Outcome, frozenset[bytes]] = {"rejected": frozenset((MARK,)), "defect": frozenset((MARK, PAUSE))}
UNREADABLE = (LookupError, TypeError, ValueError, StoreFailure)
"""What reading a record that no rule could have written ends in."""
REFUSED = "what was refused moved nothing"
BALANCED = "every transaction balances"
REBUILT = "the state is what the writes add up to"
UNTOUCHED = "the log holds together, from the leaves to the root"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an auditor found: figures, laws, and the first divergence of the log or the state.

    `figures` is None where the log does not hold together, or its records can't be read: nothing is added up then.
    """

    blocks: int
    entries: int
    outcomes: dict[Outcome, int]
    root: bytes
    figures: Tally | None
    laws: tuple[Law, ...]
    divergence: Divergence | None

    @property
    def holds(self) -> bool:
        """Whether every law holds."""
        return all(law.holds for law in self.laws)


def audit(view: View, *, scratch: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Report:
    """Audit a stored ledger from genesis to its tip.

    `scratch` is the folder for the rebuilt state (by default the system's). Raises `StoreFailure` where the store
    can't be read.
    """
    total = tip_of(view).height + 1
    store = Scratch(scratch)
    try:
        auditor = _Auditor(view, store)
        found = auditor.read_log(total, progress)
        return auditor.report(found)
    finally:
        store.close()


class _Auditor:
    def __init__(self, view: View, scratch: Scratch) -> None:
        self._view = view
        self._roots = Roots(view)
        self._state = _Rebuilt(scratch)
        self._sums: dict[str, Sums] = {}
        self._outcomes: dict[Outcome, int] = {"accepted": 0, "rejected": 0, "defect": 0}
        self._blocks = 0
        self._unbalanced = ""
        self._overstepped = ""

    def read_log(self, total: int, progress: Callable[[int, int], None] | None) -> Divergence | None:
        """Take in every block; what the log itself contradicts ends it."""
        try:
            for block in stored_blocks(self._view):
                self._take(block)
                self._blocks += 1
                if progress is not None:
                    progress(self._blocks, total)
            self._roots.finish()
        except Diverged as found:
            return found.found
        return None

    def report(self, log: Divergence | None) -> Report:
        """Hold the state against the writes, and add up."""
        last = self._roots.last
        state, figures = None, None
        records = 0
        if log is None and last is not None:
            rebuilt = self._state.settle()
            try:
                figures = tally(rebuilt)
            except UNREADABLE as error:
                self._unbalanced = self._unbalanced or f"the records that hold money can't be added up: {error!r}"
            try:
                records = compare_states(rebuilt, self._view, last.height)
            except Diverged as found:
                state = found.found
        laws = [Law(UNTOUCHED, log is None, 0, 0, str(log or ""))]
        if log is None:
            laws += [
                Law(REFUSED, not self._overstepped, 0, 0, self._overstepped),
                Law(BALANCED, not self._unbalanced, 0, 0, self._unbalanced),
                Law(REBUILT, state is None, records, records, str(state or "")),
                *(figures.laws if figures is not None else ()),
            ]
        return Report(
            blocks=self._blocks,
            entries=sum(self._outcomes.values()),
            outcomes=self._outcomes,
            root=last.root if last else b"",
            figures=figures,
            laws=tuple(laws),
            divergence=log or state,
        )

    def _take(self, block: StoredBlock) -> None:
        opening = block.opening_entry.writes
        if entries.digest(opening) != block.opening.writes_hash:
            raise diverged("entry.writes", "The writes are not those that the opening leaf names.", block.height)
        writes = entries.read_writes(opening)
        self._check_tables(writes, frozenset((PRUNED,)), f"the opening of block {block.height}")
        self._state.begin(erased(writes))
        self._state.apply(writes)
        for index, (entry, leaf) in enumerate(zip(block.entries, block.leaves, strict=True)):
            if entries.digest(entry.writes) != leaf.writes_hash:
                message = "The writes are not those that the leaf names."
                raise diverged("entry.writes", message, block.height, index)
            outcome = entries.OUTCOMES[leaf.kind]
            self._outcomes[outcome] += 1
            writes = entries.read_writes(entry.writes)
            place = f"transaction {index} of block {block.height}"
            if outcome != "accepted":
                self._check_tables(writes, MAY_WRITE[outcome], place)
            self._check_balance(writes, place)
            self._state.apply(writes)
        self._roots.add(block)

    def _check_tables(self, writes: Writes, allowed: frozenset[bytes], place: str) -> None:
        for key, _ in writes:
            if not self._overstepped and key.partition(b"\0")[0] not in allowed:
                self._overstepped = f"{place} wrote {' '.join(name_of(key))}"

    def _check_balance(self, writes: Writes, place: str) -> None:
        balance = Balance(self._state.get, self._sums)
        try:
            for key, value in writes:
                balance.write(key, value)
            problem = balance.problem()
        except UNREADABLE as error:
            problem = f"A record that holds money can't be read: {error!r}"
        if problem and not self._unbalanced:
            self._unbalanced = f"{place}: {problem}"


class _Rebuilt:
    """The state that the writes add up to: the latest in memory, the rest in the temporary store."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._latest: dict[bytes, bytes | None] = {}

    def get(self, key: bytes) -> bytes | None:
        """The record under `key`, or None."""
        if key in self._latest:
            return self._latest[key]
        return self._scratch.get(key)

    def apply(self, writes: Writes) -> None:
        """Write."""
        self._latest.update(writes)

    def begin(self, erase: tuple[bytes, bytes] | None) -> None:
        """Begin a block, which removes a range before it writes."""
        if erase is not None or len(self._latest) > FLUSH:
            self.settle()
        if erase is not None:
            self._scratch.write((), (), erase)

    def settle(self) -> View:
        """All of it, to scan."""
        self._scratch.write(self._latest.items(), ())
        self._latest = {}
        return self._scratch
