"""Every refusal of money as a table in order of precedence, and what each act does when it is accepted."""

import pytest

from madang.base.money import MODULE, queries
from madang.base.money.ledger import balance, escrow_of, open_escrow, refund_transfer, transfer
from madang.base.money.transactions import (
    CloseAccount,
    CloseWindow,
    IssueCurrency,
    IssueTokens,
    OpenAccounts,
    OpenWindow,
    Participant,
    Pay,
    RedeemTokens,
    Remit,
    SetPolicy,
    WithdrawCurrency,
)
from madang.base.parties.transactions import AddTill, SuspendByQuorum
from madang.kernel.errors import Rejected
from madang.kernel.fields import MAX_WON
from madang.kernel.module import Call
from tests.support.cast import ALICE, BAKERY, BORA, CHUL, GROCER, new_key, officer, quorum, standard_world
from tests.support.signing import wallet
from tests.support.world import World, present

CB = quorum("central-bank")
A, B = officer("bank-a"), officer("bank-b")
MINISTRY = quorum("ministry")


def participant(bank, lock, cap):
    return Participant(bank=bank, lock=lock, cap=cap)


def policy(ratio=700, daily=10**12, by="central-bank"):
    return SetPolicy(by=by, reserve_ratio=ratio, daily_issue=daily, holding_limit=1_000_000, conversion_limit=5_000_000)


def window(*banks, by="central-bank"):
    return OpenWindow(by=by, banks=list(banks))


# What happens before (act, signer), then the code, the act that must be refused with it, and its signer.
CASES = [
    ([], "authority.quorum", policy(), officer("central-bank")),
    ([], "money.not_central_bank", policy(10_000, by="bank-a"), quorum("bank-a")),
    (
        [(WithdrawCurrency(by="central-bank", bank="treasury-bank", amount=50_000_001), CB)],
        "money.ratio_unmet",
        policy(10_000),
        CB,
    ),
    ([], "money.not_central_bank", IssueCurrency(by="ministry", bank="desk", amount=MAX_WON), MINISTRY),
    ([], "money.not_bank", IssueCurrency(by="central-bank", bank="desk", amount=MAX_WON), CB),
    ([], "money.not_bank", IssueCurrency(by="central-bank", bank="nobody", amount=1), CB),
    ([], "money.daily_cap", IssueCurrency(by="central-bank", bank="bank-a", amount=MAX_WON), CB),
    (
        [(policy(daily=MAX_WON), CB)],
        "money.daily_cap",
        IssueCurrency(by="central-bank", bank="bank-a", amount=MAX_WON),
        CB,
    ),
    ([], "money.not_central_bank", WithdrawCurrency(by="operator", bank="bank-a", amount=10**12), quorum("operator")),
    ([], "money.no_reserve", WithdrawCurrency(by="central-bank", bank="bank-a", amount=10**12), CB),
    ([], "money.reserve_floor", WithdrawCurrency(by="central-bank", bank="bank-a", amount=99_979_001), CB),
    ([], "money.not_bank", OpenAccounts(by="ministry", owners=["nobody"]), officer("ministry")),
    ([], "money.no_party", OpenAccounts(by="bank-a", owners=["desk", "nobody"]), A),
    ([], "money.not_holder", OpenAccounts(by="bank-a", owners=[A.party]), A),
    ([], "money.has_account", OpenAccounts(by="bank-a", owners=["desk", CHUL.party]), A),
    ([], "money.has_account", OpenAccounts(by="bank-a", owners=["desk", "desk"]), A),
    ([], "money.no_account", CloseAccount(by="desk"), officer("desk")),
    ([], "money.not_empty", CloseAccount(by=ALICE.party), ALICE),
    (
        [],
        "money.not_bank",
        IssueTokens(by="desk", account="nobody", amount=1, reference="first-1"),
        officer("desk"),
    ),
    ([], "money.no_account", IssueTokens(by="bank-a", account="nobody", amount=1, reference="first-1"), A),
    ([], "money.other_bank", IssueTokens(by="bank-a", account=CHUL.party, amount=10**9, reference="first-1"), A),
    ([], "money.reference_used", IssueTokens(by="bank-a", account=ALICE.party, amount=10**9, reference="first-1"), A),
    ([], "money.holding_limit", IssueTokens(by="bank-a", account=ALICE.party, amount=700_001, reference="r"), A),
    (
        [
            *(
                step
                for n in range(5)
                for step in [
                    (IssueTokens(by="bank-a", account=BORA.party, amount=1_000_000, reference=f"b{n}"), A),
                    (Pay(by=BORA.party, to="bakery", amount=1_000_000), BORA),
                ]
            )
        ],
        "money.conversion_limit",
        IssueTokens(by="bank-a", account=BORA.party, amount=1, reference="r"),
        A,
    ),
    ([], "money.supply_limit", IssueTokens(by="bank-a", account="bakery", amount=MAX_WON, reference="r"), A),
    ([], "money.reserve_floor", IssueTokens(by="bank-a", account="bakery", amount=2 * 10**9, reference="r"), A),
    ([], "money.no_account", RedeemTokens(by="desk", amount=1, reference="r"), officer("desk")),
    ([], "money.by_quorum", RedeemTokens(by="ministry", amount=10**9, reference="r"), officer("ministry")),
    ([], "money.balance", RedeemTokens(by="ministry", amount=10**9, reference="r"), MINISTRY),
    (
        [(RedeemTokens(by=ALICE.party, amount=1, reference="r"), ALICE)],
        "money.reference_used",
        RedeemTokens(by=ALICE.party, amount=10**9, reference="r"),
        ALICE,
    ),
    ([], "money.balance", RedeemTokens(by=ALICE.party, amount=300_001, reference="r"), ALICE),
    ([], "authority.not_signed", Pay(by=ALICE.party, to="bakery", amount=1), BORA),
    ([], "money.by_quorum", Pay(by="ministry", to="ministry", amount=10**9), officer("ministry")),
    ([], "money.same_account", Pay(by=ALICE.party, to=ALICE.party, amount=10**9), ALICE),
    ([], "money.no_account", Pay(by=ALICE.party, to="desk", amount=10**9), ALICE),
    ([], "money.balance", Pay(by=ALICE.party, to="bakery", amount=300_001), ALICE),
    ([], "authority.quorum", Remit(by="ministry", to="bakery", amount=1), officer("ministry")),
    ([], "money.balance", Remit(by="ministry", to=CHUL.party, amount=50_000_001), MINISTRY),
    ([], "money.holding_limit", Remit(by="ministry", to=CHUL.party, amount=800_001), MINISTRY),
    (
        [(WithdrawCurrency(by="central-bank", bank="treasury-bank", amount=96_500_000), CB)],
        "money.no_reserve",
        Remit(by="ministry", to="bakery", amount=3_500_001),
        MINISTRY,
    ),
    (
        [(WithdrawCurrency(by="central-bank", bank="treasury-bank", amount=96_500_000), CB)],
        "money.reserve_floor",
        Remit(by="ministry", to="bakery", amount=1),
        MINISTRY,
    ),
    (
        [],
        "money.not_central_bank",
        window(participant("desk", 1, 2), participant("desk", 1, 2), by="bank-a"),
        quorum("bank-a"),
    ),
    (
        [(window(participant("bank-a", 1, 1), participant("bank-b", 1, 1)), CB)],
        "money.window_open",
        window(participant("desk", 1, 2), participant("desk", 1, 2)),
        CB,
    ),
    ([], "money.not_bank", window(participant("desk", 1, 2), participant("desk", 1, 2)), CB),
    ([], "money.bank_twice", window(participant("bank-a", 2, 2), participant("bank-a", 1, 2)), CB),
    ([], "money.cap_above_lock", window(participant("bank-a", 10**12, 10**12 + 1), participant("bank-b", 1, 1)), CB),
    ([], "money.no_reserve", window(participant("bank-a", 10**12, 0), participant("bank-b", 1, 1)), CB),
    ([], "money.not_central_bank", CloseWindow(by="bank-a"), A),
    ([], "money.no_window", CloseWindow(by="central-bank"), officer("central-bank")),
    (
        [(SuspendByQuorum(by="operator", party="bank-a"), quorum("operator"))],
        "money.not_bank",
        IssueCurrency(by="central-bank", bank="bank-a", amount=1),
        CB,
    ),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for step, signer in before:
        world.accept(step, by=signer)
    if code == "money.daily_cap" and before:
        world.refuse(code, act, by=by)
        world.advance(86_400)  # another day, and the cap is no longer what stands in the way
        world.refuse("money.supply_limit", act, by=by)
    else:
        world.refuse(code, act, by=by)
    world.check()


def test_currency_is_counted_by_the_korean_day():
    world = standard_world()
    world.accept(policy(daily=300_000_100), by=CB)
    act = IssueCurrency(by="central-bank", bank="bank-a", amount=100)
    world.accept(act, by=CB)  # 300 million were issued at genesis, the same day
    world.refuse("money.daily_cap", act, by=CB)
    world.advance(15 * 3600 - 1)  # from 09:00:00 to 23:59:59 in Seoul
    world.refuse("money.daily_cap", act, by=CB)
    world.advance(1)
    world.accept(act, by=CB)
    assert queries.supply(world.state()).issued == 300_000_200
    world.accept(WithdrawCurrency(by="central-bank", bank="bank-a", amount=200), by=CB)
    assert queries.bank(world.state(), "bank-a").free == 100_000_000
    world.check()


def test_conversion_both_ways():
    world = standard_world()
    state = world.state()
    assert balance(state, ALICE.party) == 300_000
    assert present(queries.account(state, ALICE.party)).converted == 300_000
    world.accept(RedeemTokens(by=ALICE.party, amount=300_000, reference="out/1"), by=ALICE)
    assert present(queries.account(world.state(), ALICE.party)).converted == 300_000  # what was converted stays counted
    assert queries.bank(world.state(), "bank-a").liability == 0
    world.check()


def test_the_same_reference_serves_two_banks_and_two_owners():
    world = standard_world()
    world.accept(IssueTokens(by="bank-a", account="bakery", amount=5, reference="same"), by=A)
    world.accept(IssueTokens(by="bank-b", account="grocer", amount=5, reference="same"), by=B)
    world.accept(RedeemTokens(by="bakery", amount=5, reference="same"), by=BAKERY)
    world.accept(RedeemTokens(by="grocer", amount=5, reference="same"), by=GROCER)


def test_limits_do_not_bind_merchants_and_institutions():
    world = standard_world()
    world.accept(IssueTokens(by="bank-a", account="bakery", amount=70_000_000, reference="r"), by=A)
    world.accept(Remit(by="ministry", to="grocer", amount=40_000_000), by=MINISTRY)
    assert balance(world.state(), "grocer") == 40_000_000
    world.check()


def test_an_account_moves_to_another_bank_and_takes_its_history():
    world = standard_world()
    world.accept(Pay(by=ALICE.party, to="bakery", amount=300_000), by=ALICE)
    world.accept(CloseAccount(by=ALICE.party), by=ALICE)
    world.refuse("money.no_account", Pay(by="bakery", to=ALICE.party, amount=1), by=BAKERY)
    world.accept(OpenAccounts(by="bank-b", owners=[ALICE.party]), by=B)
    account = present(queries.account(world.state(), ALICE.party))
    assert (account.bank, account.balance, account.limited, account.converted) == ("bank-b", 0, True, 300_000)


def test_a_till_holds_no_money():
    world = standard_world()
    till = wallet("till")
    world.accept(AddTill(by="bakery", key=new_key(till)), by=BAKERY)
    world.refuse("money.not_holder", OpenAccounts(by="bank-a", owners=[till.party]), by=A)


def test_a_payment_within_a_bank_moves_no_reserve():
    world = standard_world()
    before = queries.banks(world.state())
    world.accept(Pay(by=ALICE.party, to="bakery", amount=300_000), by=ALICE)
    assert queries.banks(world.state()) == before


def test_a_payment_across_banks_moves_tokens_and_reserve_in_one_act():
    world = standard_world()
    world.accept(Pay(by=ALICE.party, to="grocer", amount=100_000), by=ALICE)
    a, b = queries.bank(world.state(), "bank-a"), queries.bank(world.state(), "bank-b")
    assert (a.free, a.liability) == (99_900_000, 200_000)
    assert (b.free, b.liability) == (100_100_000, 300_000)
    world.check()


def test_a_window_nets_up_to_the_cap_then_pays_gross_and_closes():
    world = standard_world()
    world.accept(window(participant("bank-a", 150, 100), participant("bank-b", 50, 50)), by=CB)
    world.accept(Pay(by=ALICE.party, to="grocer", amount=100), by=ALICE)
    world.accept(Pay(by=ALICE.party, to="grocer", amount=1), by=ALICE)  # beyond the cap
    world.accept(Pay(by=CHUL.party, to="bakery", amount=30), by=CHUL)
    world.accept(Pay(by="grocer", to="ministry", amount=1), by=GROCER)  # its bank is not in the window
    state = world.state()
    assert present(queries.position(state, "bank-a")).net == -70
    assert present(queries.position(state, "bank-b")).net == 70
    assert queries.bank(state, "bank-a").free == 100_000_000 - 150 - 1
    world.check()
    world.accept(CloseWindow(by="central-bank"), by=officer("central-bank"))
    state = world.state()
    assert queries.bank(state, "bank-a").free == 100_000_000 - 71
    assert queries.bank(state, "bank-b").free == 100_000_000 + 71 - 1
    assert [bank.locked for _, bank in queries.banks(state)] == [0, 0, 0]
    assert queries.position(state, "bank-a") is None
    assert not present(queries.window(state)).is_open
    world.check()
    world.accept(window(participant("bank-a", 1, 1), participant("bank-b", 1, 1)), by=CB)
    assert present(queries.window(world.state())).number == 2


def test_a_claim_on_the_window_counts_as_reserve_and_a_debt_does_not():
    world = standard_world()
    world.accept(policy(ratio=5_000), by=CB)
    world.accept(WithdrawCurrency(by="central-bank", bank="bank-a", amount=99_849_998), by=CB)  # 150,002 of 300,000
    world.accept(window(participant("bank-a", 100, 100), participant("bank-b", 100, 100)), by=CB)
    world.accept(Pay(by=ALICE.party, to="grocer", amount=4), by=ALICE)  # 149,998 of 299,996: exactly half
    world.refuse("money.reserve_floor", Pay(by=ALICE.party, to="grocer", amount=1), by=ALICE)
    world.accept(Pay(by=CHUL.party, to="bakery", amount=10), by=CHUL)
    assert queries.reserve(world.state(), "bank-a") == 150_008
    assert queries.required_reserve(world.state(), "bank-a") == 150_003
    world.check()


# -------------------------------------------------------------------------------- what other modules call


def call_on(world: World) -> Call:
    """A call outside a transaction, as a rule of another module would be given."""

    def perform(call: Call, acts: bytes, signed_by: frozenset[str]) -> None:
        raise AssertionError

    return Call(world.state(), world.time, world.height + 1, b"seed", frozenset(), perform)


def refused(function, *arguments) -> str:
    with pytest.raises(Rejected) as caught:
        function(*arguments)
    return caught.value.code


def test_escrow():
    call = call_on(standard_world())
    assert refused(open_escrow, call, "meals", "desk") == "money.not_bank"
    assert open_escrow(call, "meals", "treasury-bank") == escrow_of("meals") == "escrow:meals"
    assert refused(open_escrow, call, "meals", "bank-a") == "money.escrow_exists"
    transfer(call, "ministry", "escrow:meals", 2_000_000)
    transfer(call, "escrow:meals", "bakery", 1_500_000)
    transfer(call, "escrow:meals", "bakery", 0)
    assert balance(call.state, "escrow:meals") == 500_000
    assert balance(call.state, "bakery") == 1_500_000
    assert balance(call.state, "escrow:none") == 0
    assert refused(transfer, call, "escrow:none", "bakery", 1) == "money.no_account"
    assert refused(transfer, call, "escrow:meals", "bakery", 500_001) == "money.balance"
    for law in MODULE.invariants:
        law(call.state)


def test_a_refund_lands_above_the_limit():
    call = call_on(standard_world())
    assert refused(transfer, call, "ministry", ALICE.party, 900_000) == "money.holding_limit"
    refund_transfer(call, "ministry", ALICE.party, 900_000)
    assert balance(call.state, ALICE.party) == 1_200_000


def test_a_negative_amount_is_a_defect_of_the_caller():
    call = call_on(standard_world())
    with pytest.raises(ValueError):
        transfer(call, "ministry", "bakery", -1)


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        (ALICE.party, True),
        (BORA.party, False),
        (A.party, True),
        (B.party, False),
        (officer("audit-board").party, True),
        (officer("operator").party, False),
        ("nobody", False),
    ],
)
def test_an_account_is_shown_to_its_owner_its_bank_and_auditors(reader, seen):
    assert (queries.show_account(standard_world().state(), reader, ALICE.party) is not None) == seen


def test_nobody_is_shown_an_account_that_is_not_there():
    assert queries.show_account(standard_world().state(), ALICE.party, "nobody") is None


def test_the_supply_limit_holds_across_banks():
    world = standard_world()
    world.accept(policy(ratio=0), by=CB)
    world.accept(IssueTokens(by="bank-b", account="grocer", amount=MAX_WON - 200_000, reference="r"), by=B)
    world.refuse("money.supply_limit", Pay(by=ALICE.party, to="grocer", amount=1), by=ALICE)
    world.check()
