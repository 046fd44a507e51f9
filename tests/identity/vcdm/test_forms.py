"""Forms of single values, and that no document at all makes the checks fail otherwise than by a refusal."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.identity.vcdm import check_credential, check_presentation
from madang.identity.vcdm.forms import is_url, time_of
from madang.kernel.errors import MadangError
from tests.identity.vcdm.documents import credential, presentation

URLS = (
    "https://office.example",
    "https://office.example:8443/a?b=c#d",
    "did:web:office.example",
    "urn:uuid:9c9a36f8-518f-4976-a934-6649502d0008",
    "https://[::1]/a",
    "https://office.example/%ED%95%9C",
)
NO_URLS = (
    "",
    "office",
    "/a",
    "https://",
    "https:///a",
    "https ://office.example",
    "https://office.example/a b",
    "https://office.example/\n",
    "https://office.example/한",
    "https://[::1",
    "https://office.example/%zz",
    "1https://office.example",
    "did:",
    "https://office.example/" + "a" * 2_048,
    None,
    1,
    ["https://office.example"],
)


@pytest.mark.parametrize("url", URLS)
def test_an_absolute_url_is_one(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize("url", NO_URLS)
def test_anything_else_is_none(url: Any) -> None:
    assert not is_url(url)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00z",
        "2026-01-01T00:00:00+15:00",
        "0000-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        "２026-01-01T00:00:00Z",
        None,
    ],
)
def test_what_is_no_time_with_its_zone_is_refused(text: Any) -> None:
    with pytest.raises(MadangError) as caught:
        time_of({"validFrom": text}, "validFrom")
    assert caught.value.code == "vcdm.time"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, inner in parts for place in places_of(inner, (*path, name)))]


def put(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    """A copy with something else in one place."""
    if not place:
        return value if isinstance(value, dict) else {}
    result = copy.deepcopy(document)
    inner = result
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    return result


WHOLE = credential(
    credentialStatus={"id": "https://office.example/status/1#94", "type": "BitstringStatusListEntry"},
    credentialSchema=[{"id": "https://office.example/schema.json", "type": "JsonSchema"}],
    relatedResource=[{"id": "https://office.example/plan", "digestSRI": "sha256-" + "A" * 43 + "="}],
    name=[{"@value": "Bridge", "@language": "en"}],
)


@given(data=st.data(), value=JSON)
def test_whatever_stands_in_any_place_a_document_is_accepted_or_refused(data: Any, value: Any) -> None:
    for check, document in ((check_credential, WHOLE), (check_presentation, presentation())):
        place = data.draw(st.sampled_from(places_of(document)))
        try:
            check(put(document, place, value))
        except MadangError as error:
            assert error.code.startswith("vcdm.")  # noqa: PT017  both outcomes are right


def test_the_document_that_is_altered_is_right_itself() -> None:
    check_credential(WHOLE)
    check_presentation(presentation())
