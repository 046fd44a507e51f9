"""Rules change at a height: both sets are there, what was done stays done, software that is too old stops."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest

from madang.audit.reexecute import reexecute
from madang.engine import entries
from madang.engine.embedded import Embedded
from madang.engine.ledger import Ledger
from madang.engine.store import RocksStore
from madang.kernel.errors import Malformed, Rejected, StoreFailure
from madang.kernel.machine import UPGRADES, Upgrade
from madang.kernel.module import Call, Module
from madang.kernel.state import State
from madang.kernel.transaction import Act
from madang.log.leaf import BlockLeaf, decode_leaf
from tests.engine import toy
from tests.engine.toy import ANNA, COUNTERS, Clock, Count, LocalVerifier, genesis, outcomes, sign


class Schedule(Act, frozen=True, kw_only=True, tag="toy.schedule"):
    """Rule version 2 holds from this height on."""

    height: int


class Greet(Act, frozen=True, kw_only=True, tag="toy.greet"):
    """Only rule version 2 knows this."""


def schedule(call: Call, act: Schedule) -> None:
    """Write what the kernel looks at."""
    call.state.put(UPGRADES, Upgrade(2, call.height), act.height)


def count_double(call: Call, act: Count) -> None:
    """What counting means from version 2 on."""
    toy.count(call, Count(by=act.by, name=act.name, amount=2 * act.amount))


def greet(call: Call, act: Greet) -> None:
    """A trace that it ran."""
    call.state.put(COUNTERS, toy.Counter(1), "greeted")


class Carry(Act, frozen=True, kw_only=True, tag="toy.carry"):
    """Acts inside an act, as a proposal holds them."""

    acts: msgspec.Raw


class Farewell(Act, frozen=True, kw_only=True, tag="toy.farewell"):
    """Only rule version 1 has this in force."""


def carry(call: Call, act: Carry) -> None:
    """Whatever can be read is good enough, as for a proposal."""
    with suppress(Rejected):
        call.perform(call, bytes(act.acts), frozenset())


def farewell(call: Call, act: Farewell) -> None:
    """A trace that it ran."""
    call.state.put(COUNTERS, toy.Counter(1), "left")


ALWAYS = Module("plan", {Schedule: schedule, Carry: carry}, (), (), {})
OLD = Module("toy", {**toy.MODULE.rules, Farewell: farewell}, toy.MODULE.tables, (), toy.REFUSALS, until=1)
NEW = Module("toy", {**toy.MODULE.rules, Count: count_double, Greet: greet}, (), (), toy.REFUSALS, since=2)
BEFORE, BOTH = (ALWAYS, toy.MODULE), (ALWAYS, OLD, NEW)
BOUNDARY = 3


def run(store, modules, *batches):
    """Block after block through the embedded engine; the outcomes, or why it stopped."""
    stored = store.log_get(entries.TIP)
    ledger = Ledger.open(store, modules) if stored else Ledger.create(store, modules, genesis())
    checker: Any = LocalVerifier()
    engine = Embedded(ledger, checker, Clock()).start()
    try:
        return [outcomes(engine.submit([one]).result(20)) for one in batches]
    finally:
        engine.stop()
        ledger.snapshots.close()


def versions(store):
    """The rule version in the opening leaf of each block."""
    leaves = [
        decode_leaf(entries.read_entry(value).leaf)
        for _, value in store.log_scan(entries.entry_key(0), entries.entry_key(2**63))
    ]
    return [leaf.rule_version for leaf in leaves if isinstance(leaf, BlockLeaf)]


def counter(store, name):
    ledger = Ledger.open(store, BOTH)
    found = State(ledger.reader()).get(COUNTERS, name)
    ledger.snapshots.close()
    return found and found.value


@pytest.fixture
def store(tmp_path):
    opened = RocksStore(tmp_path / "store", cache_bytes=8 * 1024 * 1024)
    yield opened
    opened.close()


GREETING = sign(4, Greet(by=ANNA.party))
TRANSACTIONS = [
    sign(1, Schedule(by=ANNA.party, height=BOUNDARY)),
    sign(2, Count(by=ANNA.party, name="a")),
    sign(3, Count(by=ANNA.party, name="a")),
    GREETING,
]


def test_the_rules_change_at_the_height_and_replay_crosses_it(store):
    found = run(store, BOTH, *TRANSACTIONS)
    assert found == [["accepted"]] * 4
    assert versions(store) == [1, 1, 1, 2, 2]
    assert (counter(store, "a"), counter(store, "greeted")) == (3, 1)
    assert reexecute(store, BOTH).divergence is None


def test_rules_of_the_wrong_version_are_found_out(store):
    run(store, BOTH, *TRANSACTIONS[:3])
    same_meaning = Module("toy", toy.MODULE.rules, (), (), toy.REFUSALS, since=2)
    divergence = reexecute(store, (ALWAYS, OLD, same_meaning)).divergence
    assert divergence is not None
    assert divergence.height == BOUNDARY


@pytest.mark.parametrize("modules", [BEFORE, BOTH], ids=["old software", "new software"])
def test_until_then_the_next_version_is_unknown_to_old_and_new_software_alike(store, modules):
    """Validators are renewed one by one: whoever names an act of tomorrow must not tell the two apart."""
    inside = sign(9, Carry(by=ANNA.party, acts=msgspec.Raw(b'[{"type":"toy.greet","by":"%s"}]' % ANNA.party.encode())))
    ledger = Ledger.create(store, modules, genesis())
    ledger.write(ledger.seal(_block_with(ledger, TRANSACTIONS[0])))
    block = ledger.begin(toy.START)
    with pytest.raises(Malformed) as caught:
        block.execute(ledger.machine.read(sign(8, Greet(by=ANNA.party))))
    answer = block.execute(ledger.machine.read(inside))
    ledger.snapshots.close()
    assert caught.value.code == "json.invalid"
    assert (answer.outcome, answer.code) == ("rejected", "json.invalid")


def test_a_retired_act_is_read_for_ever_and_refused(store):
    answers = run(store, BOTH, *TRANSACTIONS[:3], sign(5, Farewell(by=ANNA.party)))
    assert answers[-1] == ["rejected"]
    assert reexecute(store, BOTH).divergence is None


def _block_with(ledger, signed):
    block = ledger.begin(toy.START)
    block.execute(ledger.machine.read(signed))
    return block


def test_software_that_is_too_old_stops_before_the_height_and_goes_on_when_it_is_renewed(store):
    assert run(store, BEFORE, *TRANSACTIONS[:2]) == [["accepted"], ["accepted"]]
    with pytest.raises(StoreFailure) as caught:
        run(store, BEFORE, TRANSACTIONS[2])
    assert caught.value.code == "rules.unknown"
    assert counter(store, "a") == 1
    assert run(store, BOTH, TRANSACTIONS[2]) == [["accepted"]]
    assert counter(store, "a") == 3
