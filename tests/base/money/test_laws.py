"""Laws of money over random sequences: no won appears or disappears, every window closes.

An independent model keeps books in its own way: one dictionary of accounts, one of reserves after everything that
the open window will settle. The ledger must agree with it after every act, and be willing to close at any time.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.base.money import MODULE, queries
from madang.base.money.ledger import balance
from madang.base.money.rules import RULES
from madang.base.money.transactions import (
    CloseWindow,
    IssueCurrency,
    IssueTokens,
    OpenWindow,
    Participant,
    Pay,
    RedeemTokens,
    SetPolicy,
    WithdrawCurrency,
)
from madang.kernel.errors import Rejected
from madang.kernel.module import Call, InvariantBroken
from tests.support.cast import ALICE, BORA, CHUL, standard_world

BANKS = ["bank-a", "bank-b", "treasury-bank"]
HOLDERS = {
    ALICE.party: "bank-a",
    BORA.party: "bank-a",
    CHUL.party: "bank-b",
    "bakery": "bank-a",
    "grocer": "bank-b",
    "ministry": "treasury-bank",
}

amounts = st.one_of(st.integers(1, 1_000), st.integers(1, 2_000_000), st.integers(1, 200_000_000))
holders = st.sampled_from(sorted(HOLDERS))
banks = st.sampled_from(BANKS)
references = st.integers(0, 30).map(lambda n: f"r{n}")


@st.composite
def participants(draw):
    names = draw(st.lists(banks, min_size=2, max_size=3, unique=True))
    found = []
    for name in names:
        lock = draw(st.one_of(st.integers(0, 100_000), st.integers(0, 100_000_000)))
        found.append(Participant(bank=name, lock=lock, cap=draw(st.integers(0, lock))))
    return found


acts = st.one_of(
    st.builds(Pay, by=holders, to=holders, amount=amounts),
    st.builds(Pay, by=holders, to=holders, amount=amounts),
    st.builds(IssueTokens, by=banks, account=holders, amount=amounts, reference=references),
    st.builds(RedeemTokens, by=holders, amount=amounts, reference=references),
    st.builds(IssueCurrency, by=st.just("central-bank"), bank=banks, amount=amounts),
    st.builds(WithdrawCurrency, by=st.just("central-bank"), bank=banks, amount=amounts),
    st.builds(OpenWindow, by=st.just("central-bank"), banks=participants()),
    st.just(CloseWindow(by="central-bank")),
    st.builds(
        SetPolicy,
        by=st.just("central-bank"),
        reserve_ratio=st.integers(0, 10_000),
        daily_issue=st.just(10**12),
        holding_limit=st.just(1_000_000),
        conversion_limit=st.just(5_000_000),
    ),
)


class Model:
    """Books kept without windows, liabilities or positions: what everything must come to."""

    def __init__(self, state):
        self.tokens = {name: balance(state, name) for name in HOLDERS}
        self.reserves = {name: queries.reserve(state, name) for name in BANKS}
        self.issued = queries.supply(state).issued

    def apply(self, act):
        if isinstance(act, Pay):
            self.tokens[act.by] -= act.amount
            self.tokens[act.to] += act.amount
            self.reserves[HOLDERS[act.by]] -= act.amount
            self.reserves[HOLDERS[act.to]] += act.amount
        elif isinstance(act, IssueTokens):
            self.tokens[act.account] += act.amount
        elif isinstance(act, RedeemTokens):
            self.tokens[act.by] -= act.amount
        elif isinstance(act, IssueCurrency):
            self.issued += act.amount
            self.reserves[act.bank] += act.amount
        elif isinstance(act, WithdrawCurrency):
            self.issued -= act.amount
            self.reserves[act.bank] -= act.amount

    def compare(self, state):
        assert {name: balance(state, name) for name in HOLDERS} == self.tokens
        assert {name: queries.reserve(state, name) for name in BANKS} == self.reserves
        assert queries.supply(state).issued == self.issued == sum(self.reserves.values())
        for name, bank in queries.banks(state):
            assert bank.liability == sum(self.tokens[holder] for holder in HOLDERS if HOLDERS[holder] == name)


def run(state, act):
    """Run a rule as a transaction of its own; whether it was accepted."""
    call = Call(state, 0, 1, b"seed", frozenset(HOLDERS), lambda *_: None)
    try:
        RULES[type(act)](call, act)
    except Rejected:
        state.drop()
        return False
    state.accept()
    return True


def hold(state):
    for law in MODULE.invariants:
        law(state)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(acts, min_size=1, max_size=40))
def test_no_won_appears_or_disappears_and_every_window_closes(sequence):
    state = standard_world().state()
    model = Model(state)
    for act in sequence:
        if run(state, act):
            model.apply(act)
        model.compare(state)
        hold(state)
        window = queries.window(state)
        if window is not None and window.is_open:
            probe = Call(state, 0, 1, b"probe", frozenset(), lambda *_: None)
            RULES[CloseWindow](probe, CloseWindow(by="central-bank"))  # never refused
            hold(state)
            model.compare(state)
            assert sum(bank.free for _, bank in queries.banks(state)) == model.issued
            state.drop()


def test_the_laws_see_what_is_wrong():
    """Each invariant is shown a state that breaks it alone."""
    from madang.base.money import state as tables

    def broken(write):
        state = standard_world().state()
        write(state)
        found = []
        for law in MODULE.invariants:
            try:
                law(state)
            except InvariantBroken:
                found.append(law.__name__)
        return found

    bank = tables.Bank
    assert broken(lambda s: None) == []
    assert broken(lambda s: s.put(tables.BANKS, bank(100_000_001, 0, 300_000), "bank-a")) == ["currency_is_held"]
    assert broken(lambda s: s.put(tables.BANKS, bank(100_000_000, 0, 300_001), "bank-a")) == ["tokens_are_owed"]
    assert broken(lambda s: s.put(tables.BANKS, bank(99_999_999, 1, 300_000), "bank-a")) == ["window_can_close"]
    assert broken(lambda s: s.put(tables.POSITIONS, tables.Position(1, 0), "bank-a")) == ["window_can_close"]
    assert broken(lambda s: s.put(tables.POLICY, tables.Policy(9_000, 0, 0, 0))) == []
    assert broken(
        lambda s: (
            s.put(tables.BANKS, bank(0, 0, 300_000), "bank-a"),
            s.put(tables.BANKS, bank(200_000_000, 0, 200_000), "bank-b"),
        )
    ) == ["reserves_suffice"]
    closed = tables.Account("bakery", "", 5, False, 0)
    assert broken(lambda s: s.put(tables.ACCOUNTS, closed, "bakery")) == ["tokens_are_owed"]
