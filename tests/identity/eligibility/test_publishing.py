"""When the authority counts: whole hours, many together, and nobody waits for ever."""

import msgspec
import pytest

from madang.base.eligibility.state import Tally
from madang.identity.eligibility.publishing import LEAST_TOGETHER, LONGEST_SECONDS, due
from madang.identity.eligibility.register import BATCH_SECONDS
from madang.records.tokens import TokenRegister
from tests.base.eligibility.scene import CLOSED, WELFARE, offered
from tests.identity.eligibility.scene import NOW, view_of

HOUR = NOW // BATCH_SECONDS * BATCH_SECONDS
NEXT = HOUR + BATCH_SECONDS


def filled(database, *times: int) -> TokenRegister:
    register = TokenRegister(database)
    for number, time in enumerate(times):
        register.take(view_of(offered(issued=0)), [f"{number:064x}"], b"%d" % number, time)
    return register


@pytest.mark.parametrize(
    ("times", "now", "counted"),
    [
        ([], NEXT, None),
        ([HOUR] * LEAST_TOGETHER, NEXT - 1, None),
        ([HOUR] * LEAST_TOGETHER, NEXT, LEAST_TOGETHER),
        ([HOUR] * (LEAST_TOGETHER - 1), NEXT, None),
        ([HOUR] * (LEAST_TOGETHER - 1) + [NEXT] * 5, NEXT + 5, None),
        ([HOUR] * (LEAST_TOGETHER - 1) + [NEXT] * 5, NEXT + BATCH_SECONDS, LEAST_TOGETHER + 4),
        ([HOUR], HOUR + LONGEST_SECONDS - 1, None),
        ([HOUR], HOUR + LONGEST_SECONDS, 1),
        ([CLOSED - 9_999], CLOSED - 9_999 + BATCH_SECONDS, 1),
    ],
    ids=str,
)
def test_when_a_count_is_due(sqlite, times, now, counted):
    found = due(filled(sqlite, *times), view_of(offered(issued=0)), now)
    assert (found.issued if found else None) == counted


def test_a_count_goes_to_the_ledger_and_only_rises(sqlite):
    world = offered(issued=0)
    register = filled(sqlite, *[HOUR] * LEAST_TOGETHER)
    world.accept(due(register, view_of(world), NEXT), by=WELFARE)
    assert view_of(world).tally.issued == LEAST_TOGETHER
    assert due(register, view_of(world), NEXT + LONGEST_SECONDS) is None


def test_a_count_stops_at_what_the_offer_is_for_and_at_its_end(sqlite):
    register, view = filled(sqlite, HOUR, HOUR, HOUR), view_of(offered(issued=0))
    small = msgspec.structs.replace(view, offer=msgspec.structs.replace(view.offer, most=2))
    found = due(register, small, HOUR + LONGEST_SECONDS)
    assert found is not None and found.issued == 2
    assert due(register, msgspec.structs.replace(view, tally=Tally(0, 0, closed=True)), CLOSED) is None
