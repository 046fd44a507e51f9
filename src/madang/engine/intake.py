"""What was submitted to an engine and has no answer yet: within bounds, answered once, and refused once it stops."""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from madang.engine.interface import Answer
from madang.kernel.errors import MadangError

MAX_BLOCK = 1000
"""Transactions that one block takes; a submission is never split, and holds at most as many."""
MAX_WAITING = 20_000
"""Transactions that may wait before an engine says `engine.busy`."""
MAX_WAITING_BYTES = 128 * 1024 * 1024
"""Bytes of transactions that may wait, likewise."""


class Submission:
    """Transactions that came together, their answers as they come, and the future of all of them."""

    __slots__ = ("answers", "future", "missing", "signed", "size")

    def __init__(self, signed: Sequence[bytes]) -> None:
        self.signed = tuple(signed)
        self.size = sum(map(len, self.signed))
        self.answers: list[Answer | None] = [None] * len(signed)
        self.missing = len(signed)
        self.future: Future[list[Answer]] = Future()
        # What was submitted may be ordered: a caller that goes away can't take it back, only not wait for it.
        self.future.set_running_or_notify_cancel()

    def put(self, place: int, answer: Answer) -> None:
        """The answer to the transaction at this place; each comes once."""
        self.answers[place] = answer
        self.missing -= 1


class Intake:
    """The door of an engine. `inbox` holds submissions in their order, and None once it stops.

    `changed` guards all of it, and is notified when a submission has left or the engine failed.
    """

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self.changed = threading.Condition()
        self.failure: MadangError | None = None
        self.stopping = False
        self._open: set[Submission] = set()
        self._count = 0
        self._bytes = 0

    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]":
        """Take transactions in. The future fails with `MadangError`: `engine.stopped`, `engine.size` (none, or more
        than MAX_BLOCK at once), `engine.busy` (try again later), or what stopped the engine.
        """
        submission = Submission(signed)
        with self.changed:
            error = self._refusal(submission)
            if error is None:
                self._open.add(submission)
                self._count += len(submission.signed)
                self._bytes += submission.size
                self.inbox.put(submission)
        if error is not None:
            submission.future.set_exception(error)
        return submission.future

    def answer(self, submission: Submission) -> None:
        """All its answers are there: tell them, unless it was dropped."""
        if self._leaves(submission):
            submission.future.set_result([one for one in submission.answers if one is not None])

    def drop(self, submission: Submission, error: MadangError) -> None:
        """It gets no answers, and hears why, unless it has them."""
        if self._leaves(submission):
            submission.future.set_exception(error)

    def drop_all(self, error: MadangError) -> None:
        """Nobody who still waits gets an answer."""
        with self.changed:
            left = tuple(self._open)
        for submission in left:
            self.drop(submission, error)

    def close(self) -> None:
        """Take no more."""
        with self.changed:
            self.stopping = True

    def fail(self, error: MadangError) -> None:
        """Take no more, for this reason; the first one counts."""
        with self.changed:
            self.failure = self.failure or error
            self.changed.notify_all()

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._open

    def _refusal(self, submission: Submission) -> MadangError | None:
        count = len(submission.signed)
        if self.failure is not None:
            return self.failure
        if self.stopping:
            return MadangError("engine.stopped", "This node is stopping. Send to another, or again later.")
        if not 0 < count <= MAX_BLOCK:
            return MadangError("engine.size", f"Send 1 to {MAX_BLOCK} transactions at once.")
        if self._count + count > MAX_WAITING or self._bytes + submission.size > MAX_WAITING_BYTES:
            return MadangError("engine.busy", "Too many transactions are waiting. Send again in a second.")
        return None

    def _leaves(self, submission: Submission) -> bool:
        """Whether the caller is the one to complete its future: nobody is answered twice."""
        with self.changed:
            if submission not in self._open:
                return False
            self._open.discard(submission)
            self._count -= len(submission.signed)
            self._bytes -= submission.size
            self.changed.notify_all()
        return True
