"""Tables and the overlay: keys sort by their parts, and the overlay agrees with a plain dictionary."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.kernel.errors import StoreFailure
from madang.kernel.state import Record, State, Table, after
from tests.support.world import DictStore


class Note(Record, frozen=True):
    """A number and a text."""

    number: int
    text: str = ""


class Other(Record, frozen=True):
    """Something that is no note."""

    flag: bool


ONE = Table("toy.one", Note)
NAMED = Table("toy.named", Note, str)
PAIRS = Table("toy.pair", Note, str, str)
TIMED = Table("toy.timed", Note, int, bytes)
MIXED = Table("toy.mixed", Note, str, int, str)

words = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
u64 = st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(words, u64, words), max_size=20))
def test_keys_sort_by_their_parts(parts):
    by_key = sorted(parts, key=lambda one: MIXED.key(*one))
    assert by_key == sorted(parts, key=lambda one: (one[0].encode(), one[1], one[2].encode()))
    assert [MIXED.split(MIXED.key(*one)) for one in parts] == parts


@given(words, words)
def test_parts_come_back(a, b):
    assert PAIRS.split(PAIRS.key(a, b)) == (a, b)
    assert NAMED.split(NAMED.key(a)) == (a,)
    assert ONE.split(ONE.key()) == ()


@given(u64, st.binary(min_size=16, max_size=16))
def test_numbers_and_bytes_come_back(number, data):
    assert TIMED.split(TIMED.key(number, data)) == (number, data)


def test_bytes_can_only_be_the_last_part():
    with pytest.raises(TypeError):
        Table("t", Note, bytes, str)


@given(st.tuples(words, words), st.tuples(words, words))
def test_different_parts_make_different_keys(one, other):
    assert (PAIRS.key(*one) == PAIRS.key(*other)) == (one == other)


def test_a_key_needs_all_its_parts():
    for table, parts in ((MIXED, ("a", 1)), (PAIRS, ("a",)), (ONE, ("a",))):
        with pytest.raises(TypeError):
            table.key(*parts)
    with pytest.raises(OverflowError):
        MIXED.key("a", 2**64, "b")
    with pytest.raises(OverflowError):
        MIXED.key("a", -1, "b")


@pytest.mark.parametrize(
    ("prefix", "next_one"),
    [(b"a", b"b"), (b"a\xff", b"b"), (b"a\xff\xff", b"b"), (b"a\xfe", b"a\xff"), (b"a\0", b"a\1")],
)
def test_what_comes_after_a_prefix(prefix, next_one):
    assert after(prefix) == next_one
    assert prefix + b"\xff" * 9 < next_one


def test_a_record_of_another_shape_is_a_failure_of_the_store():
    for data in (b"", b"\x92\x01\xa1", PAIRS.encode(Note(1)) + b"\0", Table("t", Other).encode(Other(True))):
        with pytest.raises(StoreFailure) as caught:
            PAIRS.decode(data)
        assert caught.value.code == "store.corrupt"
    assert PAIRS.decode(PAIRS.encode(Note(2**53, "é"))) == Note(2**53, "é")


def test_scanning_by_leading_parts():
    state = State(DictStore())
    for number, (a, b) in enumerate([("a", "x"), ("a", "y"), ("ab", "x"), ("b", "")]):
        state.put(PAIRS, Note(number), a, b)
    assert [key for key, _ in state.scan(PAIRS, "a")] == [("a", "x"), ("a", "y")]
    assert [key for key, _ in state.scan(PAIRS)] == [("a", "x"), ("a", "y"), ("ab", "x"), ("b", "")]
    state.put(TIMED, Note(1), 2**64 - 1, b"x")
    state.put(TIMED, Note(1), 7, b"x")
    assert [key for key, _ in state.scan(TIMED, 2**64 - 1)] == [(2**64 - 1, b"x")]


def test_writing_while_scanning_shows_what_was_there_before():
    state = State(DictStore())
    for name in "abc":
        state.put(NAMED, Note(0), name)
    seen = []
    for (name,), _ in state.scan(NAMED):
        seen.append(name)
        state.delete(NAMED, name)
        state.put(NAMED, Note(1), name + "z")
    assert seen == ["a", "b", "c"]
    assert [name for (name,), _ in state.scan(NAMED)] == ["az", "bz", "cz"]


names = st.sampled_from(["a", "aa", "ab", "b", "é", ""])
steps = st.one_of(
    st.tuples(st.just("put"), names, names, st.integers(0, 9)),
    st.tuples(st.just("delete"), names, names),
    st.sampled_from([("accept",), ("drop",), ("seal",)]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=40))
def test_the_overlay_agrees_with_a_dictionary(sequence):
    store = DictStore()
    state = State(store)
    sealed: dict = {}
    block: dict = {}
    opened: dict = {}
    for step in sequence:
        if step[0] == "put":
            state.put(PAIRS, Note(step[3]), step[1], step[2])
            opened[step[1:3]] = Note(step[3])
        elif step[0] == "delete":
            state.delete(PAIRS, *step[1:])
            opened[step[1:]] = None
        elif step[0] == "drop":
            state.drop()
            opened = {}
        else:
            written = state.accept()
            assert [(PAIRS.split(key), value and PAIRS.decode(value)) for key, value in written] == sorted(
                opened.items(), key=lambda one: PAIRS.key(*one[0])
            )
            block.update(opened)
            opened = {}
            records, encoded = state.changes()
            assert {PAIRS.split(key): record for key, record in records.items()} == block
            assert {key: value and PAIRS.decode(value) for key, value in encoded.items()} == records
            if step[0] == "seal":
                store.write(encoded)
                sealed.update(block)
                block = {}
                state = State(store)
        expected = {key: value for key, value in {**sealed, **block, **opened}.items() if value is not None}
        assert dict(state.scan(PAIRS)) == expected
        assert [key for key, _ in state.scan(PAIRS)] == sorted(expected, key=lambda one: PAIRS.key(*one))
        for name in ("a", "aa", ""):
            assert dict(state.scan(PAIRS, name)) == {key: one for key, one in expected.items() if key[0] == name}
        assert all(state.get(PAIRS, *key) == expected.get(key) for key in {*sealed, *block, *opened})
    assert list(state.scan(NAMED)) == []
