"""XML of ISO 20022: read within bounds, and written.

Read with expat, which calls us at every element: a document type ends reading before any entity exists, and number,
depth and size are counted on the way. Nothing is fetched. Everything stands in the one namespace of the message.
"""

from collections.abc import Collection, Iterator
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from madang.kernel.errors import MadangError

MOST_BYTES = 64 * 1024 * 1024
MOST_ELEMENTS = 2_000_000
DEEPEST = 24
LONGEST_TEXT = 4_096
MOST_ATTRIBUTES = 4
_PREFIX = "urn:iso:std:iso:20022:tech:xsd:"


class Element:
    """An element: its name without namespace, its text or its children, its attributes."""

    __slots__ = ("attributes", "children", "name", "text")

    def __init__(self, name: str, *content: "Element | str", **attributes: str) -> None:
        self.name = name
        self.text = "".join(one for one in content if isinstance(one, str))
        self.children = [one for one in content if isinstance(one, Element)]
        self.attributes = attributes

    def all(self, path: str) -> Iterator["Element"]:
        """Every element under a path such as `Stmt/Ntry`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def find(self, path: str) -> "Element | None":
        """The one element under a path, or None. Raises `MadangError` (`iso.twice`)."""
        found = list(self.all(path))
        if len(found) > 1:
            raise MadangError("iso.twice", f"{self.name}/{path} stands there twice. Ask the sender for a clear file.")
        return found[0] if found else None

    def get(self, path: str) -> "Element":
        """The one element under a path. Raises `MadangError`: `iso.twice`, `iso.missing`."""
        found = self.find(path)
        if found is None:
            raise MadangError("iso.missing", f"{self.name} has no {path}. Ask the sender for a complete file.")
        return found


def write_document(message: str, body: Element) -> bytes:
    """A message such as `pain.001.001.09` in UTF-8."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n', f'<Document xmlns="{_PREFIX}{message}">\n']
    _write(body, parts, 1)
    parts.append("</Document>\n")
    return "".join(parts).encode()


def _write(element: Element, parts: list[str], depth: int) -> None:
    indent = " " * depth
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    if element.children:
        parts.append(f"{indent}<{element.name}{attributes}>\n")
        for child in element.children:
            _write(child, parts, depth + 1)
        parts.append(f"{indent}</{element.name}>\n")
    else:
        parts.append(f"{indent}<{element.name}{attributes}>{escape(element.text)}</{element.name}>\n")


def read_document(data: bytes, messages: Collection[str], body: str) -> Element:
    """The element `body` of a document that is one of these messages.

    Raises `MadangError`: `iso.size`, `iso.document_type`, `iso.deep`, `iso.elements`, `iso.attributes`, `iso.text`,
    `iso.namespace`, `iso.xml`, `iso.message`, and `iso.missing`, `iso.twice` of the body.
    """
    if len(data) > MOST_BYTES:
        raise MadangError("iso.size", f"The file has {len(data)} bytes; at most {MOST_BYTES}. Ask for smaller ones.")
    reader = _Reader()
    reader.read(data)
    root = reader.root
    if root is None or root.name != "Document" or reader.namespace.removeprefix(_PREFIX) not in messages:
        wanted = " or ".join(messages)
        raise MadangError("iso.message", f"This is no {wanted}. Name the right file, or ask the sender for it.")
    return root.get(body)


class _Reader:
    """Builds the tree of one document."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.namespace = ""
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self._parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._document_type
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, data: bytes) -> None:
        """Read a whole document."""
        try:
            # A byte order mark would make expat read UTF-16, whatever it was told.
            if b"\0" in data:
                raise ValueError("UTF-8 without NUL is asked for")
            self._parser.Parse(data, True)
        except (expat.ExpatError, ValueError):
            line = self._parser.CurrentLineNumber
            raise MadangError(
                "iso.xml", f"Line {line} is no XML in UTF-8. Ask the sender for the file again."
            ) from None

    def _document_type(self, *_declaration: object) -> None:
        raise MadangError("iso.document_type", "The file declares a document type, which payment files never have.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        self._count += 1
        if len(self._open) >= DEEPEST:
            raise self._refused("deep", f"Elements lie in each other more than {DEEPEST} deep")
        if self._count > MOST_ELEMENTS:
            raise self._refused("elements", f"There are more than {MOST_ELEMENTS} elements")
        if len(attributes) > MOST_ATTRIBUTES:
            raise self._refused("attributes", f"{name[:40]} has more than {MOST_ATTRIBUTES} attributes")
        if self.root is None:
            self.namespace = namespace
        elif namespace != self.namespace:
            raise self._refused("namespace", f"{name[:40]} is of another namespace than the message")
        # Schema locations and the like are no attributes of the message.
        element = Element(name, **{key: value for key, value in attributes.items() if " " not in key})
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._texts.append([])

    def _end(self, _tag: str) -> None:
        element = self._open.pop()
        text = "".join(self._texts.pop())
        if element.children:
            if text.strip():
                raise self._refused("text", f"{element.name[:40]} mixes text and elements")
        else:
            element.text = text

    def _characters(self, text: str) -> None:
        texts = self._texts[-1]
        texts.append(text)
        # Blanks between the elements of a long list are many pieces of a few characters each.
        if len(text) > LONGEST_TEXT or (text.strip() and sum(map(len, texts)) > LONGEST_TEXT):
            raise self._refused("text", f"A text is longer than {LONGEST_TEXT} characters")

    def _refused(self, code: str, what: str) -> MadangError:
        line = self._parser.CurrentLineNumber
        return MadangError(f"iso.{code}", f"Line {line}: {what}. Ask the sender for a file within these bounds.")
