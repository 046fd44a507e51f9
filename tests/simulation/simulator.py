"""One seed, one world: clients, a clock, a disk and a ledger, one step at a time, the power going at any of them.

Nothing here depends on anything but the seed: the same seed gives the same events, byte for byte.
"""

import hashlib
import random
from collections import deque
from collections.abc import Callable
from functools import cache

from madang.app import MODULES
from madang.engine.ledger import Commit, Ledger
from madang.kernel.errors import Malformed
from madang.kernel.machine import Block, Result
from tests.crash import town
from tests.services.vouchers.scene import CLOSES
from tests.simulation.auditor import Auditor
from tests.simulation.disk import Crash, SimulatedStore
from tests.simulation.wishes import Intent, Wishes

START = CLOSES - 1_200


@cache
def first_disk() -> bytes:
    """The disk after genesis."""
    store = SimulatedStore()
    Ledger.create(store, MODULES, town.document(START))
    return store.after_crash(random.Random(0))


class Simulator:
    """`bugs` are names of mistakes of the engine to make on purpose."""

    def __init__(self, seed: int, bugs: frozenset[str] = frozenset()) -> None:
        self.chance = random.Random(seed)
        self.wishes = Wishes(self.chance)
        self.bugs = bugs
        self.trace = hashlib.sha256()
        self.clock = START
        self.crashes = 0
        self.answered = 0
        self.intents: list[Intent] = []
        self.payments: list[tuple[str, str, int]] = []
        self._open_disk(first_disk())
        self.auditor = Auditor(self.ledger)

    # --------------------------------------------------------------------------------------------- disk and power

    def _open_disk(self, synced: bytes) -> None:
        self.disk = SimulatedStore(synced, self._point)
        self.disk.lazy = "no sync" in self.bugs
        self.ledger = Ledger.open(self.disk, MODULES)
        self.inbox: deque[Intent] = deque()
        self.block: Block | None = None
        self.executed: list[tuple[Intent, Result | Malformed]] = []
        self.sealed: deque[tuple[Commit | None, list[tuple[Intent, Result | Malformed]]]] = deque()

    def _note(self, event: str) -> None:
        self.trace.update(event.encode() + b"\n")

    def _point(self, name: str) -> None:
        if self.chance.random() < 0.04:
            self._note(f"crash {name}")
            raise Crash

    def _recover(self) -> None:
        self.crashes += 1
        self._open_disk(self.disk.after_crash(self.chance))
        self._note(f"recovered {self.ledger.durable.height} {self.ledger.durable.root.hex()}")
        self.auditor.audit(self.ledger)

    # ------------------------------------------------------------------------------------------------------ steps

    def run(self, steps: int = 320) -> str:
        """All steps, then whatever waits; the hash of all that happened. Raises `Wrong`."""
        actions: list[Callable[[], None]] = [self._submit] * 5 + [self._work] * 9 + [self._jump]
        for _ in range(steps):
            try:
                self._point("between steps") if self.chance.random() < 0.3 else None
                self.chance.choice(actions)()
            except Crash:
                self._recover()
        self._finish()
        return self.trace.hexdigest()

    def _finish(self) -> None:
        self.disk.point = lambda _: None
        for intent in self.intents:
            if not intent.done:
                self.inbox.append(intent)
        while self.inbox or self.block is not None or self.sealed:
            self._work()
        self._note(f"end {self.ledger.durable.root.hex()}")
        self.auditor.audit(self.ledger)

    def _work(self) -> None:
        """One step of the engine: begin, execute, seal or write."""
        choices: list[Callable[[], None]] = []
        if self.block is None and self.inbox and len(self.sealed) < 3:
            choices.append(self._begin)
        if self.block is not None and self.inbox:
            choices += [self._execute] * 3
        if self.block is not None and self.executed:
            choices.append(self._seal)
        if self.sealed:
            choices.append(self._write)
        if choices:
            self.chance.choice(choices)()

    def _begin(self) -> None:
        self.block = self.ledger.begin(self.clock)
        self._note(f"begin {self.block.height} {self.block.time}")

    def _execute(self) -> None:
        intent = self.inbox.popleft()
        answer: Result | Malformed
        try:
            answer = self.block.order(self.ledger.machine.read(intent.signed))
        except Malformed as error:
            answer = error
        self._note(f"execute {intent.id} {getattr(answer, 'outcome', '')}{answer.code}")
        self.executed.append((intent, answer))

    def _seal(self) -> None:
        block, executed = self.block, self.executed
        self.block, self.executed = None, []
        commit = None if block is None or block.is_empty else self.ledger.seal(block)
        self._note(f"seal {commit.tip.root.hex() if commit else ''}")
        if "early answer" in self.bugs or ("early repeat" in self.bugs and commit is None):
            self._answer(executed)
        self.sealed.append((commit, executed))

    def _write(self) -> None:
        commit, executed = self.sealed[0]
        if commit is not None:
            self.ledger.write(commit)
            self.auditor.roots[commit.tip.height] = commit.tip.root
        self.sealed.popleft()
        self._note("written")
        self._answer(executed)

    def _answer(self, executed: list[tuple[Intent, Result | Malformed]]) -> None:
        for intent, answer in executed:
            intent.done = True
            if isinstance(answer, Result):
                self.answered += 1
                self.auditor.promised(intent.id, (answer.outcome, answer.height, answer.index))

    # ---------------------------------------------------------------------------------------------------- clients

    def _jump(self) -> None:
        self.clock += self.chance.choice([0, 1, 5, 20, 61, 130, -40])
        self._note(f"clock {self.clock}")

    def _submit(self) -> None:
        """A new wish; or one that was not answered yet, again; or, out of forgetfulness, one that was."""
        kind = self.chance.random()
        unanswered = [intent for intent in self.intents[-40:] if not intent.done]
        if kind < 0.25 and unanswered:
            intent = self.chance.choice(unanswered)
        elif kind < 0.35 and self.intents:
            intent = self.chance.choice(self.intents[-12:])
        else:
            intent = self.wishes.wish(self.ledger, self.clock, f"wish {len(self.intents)}")
            self.intents.append(intent)
        self._note(f"submit {intent.id}")
        self.inbox.append(intent)
