"""Who may sell in a merchant's name: itself, its tills, and the agents that it appointed, for nobody else's shop."""

import pytest

from madang.base.merchants import MODULE, queries
from madang.base.merchants.state import AGENCIES, MAX_AGENTS, Agency
from madang.base.merchants.transactions import AppointAgent, DismissAgent
from madang.base.parties.transactions import AddTill, AppointInstitution, Suspend, SuspendByQuorum
from madang.kernel.module import InvariantBroken
from tests.base.merchants.scene import merchants_world
from tests.support.cast import ALICE, BAKERY, GROCER, new_key, officer, officers, quorum
from tests.support.signing import wallet

APP, SERVER = "table-order", wallet("a server of the table-order app")
"""An app through which guests order at their table, and a key of its computers."""
TILL = wallet("a till of the bakery")


def agents_world():
    """A world in which the app is an agent, and nobody's yet."""
    world = merchants_world()
    app = AppointInstitution(by="operator", party=APP, roles=["agent"], threshold=1, officers=[new_key(SERVER)])
    world.accept(app, by=quorum("operator"))
    world.accept(AddTill(by="bakery", key=new_key(TILL)), by=BAKERY)
    return world


def appoint(agent: str = APP, by: str = "bakery") -> AppointAgent:
    return AppointAgent(by=by, agent=agent)


def dismiss(agent: str = APP, by: str = "bakery") -> DismissAgent:
    return DismissAgent(by=by, agent=agent)


GONE = [(SuspendByQuorum(by="operator", party=APP), quorum("operator"))]
APPOINTED = [(appoint(), BAKERY)]

# What happens before, then the code, the act that is refused so, and who signs.
CASES = [
    ([], "authority.not_signed", appoint(), TILL),
    ([], "authority.not_signed", appoint(), SERVER),
    ([], "merchants.not_merchant", appoint("nobody", by=ALICE.party), ALICE),
    ([], "merchants.not_merchant", appoint(by=TILL.party), TILL),
    ([], "merchants.not_merchant", appoint(by="bank-a"), officer("bank-a")),
    ([], "merchants.not_agent", appoint("nobody"), BAKERY),
    ([], "merchants.not_agent", appoint("grocer"), BAKERY),
    ([], "merchants.not_agent", appoint(SERVER.party), BAKERY),
    (GONE, "merchants.not_agent", appoint(), BAKERY),
    (APPOINTED, "merchants.agent_twice", appoint(), BAKERY),
    (APPOINTED, "authority.not_signed", dismiss(), TILL),
    ([], "merchants.no_agency", dismiss(), BAKERY),
    (APPOINTED, "merchants.no_agency", dismiss(by="grocer"), GROCER),
    ([*APPOINTED, (dismiss(), BAKERY)], "merchants.no_agency", dismiss(), BAKERY),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = agents_world()
    for step, signer in before:
        world.accept(step, by=signer)
    world.refuse(code, act, by=by)
    world.check()


def test_a_merchant_has_few_agents():
    world = agents_world()
    names = [f"agent-{number}" for number in range(MAX_AGENTS + 1)]
    institutions = [
        AppointInstitution(by="operator", party=name, roles=["agent"], threshold=1, officers=[new_key(wallet(name))])
        for name in names
    ]
    world.accept(*institutions[:16], by=quorum("operator"))
    world.accept(*institutions[16:], by=quorum("operator"))
    world.accept(*[appoint(name) for name in names[:MAX_AGENTS]], by=BAKERY)
    world.refuse("merchants.too_many_agents", appoint(names[MAX_AGENTS]), by=BAKERY)
    world.accept(dismiss(names[0]), appoint(names[MAX_AGENTS]), by=BAKERY)
    assert queries.agents(world.state(), "bakery") == sorted(names[1:])
    assert queries.agents(world.state(), "grocer") == []
    world.check()


def sellers(world, merchant="bakery"):
    """Who of all may sell in a merchant's name."""
    everybody = ["bakery", "grocer", TILL.party, APP, SERVER.party, ALICE.party, "bank-a", "operator", "nobody"]
    everybody += [one.party for one in officers("operator")]
    return [one for one in everybody if queries.may_sell_for(world.state(), one, merchant)]


def test_an_agent_sells_for_the_merchant_that_appointed_it_and_for_no_other():
    world = agents_world()
    assert sellers(world) == ["bakery", TILL.party]
    assert sellers(world, "grocer") == ["grocer"]
    assert sellers(world, "nobody") == sellers(world, APP) == sellers(world, ALICE.party) == []
    world.accept(appoint(), by=BAKERY)
    assert sellers(world) == ["bakery", TILL.party, APP]
    assert sellers(world, "grocer") == ["grocer"]
    world.accept(dismiss(), by=BAKERY)
    assert sellers(world) == ["bakery", TILL.party]


def test_nobody_sells_who_is_suspended_nor_for_whom_is():
    world = agents_world()
    world.accept(appoint(), by=BAKERY)
    world.accept(Suspend(by="bakery", party=TILL.party), by=BAKERY)
    assert sellers(world) == ["bakery", APP]
    world.accept(SuspendByQuorum(by="operator", party=APP), by=quorum("operator"))
    assert sellers(world) == ["bakery"]
    world.accept(Suspend(by="bank-a", party="bakery"), by=officer("bank-a"))
    assert sellers(world) == []


@pytest.mark.parametrize(("merchant", "agent"), [("nobody", APP), (APP, APP), ("bakery", "grocer"), ("bakery", "no")])
def test_the_law_sees_agencies_between_the_wrong_parties(merchant, agent):
    state = agents_world().state()
    law = MODULE.invariants[1]
    state.put(AGENCIES, Agency(1), "bakery", APP)
    law(state)
    state.put(AGENCIES, Agency(1), merchant, agent)
    with pytest.raises(InvariantBroken):
        law(state)


def test_the_law_sees_more_agents_than_there_may_be():
    world = agents_world()
    for first in range(0, MAX_AGENTS + 1, 16):
        world.accept(
            *[
                AppointInstitution(
                    by="operator",
                    party=f"agent-{number}",
                    roles=["agent"],
                    threshold=1,
                    officers=[new_key(wallet(f"agent-{number}"))],
                )
                for number in range(first, min(first + 16, MAX_AGENTS + 1))
            ],
            by=quorum("operator"),
        )
    state = world.state()
    for number in range(MAX_AGENTS + 1):
        state.put(AGENCIES, Agency(1), "bakery", f"agent-{number}")
    with pytest.raises(InvariantBroken, match="more than"):
        MODULE.invariants[1](state)
