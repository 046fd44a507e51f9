"""Laws of power over random lives, beside a model of CometBFT that takes every block's updates as CometBFT does.

CometBFT v0.39 stops for good when it is told to remove a validator that it does not have, to have none, or to name one
twice (`types/validator_set.go`). A light client that trusts one set follows to the next while a third of the power that
it trusts still signs.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from madang.base.validators import MODULE, queries
from madang.base.validators.rules import RULES
from madang.base.validators.state import MAX_TOTAL_POWER, VALIDATORS
from madang.base.validators.transactions import (
    Admit,
    ChangePower,
    Readmit,
    Remove,
    RotateConsensusKey,
    ScheduleUpgrade,
    WithdrawUpgrade,
)
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from madang.kernel.state import State
from madang.kernel.transaction import Act
from tests.base.validators.scene import FOUR, public, public_bytes, report, world
from tests.support.cast import ALICE

NAMES = st.sampled_from([*FOUR, "welfare", "desk"])
POWERS = st.one_of(st.integers(10, 200), st.sampled_from([10, 100, 133, 134, 1_000_000]))
SEEDS = [*FOUR, *(f"node {number}" for number in range(60))]
KEYS = st.sampled_from(SEEDS)
USED = st.integers(0, 9)
"""Which of the keys that were used, by name."""


class Membership(RuleBasedStateMachine):
    """Decisions in blocks, each block handed on to a consensus that is kept apart."""

    @initialize(names=st.sampled_from([FOUR, FOUR[:3], FOUR[:1], ()]))
    def begin(self, names):
        self.store = world(names).store
        self.consensus = dict(queries.powers(State(self.store)))
        self.ever = {seed for seed in FOUR if public_bytes(seed) in self.consensus}
        self.height, self.time = 1, 0
        self.open_block()

    def open_block(self):
        """A new block on what is committed."""
        self.before = State(self.store.copy())
        self.state = State(self.store)
        self.jailed = 0

    def ask(self, act: Act) -> bool:
        """Run one act as the machine does; whether it was accepted."""
        call = Call(self.state, self.time, self.height, b"seed", frozenset({act.by}), lambda *_: None)
        try:
            RULES[type(act)](call, act)
        except Rejected:
            self.state.drop()
            return False
        self.state.accept()
        return True

    @rule(name=NAMES, seed=KEYS, power=POWERS)
    def admit(self, name, seed, power):
        if self.ask(Admit(by="operator", institution=name, consensus_key=public(seed), power=power)):
            assert seed not in self.ever
            self.ever.add(seed)

    @rule(name=NAMES, seed=KEYS, power=POWERS)
    def readmit(self, name, seed, power):
        if self.ask(Readmit(by="operator", institution=name, consensus_key=public(seed), power=power)):
            assert seed not in self.ever
            self.ever.add(seed)

    @rule(name=NAMES, power=POWERS)
    def change_power(self, name, power):
        self.ask(ChangePower(by="operator", institution=name, power=power))

    @rule(name=NAMES)
    def remove(self, name):
        self.ask(Remove(by="operator", institution=name))

    @rule(name=NAMES, seed=KEYS)
    def rotate(self, name, seed):
        if self.ask(RotateConsensusKey(by=name, consensus_key=public(seed))):
            assert seed not in self.ever
            self.ever.add(seed)

    @rule(name=NAMES, used=USED)
    def use_a_key_again(self, name, used):
        if self.ever:
            key = public(self.used(used))
            assert not self.ask(Admit(by="operator", institution=name, consensus_key=key, power=10))
            assert not self.ask(Readmit(by="operator", institution=name, consensus_key=key, power=10))
            assert not self.ask(RotateConsensusKey(by=name, consensus_key=key))

    @rule(used=USED)
    def catch(self, used):
        if self.ever:
            before = queries.powers(self.state)
            self.ask(report(self.used(used), by=ALICE.party))
            after = queries.powers(self.state)
            assert len(before) - len(after) in (0, 1)
            self.jailed += sum(before.values()) - sum(after.values())
            assert not self.ask(report(self.used(used), by=ALICE.party))

    def used(self, number: int) -> str:
        """One of the keys that were used."""
        return sorted(self.ever)[number % len(self.ever)]

    @rule(ahead=st.integers(95, 110), version=st.integers(1, 5))
    def schedule(self, ahead, version):
        now = queries.rule_version(self.state, self.height)
        if self.ask(ScheduleUpgrade(by="operator", version=version, height=self.height + ahead)):
            assert ahead >= 100 and version == now + 1
        assert queries.rule_version(self.state, self.height) == now

    @rule(version=st.integers(1, 5))
    def withdraw(self, version):
        now = queries.rule_version(self.state, self.height)
        if self.ask(WithdrawUpgrade(by="operator", version=version)):
            assert queries.rule_version(self.state, 2**53) == now
        assert queries.rule_version(self.state, self.height) == now

    @rule(heights=st.sampled_from([1, 1, 1, 100]), seconds=st.sampled_from([1, 90_000]))
    def seal(self, heights, seconds):
        """The block ends; what changed is told to consensus, which takes it or would stop."""
        _, changes = self.state.changes()
        self.store.write(changes)
        told = queries.updates(self.before, State(self.store))
        assert [key for key, _ in told] == sorted({key for key, _ in told})
        was = dict(self.consensus)
        for key, power in told:
            assert power > 0 or key in self.consensus, "CometBFT fails on removing what it does not have"
            assert power != self.consensus.get(key)
            self.consensus[key] = power
            if not power:
                del self.consensus[key]
        assert self.consensus or not was, "CometBFT fails on having no validator"
        assert self.consensus == queries.powers(State(self.store))
        stayed = sum(min(power, self.consensus.get(key, 0)) for key, power in was.items())
        came = sum(max(power - was.get(key, 0), 0) for key, power in self.consensus.items())
        assert 3 * (sum(was.values()) - stayed - self.jailed) <= sum(was.values())
        assert not was or 3 * came <= sum(was.values())
        self.height, self.time = self.height + heights, self.time + seconds
        self.open_block()

    @invariant()
    def nothing_contradicts(self):
        for law in MODULE.invariants:
            law(self.state)
        powers = queries.powers(self.state)
        assert sum(powers.values()) <= MAX_TOTAL_POWER
        assert sum(1 for _ in self.state.scan(VALIDATORS)) == 0 or powers


TestMembership = Membership.TestCase
TestMembership.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
