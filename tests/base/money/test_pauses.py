"""What a paused bank and the paused currency refuse, for how long. Who may pause is tested with `base/operations`."""

from madang.base.money import queries as money
from madang.base.money.ledger import refund_transfer
from madang.base.money.transactions import IssueCurrency, IssueTokens, Pay, RedeemTokens, WithdrawCurrency
from madang.base.operations import queries
from madang.base.operations.transactions import PauseBank, PauseCurrency, ResumeBank, ResumeCurrency
from madang.base.parties.transactions import AppointInstitution, SuspendByQuorum
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from tests.support.cast import ALICE, BAKERY, CHUL, new_key, officer, quorum, standard_world
from tests.support.signing import wallet
from tests.support.world import START, World

OPERATOR, CENTRAL = quorum("operator"), quorum("central-bank")
PAY = Pay(by=ALICE.party, to="bakery", amount=1)
ACROSS = Pay(by=ALICE.party, to="grocer", amount=1)
SOON = START + 600


def pausing_bank(stops="spending"):
    return PauseBank(by="central-bank", bank="bank-a", stops=stops, reason="insolvency", until=SOON)


def pausing_currency(stops="spending"):
    return PauseCurrency(by="central-bank", stops=stops, reason="drill", until=SOON)


def refunded(world: World, source: str, target: str) -> str:
    """The code with which a refund is refused, or nothing."""
    call = Call(world.state(), world.time, world.height + 1, b"", frozenset(), lambda *_: None)
    try:
        refund_transfer(call, source, target, 1)
    except Rejected as refusal:
        return refusal.code
    return ""


def test_a_banks_tokens_stand_still_and_refunds_and_redemptions_go_on_where_only_spending_stops():
    world = standard_world()
    world.accept(Pay(by=ALICE.party, to="bakery", amount=100), by=ALICE)
    world.accept(pausing_bank(), by=CENTRAL)
    issue = IssueTokens(by="bank-a", account=ALICE.party, amount=1, reference="r")
    into = Pay(by=CHUL.party, to="bakery", amount=1)
    redeem = RedeemTokens(by="bakery", amount=1, reference="r")
    for act, by in ((PAY, ALICE), (ACROSS, ALICE), (into, CHUL), (issue, officer("bank-a"))):
        result = world.refuse("money.bank_paused", act, by=by)
        assert (str(SOON) in result.message, result.reason) == (True, "insolvency")
    world.accept(Pay(by=CHUL.party, to="grocer", amount=1), by=CHUL)  # another bank's
    world.accept(redeem, by=BAKERY)
    assert refunded(world, "bakery", ALICE.party) == refunded(world, "bakery", CHUL.party) == ""
    world.accept(pausing_bank("all"), by=CENTRAL)
    world.refuse("money.bank_paused", RedeemTokens(by="bakery", amount=1, reference="s"), by=BAKERY)
    assert refunded(world, "bakery", ALICE.party) == refunded(world, "grocer", ALICE.party) == "money.bank_paused"
    assert [(name, pause.stops) for name, pause in queries.paused_money(world.state())] == [("bank-a", "all")]
    world.accept(ResumeBank(by="central-bank", bank="bank-a"), by=CENTRAL)
    world.accept(ACROSS, by=ALICE)
    world.check()


def test_the_currency_stands_still_and_payments_within_a_bank_go_on():
    world = standard_world()
    world.accept(pausing_currency(), by=CENTRAL)
    world.refuse("money.currency_paused", ACROSS, by=ALICE)
    world.accept(PAY, by=ALICE)
    world.refuse("money.currency_paused", IssueCurrency(by="central-bank", bank="bank-a", amount=1), by=CENTRAL)
    world.refuse("money.currency_paused", WithdrawCurrency(by="central-bank", bank="bank-a", amount=1), by=CENTRAL)
    assert refunded(world, "grocer", ALICE.party) == "money.balance"  # it went on to where there is none
    assert refunded(world, CHUL.party, ALICE.party) == ""
    world.accept(pausing_currency("all"), by=CENTRAL)
    assert refunded(world, CHUL.party, ALICE.party) == "money.currency_paused"
    world.accept(ResumeCurrency(by="central-bank"), by=CENTRAL)
    world.accept(ACROSS, by=ALICE)
    assert queries.paused_money(world.state()) == []


def test_a_pause_of_money_lapses():
    world = standard_world()
    world.accept(pausing_bank("all"), pausing_currency("all"), by=CENTRAL)
    world.advance(600)
    world.accept(ACROSS, by=ALICE)
    world.accept(IssueCurrency(by="central-bank", bank="bank-a", amount=1), by=CENTRAL)
    assert money.supply(world.state()).issued == 300_000_001


def test_a_suspended_bank_can_be_paused():
    world = standard_world()
    world.accept(SuspendByQuorum(by="operator", party="bank-a"), by=OPERATOR)
    world.accept(pausing_bank(), by=CENTRAL)
    world.refuse("money.bank_paused", PAY, by=ALICE)


def test_a_second_central_bank_ends_what_the_first_paused():
    """Whoever holds the role holds all of it: there is one central bank, and its successor takes over."""
    world = standard_world()
    keys = [wallet(f"successor {number}") for number in range(2)]
    appoint = AppointInstitution(
        by="operator", party="successor", roles=["central_bank"], threshold=2, officers=[new_key(one) for one in keys]
    )
    world.accept(pausing_bank(), appoint, by=[*CENTRAL, *OPERATOR])
    world.accept(ResumeBank(by="successor", bank="bank-a"), by=keys)
    world.accept(PAY, by=ALICE)
