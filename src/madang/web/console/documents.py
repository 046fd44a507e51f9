"""The documents of a programme for people: decision table, prose, parameters and lists, in the reader's language."""

from functools import lru_cache

import msgspec

from madang.base.programmes.state import PROGRAMMES, Programme, compiled, documents_of
from madang.base.registers.queries import latest
from madang.contract import Kind
from madang.contract import Programme as Document
from madang.kernel.state import State
from madang.presentation import Explanation, explain_programme
from madang.web.site.words import Language


class ListVersion(msgspec.Struct, frozen=True):
    """A published list that a programme asks: its version and when that changed (seconds); 0 where there is none."""

    name: str
    version: int
    changed: int


class _Pair:
    """Two documents that are equal where their digests are: what an explanation is remembered by."""

    __slots__ = ("digests", "document", "kind")

    def __init__(self, kind: Kind, document: Document, digests: tuple[str, str]) -> None:
        self.kind = kind
        self.document = document
        self.digests = digests

    def __hash__(self) -> int:
        return hash(self.digests)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pair) and self.digests == other.digests


def explanation(state: State, name: str, language: Language) -> Explanation:
    """A stored programme in words."""
    found = _found(state, name)
    kind, document = documents_of(state, found)
    return _explained(_Pair(kind, document, (found.kind, found.document)), language)


@lru_cache(maxsize=64)
def _explained(pair: _Pair, language: Language) -> Explanation:
    return explain_programme(pair.kind, pair.document, language)


def lists(state: State, name: str) -> list[ListVersion]:
    """The published lists that a programme asks, with their versions."""
    shown = []
    for one in compiled(state, _found(state, name)).contract.lists:
        register = latest(state, one)
        shown.append(ListVersion(one, register.version if register else 0, register.changed_at if register else 0))
    return shown


def _found(state: State, name: str) -> Programme:
    found = state.get(PROGRAMMES, name)
    if found is None:
        raise KeyError(name)
    return found
