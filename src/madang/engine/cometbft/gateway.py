"""A gateway: takes signed transactions, packs what waits into bundles, and answers each caller with its own outcome.

To its callers it is what `engine.embedded.Embedded` is. Any node is one. A caller is answered once the block with its
transaction is durable on this node. CometBFT's mempool keeps nothing over a crash, so a transaction that no block held
for a while is looked up, and packed again if it may still come: replay marks see to it that none is executed twice,
here or through another gateway. It is `payload.expired` only when no block can hold it any more.
"""

import queue
import threading
import time as system_time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

import msgspec

from madang.engine.cometbft import bundle
from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, Committed
from madang.engine.cometbft.rpc import Rpc
from madang.engine.intake import Intake, Submission
from madang.engine.interface import Answer, Listener
from madang.kernel.errors import MadangError, Malformed, StoreFailure
from madang.kernel.machine import Result
from madang.kernel.transaction import Transaction

RETRY_AFTER = 3.0
"""Seconds without an outcome after which a transaction is looked up, and sent again."""
MAX_UNDECIDED = 8 * bundle.MAX_TRANSACTIONS
"""Transactions that CometBFT may hold undecided for this gateway; the rest waits here, and is packed more densely."""
STOP_SECONDS = 10.0
"""How long `stop` waits for what was submitted; without a quorum it would be for ever."""
_LOOK_EVERY = 0.2


class _Waiting:
    """One transaction that has no outcome yet."""

    __slots__ = ("answered", "place", "since", "submission", "transaction")

    def __init__(self, submission: Submission, place: int, transaction: Transaction) -> None:
        self.submission = submission
        self.place = place
        self.transaction = transaction
        self.since = 0.0
        self.answered = False


class Gateway:
    """`start` it before submitting; `stop` it to end cleanly. The application is served by somebody else."""

    def __init__(self, application: Application, admission: Admission, rpc: Rpc) -> None:
        self._application = application
        self._admission = admission
        self._rpc = rpc
        self._intake = Intake()
        self._held: Submission | None = None
        self._undecided: dict[str, list[_Waiting]] = {}
        self._undecided_count = 0
        self._look_up: set[str] = set()
        self._oldest: deque[_Waiting] = deque()
        self._listeners: list[Listener] = []
        self.listener_failure: Exception | None = None
        self._ending = threading.Event()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._sending = threading.Thread(target=self._send_forever, name="madang-gateway-send", daemon=True)
        self._packing = threading.Thread(target=self._pack_forever, name="madang-gateway", daemon=True)
        application.listen(self._committed)

    def start(self) -> "Gateway":
        """Begin to take transactions."""
        self._packing.start()
        self._sending.start()
        return self

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every durable block in which something was ordered: it must be quick.

        What it raises is kept in `listener_failure` and changes nothing: the block is durable all the same.
        """
        self._listeners.append(listener)

    def submit(self, signed: Sequence[bytes]) -> "Future[list[Answer]]":
        """Have transactions ordered. The future holds an outcome or a `Malformed` for each.

        Those that fit one bundle together stay together and in order. It is done when the last is durable here, or
        fails with `MadangError`: `engine.stopped`, `engine.size` (more than MAX_BLOCK at once), `engine.busy` (try
        again later), or what stopped the node (ask again by id whether it was ordered).
        """
        return self._intake.submit(signed)

    def stop(self) -> None:
        """Take no more, wait a while for what was submitted, and end. Who is not answered by then hears so."""
        intake = self._intake
        intake.close()
        with intake.changed:
            intake.changed.wait_for(lambda: intake.is_empty or intake.failure is not None, STOP_SECONDS)
        intake.drop_all(MadangError("engine.stopped", "This node stopped before the outcome was known. Ask by id."))
        self._ending.set()
        intake.inbox.put(None)
        self._outbox.put(None)
        with intake.changed:
            intake.changed.notify_all()
        for thread in (self._packing, self._sending):
            if thread.ident is not None:
                thread.join()

    def close(self) -> None:
        """End the verifying processes; for a gateway that has stopped, or was never started."""
        self._rpc.close()
        self._admission.close()

    def fail(self, error: MadangError) -> None:
        """The node has stopped: everybody who waits hears why."""
        self._intake.fail(error)
        self._intake.drop_all(error)

    @property
    def failure(self) -> MadangError | None:
        """Why the node stopped by itself, or None while it is well."""
        return self._intake.failure

    # The packing thread.

    def _pack_forever(self) -> None:
        try:
            while not self._ending.is_set():
                if gathered := self._gather():
                    self._pack(self._admit(gathered))
                self._pack(self._overdue())
        except MadangError as error:
            self.fail(error)
        except Exception as error:  # noqa: BLE001  ours: those who wait must hear of it
            self.fail(
                StoreFailure("engine.defect", f"{type(error).__name__}: the gateway stops. Start the node again.")
            )

    def _gather(self) -> list[Submission]:
        """What waits, up to a bundle; nothing while CometBFT holds enough of ours."""
        with self._intake.changed:
            if not self._intake.changed.wait_for(
                lambda: self._undecided_count < MAX_UNDECIDED or self._intake.stopping, _LOOK_EVERY
            ):
                return []
        gathered: list[Submission] = []
        count = 0
        while count < bundle.MAX_TRANSACTIONS:
            submission, self._held = self._held, None
            if submission is None:
                try:
                    submission = self._intake.inbox.get(block=not gathered, timeout=_LOOK_EVERY)
                except queue.Empty:
                    break
                if submission is None:
                    break
            count += len(submission.signed)
            if count > bundle.MAX_TRANSACTIONS:
                self._held = submission
                break
            gathered.append(submission)
        return gathered

    @property
    def _has_room(self) -> bool:
        return self._undecided_count < MAX_UNDECIDED

    def _admit(self, gathered: list[Submission]) -> list[_Waiting]:
        """Answer what needs no ordering; the rest waits for its block."""
        before = self._application.progress
        standing = self._application.standing()
        found = iter(self._admission.admit([one for each in gathered for one in each.signed], standing.state))
        waiting: list[_Waiting] = []
        for submission in gathered:
            for place in range(len(submission.signed)):
                admitted = next(found)
                if isinstance(admitted, Malformed):
                    self._answer(submission, place, admitted)
                elif (stands := standing.of(admitted) or standing.turned_away(admitted)) is not None:
                    self._answer(submission, place, stands)
                else:
                    waiting.append(_Waiting(submission, place, admitted))
        with self._intake.changed:
            for one in waiting:
                self._undecided.setdefault(one.transaction.payload.id, []).append(one)
            self._undecided_count += len(waiting)
            if self._application.progress != before:
                # A block came meanwhile, and told us nothing of what was not undecided yet.
                self._look_up.update(one.transaction.payload.id for one in waiting)
        self._await(waiting)
        return waiting

    def _overdue(self) -> list[_Waiting]:
        """Answer what was decided without our seeing it, or can't come any more; what may still come is sent again."""
        now = system_time.monotonic()
        aged: list[_Waiting] = []
        with self._intake.changed:
            asked = [one for identifier in self._look_up for one in self._undecided.get(identifier, ())]
            self._look_up.clear()
            while self._oldest and (self._oldest[0].answered or self._oldest[0].since + RETRY_AFTER < now):
                aged.append(self._oldest.popleft())
        self._looked_up(asked)
        left = self._looked_up(aged)
        self._await(left)
        # What waits to be sent for the first time is not sent once more.
        return left if self._outbox.empty() else []

    def _looked_up(self, waiting: list[_Waiting]) -> list[_Waiting]:
        """Those of them that still have no outcome on committed state; the others are answered."""
        left: list[_Waiting] = []
        if not waiting:
            return left
        standing = self._application.standing()
        for one in waiting:
            if one.answered:
                continue
            if (stands := standing.of(one.transaction)) is not None:
                self._decide(one, stands)
            else:
                left.append(one)
        return left

    def _await(self, waiting: list[_Waiting]) -> None:
        """Look these up when RETRY_AFTER has passed."""
        now = system_time.monotonic()
        with self._intake.changed:
            for one in waiting:
                one.since = now
            self._oldest.extend(waiting)

    def _pack(self, waiting: list[_Waiting]) -> None:
        """Make bundles, in order, for the sending thread."""
        transactions = {one.transaction.signed: one.transaction for one in waiting}
        for group in bundle.split(transactions):
            self._outbox.put(self._admission.pack([transactions[signed] for signed in group]))

    # The sending thread.

    def _send_forever(self) -> None:
        """Hand bundles to CometBFT; while it gives no answer, they wait."""
        while (data := self._outbox.get()) is not None:
            while not self._ending.is_set() and self.failure is None:
                try:
                    self._rpc.broadcast(data)
                except MadangError as error:
                    if error.code == "cometbft.unreachable":
                        self._ending.wait(_LOOK_EVERY)
                        continue
                # What it refused is looked up after a while: it has an outcome then, or may be sent again.
                break

    # Answers.

    def _committed(self, committed: Committed) -> None:
        """A block is durable: on the consensus connection's thread."""
        if committed.commit is not None:
            for listener in self._listeners:
                try:
                    listener(committed.commit)
                except Exception as error:  # noqa: BLE001  the block is durable whatever a listener thinks of it
                    self.listener_failure = error
        others: list[str] = []
        for transaction, answer in zip(committed.transactions, committed.answers, strict=True):
            for one in tuple(self._undecided.get(transaction.payload.id, ())):
                if one.transaction.signed_hash != transaction.signed_hash:
                    others.append(transaction.payload.id)
                    continue
                self._decide(one, answer)
                if isinstance(answer, Result):
                    answer = msgspec.structs.replace(answer, message="", repeated=True)
        with self._intake.changed:
            self._look_up.update(others)
            self._intake.changed.notify_all()

    def _decide(self, one: _Waiting, answer: Answer) -> None:
        """Take it out of those that wait, once, whoever found its outcome."""
        with self._intake.changed:
            if one.answered:
                return
            one.answered = True
            identifier = one.transaction.payload.id
            left = [other for other in self._undecided[identifier] if other is not one]
            if left:
                self._undecided[identifier] = left
            else:
                del self._undecided[identifier]
            self._undecided_count -= 1
        self._answer(one.submission, one.place, answer)

    def _answer(self, submission: Submission, place: int, answer: Answer) -> None:
        with self._intake.changed:
            submission.put(place, answer)
            done = not submission.missing
        if done:
            self._intake.answer(submission)
