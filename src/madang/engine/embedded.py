"""The embedded engine: one process decides the order, groups what waits into blocks, answers when they are durable.

Three things overlap, each at its own pace: signatures of the next transactions are checked on other processes,
the rules of this block run here, and the block before is being written. A caller is answered only when the block
of its transactions is durable. Whoever operates this engine decides what is ordered and when; witnesses that
cosign its checkpoints are what keeps it from showing different ledgers to different people.
"""

import queue
import threading
import time as system_time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from madang.engine.ledger import Commit, Ledger
from madang.engine.signatures import Ticket, Verifier
from madang.kernel import authority
from madang.kernel.envelope import Envelope
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.machine import Result
from madang.kernel.state import State

MAX_BLOCK = 1000
"""Transactions that one block takes; a submission is never split, and holds at most as many."""
MAX_WAITING = 20_000
"""Transactions that may wait before the engine says `engine.busy`."""
MAX_WAITING_BYTES = 128 * 1024 * 1024
"""Bytes of transactions that may wait, likewise."""

Answer = Result | Malformed
Listener = Callable[[Commit], None]
Clock = Callable[[], int]


def system_clock() -> int:
    """Seconds since 1970 by this machine's clock."""
    return int(system_time.time())


class _Submission:
    """Transactions that came together, and the future of their answers."""

    __slots__ = ("answers", "future", "signed", "size")

    def __init__(self, signed: Sequence[bytes]) -> None:
        self.signed = tuple(signed)
        self.size = sum(map(len, self.signed))
        self.answers: list[Answer | None] = [None] * len(signed)
        self.future: Future[list[Answer]] = Future()
        # What was submitted will be ordered: a caller that goes away can't take it back, only not wait for it.
        self.future.set_running_or_notify_cancel()


class _Batch:
    """Submissions on their way into one block; `claimed` are those whose envelopes and keys could be read."""

    def __init__(self) -> None:
        self.submissions: list[_Submission] = []
        self.claimed: list[tuple[_Submission, int, Envelope]] = []
        self.ticket: Ticket | None = None


class Embedded:
    """Runs a ledger. `start` it before submitting; `stop` it to end cleanly."""

    def __init__(self, ledger: Ledger, verifier: Verifier, clock: Clock = system_clock) -> None:
        self.ledger = ledger
        self._verifier = verifier
        self._clock = clock
        self._inbox: queue.SimpleQueue[_Submission | None] = queue.SimpleQueue()
        self._held: _Submission | None = None
        self._waiting = 0
        self._waiting_bytes = 0
        self._outbox: queue.Queue[tuple[Commit | None, list[_Submission]] | None] = queue.Queue(maxsize=2)
        self._listeners: list[Listener] = []
        self._failure: MadangError | None = None
        self.listener_failure: Exception | None = None
        self._stopped = False
        self._gate = threading.Lock()
        self._executing = threading.Thread(target=self._execute_forever, name="madang-execute", daemon=True)
        self._writing = threading.Thread(target=self._write_forever, name="madang-write", daemon=True)

    def start(self) -> "Embedded":
        """Begin to take transactions."""
        self._executing.start()
        self._writing.start()
        return self

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every block once it is durable, on the writing thread: it must be quick.

        What it raises is kept in `listener_failure` and changes nothing: the block is durable all the same.
        """
        self._listeners.append(listener)

    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]":
        """Have transactions ordered, in their order. The future holds an outcome or a `Malformed` for each.

        It is done when the block is durable, or fails with `MadangError`: `engine.stopped`, `engine.size` (more
        than MAX_BLOCK at once), `engine.busy` (try again later), `store.write` (the node is stopping; ask again
        by id whether it was ordered).
        """
        submission = _Submission(signed)
        error = self._enter(submission)
        if error is not None:
            submission.future.set_exception(error)
        return submission.future

    def stop(self) -> None:
        """Finish what was submitted, write it, and end the threads. The store stays open."""
        with self._gate:
            self._stopped = True
        self._inbox.put(None)
        self._executing.join()
        self._writing.join()
        self.close()

    def close(self) -> None:
        """End the verifying processes; for an engine that has stopped, or was never started."""
        self._verifier.close()

    @property
    def failure(self) -> MadangError | None:
        """Why the node stopped by itself, or None while it is well."""
        return self._failure

    def _enter(self, submission: _Submission) -> MadangError | None:
        count = len(submission.signed)
        with self._gate:
            if self._failure is not None:
                return self._failure
            if self._stopped:
                return MadangError("engine.stopped", "This node is stopping. Send to another, or again later.")
            if not 0 < count <= MAX_BLOCK:
                return MadangError("engine.size", f"Send 1 to {MAX_BLOCK} transactions at once.")
            if self._waiting + count > MAX_WAITING or self._waiting_bytes + submission.size > MAX_WAITING_BYTES:
                return MadangError("engine.busy", "Too many transactions are waiting. Send again in a second.")
            self._waiting += count
            self._waiting_bytes += submission.size
            self._inbox.put(submission)
        return None

    # The executing thread.

    def _execute_forever(self) -> None:
        checking: deque[_Batch] = deque()
        running = True
        try:
            while running or checking:
                while running and len(checking) < 2:
                    batch, running = self._gather(wait=not checking)
                    if not batch.submissions:
                        break
                    checking.append(batch)
                    self._prepare(batch)
                if checking:
                    self._execute(checking[0])
                    checking.popleft()
        except MadangError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001  ours or the machine's: no order may continue on a state nobody can vouch for
            self._fail(StoreFailure("engine.defect", f"{type(error).__name__}: the node stops. Start it again."))
        for batch in checking:
            self._outbox.put((None, batch.submissions))
        if self._held is not None:
            self._outbox.put((None, [self._held]))
        while not self._inbox.empty():
            if (left := self._inbox.get()) is not None:
                self._outbox.put((None, [left]))
        self._outbox.put(None)

    def _gather(self, *, wait: bool) -> tuple[_Batch, bool]:
        """Take what waits, up to a block; and whether more may come."""
        batch = _Batch()
        count = 0
        while count < MAX_BLOCK:
            submission, self._held = self._held, None
            if submission is None:
                try:
                    submission = self._inbox.get(block=wait and not batch.submissions)
                except queue.Empty:
                    break
                if submission is None:
                    return batch, False
            count += len(submission.signed)
            if count > MAX_BLOCK:
                self._held = submission
                break
            batch.submissions.append(submission)
        return batch, True

    def _prepare(self, batch: _Batch) -> None:
        """Read who claims to have signed what, and send the signatures to be checked.

        What a payload says is read after that: a stranger's is never worth the time.
        """
        jobs: list[bytes] = []
        keys = State(self.ledger.working)
        for submission in batch.submissions:
            for place, signed in enumerate(submission.signed):
                try:
                    envelope = self.ledger.machine.receive(signed)
                    jobs += [authority.key_of(keys, one).point + one.digest + one.value for one in envelope.signatures]
                except Malformed as error:
                    submission.answers[place] = error
                else:
                    batch.claimed.append((submission, place, envelope))
        batch.ticket = self._verifier.send(jobs) if jobs else None

    def _execute(self, batch: _Batch) -> None:
        right = iter(self._verifier.collect(batch.ticket) if batch.ticket else ())
        block = self.ledger.begin(self._clock())
        for submission, place, envelope in batch.claimed:
            checked = [next(right) for _ in envelope.signatures]
            if not all(checked):
                submission.answers[place] = Malformed(
                    "signature.invalid", "A signature does not match the payload and its key. Sign it again."
                )
                continue
            try:
                transaction = self.ledger.machine.read(submission.signed[place], envelope)
                submission.answers[place] = block.execute(transaction)
            except Malformed as error:
                submission.answers[place] = error
        if block.is_empty:
            # Nothing was ordered: there is no block, but an answer may repeat one that is still being written.
            self._outbox.put((None, batch.submissions))
        else:
            self._outbox.put((self.ledger.seal(block), batch.submissions))

    # The writing thread.

    def _write_forever(self) -> None:
        while (item := self._outbox.get()) is not None:
            commit, submissions = item
            failure = self._failure
            if failure is None and commit is not None:
                failure = self._make_durable(commit)
            for submission in submissions:
                with self._gate:
                    self._waiting -= len(submission.signed)
                    self._waiting_bytes -= submission.size
                if failure is not None:
                    submission.future.set_exception(failure)
                else:
                    submission.future.set_result([answer for answer in submission.answers if answer is not None])

    def _make_durable(self, commit: Commit) -> MadangError | None:
        try:
            self.ledger.write(commit)
        except MadangError as error:
            self._fail(error)
        except BaseException as error:  # noqa: BLE001  whatever the store's library raises: those who wait must hear of it
            self._fail(StoreFailure("store.write", f"{type(error).__name__}: the node stops. Start it again."))
        else:
            for listener in self._listeners:
                try:
                    listener(commit)
                except Exception as error:  # noqa: BLE001  the block is durable whatever a listener thinks of it
                    self.listener_failure = error
            return None
        return self._failure

    def _fail(self, error: MadangError) -> None:
        with self._gate:
            self._failure = self._failure or error
        self.ledger.snapshots.fail(error)
