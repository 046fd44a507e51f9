"""One seed, one thread: four validators with the real application, their disks, clocks and network, and clients.

Until `TROUBLE` anything may happen: messages are lost, doubled, late and out of order, the network falls apart, the
power goes, a process hangs, clocks are wrong, one validator may lie. Then it heals, and everybody must come to one
end. What is simulated is consensus itself (`tendermint.py`); application, ledger and rules are the real ones.
"""

import hashlib
import heapq
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from madang.app import MODULES
from madang.engine.cometbft import bundle, wire
from madang.engine.cometbft.admission import Admission
from madang.engine.cometbft.application import Application, Committed, write_app_state
from madang.engine.ledger import Ledger, find
from madang.kernel.errors import MadangError, Malformed
from madang.kernel.machine import Result
from tests.crash import town
from tests.simulation.auditor import Auditor, Wrong, need
from tests.simulation.disk import Crash, SimulatedStore
from tests.simulation.simulator import START, first_disk
from tests.simulation.tendermint import Block, Consensus, Message, Proposal, Step, equivocate, votes_for
from tests.simulation.wishes import Intent, Wishes

VALIDATORS = 4
TROUBLE = 60.0
"""Simulated seconds of faults."""
PATIENCE = 240.0
"""Simulated seconds after them in which everything must be answered."""
MAX_EVENTS = 60_000


def _tell(message: Message, target: "Validator") -> None:
    target.consensus.tell(message)


def _offer(data: bytes, target: "Validator") -> None:
    target.offer(data)


class NoChecker:
    """Signatures are not simulated: `unsigned` envelopes carry none."""

    def check(self, jobs: list[bytes]) -> list[bool]:
        """Right, all of them."""
        return [True] * len(jobs)

    def close(self) -> None:
        """Nothing to end."""


class Validator:
    """One machine: a disk, a consensus engine whose files are kept, and an application that is made anew."""

    def __init__(self, world: "Cluster", number: int) -> None:
        self.world, self.number = world, number
        self.skew = world.chance.choice([0, 0, 0, 2, -2, 30, -30])
        self.up = True
        self.paused = False
        self.lies = False
        self.disk = SimulatedStore(first_disk())
        self.asked: dict[str, Intent] = {}
        self.pool: dict[bytes, None] = {}
        self._open()
        root = self.ledger.durable.root
        self.consensus = Consensus(number, VALIDATORS, START, root, self)
        self.world.after(0.0, self._when_up(self.consensus.start))

    def _open(self) -> None:
        self.ledger = Ledger.open(self.disk, MODULES)
        admission = Admission(self.ledger.machine, NoChecker())
        self.application = Application(self.ledger, admission, self.now, elapsed=lambda: self.world.time)
        self.application.listen(self._committed)
        self.calls = self.application.handlers()

    # ------------------------------------------------------------------------------------------- power

    def crash(self) -> None:
        """The power goes."""
        self.up = False
        self.world.note(f"{self.number} down")
        self.asked.clear()
        self.pool.clear()
        self.world.after(self.world.chance.uniform(0.5, 12.0), self.restart)

    def restart(self) -> None:
        """Recover from the disk, and run again what consensus decided and the application lacks."""
        self.disk = SimulatedStore(self.disk.after_crash(self.world.chance), self.disk.point)
        self._open()
        self.up = True
        try:
            info = self.calls["info"](None)
            height = info.last_block_height
            self.world.note(f"{self.number} up at {height}")
            if height == 0:
                app_state = msgspec.json.encode(write_app_state(town.document(START)))
                request = wire.message("RequestInitChain")(chain_id=town.CHAIN, app_state_bytes=app_state)
                self.consensus.app_hash = self.calls["init_chain"](request).app_hash
            else:
                self.consensus.app_hash = info.last_block_app_hash
            need(height <= len(self.consensus.chain), "the application is ahead of consensus")
            for found in self.consensus.chain[height:]:
                time = self.consensus.time_of(found.block.last_commit)
                self.consensus.app_hash = self._run(found.block, time)
            self.consensus.start()
        except Crash:
            self.crash()

    def _when_up(self, action: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            if not self.up:
                return
            if self.paused:
                self.world.after(1.0, run)
                return
            try:
                action()
            except Crash:
                self.crash()

        return run

    # ------------------------------------------------------------------------------------------- host of consensus

    def now(self) -> int:
        return int(START + self.world.time) + self.skew

    def timer(self, seconds: float, height: int, round_: int, step: Step) -> None:
        self.world.after(seconds, self._when_up(lambda: self.consensus.timed_out(height, round_, step)))

    def broadcast(self, message: Message) -> None:
        others = [one for one in self.world.validators if one is not self]
        if self.lies and isinstance(message, Proposal):
            self._lie(message, others)
            return
        for other in others:
            self.world.send(self, other, partial(_tell, message))

    def _lie(self, message: Proposal, others: list["Validator"]) -> None:
        """One block to some and another to the rest, and votes for both; or one that nobody may accept."""
        chance = self.world.chance
        for turn, bundles in enumerate((message.block.bundles, self._false_bundles(message.block.bundles))):
            shown = equivocate(message, bundles)
            votes = votes_for(self.number, message.height, message.round, shown.block.id, self.now())
            for other in others if chance.random() < 0.3 else others[turn::2]:
                for one in (shown, *votes):
                    self.world.send(self, other, partial(_tell, one))

    def _false_bundles(self, true: tuple[bytes, ...]) -> tuple[bytes, ...]:
        world = self.world
        old = [one.signed for one in world.intents]
        late = world.wishes.wish(self.ledger, START - 10_000, "late" + str(world.chance.random()))
        choices = [
            (b"no bundle",),
            (bundle.pack([b"no transaction"]),),
            (*true, bundle.pack([late.signed])),
            (*true, bundle.pack(world.chance.sample(old, min(3, len(old))))) if old else (),
            (),
        ]
        return world.chance.choice(choices)

    def propose(self, height: int, time: int) -> tuple[bytes, ...]:
        request = wire.message("RequestPrepareProposal")(txs=list(self.pool), height=height, max_tx_bytes=4_000_000)
        request.time.seconds = time
        return tuple(self.calls["prepare_proposal"](request).txs)

    def accepts(self, block: Block, time: int) -> bool:
        request = wire.message("RequestProcessProposal")(txs=list(block.bundles), height=block.height)
        request.time.seconds = time
        return bool(self.calls["process_proposal"](request).status == wire.ACCEPT)

    def decided(self, block: Block, time: int) -> bytes:
        root = self._run(block, time)
        self.world.agree(self, block, root)
        for data in list(self.pool):
            again = self.calls["check_tx"](wire.message("RequestCheckTx")(tx=data, type=wire.RECHECK))
            if again.code:
                self.pool.pop(data)
        return root

    def _run(self, block: Block, time: int) -> bytes:
        request = wire.message("RequestFinalizeBlock")(txs=list(block.bundles), height=block.height)
        request.time.seconds = time
        root = bytes(self.calls["finalize_block"](request).app_hash)
        if self.world.chance.random() < 0.02:
            need(bytes(self.calls["finalize_block"](request).app_hash) == root, "asked again, it finalized otherwise")
        self.disk.point("between finalize and commit")
        self.calls["commit"](wire.message("RequestCommit")())
        return root

    # ------------------------------------------------------------------------------------------- clients

    def submit(self, intent: Intent) -> None:
        """A client asks this node."""
        transaction = self.ledger.machine.read(intent.signed)
        standing = self.application.standing().of(transaction)
        if isinstance(standing, Result):
            self._answer(intent, standing)
        elif standing is not None:
            self.world.refused(self, intent, standing)
        elif "expired by the clock" in self.world.bugs and transaction.payload.not_after < self.now():
            self.world.refused(self, intent, Malformed("payload.expired", ""))
        else:
            self.asked[intent.id] = intent
            self.offer(bundle.pack([intent.signed]))

    def offer(self, data: bytes) -> None:
        """A bundle came, from a client or another node's pool."""
        if "early answer" in self.world.bugs:
            self._answer_early(data)
        if data in self.pool or self.calls["check_tx"](wire.message("RequestCheckTx")(tx=data)).code:
            return
        self.pool[data] = None
        for other in self.world.validators:
            if other is not self:
                self.world.send(self, other, partial(_offer, data))

    def _answer_early(self, data: bytes) -> None:
        """What it would become if it came next, told as if it had."""
        block = self.ledger.begin(self.now())
        for signed in bundle.unpack(data):
            transaction = self.ledger.machine.read(signed)
            intent = self.asked.get(transaction.payload.id)
            if intent is not None and self.application.standing().of(transaction) is None:
                try:
                    self._answer(intent, block.execute(transaction))
                except Malformed:
                    continue

    def _committed(self, committed: Committed) -> None:
        if committed.commit is not None:
            self.world.sealed(self, committed.commit.tip)
        for transaction, answer in zip(committed.transactions, committed.answers, strict=True):
            intent = self.asked.pop(transaction.payload.id, None)
            if intent is not None and isinstance(answer, Result):
                self._answer(intent, answer)

    def _answer(self, intent: Intent, answer: Result) -> None:
        intent.done = True
        self.world.note(f"{self.number} answers {intent.id} {answer.outcome} {answer.height} {answer.index}")
        self.world.promise(self, intent, answer)


class Cluster:
    """`bugs` are names of mistakes to make on purpose."""

    def __init__(self, seed: int, bugs: frozenset[str] = frozenset()) -> None:
        self.chance = random.Random(seed)
        self.bugs = bugs
        self.trace = hashlib.sha256()
        self.time = 0.0
        self.healed = False
        self.answered = self.crashes = self.blocks = 0
        self.intents: list[Intent] = []
        self.promises: dict[str, tuple[str, int, int]] = {}
        self.roots: dict[int, bytes] = {}
        self.tips: dict[int, bytes] = {}
        self.expired: set[str] = set()
        self.cut: set[int] = set()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self.loss = self.chance.choice([0.0, 0.02, 0.15])
        self.doubling = self.chance.choice([0.0, 0.05])
        self.delay = self.chance.choice([0.02, 0.1, 0.4])
        self.wishes = Wishes(self.chance)
        self.validators: list[Validator] = []
        self.validators = [Validator(self, number) for number in range(VALIDATORS)]
        self.auditor = Auditor(self.validators[0].ledger)
        self.liar = self.chance.choice([None, *self.validators])
        for one in self.validators:
            one.disk.point = self._point
            self.after(self.chance.random(), partial(self._gossip, one))
        if self.liar is not None:
            self.liar.lies = True
        self.after(1.0, self._client)
        self.after(self.chance.uniform(1, 10), self._fault)

    # ------------------------------------------------------------------------------------------- time and network

    def note(self, event: str) -> None:
        """Part of the trace: a seed replays byte for byte."""
        self.trace.update(f"{self.time:.6f} {event}\n".encode())

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call later, in the order of time."""
        self._count += 1
        heapq.heappush(self._events, (self.time + seconds, self._count, action))

    def send(self, source: Validator, target: Validator, deliver: Callable[[Any], None]) -> None:
        """A message on its way, or not."""
        if not self.healed:
            if (source.number in self.cut) != (target.number in self.cut) or self.chance.random() < self.loss:
                return
            if self.chance.random() < self.doubling:
                self.after(self.chance.expovariate(1 / self.delay), target._when_up(lambda: deliver(target)))
        delay = 0.01 if self.healed else self.chance.expovariate(1 / self.delay)
        self.after(delay, target._when_up(lambda: deliver(target)))

    def _gossip(self, source: Validator) -> None:
        """What one knows is told to another, so that what was lost comes after all."""
        if source.up and not source.paused:
            target = self.chance.choice([one for one in self.validators if one is not source])
            theirs, ours = target.consensus, source.consensus
            if theirs.height < ours.height:
                found = ours.chain[theirs.height - 1]
                self.send(source, target, lambda to: to.consensus.catch_up(found))
            else:
                for message in ours.known():
                    self.send(source, target, partial(_tell, message))
                for data in source.pool:
                    self.send(source, target, partial(_offer, data))
        self.after(0.5, lambda: self._gossip(source))

    # ------------------------------------------------------------------------------------------- faults

    def _point(self, name: str) -> None:
        if not self.healed and self.chance.random() < 0.004:
            self.crashes += 1
            raise Crash

    def _fault(self) -> None:
        if self.healed:
            return
        one = self.chance.choice(self.validators)
        kind = self.chance.random()
        if kind < 0.35:
            self.cut = set(self.chance.sample(range(VALIDATORS), self.chance.choice([1, 2])))
            self.note(f"cut {sorted(self.cut)}")
            self.after(self.chance.uniform(1, 12), self.cut.clear)
        elif kind < 0.7 and one.up:
            self.crashes += 1
            one.crash()
        elif kind < 0.9:
            one.paused = True
            self.note(f"{one.number} hangs")
            self.after(self.chance.uniform(1, 10), partial(setattr, one, "paused", False))
        else:
            one.skew += self.chance.choice([-40, -3, 3, 40])
        self.after(self.chance.uniform(2, 15), self._fault)

    def _heal(self) -> None:
        self.note("healed")
        self.healed = True
        self.cut.clear()
        for one in self.validators:
            one.paused, one.lies, one.skew = False, False, 0

    # ------------------------------------------------------------------------------------------- clients

    def _client(self) -> None:
        """Wish for something, or ask again, elsewhere, for what was not answered."""
        waiting = [one for one in self.intents if not one.done]
        if not self.healed and (not waiting or self.chance.random() < 0.7):
            ledger = max(self.validators, key=lambda one: one.ledger.durable.height).ledger
            intent = self.wishes.wish(ledger, int(START + self.time), str(len(self.intents)))
            self.intents.append(intent)
        elif waiting:
            intent = self.chance.choice(waiting)
        else:
            intent = None
        if intent is not None:
            node = self.chance.choice(self.validators)
            self.note(f"ask {node.number} {intent.id}")
            self.after(0.01, node._when_up(lambda: node.submit(intent)))
        self.after(0.3 if self.healed else self.chance.expovariate(1.2), self._client)

    def refused(self, node: Validator, intent: Intent, error: Malformed) -> None:
        """Told that it can't be ordered any more: a client then asks by its id what became of it, and that is final."""
        if error.code == "payload.expired":
            intent.done = True
            found = find(node.ledger.store, intent.id)
            if found is None:
                self.expired.add(intent.id)
            else:
                self.promise(node, intent, found[1].result())

    def promise(self, node: Validator, intent: Intent, answer: Result) -> None:
        """A client was told an outcome: it is so on every node, for ever."""
        told = (answer.outcome, answer.height, answer.index)
        need(self.promises.setdefault(intent.id, told) == told, f"{intent.id} was told two outcomes")
        need(node.ledger.durable.height >= answer.height, f"{intent.id} was answered before it was durable")
        self.answered += 1

    # ------------------------------------------------------------------------------------------- what must hold

    def agree(self, node: Validator, block: Block, root: bytes) -> None:
        """No two validators decide differently at a height, nor come to another root."""
        one = block.id + root
        need(self.roots.setdefault(block.height, one) == one, f"validators differ at height {block.height}")
        self.blocks = max(self.blocks, block.height)
        self.note(f"{node.number} commits {block.height} {root.hex()}")

    def sealed(self, node: Validator, tip: Any) -> None:
        """The same for the ledger's own heights."""
        need(self.tips.setdefault(tip.height, tip.root) == tip.root, f"ledgers differ at block {tip.height}")

    def run(self) -> str:
        """All of it; the hash of what happened. Raises `Wrong`."""
        self.after(TROUBLE, self._heal)
        while not (self.healed and self._at_rest()):
            need(self.time < TROUBLE + PATIENCE, "healed, it does not come to an end")
            need(self._count < MAX_EVENTS, "too many events")
            self.time, _, action = heapq.heappop(self._events)
            try:
                action()
            except MadangError as error:
                raise Wrong(f"a node stopped: {error}") from error
        self.auditor.answers = self.promises
        for one in self.validators:
            self.auditor.audit(one.ledger)
            for identifier in sorted(self.expired):
                need(find(one.ledger.store, identifier) is None, f"{identifier} was called expired and is ordered")
        return self.trace.hexdigest()

    def _at_rest(self) -> bool:
        heights = {one.ledger.durable.height for one in self.validators if one.up}
        return all(one.up for one in self.validators) and len(heights) == 1 and all(one.done for one in self.intents)
