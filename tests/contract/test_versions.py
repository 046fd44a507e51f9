"""Every version of the language that is in use means what it always meant: documents, digests, runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madang import contract
from madang.contract import ContractError
from madang.contract.limits import LANGUAGE_VERSIONS
from tests.contract.support import small
from tests.contract.vectors import DOCUMENTS, VERSIONS, digest_of, documents, lists_of, records_of, written


def vectors(version: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VERSIONS / str(version) / "vectors.json").read_text(encoding="utf-8"))
    return found


def test_every_version_is_pinned() -> None:
    assert tuple(DOCUMENTS) == LANGUAGE_VERSIONS
    for version in LANGUAGE_VERSIONS:
        assert documents(version)[0].language == version


@pytest.mark.parametrize("version", LANGUAGE_VERSIONS)
def test_digests_never_change(version: int) -> None:
    kind, programme = documents(version)
    known = vectors(version)["documents"]
    assert [digest_of(kind), digest_of(programme)] == [known[name] for name in DOCUMENTS[version]]


@pytest.mark.parametrize("version", LANGUAGE_VERSIONS)
def test_runs_give_what_they_gave(version: int) -> None:
    kind, programme = documents(version)
    ready = contract.compile(kind, programme)
    done: set[str] = set()
    for action, arrays, given, at, published, result in vectors(version)["runs"]:
        records, lists = records_of(ready, action, arrays), lists_of(published)
        assert written(ready.actions[action].run, records, tuple(given), at, lists) == result

        def interpreted(*arguments: Any, action: str = action) -> Any:
            return contract.interpret(kind, programme, action, *arguments)

        if len(done) < len(ready.actions):  # the interpreter checks the documents each time
            assert written(interpreted, records, tuple(given), at, lists) == result
        if result[0] == "done":
            done.add(action)
    assert done == set(ready.actions)


LATER = [
    ("amount >= 0 && n_values[1] > 0", "later-language", "language: 2"),
    ("listed(note, regions)", "later-language", "language: 2"),
    ("version(regions) > 0", "later-language", "language: 2"),
]


@pytest.mark.parametrize(("clause", "code", "instead"), LATER)
def test_version_1_knows_nothing_of_what_came_later(clause: str, code: str, instead: str) -> None:
    with pytest.raises(ContractError) as caught:
        contract.read_kind(small(clause))
    assert [(problem.code, problem.instead) for problem in caught.value.problems] == [(code, instead)]


def test_names_of_later_functions_are_free_in_version_1() -> None:
    text = small("version > 0 && listed > 0").replace("number: {int: -100..100}", "version: {int: 0..9}, listed: won")
    text = text.replace("number / 20", "version")
    assert contract.read_kind(text).language == 1
    with pytest.raises(ContractError) as caught:
        contract.read_kind(text.replace("language: 1", "language: 2"))
    assert {problem.code for problem in caught.value.problems} == {"reserved-name"}


@pytest.mark.parametrize(
    "type_", ["{published: id}", "{table: {by: {size: {int: 1..2}}, of: won}}"], ids=["published", "table"]
)
def test_types_of_version_2_are_unknown_to_version_1(type_: str) -> None:
    text = small().replace("{opens: time", f"{{more: {type_}, opens: time")
    with pytest.raises(ContractError) as caught:
        contract.read_kind(text)
    assert [problem.code for problem in caught.value.problems] == ["later-language"]
    assert contract.read_kind(text.replace("language: 1", "language: 2"))


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(ContractError, match="1 or 2"):
        contract.read_kind(small().replace("language: 1", "language: 3"))
