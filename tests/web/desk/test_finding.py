"""Who is meant by the beginning of a wallet number."""

import pytest

from madang.kernel.authority import PARTIES, Party
from madang.kernel.state import State
from madang.web.desk.finding import MOST_READ, Unfound, find
from tests.support.world import DictStore

ONE, LIKE, TWIN = "Ab3_-xyZ" + "1" * 35, "ab3_-xyZ" + "1" * 35, "TwinTwin" + "1" * 35


@pytest.fixture
def state() -> State:
    """People of whom two numbers begin alike, and institutions whose names do."""
    made = State(DictStore())
    for name in (ONE, LIKE, TWIN, TWIN[:8] + "2" * 35):
        made.put(PARTIES, Party(("person",), "active", "desk", "", 0, ()), name)
    for name in ("community-hall", *(f"institution-{number}" for number in range(MOST_READ))):
        made.put(PARTIES, Party(("desk",), "active", "operator", "", 2, ()), name)
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (ONE, ONE),
        (ONE[:8], ONE),
        (ONE[:20], ONE),
        (" Ab3_  -xyZ ", ONE),
        (LIKE[:8], LIKE),
        (TWIN[:9], TWIN),
        ("community-hall", "community-hall"),
    ],
)
def test_one_is_found_by_the_whole_number_or_its_beginning(state, typed, found):
    assert find(state, typed) == found


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Ab3_-xy", "short"),
        ("a", "short"),
        ("AB3_-xyZ", "nobody"),
        (ONE[:-1] + "2", "nobody"),
        ("communit", "nobody"),
        (TWIN[:8], "several"),
        ("institution-", "several"),
        ("", "letters"),
        ("Ab3_-xy%", "letters"),
        ("Ab3_-xy\0Z", "letters"),
        ("card:" + ONE[:20], "letters"),
        ("\uff21b3_-xyZ", "letters"),
        ("Ab3_-xyZ\u0301", "letters"),
        ("' OR 1=1", "letters"),
        ("A" * 44, "letters"),
        ("A" * 100_000, "letters"),
    ],
)
def test_who_is_not_found_is_said_with_what_to_do(state, typed, said):
    with pytest.raises(Unfound) as caught:
        find(state, typed)
    assert (caught.value.field, caught.value.said) == ("party", f"desk.find.{said}")
