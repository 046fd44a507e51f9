"""Reading parties by the beginning of their names."""

from madang.base.parties.queries import parties_from
from madang.kernel.authority import PARTIES, Party
from madang.kernel.state import State
from tests.support.world import DictStore


def test_parties_are_found_by_the_beginning_of_their_names_in_order_and_no_more_than_asked():
    state = State(DictStore())
    for name in ("abc", "abcd", "abce", "abd", "Abc", "ab"):
        state.put(PARTIES, Party(("person",), "active", "desk", "", 0, ()), name)
    assert [name for name, _ in parties_from(state, "abc", 9)] == ["abc", "abcd", "abce"]
    assert [name for name, _ in parties_from(state, "abc", 2)] == ["abc", "abcd"]
    assert parties_from(state, "abcdef", 9) == []
