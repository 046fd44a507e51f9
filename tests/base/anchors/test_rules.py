"""Every refusal of anchors in order of precedence, and what a series comes to."""

from typing import Any

import pytest
from msgspec.structs import replace

from madang.base import anchors
from madang.base.anchors import queries
from madang.base.anchors.state import COUNTS, MAX_SERIES, NEWEST, Anchor, Count
from madang.base.anchors.transactions import Publish
from madang.base.parties.transactions import SuspendByQuorum
from madang.kernel.module import InvariantBroken
from tests.support.cast import ALICE, BAKERY, BASE, officer, quorum, standard_world
from tests.support.world import START, World

FIRST, SECOND, THIRD = "aa" * 32, "bb" * 32, "cc" * 32
WELFARE = officer("welfare")


def publish(**members: Any) -> Publish:
    """The welfare authority anchors its first status list."""
    return replace(Publish(by="welfare", series="status-1", version=1, digest=FIRST), **members)


def world() -> World:
    return standard_world((*BASE, anchors.MODULE))


CASES = [
    ([], "authority.unknown_party", publish(by="nobody"), WELFARE),
    ([], "authority.not_signed", publish(), officer("bank-a")),
    ([], "anchors.not_institution", publish(by=ALICE.party, version=7), ALICE),
    ([], "anchors.not_institution", publish(by="bakery", version=7), BAKERY),
    ([], "anchors.not_institution", publish(by=WELFARE.party, version=7), WELFARE),
    ([], "anchors.version", publish(version=2), WELFARE),
    ([publish()], "anchors.version", publish(), WELFARE),
    ([publish()], "anchors.version", publish(version=3), WELFARE),
    ([publish()], "anchors.version", publish(version=2, series="status-2"), WELFARE),
]


@pytest.mark.parametrize(("before", "code", "act", "by"), CASES)
def test_refusals(before, code, act, by):
    made = world()
    for step in before:
        made.accept(step, by=officer(step.by))
    made.refuse(code, act, by=by)
    made.check()


def test_a_suspended_institution_anchors_nothing():
    made = world()
    made.accept(publish(), by=WELFARE)
    made.accept(SuspendByQuorum(by="operator", party="welfare"), by=quorum("operator"))
    made.refuse("authority.suspended", publish(version=2), by=WELFARE)


def test_an_institution_has_so_many_series_and_goes_on_with_them():
    made = world()
    for start in range(0, MAX_SERIES, 16):
        made.accept(*(publish(series=f"status-{start + one}") for one in range(16)), by=WELFARE)
    made.refuse("anchors.too_many", publish(series="one-more"), by=WELFARE)
    made.accept(publish(series="status-7", version=2, digest=SECOND), by=WELFARE)
    made.accept(publish(by="bank-a"), by=officer("bank-a"))
    made.check()


def test_a_series_keeps_its_newest_digest_and_the_one_before():
    made = world()
    uri = "https://welfare.example.kr/status/1"
    made.accept(publish(uri=uri), by=WELFARE)
    assert queries.newest(made.state(), "welfare", "status-1") == Anchor(1, FIRST, uri, START, "", made.height)
    made.advance(60)
    made.accept(publish(version=2, digest=SECOND), publish(version=3, digest=THIRD), by=WELFARE)
    assert queries.newest(made.state(), "welfare", "status-1") == Anchor(3, THIRD, "", START + 60, SECOND, made.height)
    assert queries.newest(made.state(), "welfare", "status-2") is None
    assert queries.newest(made.state(), "bank-a", "status-1") is None
    made.check()


def test_the_digest_before_is_current_for_a_while():
    made = world()
    made.accept(publish(), by=WELFARE)
    made.advance(100)
    made.accept(publish(version=2, digest=SECOND), by=WELFARE)
    state = made.state()

    def current(digest: str, after: int) -> bool:
        return queries.is_current(state, "welfare", digest, "status-1", 60, START + 100 + after)

    assert [current(SECOND, after) for after in (0, 60, 9_999)] == [True] * 3
    assert [current(FIRST, after) for after in (0, 59, 60)] == [True, True, False]
    assert not current(THIRD, 0)
    assert not queries.is_current(state, "welfare", "", "status-2", 60, START)


def test_series_are_read_in_pages():
    made = world()
    made.accept(*(publish(series=f"status-{one}") for one in range(5)), by=WELFARE)
    names = [one.series for one in queries.series(made.state(), "welfare")]
    assert names == [f"status-{one}" for one in range(5)]
    assert [one.series for one in queries.series(made.state(), "welfare", "status-1", 2)] == ["status-2", "status-3"]
    assert queries.series(made.state(), "bank-a") == []


@pytest.mark.parametrize(
    ("table", "record", "parts"),
    [
        (NEWEST, Anchor(1, FIRST, "", 0, "", 0), ["bakery", "status-1"]),
        (NEWEST, Anchor(0, FIRST, "", 0, "", 0), ["welfare", "status-1"]),
        (NEWEST, Anchor(2, FIRST, "", 0, "", 0), ["welfare", "status-1"]),
        (NEWEST, Anchor(1, FIRST, "", 0, "", 0), ["welfare", "status-2"]),
        (COUNTS, Count(2), ["welfare"]),
        (COUNTS, Count(1), ["bank-a"]),
    ],
)
def test_the_law_sees_what_is_wrong(table, record, parts):
    made = world()
    made.accept(publish(), by=WELFARE)
    state = made.state()
    state.put(table, record, *parts)
    with pytest.raises(InvariantBroken):
        anchors.MODULE.invariants[0](state)
