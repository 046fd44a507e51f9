"""Every refusal of operations in order of precedence, and what pausing stops, for how long.

What a paused bank and the paused currency refuse is tested with `base/money`.
"""

import pytest

from madang.base.money.transactions import Pay
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
from madang.kernel.machine import PAUSES
from madang.kernel.machine import Pause as KernelPause
from tests.base.programmes.toys import NAME, Run, world_at
from tests.support.cast import ALICE, officer, quorum, standard_world
from tests.support.world import START

OPERATOR, CENTRAL, SPONSOR = quorum("operator"), quorum("central-bank"), quorum("ministry")
PAY = Pay(by=ALICE.party, to="bakery", amount=1)
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
