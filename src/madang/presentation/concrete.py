"""A document as its author wrote it: the tree with the comments and where they belong.

The document was read by `madang.contract.yamltree` before, so there are no anchors, tags or second documents, its keys
are texts, and its size and depth are bounded.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

_BREAK: Final = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


@dataclass(eq=False)
class Scalar:
    """A text. `quoted`: it stood in quotes. `end` is the index behind it."""

    text: str
    start: int
    end: int
    quoted: bool


@dataclass(eq=False)
class Collection:
    """A mapping or list. `flow`: it stood in brackets. `column` is that of its first entry, from 0.

    `tail` are the comments behind its last entry.
    """

    start: int
    column: int
    mapping: bool
    flow: bool
    end: int = 0
    slots: list[Slot] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Slot:
    """An entry of a mapping, or an item of a list (its key is None). `holder` is the entry that it is inside of.

    `above` are the comments in lines of their own before it, "" for an empty line among them; `beside` are those in its
    own line.
    """

    key: Scalar | None
    value: Tree
    parent: Collection
    start: int
    holder: Slot | None = None
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


Tree = Scalar | Collection


@dataclass(frozen=True)
class Comment:
    """A comment: its text with #, its place, whether it has a line of its own, whether an empty line is before it."""

    text: str
    start: int
    column: int
    alone: bool
    gap: bool


def read(text: str) -> Collection:
    """The tree of a document that is readable and a mapping, with every comment in it."""
    events: Any = yaml.parse(text, Loader=yaml.SafeLoader)
    next(events)
    next(events)
    root = cast(Collection, _node(next(events), events))
    _Placing(text, root).place()
    return root


def _node(event: Any, events: Any) -> Tree:
    start = _index(event.start_mark)
    if type(event) is yaml.ScalarEvent:
        return Scalar(event.value, start, _index(event.end_mark), event.style in ("'", '"'))
    mapping = type(event) is yaml.MappingStartEvent
    found = Collection(start, event.start_mark.column, mapping, bool(event.flow_style))
    while type(event := next(events)) not in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
        node = _node(event, events)
        key = node if mapping and isinstance(node, Scalar) else None
        value = _node(next(events), events) if mapping else node
        found.slots.append(Slot(key, value, found, node.start))
    for slot in found.slots:
        if isinstance(slot.value, Collection):
            for inner in slot.value.slots:
                inner.holder = slot
    # Where a block ends the parser only says where the next thing begins.
    found.end = _index(event.end_mark) if found.flow or not found.slots else found.slots[-1].value.end
    return found


def _index(mark: Any) -> int:
    return int(mark.index)


class _Lines:
    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *[match.end() for match in _BREAK.finditer(text)]]

    def start(self, index: int) -> int:
        """Where the line begins that holds this place."""
        return self.starts[bisect.bisect_right(self.starts, index) - 1]

    def empty_before(self, index: int) -> bool:
        """Whether the line before that of this place is empty."""
        line = bisect.bisect_right(self.starts, index) - 1
        return line > 0 and not self.text[self.starts[line - 1] : self.starts[line]].strip()


class _Placing:
    """Gives every comment to the part that it speaks of."""

    def __init__(self, text: str, root: Collection) -> None:
        self.text = text
        self.root = root
        self.lines = _Lines(text)
        self.slots = list(_slots(root))
        self.starts = [slot.start for slot in self.slots]

    def place(self) -> None:
        above: Slot | None = None
        for comment in _comments(self.text, self.lines):
            index = bisect.bisect_right(self.starts, comment.start)
            following = self.slots[index] if index < len(self.slots) else None
            outwards = list(_outwards(self.slots[index - 1])) if index else []
            if not comment.alone:
                self.beside(comment, following, outwards)
                above = None
                continue
            # Comments stay in their order: what stands below one that speaks of an entry speaks of it too.
            target = above if above is not None and above is following else self.target(comment, following, outwards)
            lines = target.above if isinstance(target, Slot) else target.tail
            lines += ["", comment.text] if comment.gap else [comment.text]
            above = target if isinstance(target, Slot) else None
        for slot in self.slots:
            if slot.above and self.lines.empty_before(slot.start):
                slot.above.append("")

    def target(self, comment: Comment, following: Slot | None, outwards: list[Slot]) -> Slot | Collection:
        """What a comment in a line of its own speaks of: what follows, or the end of what it is indented like."""
        brackets = [one.value for one in outwards if isinstance(one.value, Collection)]
        for collection in [*brackets, self.root]:
            if collection.flow and collection.start < comment.start < collection.end:
                return following if following is not None and following.start < collection.end else collection
        if following is not None and comment.column <= following.parent.column:
            return following
        for slot in outwards:
            outside = slot.holder.parent.column if slot.holder is not None else -1
            if not slot.parent.flow and comment.column > outside:
                return following if following is not None and following.start < slot.parent.end else slot.parent
        return following if following is not None else self.root

    def beside(self, comment: Comment, following: Slot | None, outwards: list[Slot]) -> None:
        """Give a comment behind something to the entry in whose line it stands."""
        ended = [slot for slot in outwards if slot.value.end <= comment.start]
        around = outwards[len(ended)] if len(ended) < len(outwards) else None
        slot = around
        if ended and not _BREAK.search(self.text, ended[-1].value.end, comment.start):
            # The innermost that ends here, but a comment behind a bracket speaks of all that is in it.
            flow = [one for one in ended if isinstance(one.value, Collection) and one.value.flow]
            slot = flow[-1] if flow else ended[0]
        if slot is not None:
            slot.beside.append(comment.text)
        elif following is not None:
            following.above.append(comment.text)
        else:
            self.root.tail.append(comment.text)


def _slots(tree: Tree) -> Iterator[Slot]:
    """All entries and items in written order, the outer before the inner."""
    if isinstance(tree, Collection):
        for slot in tree.slots:
            yield slot
            yield from _slots(slot.value)


def _outwards(slot: Slot | None) -> Iterator[Slot]:
    """The entry and what it is inside of, from the inside."""
    while slot is not None:
        yield slot
        slot = slot.holder


def _comments(text: str, lines: _Lines) -> Iterator[Comment]:
    """All comments: whatever stands between the tokens of YAML and is not blank."""
    end = 0
    tokens: Any = yaml.scan(text, Loader=yaml.SafeLoader)
    for token in tokens:
        start = token.start_mark.index
        if start > end:
            yield from _comments_between(text, end, start, lines)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            # The sign of a block of text may have a comment in its line, which is part of the token.
            stop = _BREAK.search(text, start)
            yield from _comments_between(text, start, stop.start() if stop else len(text), lines)
        end = max(end, token.end_mark.index)
    yield from _comments_between(text, end, len(text), lines)


def _comments_between(text: str, start: int, end: int, lines: _Lines) -> Iterator[Comment]:
    index = start
    while (found := text.find("#", index, end)) >= 0:
        stop = _BREAK.search(text, found, end)
        index = stop.start() if stop else end
        line = lines.start(found)
        alone = not text[line:found].strip(" \t\ufeff")
        gap = alone and lines.empty_before(found)
        yield Comment(text[found:index].rstrip(), found, found - line, alone, gap)
