"""Whoever is refused is told why in words, in both languages: every clause that is shipped has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from madang.presentation.labels import LANGUAGES
from tests.presentation.documents import KINDS, PROGRAMMES, SHIPPED, kind, programme


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_clause_has_words_in_both_languages(path: Path) -> None:
    document = kind(path) if path in KINDS else programme(path)
    clauses = [(action, clause) for action in document.actions for clause in action.require]
    assert clauses
    for action, clause in clauses:
        words = {each.language: each.text for each in clause.words}
        assert set(LANGUAGES) <= set(words), (getattr(action, "name", ""), clause.name)
        # A sentence each, and not the same one twice.
        assert all(text.strip().endswith(".") for text in words.values()), (clause.name, words)
        assert words["ko"] != words["en"]
    assert {*KINDS, *PROGRAMMES} == {*SHIPPED}
