"""Business days: every refusal in order of precedence, to which day a block belongs, and that netting ends in time."""

import pytest

from madang.base.money import MODULE, queries
from madang.base.money import state as tables
from madang.base.money.transactions import (
    CloseDay,
    CloseWindow,
    IssueTokens,
    OpenDay,
    OpenWindow,
    Participant,
    Pay,
    RedeemTokens,
)
from madang.kernel.module import InvariantBroken
from tests.support.cast import ALICE, officer, quorum, standard_world
from tests.support.world import START, World, present

CENTRAL = officer("central-bank")
CUT_OFF = START + 8 * 3_600
DAYS = 14 * 86_400
CLOSE = CloseDay(by="central-bank")
WINDOW = OpenWindow(
    by="central-bank",
    banks=[Participant(bank="bank-a", lock=100, cap=100), Participant(bank="bank-b", lock=100, cap=100)],
)


def opening(date="2026-01-02", cut_off=CUT_OFF, by="central-bank"):
    return OpenDay(by=by, date=date, cut_off=cut_off)


# What happens before (seconds to wait, act), then the code, the act that must be refused with it, and its signer.
CASES = [
    ([], "money.not_central_bank", opening("2026-13-99", 0, by="bank-a"), officer("bank-a")),
    ([(0, opening())], "money.no_date", opening("2026-02-29", 0), CENTRAL),
    ([(0, opening())], "money.day_open", opening("2026-01-01", 0), CENTRAL),
    ([(0, opening()), (8 * 3_600, CLOSE)], "money.day_before", opening("2026-01-02", 0), CENTRAL),
    ([], "money.day_ahead", opening("2026-01-16", 0), CENTRAL),
    ([], "money.day_ahead", opening("9999-12-31"), CENTRAL),
    ([], "money.cut_off", opening("2026-01-15", START), CENTRAL),
    ([], "money.cut_off", opening(cut_off=START), CENTRAL),
    ([], "money.cut_off", opening(cut_off=START + DAYS + 1), CENTRAL),
    ([], "money.not_central_bank", CloseDay(by="bank-a"), officer("bank-a")),
    ([], "money.no_day", CLOSE, CENTRAL),
    ([(0, opening()), (8 * 3_600, CLOSE)], "money.no_day", CLOSE, CENTRAL),
    ([(0, opening()), (8 * 3_600 - 1, None)], "money.before_cut_off", CLOSE, CENTRAL),
    ([(0, opening()), (8 * 3_600, None)], "money.past_cut_off", WINDOW, quorum("central-bank")),
    ([(0, opening()), (8 * 3_600, CLOSE)], "money.past_cut_off", WINDOW, quorum("central-bank")),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    world = standard_world()
    for seconds, step in before:
        world.advance(seconds)
        if step is not None:
            world.accept(step, by=CENTRAL)
    world.refuse(code, act, by=by)
    world.check()


def test_the_longest_day_is_allowed():
    standard_world().accept(opening(cut_off=START + DAYS), by=CENTRAL)


def days(world: World) -> list[str]:
    """The business date of every block so far."""
    return [queries.finality(world.state(), height).business_date for height in range(world.height + 1)]


def test_a_block_belongs_to_one_day_for_ever():
    world = standard_world()
    pay = Pay(by=ALICE.party, to="bakery", amount=1)
    assert queries.business_day(world.state()) is None
    world.accept(pay, by=ALICE)  # 1, before the first day: belongs to it
    assert days(world) == ["", ""]
    world.accept(opening(), by=CENTRAL)  # 2
    world.accept(pay, by=ALICE)  # 3
    world.advance(8 * 3_600 + 5)
    world.accept(pay, by=ALICE)  # 4, behind the cut-off, and the day is still open
    closing = world.sign(CLOSE, by=CENTRAL)
    behind = world.sign(IssueTokens(by="bank-a", account="bakery", amount=1, reference="same"), by=officer("bank-a"))
    again = world.sign(opening("2026-01-03", CUT_OFF + 86_400), by=CENTRAL)
    outcomes = world.send(closing, behind, again)  # 5
    assert [one.code for one in outcomes] == ["", "", "money.day_open"]
    world.accept(pay, by=ALICE)  # 6
    assert days(world) == ["2026-01-02"] * 6 + [""]
    world.accept(opening("2026-01-05", CUT_OFF + 86_400), by=CENTRAL)  # 7
    assert days(world) == ["2026-01-02"] * 6 + ["2026-01-05"] * 2
    found = queries.finality(world.state(), 5)
    assert (found.cut_off, found.closed_at) == (CUT_OFF, CUT_OFF + 5)
    assert queries.finality(world.state(), 7).closed_at == 0
    used = queries.show_issue(world.state(), officer("bank-a").party, "bank-a", "same")
    assert (present(used).business_date, present(used).height) == ("2026-01-02", 5)
    assert present(queries.business_day(world.state())).date == "2026-01-05"
    world.check()


def test_references_bear_the_business_date_and_are_shown_to_those_concerned():
    world = standard_world()
    world.accept(RedeemTokens(by=ALICE.party, amount=1, reference="before"), by=ALICE)
    world.accept(opening(), by=CENTRAL)
    world.accept(RedeemTokens(by=ALICE.party, amount=2, reference="during"), by=ALICE)
    state, bank = world.state(), officer("bank-a").party
    for reader in (ALICE.party, bank):
        assert present(queries.show_redemption(state, reader, ALICE.party, "before")).business_date == ""
        assert present(queries.show_redemption(state, reader, ALICE.party, "during")).business_date == "2026-01-02"
    assert queries.show_redemption(state, officer("bank-b").party, ALICE.party, "during") is None
    assert present(queries.show_issue(state, bank, "bank-a", "first-1")).amount == 300_000
    assert queries.show_issue(state, ALICE.party, "bank-a", "first-1") is None


def test_netting_stops_at_the_cut_off_and_the_day_settles_the_window():
    world = standard_world()
    world.accept(opening(), by=CENTRAL)
    world.accept(WINDOW, by=quorum("central-bank"))
    pay = Pay(by=ALICE.party, to="grocer", amount=10)
    world.advance(8 * 3_600 - 1)
    world.accept(pay, by=ALICE)
    assert present(queries.position(world.state(), "bank-a")).net == -10
    world.advance(1)
    world.accept(pay, by=ALICE)  # gross
    assert present(queries.position(world.state(), "bank-a")).net == -10
    assert queries.bank(world.state(), "bank-a").free == 100_000_000 - 100 - 10
    world.accept(CLOSE, by=CENTRAL)
    assert not present(queries.window(world.state())).is_open
    assert queries.bank(world.state(), "bank-a").free == 100_000_000 - 20
    assert queries.bank(world.state(), "bank-b").free == 100_000_000 + 20
    world.check()


def test_a_window_that_was_closed_before_is_left_alone():
    world = standard_world()
    world.accept(opening(), WINDOW, CloseWindow(by="central-bank"), by=quorum("central-bank"))
    world.advance(8 * 3_600)
    world.accept(CLOSE, by=CENTRAL)
    assert present(queries.window(world.state())).time == START
    world.check()


def test_the_law_of_days_sees_what_is_wrong():
    law = next(one for one in MODULE.invariants if one.__name__ == "days_follow")
    open_day = tables.Day("2026-01-05", 20, 30, 0, 0)
    closed = tables.Day("2026-01-02", 1, 10, 12, 7)

    def broken(*writes):
        state = standard_world().state()
        for table, record, *parts in writes:
            state.put(table, record, *parts)
        try:
            law(state)
        except InvariantBroken:
            return True
        return False

    replace = tables.Day
    good = [(tables.DAYS, closed, 7), (tables.DAY, open_day)]
    assert not broken(*good)
    assert not broken((tables.DAYS, closed, 7), (tables.DAY, closed))
    assert broken((tables.DAYS, closed, 8), (tables.DAY, open_day))
    assert broken((tables.DAYS, replace("2026-01-02", 1, 10, 9, 7), 7), (tables.DAY, open_day))
    assert broken((tables.DAYS, closed, 7), (tables.DAY, replace("2026-01-02", 20, 30, 0, 0)))
    assert broken((tables.DAYS, closed, 7), (tables.DAY, replace("2026-01-05", 20, 30, 40, 9)))
    assert broken(*good, (tables.DAYS, replace("2026-01-01", 12, 30, 40, 9), 9))
    assert broken(*good, (tables.DAYS, replace("2026-01-03", 11, 30, 40, 9), 9))
