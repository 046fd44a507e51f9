"""Laws of debts, against a model that keeps them otherwise: as instalments that are struck out one after the other.

The ledger adds up what fell due and takes off what was done; the model holds a list of what is still to be paid, from
which each payment, set-off and waiver takes the earliest. Both must agree on every debt and every balance after every
act, and no won may appear or disappear.
"""

import random
from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from madang.base.debts import MODULE, ledger
from madang.base.debts.rules import RULES
from madang.base.debts.state import (
    DEBTS,
    GROUNDS,
    NUMBERS,
    OPEN,
    PROPOSALS,
    TOTALS,
    Instalment,
    Named,
    Proposal,
    left,
    overdue,
)
from madang.base.debts.transactions import (
    AgreeInstalments,
    AgreeSetOff,
    Impose,
    NewInstalment,
    Pay,
    ProposeInstalments,
    SetTerms,
    Waive,
)
from madang.base.money.ledger import balance
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, InvariantBroken
from madang.kernel.transaction import Act
from tests.base.debts.scene import DAY, POT, TOYS, PayDue, debts_world, imposed
from tests.support.cast import ALICE

DEBTORS = ["bakery", "grocer", ALICE.party]
HOLDERS = [*DEBTORS, "ministry", POT]
ALL_RULES = {**RULES, **TOYS.rules}


class Model:
    """Balances, and of each debt what is still to be paid when. Nothing here is the ledger's."""

    def __init__(self, balances):
        self.balances = dict(balances)
        self.to_pay: dict[str, list[list[int]]] = {}
        self.debtor: dict[str, str] = {}
        self.free: dict[str, bool] = {}
        self.proposed: dict[str, ProposeInstalments] = {}

    def strike(self, debt, amount):
        """Take an amount off, from the earliest instalment on."""
        schedule = self.to_pay[debt]
        while amount:
            part = min(amount, schedule[0][1])
            schedule[0][1] -= part
            amount -= part
            if not schedule[0][1]:
                schedule.pop(0)

    def left(self, debt):
        return sum(won for _, won in self.to_pay.get(debt, []))

    def late(self, debt, time):
        return sum(won for due, won in self.to_pay[debt] if due <= time)

    def move(self, source, target, amount):
        self.balances[source] -= amount
        self.balances[target] += amount


class Books:
    """A ledger without signatures and the model beside it, on which acts are tried one by one."""

    def __init__(self):
        world = debts_world()
        self.state, self.time = world.state(), world.time
        self.model = Model({name: balance(self.state, name) for name in HOLDERS})
        self.won = sum(self.model.balances.values())
        self.tried = 0
        self.met: Counter[str] = Counter()

    def act(self, act: Act, *also: str) -> bool:
        """Run an act as a transaction of its own and, if it is accepted, in the model."""
        self.tried += 1
        seed = self.tried.to_bytes(4, "big")
        call = Call(self.state, self.time, 9, seed, frozenset([act.by, *also]), lambda *_: None)
        name = type(act).__name__
        try:
            ALL_RULES[type(act)](call, act)
        except Rejected as refusal:
            self.state.drop()
            self.met[f"{name} {refusal.code}"] += 1
            return False
        self.state.accept()
        self.met[name] += 1
        self.follow(act, seed)
        return True

    def follow(self, act: Act, seed: bytes) -> None:
        model = self.model
        if isinstance(act, Impose):
            debt = Call(self.state, 0, 0, seed, frozenset(), lambda *_: None).handle()
            model.to_pay[debt] = [[act.due_at, act.principal + act.principal * act.surcharge // 10_000]]
            model.debtor[debt], model.free[debt] = act.debtor, False
        elif isinstance(act, Pay):
            model.move(act.by, "ministry", act.amount)
            model.strike(act.debt, act.amount)
        elif isinstance(act, Waive):
            model.strike(act.debt, act.amount)
        elif isinstance(act, AgreeSetOff):
            model.free[act.debt] = act.agreed
        elif isinstance(act, ProposeInstalments):
            model.proposed[act.debt] = act
        elif isinstance(act, AgreeInstalments):
            proposal = model.proposed.pop(act.debt)
            assert proposal.by != act.by
            assert proposal.instalments == act.instalments
            model.to_pay[act.debt] = [[one.due_at, one.amount] for one in act.instalments]
        elif isinstance(act, PayDue):
            due = act.due
            for debt in model.to_pay:  # in the order in which they were imposed
                if model.debtor[debt] == act.merchant:
                    taken = min(due, model.left(debt) if model.free[debt] else model.late(debt, self.time))
                    model.strike(debt, taken)
                    model.move(POT, "ministry", taken)
                    due -= taken
                    self.met["set off"] += taken > 0
                    self.met["set off in part"] += bool(taken and model.left(debt))
            model.move(POT, act.merchant, due)

    def compare(self) -> None:
        """Ledger and model agree, every law holds, and there are as many won as at first."""
        for law in MODULE.invariants:
            law(self.state)
        for name, model in self.model.balances.items():
            assert balance(self.state, name) == model >= 0
        assert sum(self.model.balances.values()) == self.won
        for (name,), debt in self.state.scan(DEBTS):
            assert left(debt) == self.model.left(name)
            for moment in (self.time, self.time + 20 * DAY):
                assert overdue(debt, moment) == self.model.late(name, moment)

    def some_act(self, dice: random.Random) -> tuple[Act, list[str]]:
        """Some act, mostly one that could be accepted, and who else signs it."""
        kind = dice.choices(["impose", "pay", "plan", "agree", "waive", "due", "terms"], [5, 8, 5, 2, 3, 8, 0.3])[0]
        debts = [one for one in self.model.to_pay if self.model.left(one)] or ["A" * 22]
        debt = dice.choice(debts)
        debtor = self.model.debtor.get(debt, "bakery")
        some = dice.choice([1, 777, 30_000, self.model.left(debt) or 1])
        if kind == "pay":
            return Pay(by=debtor, debt=debt, amount=some), []
        if kind == "waive":
            return Waive(by="ministry", debt=debt, amount=some, reason="error"), []
        if kind == "agree":
            return AgreeSetOff(by=debtor, debt=debt, agreed=dice.random() < 0.5), []
        if kind == "due":
            return PayDue(by="ministry", merchant=dice.choice(DEBTORS), due=dice.choice([1, 5_000, 90_000])), []
        if kind == "terms":
            return SetTerms(by="ministry", surcharge_most=dice.randrange(30_001), bar=dice.choice([DAY, 99 * DAY])), []
        proposal = self.model.proposed.get(debt)
        if kind == "plan" and proposal is not None and dice.random() < 0.6:
            sides = [debtor, "ministry"]
            by = dice.choice([*sides, *(one for one in sides if one != proposal.by)])
            return AgreeInstalments(by=by, debt=debt, instalments=proposal.instalments), []
        if kind == "plan" and self.model.left(debt):
            whole = self.model.left(debt)
            cuts = sorted(dice.sample(range(1, whole), min(whole - 1, dice.randrange(4)))) if whole > 1 else []
            parts = [high - low for low, high in zip([0, *cuts], [*cuts, whole], strict=True)]
            parts[-1] += dice.choice([0, 0, 0, 0, 1])
            start, gap = dice.choice([0, 1, 40, 90]), dice.choice([1, 10])
            made = [
                NewInstalment(due_at=self.time + (start + gap * place) * DAY, amount=part)
                for place, part in enumerate(parts)
            ]
            return ProposeInstalments(by=dice.choice([debtor, "ministry"]), debt=debt, instalments=made), []
        return Impose(
            by="ministry",
            debtor=dice.choice(DEBTORS),
            ground=f"g{self.tried if dice.random() < 0.9 else 0}",
            principal=dice.choice([1, 333, 20_000, 250_001]),
            surcharge=dice.choice([0, 0, 1, 15_000, 30_000]),
            conduct_at=self.time - dice.choice([0, DAY, 50 * DAY, 2_000 * DAY]),
            due_at=self.time + dice.choice([1, DAY, 30 * DAY]),
        ), []


class Life(RuleBasedStateMachine):
    """Acts in any order, with time passing between them."""

    @initialize()
    def begin(self):
        self.books = Books()

    @rule(seed=st.integers(0, 2**32))
    def try_some_act(self, seed):
        act, also = self.books.some_act(random.Random(seed))
        self.books.act(act, *also)

    @precondition(lambda self: len(self.books.model.to_pay) < 6)
    @rule(debtor=st.sampled_from(DEBTORS), principal=st.integers(1, 300_000), days=st.integers(1, 40))
    def impose(self, debtor, principal, days):
        books = self.books
        assert books.act(
            Impose(
                by="ministry",
                debtor=debtor,
                ground=f"own{books.tried}",
                principal=principal,
                conduct_at=books.time,
                due_at=books.time + days * DAY,
            )
        )

    @rule(seconds=st.sampled_from([1, DAY, 30 * DAY]))
    def pass_time(self, seconds):
        self.books.time += seconds

    @rule(debtor=st.sampled_from(DEBTORS), due=st.integers(1, 200_000))
    def pay_what_is_due(self, debtor, due):
        self.books.act(PayDue(by="ministry", merchant=debtor, due=due))

    @invariant()
    def agree(self):
        if hasattr(self, "books"):
            self.books.compare()


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_a_long_walk_meets_every_act_and_most_refusals():
    """The same on one seeded walk, which is shown to have been where it matters."""
    dice, books = random.Random(20260101), Books()
    for _ in range(1_500):
        books.time += dice.choice([0, 0, 60, DAY, 3 * DAY])
        act, also = books.some_act(dice)
        books.act(act, *also)
        books.compare()
    acts = [Impose, Pay, Waive, ProposeInstalments, AgreeInstalments, AgreeSetOff, PayDue, SetTerms]
    assert [act.__name__ for act in acts if books.met[act.__name__] < 3] == []
    refused = ["Impose debts.barred", "Impose debts.surcharge", "Impose debts.ground_used"]
    refused += [f"ProposeInstalments debts.{one}" for one in ("sum", "due_date")]
    refused += [f"AgreeInstalments debts.{one}" for one in ("own_proposal", "sum", "due_date")]
    assert [one for one in [*refused, "set off", "set off in part"] if books.met[one] < 2] == []


def test_a_negative_due_is_a_defect_of_the_caller():
    state = debts_world().state()
    call = Call(state, 0, 1, b"x", frozenset(), lambda *_: None)
    assert ledger.set_off(call, "bakery", "ministry", 0) == []
    with pytest.raises(ValueError):
        ledger.set_off(call, "bakery", "ministry", -1)


def _broken(change):
    """Which laws see that a state was changed so."""
    world = debts_world()
    name = imposed(world)
    state = world.state()
    debt = state.get(DEBTS, name)
    change(state, name, debt)
    found = []
    for law in MODULE.invariants:
        try:
            law(state)
        except InvariantBroken:
            found.append(law.__name__)
    return found


def _put(**members):
    return lambda state, name, debt: state.put(DEBTS, msgspec.structs.replace(debt, **members), name)


BOUNDED, INDEXES, PROPOSED, SUMS = (law.__name__ for law in MODULE.invariants)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda *_: None, []),
        (_put(paid=150_001), [BOUNDED, SUMS]),
        (_put(paid=-1), [BOUNDED, SUMS]),
        (_put(paid=-1, waived=1), [BOUNDED, SUMS]),
        (_put(surcharge=300_001, plan=(Instalment(9, 400_001),)), [BOUNDED, SUMS]),
        (_put(plan=(Instalment(9, 149_999),)), [BOUNDED]),
        (_put(plan=(Instalment(9, 149_999),), unplanned=1), [BOUNDED]),
        (_put(conduct_at=0), [BOUNDED]),
        (_put(conduct_at=2**40), [BOUNDED]),
        (_put(number=2), [INDEXES]),
        (_put(ground="other"), [INDEXES]),
        (_put(debtor="grocer"), [INDEXES]),
        (_put(set_off=1), [SUMS]),
        (lambda state, name, debt: state.delete(OPEN, "bakery", "ministry"), [INDEXES]),
        (lambda state, name, debt: state.delete(NUMBERS, "ministry", 1), [INDEXES]),
        (lambda state, name, debt: state.put(GROUNDS, Named(name), "ministry", "x"), [INDEXES]),
        (lambda state, name, debt: state.put(PROPOSALS, Proposal("grocer", debt.plan), name), [PROPOSED]),
        (lambda state, name, debt: state.put(PROPOSALS, Proposal("bakery", debt.plan), "A" * 22), [PROPOSED]),
        (lambda state, name, debt: state.delete(TOTALS, "ministry"), [SUMS]),
    ],
)
def test_the_laws_see_what_is_wrong(change, seen):
    assert _broken(change) == seen
