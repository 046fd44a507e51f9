"""One layout for kinds and programmes: whoever writes one, it looks the same, and a change shows only what changed.

Comments stay with what they speak of. The tree of texts is not changed but for the spacing of expressions, so the
canonical bytes and their digest stay the same.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import yaml
from yaml.resolver import Resolver

from madang.contract.errors import ContractError, Problem
from madang.contract.limits import DOCUMENT_CHARACTERS, DOCUMENT_NODES
from madang.contract.yamltree import Mapping, TreeProblem, read_tree
from madang.presentation import shapes
from madang.presentation.concrete import Collection, Scalar, Slot, Tree, read
from madang.presentation.shapes import Shape
from madang.presentation.spacing import broken, columns, filled, spaced

WIDTH: Final = 120
"""Columns of a line; a Korean letter takes two."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")
_RESOLVER: Final[Any] = Resolver()


def format_document(text: str, name: str = "document.yaml") -> str:
    """The same document in the one layout. `name` is for messages only.

    Raises `ContractError` for a text that no document can be read from, or that laid out would be too large to be read;
    a document that is readable but not valid is laid out as well.
    """
    shape = shapes.PROGRAMME if is_programme(text, name) else shapes.KIND
    root = read(text)
    header = _header(root)
    _raise_comments(root, shape)
    body = _block(root, shape, 0)
    written = [*header, "", *body] if header else body
    laid_out = "\n".join(written) + "\n"
    if len(laid_out) > DOCUMENT_CHARACTERS:
        message = f"Laid out, the document has {len(laid_out)} characters."
        raise ContractError([Problem("too-large", 1, 1, message, f"at most {DOCUMENT_CHARACTERS}")], name)
    return laid_out


def is_programme(text: str, name: str = "document.yaml") -> bool:
    """Whether a document is a programme; else it is a kind.

    Raises `ContractError` for a text that no document can be read from.
    """
    try:
        tree, problems = read_tree(text)
    except TreeProblem as stop:
        raise ContractError([stop.problem], name) from None
    if not problems and not (isinstance(tree, Mapping) and tree.entries):
        problems = [Problem("wrong-shape", 1, 1, "A document is a mapping.", "kind: … or programme: …")]
    if problems:
        raise ContractError(problems, name)
    return isinstance(tree, Mapping) and any(entry.key == "programme" for entry in tree.entries)


def _header(root: Collection) -> list[str]:
    """What stands above an empty line at the top speaks of the whole document, and stays at the top."""
    first = root.slots[0]
    if "" not in first.above:
        return []
    last = len(first.above) - 1 - first.above[::-1].index("")
    header, first.above = first.above[:last], first.above[last + 1 :]
    return header[1:] if header[:1] == [""] else header


def _raise_comments(collection: Collection, shape: Shape) -> None:
    """Move comments that have no place of their own in the layout to above what holds them.

    That is what stands inside an empty collection, and between the hyphen of an item and its first entry.
    """
    for slot in collection.slots:
        if isinstance(slot.value, Scalar):
            continue
        inside = shape.inside(_key(slot))
        _raise_comments(slot.value, inside)
        if not slot.value.slots:
            slot.above += [line for line in slot.value.tail if line]
            slot.value.tail = []
        elif slot.key is None:
            first = _sorted(slot.value, inside)[0]
            doubled = slot.above[-1:] == first.above[:1] == [""]
            slot.above += first.above[1:] if doubled else first.above
            first.above = []


def _sorted(collection: Collection, shape: Shape) -> list[Slot]:
    """The entries in the order of the layout; items keep theirs."""
    if not collection.mapping:
        return collection.slots
    return sorted(collection.slots, key=lambda slot: shape.place(_key(slot)))


def _block(collection: Collection, shape: Shape, indent: int) -> list[str]:
    """The lines of a collection, one entry below the other."""
    written: list[str] = []
    tall_before = False
    for slot in _sorted(collection, shape):
        above, body = _entry(slot, shape, indent)
        tall = _opens(slot, shape.inside(_key(slot)), indent)
        if written:
            if shape.apart and (tall or tall_before) and above[:1] != [""]:
                above = ["", *above]
        elif above[:1] == [""]:
            above = above[1:]
        written += [_indented(line, indent) for line in above] + body
        tall_before = tall
    return written + [_indented(line, indent) for line in collection.tail]


def _entry(slot: Slot, shape: Shape, indent: int) -> tuple[list[str], list[str]]:
    """The comments above an entry, and its own lines."""
    inside = shape.inside(_key(slot))
    above = list(slot.above)
    *more, beside = slot.beside or [""]
    above += more
    label = "-" if slot.key is None else f"{_scalar(slot.key, flow=False, key=True)}:"
    note = f" {beside}" if beside else ""
    if isinstance(slot.value, Scalar):
        return above, _scalar_lines(label, slot.value, inside, indent, note)
    if not _opens(slot, inside, indent):
        return above, [_indented(f"{label} {_flow(slot.value, inside)}{note}", indent)]
    body = _block(slot.value, inside, indent + 2)
    if slot.key is not None:
        return above, [_indented(f"{label}{note}", indent), *body]
    # The first entry stands beside the hyphen, so that a comment has no place there.
    above += [beside] if beside else []
    return above, [_indented(f"- {body[0].lstrip()}", indent), *body[1:]]


def _opens(slot: Slot, shape: Shape, indent: int) -> bool:
    """Whether the value takes a block of lines of its own."""
    value = slot.value
    if isinstance(value, Scalar) or not value.slots:
        return False
    label = 1 if slot.key is None else columns(_scalar(slot.key, flow=False, key=True)) + 1
    if shape.block or _commented(value):
        return True
    return indent + label + 1 + columns(_flow(value, shape)) > WIDTH


def _commented(tree: Tree) -> bool:
    """Whether a comment is inside."""
    if isinstance(tree, Scalar):
        return False
    return bool(tree.tail) or any(slot.above or slot.beside or _commented(slot.value) for slot in tree.slots)


def _flow(tree: Tree, shape: Shape) -> str:
    """A value in one line."""
    if isinstance(tree, Scalar):
        return _scalar(_respaced(tree, shape), flow=True)
    parts = []
    for slot in _sorted(tree, shape):
        value = _flow(slot.value, shape.inside(_key(slot)))
        parts.append(value if slot.key is None else f"{_scalar(slot.key, flow=True, key=True)}: {value}")
    return f"{{{', '.join(parts)}}}" if tree.mapping else f"[{', '.join(parts)}]"


def _key(slot: Slot) -> str:
    return "" if slot.key is None else slot.key.text


def _respaced(scalar: Scalar, shape: Shape) -> Scalar:
    if not shape.expression:
        return scalar
    return Scalar(spaced(scalar.text), scalar.start, scalar.end, scalar.quoted)


def _scalar_lines(label: str, scalar: Scalar, shape: Shape, indent: int, note: str) -> list[str]:
    """An entry whose value is a text: in one line, or folded where it is too long for one."""
    scalar = _respaced(scalar, shape)
    if not scalar.text and not scalar.quoted:
        return [_indented(label + note, indent)]
    line = _indented(f"{label} {_scalar(scalar, flow=False)}", indent)
    words = scalar.text.split(" ")
    if columns(line) <= WIDTH or len(words) == 1 or not all(words) or not _printable(scalar.text):
        return [line + note]
    width = WIDTH - indent - 2
    folded = broken(scalar.text, width) if shape.expression else filled(scalar.text, width)
    return [_indented(f"{label} >-{note}", indent), *[_indented(part, indent + 2) for part in folded]]


def _scalar(scalar: Scalar, *, flow: bool, key: bool = False) -> str:
    """A text as it is written: plain where YAML allows it, else in double quotes, else in single ones.

    Quotes stay around what another reader of YAML would take for a number, a date or true.
    """
    text = scalar.text
    guessed = scalar.quoted and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) != "tag:yaml.org,2002:str"
    if not guessed and (_PLAIN.fullmatch(text) or _reads_back(text, flow=flow, key=key)):
        return text
    if not _printable(text):
        return _escaped(text)
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


@lru_cache(maxsize=DOCUMENT_NODES)
def _reads_back(text: str, *, flow: bool, key: bool) -> bool:
    """Whether YAML reads the text from itself, without quotes, in this place."""
    # Readers of YAML differ about signs at the beginning, `[-]` for one.
    if not (text[:1].isalnum() or text[:1] in ("_", "(") or (text[:1] == "-" and text[1:2].isdigit())):
        return False
    line = f"{text}: x" if key else f"x: {text}"
    try:
        events = list(yaml.parse(f"{{{line}}}" if flow else line, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return False
    found = [event for event in events if isinstance(event, yaml.ScalarEvent)]
    if len(events) != 8 or len(found) != 2:
        return False
    event = found[0 if key else 1]
    return bool(event.value == text and event.style is None and event.anchor is None and event.tag is None)


def _printable(text: str) -> bool:
    """Whether a text may stand in a line as it is: letters, signs and single blanks, no breaks or invisible ones."""
    return text.isprintable()


def _escaped(text: str) -> str:
    """In double quotes, with everything that can't be seen written as its number."""
    signs = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}

    def sign(character: str) -> str:
        if character in signs:
            return signs[character]
        if _printable(character):
            return character
        return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"

    return '"' + "".join(map(sign, text)) + '"'


def _indented(line: str, indent: int) -> str:
    return f"{' ' * indent}{line}" if line else ""
