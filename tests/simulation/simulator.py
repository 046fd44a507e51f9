"""One seed, one world: clients, a clock, a disk and a ledger, one step at a time, the power going at any of them.

Nothing here depends on anything but the seed: the same seed gives the same events, byte for byte.
"""

import hashlib
import random
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from madang.app import MODULES
from madang.engine.ledger import Commit, Ledger
from madang.kernel.errors import Malformed
from madang.kernel.machine import Block, Result
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Expire, Freeze, Pay, PaymentPart, PayOut, Recall, Refund, Unfreeze
from tests.crash import town
from tests.services.vouchers.scene import CLOSES, COUPON
from tests.simulation.auditor import Auditor
from tests.simulation.disk import Crash, SimulatedStore
from tests.simulation.unsigned import unsigned
from tests.support.cast import BAKERY, GROCER, officer
from tests.support.signing import Wallet

START = CLOSES - 1_200


@cache
def first_disk() -> bytes:
    """The disk after genesis."""
    store = SimulatedStore()
    Ledger.create(store, MODULES, town.document(START))
    return store.after_crash(random.Random(0))


class Intent:
    """What one client wants: it sends the same bytes until it is told what became of them."""

    def __init__(self, identifier: str, signed: bytes) -> None:
        self.id = identifier
        self.signed = signed
        self.done = False


class Simulator:
    """`bugs` are names of mistakes of the engine to make on purpose."""

    def __init__(self, seed: int, bugs: frozenset[str] = frozenset()) -> None:
        self.chance = random.Random(seed)
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
            answer = self.block.execute(self.ledger.machine.read(intent.signed))
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
            intent = self._wish()
            self.intents.append(intent)
        self._note(f"submit {intent.id}")
        self.inbox.append(intent)

    def _wish(self) -> Intent:
        act, signer = self._act()
        identifier = hashlib.sha256(b"wish %d" % len(self.intents)).hexdigest()[:32]
        until = self.clock + self.chance.choice([20, 120, 400])
        payload = {"chain": town.CHAIN, "id": identifier, "not_after": until, "acts": [act]}
        return Intent(identifier, unsigned(msgspec.json.encode(payload), [signer]))

    def _act(self) -> tuple[Act, Wallet]:
        chance = self.chance
        state = self._durable()
        numbers = town.vouchers(state)
        who = chance.randrange(town.PAYERS)
        kind = chance.random()
        shop = chance.choice([BAKERY, BAKERY, BAKERY, GROCER])
        if kind < 0.60:
            holder = who if chance.random() < 0.9 else (who + 1) % town.PAYERS
            amounts = [chance.choice([1, 7, 1_000, 60_000, 400_000]) for _ in range(chance.choice([1, 1, 2]))]
            parts = [PaymentPart(voucher=numbers[holder], amount=amount) for amount in amounts]
            merchant = shop.party if chance.random() < 0.95 else "centre"
            own = chance.choice([0, 0, 0, 100, 700])
            order = f"o{len(self.intents)}"
            by = town.payer(who).party
            return Pay(by=by, programme=COUPON, merchant=merchant, order=order, parts=parts, own=own), town.payer(who)
        if kind < 0.85:
            seen = queries.shop_payments(state, shop.party, COUPON)
            if seen:
                paid = chance.choice(seen)
                left = paid.amount - paid.refunded
                amount = max(1, chance.choice([left, left // 2, left + 1, paid.amount]))
                return Refund(
                    by=shop.party, programme=COUPON, merchant=shop.party, payment=paid.payment, amount=amount
                ), shop
        if kind < 0.92:
            number = numbers[who]
            sort: Any = chance.choice([Freeze, Unfreeze, Unfreeze, Recall] if chance.random() < 0.5 else [Expire])
            return sort(by="ministry", programme=COUPON, vouchers=[number]), officer("ministry")
        return PayOut(by="ministry", programme=COUPON, merchants=[shop.party]), officer("ministry")

    def _durable(self) -> Any:
        return State(self.ledger.reader())
