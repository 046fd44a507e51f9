"""Collects the cosignatures of a log's witnesses, on threads of its own: nothing that is ordered ever waits for it.

In rounds: the newest checkpoint goes to every witness at once, since only cosignatures of one and the same checkpoint
add up. A round ends when all have answered, or a little after enough have; who is late is not waited for, and who
failed is asked again after a pause that doubles. What was verified is handed on as one note.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from madang.engine.witnesses import SECONDS, Circle, Witness
from madang.kernel.errors import MadangError
from madang.log.checkpoint import attach
from madang.log.errors import LogError
from madang.log.proof import consistency_proof
from madang.log.tree import ReadFullTile, Tree

ROUND_EVERY = 1.0
"""Seconds between two rounds while checkpoints arrive."""
GRACE = 0.5
"""Seconds that further witnesses are waited for once enough have cosigned."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before a witness that failed is asked again: the first time, and at most."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that the log signed: its size, the note, the tree as of then, and how to read its newest leaves."""

    size: int
    note: bytes
    tree: Tree
    leaves: Callable[[int, int], Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one witness is doing: what it signed last, and why it failed last; `problem` is empty while it is well."""

    name: str
    size: int
    problem: str


class _Seat:
    """One witness in the circle, and what became of the last request to it."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.name = witness.key.name
        self.asked: tuple[bytes, Future[bytes]] | None = None
        self.failures = 0
        self.not_before = 0.0
        self.problem = ""

    def collect(self) -> tuple[bytes, bytes] | None:
        """The note that was asked about and the lines that came, once they came."""
        if self.asked is None or not self.asked[1].done():
            return None
        (note, future), self.asked = self.asked, None
        try:
            lines = future.result()
        except Exception as error:  # noqa: BLE001  whatever a witness provokes must not end the thread: it is told
            self.problem = error.message if isinstance(error, MadangError) else f"{self.name}: {type(error).__name__}"
            self.not_before = time.monotonic() + min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.failures)
            self.failures = min(self.failures + 1, 16)
            return None
        self.failures, self.problem = 0, ""
        return note, lines


class Cosigning:
    """Asks the witnesses of `circle` about what it is offered; calls `publish` with a checkpoint and its cosigned note.

    `publish` is called on this part's thread, once a round at most, with at least as many cosignatures as the quorum.
    """

    def __init__(self, circle: Circle, read_tile: ReadFullTile, publish: Callable[[Signed, bytes], None]) -> None:
        self._circle = circle
        self._read_tile = read_tile
        self._publish = publish
        self._seats = [_Seat(one) for one in circle.witnesses]
        self._offered: Signed | None = None
        self._current = b""
        self._lines: dict[str, bytes] = {}
        self._handed_on = 0
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, len(self._seats)), "madang-witness")
        self._thread = threading.Thread(target=self._follow, name="madang-cosign", daemon=True)
        self.failure: Exception | None = None

    @property
    def quorum(self) -> int:
        """How many witnesses must have cosigned what is served."""
        return self._circle.policy.threshold

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def offer(self, signed: Signed) -> None:
        """Have this checkpoint cosigned next, instead of an older one that waits; returns at once."""
        self._offered = signed
        self._changed.set()

    def stop(self) -> None:
        """Ask once more about what was offered last, at most as long as a round takes, and end."""
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join()
        for seat in self._seats:
            seat.witness.cut()
        self._pool.shutdown()
        for seat in self._seats:
            seat.witness.close()

    def standings(self) -> list[Standing]:
        """How each witness is doing."""
        return [Standing(seat.name, seat.witness.size, seat.problem) for seat in self._seats]

    def cosigned_enough(self, note: bytes) -> bool:
        """Whether a note meets the quorum. Verifies everything."""
        try:
            self._circle.policy.open(note)
        except LogError:
            return False
        return True

    def _follow(self) -> None:
        while True:
            self._changed.wait(self._pause())
            self._changed.clear()
            last = self._stopping.is_set()
            if self._offered is not None:
                self._round(self._offered)
            if last:
                return
            self._stopping.wait(ROUND_EVERY)

    def _round(self, signed: Signed) -> None:
        if signed.note != self._current:
            self._current, self._lines, self._handed_on = signed.note, {}, 0
        self._collect()
        now = time.monotonic()
        for seat in self._seats:
            if seat.asked is None and seat.name not in self._lines and seat.not_before <= now:
                seat.asked = (signed.note, self._pool.submit(self._cosign, seat.witness, signed))
        self._wait_for_answers(now + SECONDS + 1)
        if len(self._lines) >= self.quorum and len(self._lines) > self._handed_on:
            self._hand_on(signed)

    def _wait_for_answers(self, ends: float) -> None:
        graced = False
        while True:
            self._collect()
            pending = [seat.asked[1] for seat in self._seats if seat.asked is not None]
            if not graced and len(self._lines) >= max(1, self.quorum):
                graced = True
                ends = min(ends, time.monotonic() + GRACE)
            left = ends - time.monotonic()
            if not pending or left <= 0:
                return
            wait(pending, left, FIRST_COMPLETED)

    def _collect(self) -> None:
        for seat in self._seats:
            got = seat.collect()
            # A late answer about an older checkpoint is of no use any more, but the witness is well.
            if got is not None and got[0] == self._current:
                self._lines[seat.name] = got[1]

    def _hand_on(self, signed: Signed) -> None:
        note = signed.note
        for seat in self._seats:
            if seat.name in self._lines:
                note = attach(note, self._lines[seat.name], seat.witness.key)
        try:
            self._publish(signed, note)
        except Exception as error:  # noqa: BLE001  a full disk must not end the thread: it is told, and tried again
            self.failure = error
        else:
            self.failure = None
            self._handed_on = len(self._lines)

    def _cosign(self, witness: Witness, signed: Signed) -> bytes:
        reader = signed.tree.reader(self._read_tile)
        return witness.cosign(signed.note, signed.size, lambda old: consistency_proof(old, signed.size, reader))

    def _pause(self) -> float | None:
        """Seconds until somebody is to be asked again, or heard; None while all is done."""
        if self._offered is None:
            return None
        if self.failure is not None:
            return FIRST_PAUSE
        left = [seat for seat in self._seats if seat.name not in self._lines]
        if not left:
            return None
        return max(0.0, min(seat.not_before for seat in left) - time.monotonic()) or ROUND_EVERY
