"""Reading YAML into a tree of texts with places, before anything is understood.

Only block and flow mappings, lists and scalars: no anchors, aliases, tags, directives, merge keys or second documents.
A scalar is the text that was written, whatever YAML would take it for: `no`, `1e3` and `2025-01-01` stay texts, since
every value is typed by its declaration.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import yaml

from madang.contract.errors import Problem
from madang.contract.limits import (
    DOCUMENT_CHARACTERS,
    DOCUMENT_DEPTH,
    DOCUMENT_NODES,
)

_QUOTES: Final = """quotes around an expression that begins with ! [ { " ' & * % or holds ": " or " #\""""


class Scalar(msgspec.Struct, frozen=True):
    """A text. `exact` is the index of its first character in the document if it is written there as it is, else -1."""

    text: str
    position: int
    exact: int


class Entry(msgspec.Struct, frozen=True):
    """A key of a mapping with its value."""

    key: str
    position: int
    value: Tree


class Mapping(msgspec.Struct, frozen=True):
    """Entries in written order, their keys distinct."""

    entries: tuple[Entry, ...]
    position: int


class Sequence(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple[Tree, ...]
    position: int


Tree = Scalar | Mapping | Sequence


class TreeProblem(Exception):  # noqa: N818 - turned into a ContractError by the reader
    """The text is no tree; nothing further can be said about it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def pack(line: int, column: int) -> int:
    """A position from line and column, both from 1."""
    return line * 65_536 + min(column, 65_535)


def unpack(position: int) -> tuple[int, int]:
    """Line and column of a position."""
    return position // 65_536, position % 65_536


def read_tree(text: str) -> tuple[Tree, list[Problem]]:
    """The tree that `text` writes, and problems that leave it readable (duplicate keys). Raises `TreeProblem`."""
    if len(text) > DOCUMENT_CHARACTERS:
        raise _stop("too-large", 1, 1, f"The document has {len(text)} characters.", f"at most {DOCUMENT_CHARACTERS}")
    try:
        return _Reader(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise _stop("yaml", line, column, f"This is not YAML: {error.problem}.", _QUOTES) from None
    except yaml.YAMLError as error:
        raise _stop("yaml", 1, 1, f"This is not YAML: {str(error).splitlines()[0]}.", "printable text") from None


def _stop(code: str, line: int, column: int, message: str, instead: str) -> TreeProblem:
    return TreeProblem(Problem(code, line, column, message, instead))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        # The loader is used for its events alone: it makes no value and resolves no tag.
        self.events: Any = yaml.parse(text, Loader=yaml.SafeLoader)
        self.problems: list[Problem] = []
        self.nodes = 0

    def document(self) -> tuple[Tree, list[Problem]]:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _stop("empty", 1, 1, "The document is empty.", "kind: … or programme: …")
        if event.version is not None or event.tags:
            raise self.stop(event, "directive", "There are no directives (%).", "the document alone")
        tree = self.node(next(self.events), 1)
        next(self.events)
        event = next(self.events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self.stop(event, "several-documents", "A second document begins.", "one document in each text")
        return tree, self.problems

    def stop(self, event: Any, code: str, message: str, instead: str) -> TreeProblem:
        return _stop(code, event.start_mark.line + 1, event.start_mark.column + 1, message, instead)

    def node(self, event: Any, depth: int) -> Tree:
        self.nodes += 1
        if self.nodes > DOCUMENT_NODES:
            raise self.stop(event, "too-large", "The document has too many parts.", f"at most {DOCUMENT_NODES}")
        if depth > DOCUMENT_DEPTH:
            raise self.stop(event, "too-deep", "The document is nested too deeply.", f"at most {DOCUMENT_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise self.stop(event, "alias", f"`*{event.anchor}` repeats another part.", "the part itself")
        if event.anchor is not None:
            raise self.stop(event, "anchor", f"`&{event.anchor}` names a part.", "the part without a name")
        if event.tag is not None:
            raise self.stop(event, "tag", f"`{event.tag}` is a tag.", "the value alone, in quotes if it begins with !")
        position = pack(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(event.value, position, self.exact(event))
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Tree] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(event, depth + 1))
            return Sequence(tuple(items), position)
        return self.mapping(position, depth)

    def mapping(self, position: int, depth: int) -> Mapping:
        entries: list[Entry] = []
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self.stop(event, "bad-key", "A key is a plain name.", "a name")
            if key.text == "<<":
                raise self.stop(event, "merge-key", "`<<` copies another part.", "the part itself")
            value = self.node(next(self.events), depth + 1)
            if key.text in seen:
                line, column = unpack(key.position)
                first = unpack(seen[key.text])[0]
                message = f"`{key.text}` was already written on line {first}."
                self.problems.append(Problem("duplicate-key", line, column, message, "one of the two"))
                continue
            seen[key.text] = key.position
            entries.append(Entry(key.text, key.position, value))
        return Mapping(tuple(entries), position)

    def exact(self, event: Any) -> int:
        """Where the text begins, if it stands in the document character for character."""
        index: int = event.start_mark.index + (0 if event.style is None else 1)
        return index if self.text.startswith(event.value, index) else -1
