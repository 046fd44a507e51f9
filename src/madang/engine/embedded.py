"""The embedded engine: one process decides the order, groups what waits into blocks, answers when they are durable.

Three things overlap, each at its own pace: signatures of the next transactions are checked on other processes,
the rules of this block run here, and the block before is being written. A caller is answered only when the block
of its transactions is durable. Whoever operates this engine decides what is ordered and when; witnesses that
cosign its checkpoints are what keeps it from showing different ledgers to different people.
"""

import queue
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from madang.engine.intake import MAX_BLOCK, Intake, Submission
from madang.engine.interface import Answer, Clock, Listener, system_clock
from madang.engine.ledger import Commit, Ledger
from madang.engine.signatures import Ticket, Verifier
from madang.kernel import authority
from madang.kernel.envelope import Envelope
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.state import State


class _Batch:
    """Submissions on their way into one block; `claimed` are those whose envelopes and keys could be read."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []
        self.claimed: list[tuple[Submission, int, Envelope]] = []
        self.ticket: Ticket | None = None


class Embedded:
    """Runs a ledger. `start` it before submitting; `stop` it to end cleanly."""

    def __init__(self, ledger: Ledger, verifier: Verifier, clock: Clock = system_clock) -> None:
        self.ledger = ledger
        self.verifier = verifier
        self._clock = clock
        self._intake = Intake()
        self._held: Submission | None = None
        self._outbox: queue.Queue[tuple[Commit | None, list[Submission]] | None] = queue.Queue(maxsize=2)
        self._listeners: list[Listener] = []
        self.listener_failure: Exception | None = None
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
        return self._intake.submit(signed)

    def stop(self) -> None:
        """Finish what was submitted, write it, and end the threads. The store stays open."""
        self._intake.close()
        self._intake.inbox.put(None)
        self._executing.join()
        self._writing.join()
        self.close()

    def close(self) -> None:
        """End the verifying processes; for an engine that has stopped, or was never started."""
        self.verifier.close()

    @property
    def failure(self) -> MadangError | None:
        """Why the node stopped by itself, or None while it is well."""
        return self._intake.failure

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
        while not self._intake.inbox.empty():
            if (left := self._intake.inbox.get()) is not None:
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
                    submission = self._intake.inbox.get(block=wait and not batch.submissions)
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
                    submission.put(place, error)
                else:
                    batch.claimed.append((submission, place, envelope))
        batch.ticket = self.verifier.send(jobs) if jobs else None

    def _execute(self, batch: _Batch) -> None:
        right = iter(self.verifier.collect(batch.ticket) if batch.ticket else ())
        block = self.ledger.begin(self._clock())
        for submission, place, envelope in batch.claimed:
            checked = [next(right) for _ in envelope.signatures]
            if not all(checked):
                submission.put(
                    place,
                    Malformed(
                        "signature.invalid", "A signature does not match the payload and its key. Sign it again."
                    ),
                )
                continue
            try:
                transaction = self.ledger.machine.read(submission.signed[place], envelope)
                submission.put(place, block.order(transaction))
            except Malformed as error:
                submission.put(place, error)
        if block.is_empty:
            # Nothing was ordered: there is no block, but an answer may repeat one that is still being written.
            self._outbox.put((None, batch.submissions))
        else:
            self._outbox.put((self.ledger.seal(block), batch.submissions))

    # The writing thread.

    def _write_forever(self) -> None:
        while (item := self._outbox.get()) is not None:
            commit, submissions = item
            failure = self.failure
            if failure is None and commit is not None:
                failure = self._make_durable(commit)
            for submission in submissions:
                if failure is not None:
                    self._intake.drop(submission, failure)
                else:
                    self._intake.answer(submission)

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
        return self.failure

    def _fail(self, error: MadangError) -> None:
        self._intake.fail(error)
        self.ledger.snapshots.fail(error)
