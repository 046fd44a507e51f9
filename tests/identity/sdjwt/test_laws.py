"""Laws of selective disclosure, for claims and choices of any shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from madang.identity.sdjwt import accept, hideable, issue, present, verify
from madang.identity.signer import signing
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.sdjwt.material import AUDIENCE, HOLDER, NONCE, an_office, claims, trust

ABSENT = object()
NAMES = st.text(min_size=1, max_size=6).filter(lambda name: name not in ("...", "_sd", "_sd_alg"))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
ABOUT = st.dictionaries(NAMES.map(lambda name: f"about_{name}"), VALUES, min_size=1, max_size=4)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value, those further in last."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for name, inner in parts:
        found += [(*path, name), *paths_of(inner, (*path, name))]
    return found


def expected(value: Any, path: tuple[Any, ...], hidden: set[Any], chosen: set[Any]) -> Any:
    """What a verifier may see, said in another way than the code says it: from the outside in."""
    inside = any(path[: len(one)] == one for one in chosen)
    leads_there = any(one[: len(path)] == path for one in chosen)
    if path in hidden and not inside and not leads_there:
        return ABSENT
    if isinstance(value, dict):
        seen = {name: expected(inner, (*path, name), hidden, chosen) for name, inner in value.items()}
        return {name: inner for name, inner in seen.items() if inner is not ABSENT}
    if isinstance(value, list):
        elements = [expected(inner, (*path, place), hidden, chosen) for place, inner in enumerate(value)]
        return [one for one in elements if one is not ABSENT]
    return value


@given(about=ABOUT, data=st.data(), decoys=st.integers(0, 3))
def test_any_choice_shows_what_was_chosen_and_nothing_else(about: Any, data: Any, decoys: int) -> None:
    places = paths_of(about)
    hidden = set(data.draw(st.lists(st.sampled_from(places), unique=True)))
    chosen = set(data.draw(st.lists(st.sampled_from(places), unique=True)))
    said = {name: value for name, value in claims().items() if name in ("vct", "cnf", "iat", "exp", "status")}
    credential = issue({**said, **about}, hidden, an_office().signer, decoys)
    assert accept(credential, trust, NOW).claims == about
    assert set(hideable(credential)) == hidden
    shown = present(credential, chosen, AUDIENCE, NONCE, NOW, signing(HOLDER))
    assert verify(shown, trust, AUDIENCE, NONCE, NOW).claims == expected(about, (), hidden, chosen)


@pytest.fixture(scope="module")
def presentation() -> str:
    """A presentation of two claims out of four."""
    paths = (("given_name",), ("address",), ("address", "street"), ("nationalities", 0))
    credential = issue(claims(), paths, an_office().signer, 2)
    return present(credential, [("given_name",), ("nationalities",)], AUDIENCE, NONCE, NOW, signing(HOLDER))


@given(data=st.data())
def test_a_presentation_with_any_character_altered_is_refused(presentation: str, data: Any) -> None:
    place = data.draw(st.integers(0, len(presentation) - 1))
    other = data.draw(st.characters(codec="ascii", exclude_characters=presentation[place]))
    with pytest.raises(MadangError):
        verify(presentation[:place] + other + presentation[place + 1 :], trust, AUDIENCE, NONCE, NOW)


@given(data=st.data())
def test_a_presentation_with_a_part_taken_out_put_in_or_moved_is_refused(presentation: str, data: Any) -> None:
    parts = presentation.split("~")
    altered = list(data.draw(st.permutations(parts) | st.lists(st.sampled_from(parts), max_size=8)))
    assume(altered != parts)
    with pytest.raises(MadangError):
        verify("~".join(altered), trust, AUDIENCE, NONCE, NOW)


@given(text=st.text(max_size=400) | st.text("~.eyJ9", max_size=400))
def test_no_text_is_taken_for_a_presentation(text: str) -> None:
    with pytest.raises(MadangError):
        verify(text, trust, AUDIENCE, NONCE, NOW)
