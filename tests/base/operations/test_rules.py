"""Every refusal of operations in order of precedence, and what pausing does."""

import pytest

from madang.base.money.transactions import Pay
from madang.base.operations import queries
from madang.base.operations.transactions import Pause, Resume
from tests.support.cast import ALICE, officer, quorum, standard_world

OPERATOR = quorum("operator")
PAY = Pay(by=ALICE.party, to="bakery", amount=1)


@pytest.mark.parametrize(
    ("code", "act", "by"),
    [
        ("authority.quorum", Pause(by="operator", act_type="money.pay"), officer("operator")),
        ("operations.not_operator", Pause(by="bank-a", act_type="operations.resume"), quorum("bank-a")),
        ("operations.not_pausable", Pause(by="operator", act_type="operations.resume"), OPERATOR),
        ("operations.not_operator", Resume(by="bank-a", act_type="money.pay"), quorum("bank-a")),
        ("operations.not_paused", Resume(by="operator", act_type="money.pay"), OPERATOR),
    ],
)
def test_refusals(code, act, by):
    standard_world().refuse(code, act, by=by)


def test_a_paused_act_waits_until_it_is_resumed():
    world = standard_world()
    world.accept(Pause(by="operator", act_type="money.pay"), by=OPERATOR)
    world.refuse("operations.paused", Pause(by="operator", act_type="money.pay"), by=OPERATOR)
    ((name, pause),) = queries.pauses(world.state())
    assert (name, pause.height, pause.why) == ("money.pay", 1, "operator")
    world.refuse("kernel.paused", PAY, by=ALICE)
    world.accept(Resume(by="operator", act_type="money.pay"), by=OPERATOR)
    world.accept(PAY, by=ALICE)
    assert queries.pauses(world.state()) == []
