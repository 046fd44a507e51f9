"""Mistakes made on purpose: the simulation finds each within a few seeds, so that its silence means something."""

import random
from collections.abc import Callable

import msgspec
import pytest

from madang.engine import ledger as ledgers
from madang.engine.ledger import Ledger, Working
from madang.kernel.errors import MadangError, Malformed
from madang.kernel.machine import Block
from madang.kernel.state import State
from madang.log.errors import LogError
from madang.services.vouchers import refunding
from tests.simulation import disk
from tests.simulation.auditor import Wrong
from tests.simulation.simulator import Simulator

MOST_SEEDS = 30
Plant = Callable[[pytest.MonkeyPatch], None]


def no_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Block, "check", lambda self, transaction: None)


def two_batches(patch: pytest.MonkeyPatch) -> None:
    def write(self, commit):
        self.store.write(commit.state.items(), [], commit.erase)
        self.store.write([], commit.log)
        self.working.settle(commit.sealed)
        self.durable = commit.tip

    patch.setattr(Ledger, "write", write)


def refund_above_payment(patch: pytest.MonkeyPatch) -> None:
    parts_of, apply = vars(refunding)["parts_of"], vars(refunding)["apply"]

    def fresh(part):
        return msgspec.structs.replace(part, refunded=0)

    def forgetful_parts(*arguments):
        return [(key, fresh(part)) for key, part in parts_of(*arguments)]

    def forgetful_apply(call, name, ruled, action, on, given, *rest):
        if action.startswith("refund"):
            table = ruled.tables["payment"]
            call.state.put(table, fresh(call.state.get(table, name, "payment", on[-1])), name, "payment", on[-1])
        return apply(call, name, ruled, action, on, given, *rest)

    patch.setattr(refunding, "parts_of", forgetful_parts)
    patch.setattr(refunding, "apply", forgetful_apply)


def no_pruning(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledgers, "_erased", lambda sealed: None)


def clock_not_held(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ledger, "begin", lambda self, time: self.machine.open(self.working, self.tip.height + 1, time))


def rejection_writes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(State, "drop", lambda self: None)


def pending_not_read(patch: pytest.MonkeyPatch) -> None:
    absorb = Working.absorb

    def forget(self, sealed):
        absorb(self, sealed)
        self._pending = ()

    patch.setattr(Working, "absorb", forget)


def cache_not_renewed(patch: pytest.MonkeyPatch) -> None:
    def keep(self, sealed):
        self._pending = (*self._pending, sealed)

    patch.setattr(Working, "absorb", keep)


def torn_record_applied(patch: pytest.MonkeyPatch) -> None:
    def trusting(data):
        position = 0
        while position + 8 <= len(data):
            length = int.from_bytes(data[position : position + 4], "big")
            record = data[position + 8 : position + 8 + length]
            try:
                msgspec.msgpack.decode(record)
            except msgspec.DecodeError:
                state, log, _ = msgspec.msgpack.decode(disk_record(record))
                yield msgspec.msgpack.encode((state, log, None))
                return
            yield record
            position += 8 + length

    def disk_record(record):
        """As many whole pairs of state changes as the torn record holds, and nothing of the log."""
        low, high = 0, len(record)
        pairs = []
        while high > low + 3:
            try:
                pairs = msgspec.msgpack.decode(record[1:high], type=list)
                break
            except msgspec.DecodeError:
                high -= 1
        return msgspec.msgpack.encode((pairs, [], None))

    patch.setattr(disk, "records", trusting)


def window_not_checked(patch: pytest.MonkeyPatch) -> None:
    check = Block.check

    def lenient(self, transaction):
        try:
            return check(self, transaction)
        except Malformed:
            return None

    patch.setattr(Block, "check", lenient)


def nothing(patch: pytest.MonkeyPatch) -> None:
    """The engine as it is; the mistake is the driver's."""


PLANTED: dict[str, tuple[Plant, frozenset[str]]] = {
    "an answer before the write": (nothing, frozenset({"early answer"})),
    "a repeat answered before what it repeats is durable": (nothing, frozenset({"early repeat"})),
    "a write that is not synced": (nothing, frozenset({"no sync"})),
    "no replay mark is looked for": (no_mark, frozenset()),
    "state and log in two batches": (two_batches, frozenset()),
    "refunds above the payment": (refund_above_payment, frozenset()),
    "marks that are never pruned": (no_pruning, frozenset()),
    "block time follows the clock backwards": (clock_not_held, frozenset()),
    "a rejection keeps its writes": (rejection_writes, frozenset()),
    "sealed blocks are not read before they are durable": (pending_not_read, frozenset()),
    "cached records are not renewed": (cache_not_renewed, frozenset()),
    "a torn record is applied": (torn_record_applied, frozenset()),
    "the window of time is not checked": (window_not_checked, frozenset()),
}


@pytest.mark.parametrize("name", PLANTED)
def test_the_simulation_finds(name: str, monkeypatch: pytest.MonkeyPatch):
    Simulator(0)  # what is made once is made without the mistake
    plant, bugs = PLANTED[name]
    plant(monkeypatch)
    for seed in range(MOST_SEEDS):
        try:
            Simulator(seed, bugs).run()
        except (Wrong, AssertionError, MadangError, LogError):
            return
    pytest.fail(f"{MOST_SEEDS} seeds did not find: {name}")


def test_the_disk_keeps_what_was_synced_and_no_half_of_a_record():
    store = disk.SimulatedStore()
    store.write([(b"a", b"1")], [(b"l", b"1")])
    synced = store.after_crash(random.Random(1))
    store.lazy = True
    store.write([(b"a", b"2"), (b"b", b"2")], [(b"l", b"2")], (b"a", b"b"))
    seen = set()
    for seed in range(200):
        found = disk.SimulatedStore(store.after_crash(random.Random(seed)))
        seen.add((found.get(b"a"), found.get(b"b"), found.log_get(b"l")))
    assert seen == {(b"1", None, b"1"), (b"2", b"2", b"2")}
    assert disk.SimulatedStore(synced).get(b"a") == b"1"
