"""Every refusal of operations in order of precedence, and what pausing stops, for how long."""

import pytest

from madang.base.money import queries as money
from madang.base.money.ledger import refund_transfer
from madang.base.money.transactions import IssueCurrency, IssueTokens, Pay, RedeemTokens, WithdrawCurrency
from madang.base.operations import queries
from madang.base.operations.transactions import (
    MAX_PAUSE,
    Pause,
    PauseBank,
    PauseCurrency,
    PauseProgramme,
    Resume,
    ResumeBank,
    ResumeCurrency,
    ResumeProgramme,
)
from madang.base.parties.transactions import AppointInstitution, SuspendByQuorum
from madang.kernel.errors import Rejected
from madang.kernel.machine import PAUSES
from madang.kernel.machine import Pause as KernelPause
from madang.kernel.module import Call
from tests.base.programmes.toys import NAME, Run, world_at
from tests.support.cast import ALICE, BAKERY, CHUL, new_key, officer, quorum, standard_world
from tests.support.signing import wallet
from tests.support.world import START, World

OPERATOR, CENTRAL, SPONSOR = quorum("operator"), quorum("central-bank"), quorum("ministry")
PAY = Pay(by=ALICE.party, to="bakery", amount=1)
ACROSS = Pay(by=ALICE.party, to="grocer", amount=1)
SOON = START + 600
FAR = START + MAX_PAUSE + 1


def pausing(act_type="money.pay", until=SOON, by="operator"):
    return Pause(by=by, act_type=act_type, reason="incident", until=until)


def pausing_programme(*actions, by="operator", programme=NAME, until=SOON):
    return PauseProgramme(
        by=by, programme=programme, reason="attack", until=until, actions=list(actions) if actions else None
    )


def pausing_bank(stops="spending", by="central-bank", bank="bank-a", until=SOON):
    return PauseBank(by=by, bank=bank, stops=stops, reason="insolvency", until=until)


def pausing_currency(stops="spending", by="central-bank", until=SOON):
    return PauseCurrency(by=by, stops=stops, reason="drill", until=until)


def make(key: str) -> Run:
    return Run(by="ministry", programme=NAME, action="make", on=(key,), given=("o", 0, "n"))


# What happens before (act, signers), then the code, the act that must be refused with it, and its signers.
CASES = [
    ([], "authority.quorum", pausing(), officer("operator")),
    ([], "operations.not_operator", pausing("operations.resume", FAR, by="bank-a"), quorum("bank-a")),
    ([], "operations.not_pausable", pausing("operations.resume", FAR), OPERATOR),
    ([], "operations.not_pausable", pausing("operations.resume_programme"), OPERATOR),
    ([], "operations.not_pausable", pausing("operations.resume_bank"), OPERATOR),
    ([], "operations.not_pausable", pausing("operations.resume_currency"), OPERATOR),
    ([], "operations.until", pausing(until=FAR), OPERATOR),
    ([], "operations.until", pausing(until=START), OPERATOR),
    ([], "operations.not_operator", Resume(by="bank-a", act_type="money.pay"), quorum("bank-a")),
    ([], "operations.not_paused", Resume(by="operator", act_type="money.pay"), OPERATOR),
    ([], "authority.quorum", pausing_programme(by="ministry"), officer("ministry")),
    ([], "operations.not_sponsor", pausing_programme("x", by="bank-a", until=FAR), quorum("bank-a")),
    ([], "operations.not_sponsor", pausing_programme(by="ministry", programme="nothing"), SPONSOR),
    ([], "operations.unknown_programme", pausing_programme("x", programme="nothing", until=FAR), OPERATOR),
    ([], "operations.unknown_action", pausing_programme("make", "x", until=FAR), OPERATOR),
    (
        [(pausing_programme("make"), OPERATOR)],
        "operations.operators",
        pausing_programme(by="ministry", until=FAR),
        SPONSOR,
    ),
    ([], "operations.until", pausing_programme(until=FAR), OPERATOR),
    ([], "operations.not_sponsor", ResumeProgramme(by="welfare", programme=NAME), quorum("welfare")),
    ([], "operations.not_paused", ResumeProgramme(by="ministry", programme=NAME), SPONSOR),
    (
        [(pausing_programme(), OPERATOR)],
        "operations.operators",
        ResumeProgramme(by="ministry", programme=NAME),
        SPONSOR,
    ),
    ([], "authority.quorum", pausing_bank(), officer("central-bank")),
    ([], "operations.not_central_bank", pausing_bank(by="operator", bank="desk", until=FAR), OPERATOR),
    ([], "operations.not_central_bank", pausing_bank(by="bank-a"), quorum("bank-a")),
    ([], "operations.not_bank", pausing_bank(bank="desk", until=FAR), CENTRAL),
    ([], "operations.not_bank", pausing_bank(bank="nobody"), CENTRAL),
    ([], "operations.until", pausing_bank(until=FAR), CENTRAL),
    ([], "operations.not_central_bank", ResumeBank(by="bank-a", bank="bank-a"), quorum("bank-a")),
    ([], "operations.not_paused", ResumeBank(by="central-bank", bank="bank-a"), CENTRAL),
    ([], "operations.not_central_bank", pausing_currency(by="operator", until=FAR), OPERATOR),
    ([], "operations.until", pausing_currency(until=START), CENTRAL),
    ([], "operations.not_central_bank", ResumeCurrency(by="operator"), OPERATOR),
    ([], "operations.not_paused", ResumeCurrency(by="central-bank"), CENTRAL),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = world_at(4)
    for step, signers in before:
        world.accept(step, by=signers)
    world.refuse(code, act, by=by)
    world.check()


# ------------------------------------------------------------------------------------------------------ act types


def test_a_paused_act_waits_until_it_is_resumed():
    world = standard_world()
    world.accept(pausing(), by=OPERATOR)
    ((name, pause),) = queries.pauses(world.state())
    assert (name, pause.height, pause.why, pause.until, pause.reason) == ("money.pay", 1, "operator", SOON, "incident")
    result = world.refuse("kernel.paused", PAY, by=ALICE)
    assert (str(SOON) in result.message, result.reason) == (True, "incident")
    world.accept(Resume(by="operator", act_type="money.pay"), by=OPERATOR)
    world.accept(PAY, by=ALICE)
    assert queries.pauses(world.state()) == []


def test_a_pause_lapses_unless_it_is_renewed():
    world = standard_world()
    world.accept(pausing(), by=OPERATOR)
    world.advance(599)
    world.refuse("kernel.paused", PAY, by=ALICE)
    world.accept(pausing(until=SOON + 60), by=OPERATOR)
    world.advance(1)
    world.refuse("kernel.paused", PAY, by=ALICE)
    world.advance(60)
    world.accept(PAY, by=ALICE)
    world.accept(Resume(by="operator", act_type="money.pay"), by=OPERATOR)  # what has lapsed can be cleared away


def test_what_a_defect_paused_does_not_lapse_and_no_other_pause_takes_its_place():
    world = standard_world()
    world.store.write({PAUSES.key("money.pay"): PAUSES.encode(KernelPause(0, "defect"))})
    world.refuse("operations.defect", pausing(until=FAR), by=OPERATOR)
    world.advance(365 * 86_400)
    world.refuse("kernel.paused", PAY, by=ALICE)
    world.accept(Resume(by="operator", act_type="money.pay"), by=OPERATOR)
    world.accept(PAY, by=ALICE)


# ------------------------------------------------------------------------------------------------------ programmes


def test_named_actions_of_a_programme_stop_and_others_go_on():
    world = world_at(4)
    world.accept(pausing_programme("make", "pour", "make", by="ministry"), by=SPONSOR)
    ((name, pause),) = queries.paused_programmes(world.state())
    assert (name, pause.by, pause.actions, pause.until) == (NAME, "ministry", ("make", "pour"), SOON)
    result = world.refuse("programmes.paused", make("a"), by=officer("ministry"))
    assert (str(SOON) in result.message, result.reason) == (True, "attack")
    fund = Run(by="ministry", programme=NAME, action="fund", given=(10,), outside={"sponsor": "ministry"})
    world.accept(fund, by=officer("ministry"))
    world.accept(pausing_programme(by="ministry"), by=SPONSOR)
    world.refuse("programmes.paused", fund, by=officer("ministry"))
    world.advance(600)
    world.accept(fund, make("a"), by=officer("ministry"))


def test_the_operators_pause_takes_the_place_of_the_sponsors():
    world = world_at(4)
    world.accept(pausing_programme(by="ministry"), by=SPONSOR)
    world.accept(pausing_programme(until=SOON + 600), by=OPERATOR)
    world.refuse("operations.operators", ResumeProgramme(by="ministry", programme=NAME), by=SPONSOR)
    world.advance(1_200)
    world.accept(pausing_programme(by="ministry", until=world.time + 60), by=SPONSOR)  # the operator's has lapsed
    world.accept(ResumeProgramme(by="operator", programme=NAME), by=OPERATOR)
    world.accept(make("a"), by=officer("ministry"))


# ---------------------------------------------------------------------------------------------------------- money


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
