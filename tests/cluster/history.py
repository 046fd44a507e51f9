"""What clients asked and were told, when; and whether one ledger can have told them that.

A client pays with one transaction after another. It asks some gateway, and where that gives no answer in time, another
one, with the same bytes, until it is told what became of them. Times are those of one clock, `time.monotonic`.
"""

import random
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from madang.app import MODULES
from madang.audit.tally import tally
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.machine import Result
from madang.kernel.state import State
from tests.cluster import scene
from tests.cluster.institutions import Blocks, Institutions
from tests.crash import town

PATIENCE = 3.0
"""Seconds for which a client waits for one gateway."""


class Asked(msgspec.Struct):
    """One payment: between `sent` and `told` (None: never told) it was in its client's hands."""

    name: str
    sent: float
    told: float | None = None
    answer: tuple[str, int, int] | None = None
    refusal: str = ""
    attempts: int = 0


class Clients:
    """So many clients that pay until told to stop. Use it as a context manager; leaving it waits for all answers."""

    def __init__(self, cluster: Institutions, first: int, gateways: Sequence[int], count: int = 24) -> None:
        self.history: list[Asked] = []
        self._cluster = cluster
        self._gateways = list(gateways)
        self._numbers = iter(range(first, first + 1_000_000))
        self._vouchers = vouchers(cluster.genesis)
        self._turn = threading.Lock()
        self._done = threading.Event()
        self._given_up = threading.Event()
        self._threads = [threading.Thread(target=self._pay, args=(n,), daemon=True) for n in range(count)]

    def __enter__(self) -> "Clients":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        deadline = time.monotonic() + 60
        for one in self._threads:
            one.join(max(0.0, deadline - time.monotonic()))
        self._given_up.set()
        assert not any(one.is_alive() for one in self._threads), "healed, and somebody still waits for an answer"

    def told(self) -> int:
        """How many were told something so far."""
        return sum(1 for one in list(self.history) if one.told is not None)

    def until_told(self, more: int, seconds: float = 30.0) -> None:
        """Wait until so many more were told something."""
        target, deadline = self.told() + more, time.monotonic() + seconds
        while self.told() < target:
            assert time.monotonic() < deadline, f"{self.told()} of {target} after {seconds:g} s"
            time.sleep(0.02)

    def _pay(self, client: int) -> None:
        chance = random.Random(client)
        while not self._done.is_set():
            with self._turn:
                number = next(self._numbers)
            signed = scene.payment(number, self._vouchers)
            asked = Asked(f"payment {number}", time.monotonic())
            self.history.append(asked)
            while asked.told is None and not self._given_up.is_set():
                self._ask(asked, signed, chance.choice(self._gateways))

    def _ask(self, asked: Asked, signed: bytes, gateway: int) -> None:
        asked.attempts += 1
        try:
            answers = self._cluster.ask(gateway, "submit", [signed], seconds=PATIENCE)
        except OSError:
            time.sleep(0.05)
            return
        if not isinstance(answers, list):
            time.sleep(0.05)  # stopping, or has too much to do
            return
        (answer,) = answers
        if isinstance(answer, Result):
            asked.answer = answer.outcome, answer.height, answer.index
        else:
            asked.refusal = answer.code
        asked.told = time.monotonic()


def vouchers(genesis: bytes) -> list[str]:
    """The voucher of each payer."""
    with tempfile.TemporaryDirectory() as folder:
        store = RocksStore(Path(folder), cache_bytes=8 * 1024 * 1024)
        try:
            return town.vouchers(State(Ledger.create(store, MODULES, genesis).reader()))
        finally:
            store.close()


def check(history: Sequence[Asked], blocks: Blocks, genesis: bytes) -> None:
    """Hold what clients were told against the blocks on which all validators agree."""
    ordered = replay(blocks, genesis)
    assert any(one.answer is not None for one in history)
    for one in history:
        identifier = scene.identifier(one.name)
        assert one.told is not None, f"{one.name} was never answered"
        if one.answer is not None:
            assert ordered.get(identifier) == one.answer, f"{one.name} was told {one.answer}: {ordered.get(identifier)}"
        else:
            assert one.refusal == "payload.expired", f"{one.name}: {one.refusal}"
            assert identifier not in ordered, f"{one.name} was called expired and is ordered"
    in_real_time(history)


def in_real_time(history: Sequence[Asked]) -> None:
    """What was answered before another was sent stands before it in the log."""
    told = sorted([one for one in history if one.answer and one.told], key=lambda one: one.told or 0.0)
    furthest, before = (-1, -1), ""
    waiting = iter(told)
    following = next(waiting, None)
    for one in sorted(told, key=lambda one: one.sent):
        while following is not None and (following.told or 0.0) < one.sent:
            place = _place(following)
            if place > furthest:
                furthest, before = place, following.name
            following = next(waiting, None)
        assert _place(one) > furthest, f"{one.name} stands before {before}, which was answered before it was sent"


def _place(one: Asked) -> tuple[int, int]:
    assert one.answer is not None
    return one.answer[1:]


def replay(blocks: Blocks, genesis: bytes) -> dict[str, tuple[str, int, int]]:
    """Run the blocks on a ledger of the other engine: the outcome and place of every id.

    After each block the root must be theirs, and money must add up for an auditor that knows no rule; at the end every
    law of every module holds.
    """
    ordered: dict[str, tuple[str, int, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = RocksStore(Path(folder), cache_bytes=8 * 1024 * 1024)
        try:
            ledger = Ledger.create(store, MODULES, genesis)
            money = _money(ledger)
            assert blocks[0][1] == ledger.durable.root
            for when, root, signed in blocks[1:]:
                block = ledger.begin(when)
                for one in signed:
                    transaction = ledger.machine.read(one)
                    result = block.execute(transaction)
                    assert not result.repeated and result.id not in ordered, f"{result.id} was ordered twice"
                    ordered[result.id] = result.outcome, result.height, result.index
                ledger.write(ledger.seal(block))
                assert ledger.durable.root == root
                assert _money(ledger) == money, f"won appeared or disappeared in block {ledger.durable.height}"
            town.laws_hold(State(ledger.reader()))
        finally:
            store.close()
    return ordered


def _money(ledger: Ledger) -> tuple[int, int]:
    """Won of currency and won of tokens, which payments only move."""
    found = tally(ledger.store)
    assert all(law.holds for law in found.laws), found.laws
    return found.issued, sum(bank.tokens for bank in found.banks.values())
