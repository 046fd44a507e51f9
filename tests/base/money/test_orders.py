"""Courts' orders: every refusal in order of precedence, and that what is held stays whatever anybody tries."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.money import MODULE, queries
from madang.base.money import state as tables
from madang.base.money.ledger import balance, execute_order, free_balance, refund_transfer, transfer
from madang.base.money.transactions import (
    CloseAccount,
    ExecuteHold,
    IssueTokens,
    OpenAccounts,
    Pay,
    PlaceHold,
    RedeemTokens,
    ReleaseHold,
    Remit,
)
from madang.base.operations.transactions import PauseBank
from madang.kernel.errors import Rejected
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Call, InvariantBroken
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, officer, quorum, standard_world
from tests.support.world import START, World, present

BANK, OTHER = quorum("bank-a"), quorum("bank-b")
ONE, TWO = "1" * 64, "2" * 64


def place(amount=100_000, account=ALICE.party, order=ONE, by="bank-a"):
    return PlaceHold(by=by, account=account, order=order, amount=amount)


def release(amount=100_000, account=ALICE.party, order=ONE, by="bank-a"):
    return ReleaseHold(by=by, account=account, order=order, amount=amount)


def execute(amount=100_000, to="grocer", account=ALICE.party, order=ONE, by="bank-a"):
    return ExecuteHold(by=by, account=account, order=order, to=to, amount=amount)


HELD = [(place(), BANK)]

# What happens before (act, signers), then the code, the act that must be refused with it, and its signers.
CASES = [
    ([], "authority.quorum", place(), officer("bank-a")),
    (HELD, "authority.quorum", release(), officer("bank-a")),
    (HELD, "authority.quorum", execute(), officer("bank-a")),
    ([], "money.not_bank", place(account="nobody", by="operator"), quorum("operator")),
    ([], "money.no_account", place(account="desk"), BANK),
    ([], "money.other_bank", place(account="ministry"), BANK),
    (
        [],
        "money.not_attachable",
        place(account="ministry", by="treasury-bank"),
        quorum("treasury-bank"),
    ),
    (HELD, "money.order_used", place(MAX_WON), BANK),
    ([(place(), BANK), (release(), BANK)], "money.order_used", place(), BANK),
    (HELD, "money.hold_limit", place(MAX_WON, order=TWO), BANK),
    ([], "money.not_bank", release(by="operator"), quorum("operator")),
    (HELD, "money.other_bank", release(by="bank-b"), OTHER),
    (HELD, "money.no_order", release(order=TWO), BANK),
    (HELD, "money.no_order", release(account=BORA.party), BANK),
    ([(place(), BANK), (release(), BANK)], "money.no_order", release(1), BANK),
    (HELD, "money.order_left", release(100_001), BANK),
    (HELD, "money.other_bank", execute(by="bank-b"), OTHER),
    (HELD, "money.no_order", execute(order=TWO), BANK),
    (HELD, "money.order_left", execute(100_001, to="nobody"), BANK),
    (HELD, "money.no_account", execute(to="desk"), BANK),
    (HELD, "money.same_account", execute(to=ALICE.party), BANK),
    ([(place(300_001), BANK)], "money.balance", execute(300_001), BANK),
    (HELD, "money.balance", Pay(by=ALICE.party, to="bakery", amount=300_001), ALICE),
    (HELD, "money.held", Pay(by=ALICE.party, to="bakery", amount=200_001), ALICE),
    (HELD, "money.held", Pay(by=ALICE.party, to=CHUL.party, amount=200_001), ALICE),
    (HELD, "money.held", RedeemTokens(by=ALICE.party, amount=200_001, reference="r"), ALICE),
    ([(place(account=BORA.party), BANK)], "money.held", CloseAccount(by=BORA.party), BORA),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for step, signers in before:
        world.accept(step, by=signers)
    world.refuse(code, act, by=by)
    world.check()


def test_what_is_above_the_held_amount_is_free():
    world = standard_world()
    world.accept(place(), by=BANK)
    result = world.refuse("money.held", Pay(by=ALICE.party, to="bakery", amount=200_001), by=ALICE)
    assert "200000 won" in result.message
    world.accept(Pay(by=ALICE.party, to="bakery", amount=150_000), by=ALICE)
    world.accept(RedeemTokens(by=ALICE.party, amount=50_000, reference="r"), by=ALICE)
    world.refuse("money.held", Pay(by=ALICE.party, to="bakery", amount=1), by=ALICE)
    world.accept(release(40_000), by=BANK)
    world.accept(Pay(by=ALICE.party, to="bakery", amount=40_000), by=ALICE)
    assert (balance(world.state(), ALICE.party), free_balance(world.state(), ALICE.party)) == (60_000, 0)
    world.check()


def test_tokens_that_come_later_are_held_too_until_the_amount_is_there():
    world = standard_world()
    world.accept(place(account=BORA.party), by=BANK)
    for number in range(2):
        issue = IssueTokens(by="bank-a", account=BORA.party, amount=60_000, reference=f"later-{number}")
        world.accept(issue, by=officer("bank-a"))
    world.refuse("money.held", Pay(by=BORA.party, to="bakery", amount=20_001), by=BORA)
    world.accept(Pay(by=BORA.party, to="bakery", amount=20_000), by=BORA)
    world.check()


def test_what_a_shop_is_paid_out_is_held_and_its_refunds_come_from_what_is_free():
    world = standard_world()
    world.accept(place(500, account="bakery"), by=BANK)
    world.accept(Remit(by="ministry", to="bakery", amount=800), by=quorum("ministry"))  # as a payout does
    world.refuse("money.held", Pay(by="bakery", to="grocer", amount=301), by=BAKERY)
    call = Call(world.state(), world.time, 2, b"", frozenset(), lambda *_: None)
    with pytest.raises(Rejected) as caught:
        refund_transfer(call, "bakery", ALICE.party, 301)
    assert caught.value.code == "money.held"
    refund_transfer(call, "bakery", ALICE.party, 300)
    with pytest.raises(Rejected):
        transfer(call, "bakery", ALICE.party, 1)


def test_an_order_is_executed_across_banks_above_the_limits_and_while_spending_is_paused():
    world = standard_world()
    world.accept(IssueTokens(by="bank-b", account=CHUL.party, amount=800_000, reference="full"), by=officer("bank-b"))
    pause = PauseBank(by="central-bank", bank="bank-a", stops="spending", reason="incident", until=START + 60)
    world.accept(place(), pause, by=[*BANK, *quorum("central-bank")])
    world.accept(execute(70_000, to=CHUL.party), by=BANK)
    assert balance(world.state(), CHUL.party) == 1_070_000
    assert balance(world.state(), ALICE.party) == 230_000
    found = present(queries.show_holds(world.state(), ALICE.party, ALICE.party))
    ((order, hold),) = found.orders
    assert (found.held, found.free, order, hold.left, hold.executed) == (30_000, 200_000, ONE, 30_000, 70_000)
    world.accept(execute(30_000), by=BANK)
    world.accept(PlaceHold(by="bank-a", account=ALICE.party, order=TWO, amount=1), by=BANK)
    assert present(queries.show_holds(world.state(), ALICE.party, ALICE.party)).held == 1
    world.check()


def test_two_orders_hold_together_and_neither_hides_the_other():
    world = standard_world()
    world.accept(place(250_000), place(100_000, order=TWO), by=BANK)
    assert free_balance(world.state(), ALICE.party) == 0
    world.accept(release(250_000), by=BANK)
    assert free_balance(world.state(), ALICE.party) == 200_000
    world.accept(execute(100_000, order=TWO), by=BANK)
    assert (balance(world.state(), ALICE.party), free_balance(world.state(), ALICE.party)) == (200_000, 200_000)
    world.check()


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        (ALICE.party, True),
        (officer("bank-a").party, True),
        (officer("audit-board").party, True),
        (BORA.party, False),
        (officer("bank-b").party, False),
        (officer("operator").party, False),
        ("nobody", False),
    ],
)
def test_holds_are_shown_to_the_owner_the_bank_and_auditors(reader, seen):
    world = standard_world()
    world.accept(place(), by=BANK)
    assert (queries.show_holds(world.state(), reader, ALICE.party) is not None) == seen


def test_an_account_that_was_held_can_be_closed_once_nothing_is():
    world = standard_world()
    world.accept(place(account=BORA.party), by=BANK)
    world.accept(release(account=BORA.party), by=BANK)
    world.accept(CloseAccount(by=BORA.party), by=BORA)
    world.accept(OpenAccounts(by="bank-b", owners=[BORA.party]), by=officer("bank-b"))
    world.check()


amounts = st.one_of(st.integers(1, 1_000), st.integers(1, 400_000))
steps = st.lists(
    st.one_of(
        st.builds(place, amount=amounts, order=st.sampled_from([ONE, TWO])),
        st.builds(release, amount=amounts, order=st.sampled_from([ONE, TWO])),
        st.builds(execute, amount=amounts, order=st.sampled_from([ONE, TWO])),
        st.builds(Pay, by=st.just(ALICE.party), to=st.just("bakery"), amount=amounts),
        st.builds(Pay, by=st.just("bakery"), to=st.just(ALICE.party), amount=amounts),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_whatever_happens_only_the_order_takes_what_is_held(sequence):
    """Against books kept apart: what is on the account, and what each order has left."""
    state = standard_world().state()
    left: dict[str, int] = {}
    on, shop = 300_000, 0
    for act in sequence:
        call = Call(state, START, 1, b"seed", frozenset({ALICE.party, "bakery"}), lambda *_: None)
        bound = sum(left.values())
        if isinstance(act, PlaceHold):
            expected = act.order not in left
            left = left | {act.order: act.amount} if expected else left
        elif isinstance(act, ReleaseHold):
            expected = left.get(act.order, 0) >= act.amount
            left = left | {act.order: left[act.order] - act.amount} if expected else left
        elif isinstance(act, ExecuteHold):
            expected = left.get(act.order, 0) >= act.amount <= on
            left = left | {act.order: left[act.order] - act.amount} if expected else left
            on -= act.amount if expected else 0
        elif act.by == "bakery":
            expected = act.amount <= shop and on + act.amount <= 1_000_000
            on, shop = (on + act.amount, shop - act.amount) if expected else (on, shop)
        else:
            expected = on - bound >= act.amount
            on, shop = (on - act.amount, shop + act.amount) if expected else (on, shop)
        try:
            MODULE.rules[type(act)](call, act)
            state.accept()
            accepted = True
        except Rejected:
            state.drop()
            accepted = False
        assert accepted == expected, act
        assert balance(state, ALICE.party) == on
        assert free_balance(state, ALICE.party) == max(0, on - sum(left.values()))
        for law in MODULE.invariants:
            law(state)


def test_the_law_of_holds_sees_what_is_wrong():
    law = next(one for one in MODULE.invariants if one.__name__ == "holds_add_up")
    hold = tables.Hold

    def broken(*writes):
        state = standard_world().state()
        for table, record, *parts in writes:
            state.put(table, record, *parts)
        try:
            law(state)
        except InvariantBroken:
            return True
        return False

    alice = ALICE.party
    right = (tables.HOLDS, hold("bank-a", 5, 3, 2, 0), alice, ONE)
    assert not broken(right, (tables.HELD, tables.Held(3), alice))
    assert broken(right)
    assert broken(right, (tables.HELD, tables.Held(4), alice))
    assert broken((tables.HELD, tables.Held(0), alice))
    assert broken((tables.HOLDS, hold("bank-a", 5, 4, 2, 0), alice, ONE), (tables.HELD, tables.Held(4), alice))
    desk = (tables.HOLDS, hold("bank-a", 5, 5, 0, 0), "desk", ONE)
    assert broken(desk, (tables.HELD, tables.Held(5), "desk"))


def test_an_order_takes_what_is_on_the_account_and_no_more():
    world: World = standard_world()
    call = Call(world.state(), world.time, 2, b"", frozenset(), lambda *_: None)
    with pytest.raises(Rejected) as caught:
        execute_order(call, ALICE.party, "bakery", 300_001)
    assert caught.value.code == "money.balance"
