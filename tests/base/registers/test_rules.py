"""Every refusal of registers in order of precedence, and when a code counts."""

import pytest

from madang.base.registers import MODULE, queries
from madang.base.registers.state import ENTRIES, OWNERS, REGISTERS, Entry, Owner, Register
from madang.base.registers.transactions import Publish, WithdrawCodes
from madang.kernel.module import InvariantBroken
from tests.support.cast import officer, quorum, standard_world
from tests.support.world import START

OPERATOR, MINISTRY = quorum("operator"), quorum("ministry")
SHOPS = "ministry-shops"
DAY = 86_400


def publish(codes, version=1, since=0, until=None, by="operator", register="legal-dong"):
    return Publish(by=by, register=register, version=version, codes=list(codes), since=since, until=until)


def withdraw(codes, version=1, until=START, by="operator", register="legal-dong"):
    return WithdrawCodes(by=by, register=register, version=version, codes=list(codes), until=until)


FIRST = publish(["1111010100", "1111010200"])

OWN = publish(["m1"], by="ministry", register=SHOPS)

# Steps before (each by the quorum of its institution), the code, the act, and who signs.
CASES = [
    ([], "authority.quorum", FIRST, officer("operator")),
    ([], "authority.quorum", OWN, officer("ministry")),
    ([], "registers.not_owner", publish(["1"], by="bank-a", version=7), quorum("bank-a")),
    ([], "registers.name", publish(["1"], by="ministry", version=7), MINISTRY),
    ([FIRST], "registers.name", publish(["1"], by="ministry", version=7), MINISTRY),
    ([], "registers.name", publish(["1"], by="ministry", register="ministryshops"), MINISTRY),
    ([OWN], "registers.not_yours", publish(["1"], version=7, register=SHOPS), OPERATOR),
    ([publish(["1"], register=SHOPS)], "registers.not_yours", publish(["1"], by="ministry", register=SHOPS), MINISTRY),
    ([OWN], "registers.version", publish(["1"], version=3, by="ministry", register=SHOPS), MINISTRY),
    ([OWN], "registers.not_yours", withdraw(["m1"], version=7, register=SHOPS), OPERATOR),
    ([OWN], "registers.unknown_code", withdraw(["m2"], by="ministry", register=SHOPS), MINISTRY),
    ([], "registers.version", publish(["1"], version=2, since=9, until=9), OPERATOR),
    ([FIRST], "registers.version", publish(["1"], version=3), OPERATOR),
    ([FIRST, publish(["1"], version=2)], "registers.version", publish(["1"]), OPERATOR),
    ([], "registers.period", publish(["1"], since=9, until=9), OPERATOR),
    ([FIRST], "registers.not_owner", withdraw(["9"], by="desk"), quorum("desk")),
    ([FIRST], "registers.version", withdraw(["9"], version=3, until=0), OPERATOR),
    ([FIRST], "registers.past", withdraw(["9"], until=START - 1), OPERATOR),
    ([FIRST], "registers.unknown_code", withdraw(["1111010100", "9"]), OPERATOR),
    ([FIRST, withdraw(["1111010100"])], "registers.unknown_code", withdraw(["1111010100"], until=START + 1), OPERATOR),
    ([publish(["1"], since=START + DAY)], "registers.unknown_code", withdraw(["1"], until=START + DAY), OPERATOR),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for step in before:
        world.accept(step, by=quorum(step.by))
    world.refuse(code, act, by=by)
    world.check()


def test_a_code_counts_from_until():
    world = standard_world()
    world.accept(publish(["a", "b"], since=START, until=START + 10), FIRST, by=OPERATOR)
    state = world.state()
    times = (START - 1, START, START + 9, START + 10)
    assert [queries.holds(state, "legal-dong", "a", time) for time in times] == [False, True, True, False]
    assert queries.holds(state, "legal-dong", "1111010100", 2**40)
    assert not queries.holds(state, "legal-dong", "c", START)
    assert not queries.holds(state, "industry", "a", START)
    assert (queries.version(state, "legal-dong"), queries.version(state, "industry")) == (1, 0)


def test_a_code_ends_and_may_come_back():
    world = standard_world()
    world.accept(FIRST, by=OPERATOR)
    world.accept(withdraw(["1111010100"], version=2, until=START + DAY), by=OPERATOR)
    assert queries.holds(world.state(), "legal-dong", "1111010100", START + DAY - 1)
    assert not queries.holds(world.state(), "legal-dong", "1111010100", START + DAY)
    assert queries.entry(world.state(), "legal-dong", "1111010100") == Entry(0, START + DAY, 2)
    world.accept(publish(["1111010100"], version=3, since=START), by=OPERATOR)
    assert queries.holds(world.state(), "legal-dong", "1111010100", START + DAY)
    assert queries.entry(world.state(), "legal-dong", "9") is None
    world.check()


def test_a_sponsor_publishes_lists_of_its_own():
    world = standard_world()
    world.accept(OWN, publish(["m2"], by="ministry", version=2, register=SHOPS), by=MINISTRY)
    world.accept(withdraw(["m1"], by="ministry", version=3, register=SHOPS), by=MINISTRY)
    state = world.state()
    assert [queries.holds(state, SHOPS, code, START + 1) for code in ("m1", "m2")] == [False, True]
    assert (queries.version(state, SHOPS), queries.owner(state, SHOPS)) == (3, "ministry")
    world.accept(FIRST, by=OPERATOR)
    assert queries.owner(world.state(), "legal-dong") is None
    world.check()


def test_five_thousand_codes_fit_an_act():
    world = standard_world()
    codes = [f"{number:010}" for number in range(5_000)]
    world.accept(publish(codes), by=OPERATOR)
    assert queries.holds(world.state(), "legal-dong", "0000004999", START)


@pytest.mark.parametrize("name", ["legal-dong", "ministry-other"])
def test_the_law_sees_an_owner_that_can_not_be(name):
    state = standard_world().state()
    state.put(REGISTERS, Register(1, 0), "legal-dong")
    state.put(OWNERS, Owner("ministry"), name)
    with pytest.raises(InvariantBroken):
        MODULE.invariants[1](state)


@pytest.mark.parametrize("entry", [Entry(0, 1, 2), Entry(0, 1, 0), Entry(1, 1, 1)])
def test_the_law_sees_what_is_wrong(entry):
    state = standard_world().state()
    state.put(REGISTERS, Register(1, 0), "legal-dong")
    state.put(ENTRIES, entry, "legal-dong", "1")
    with pytest.raises(InvariantBroken):
        MODULE.invariants[0](state)
