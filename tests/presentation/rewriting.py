"""Writes a document anew as somebody else might: other forms, quotes, spaces, order where it is free, and comments."""

from __future__ import annotations

from random import Random

from madang.contract.yamltree import Mapping, Scalar, Tree, read_tree

FREE = [
    {"kind", "language", "facts", "records", "accounts", "actions", "invariants"},
    {"on", "given", "require", "post", "set"},
    {"when", "words"},
    {"from", "to", "amount"},
    {"ko", "en"},
]
"""Keys whose order means nothing."""


class Writer:
    """Writes trees; `comments` are those that it put in, in no order."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.comments: list[str] = []

    def document(self, text: str) -> str:
        tree, problems = read_tree(text)
        assert not problems and isinstance(tree, Mapping)
        return "\n".join(self.block(tree, 0)) + "\n"

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def comment(self) -> str:
        self.comments.append(f"# note {len(self.comments)}: a 'quote', {{brackets}} #x")
        return self.comments[-1]

    def beside(self) -> str:
        return f"  {self.comment()}" if self.chance(0.1) else ""

    def alone(self, indent: int) -> list[str]:
        lines = [""] * self.random.choice((0, 0, 0, 0, 1, 3))
        while self.chance(0.08):
            lines += [" " * indent + self.comment(), *[""] * self.random.choice((0, 0, 1))]
        return lines

    def block(self, tree: Tree, indent: int) -> list[str]:
        """Lines of a mapping or list in block form."""
        lines = []
        entries = self.entries(tree)
        step = self.random.choice((1, 2, 4))
        for key, value in entries:
            label = "-" if key is None else f"{self.scalar(key, flow=False, key=True)}:"
            lines += self.alone(indent)
            if isinstance(value, Scalar) or self.chance(0.3) or not self.entries(value):
                lines += self.inline(label, value, indent)
            else:
                lines.append(" " * indent + label + self.beside())
                lines += self.block(value, indent + step)
        return lines + (self.alone(indent) if lines else [])

    def inline(self, label: str, value: Tree, indent: int) -> list[str]:
        start = " " * indent + label + " " * self.random.choice((1, 1, 3))
        if isinstance(value, Scalar) and value.text and self.chance(0.1) and "  " not in value.text:
            words = value.text.split(" ")
            if value.text == value.text.strip() and not any(word.startswith("#") for word in words[:1]):
                return [start + self.random.choice((">-", "|-")) + self.beside(), " " * (indent + 3) + value.text]
        written = self.flow(value, indent + 1)
        return (start + written + self.beside()).split("\n")

    def flow(self, tree: Tree, indent: int) -> str:
        if isinstance(tree, Scalar):
            return self.scalar(tree.text, flow=True)
        mapping = isinstance(tree, Mapping)
        written = "{" if mapping else "["
        for number, (key, value) in enumerate(self.entries(tree)):
            if number:
                written += "," + self.around(indent)
            if key is not None:
                written += self.scalar(key, flow=True, key=True) + ": "
            written += self.flow(value, indent + 1)
        return written + self.around(indent) + ("}" if mapping else "]")

    def around(self, indent: int) -> str:
        if self.chance(0.7):
            return self.random.choice((" ", "  "))
        note = f" {self.comment()}" if self.chance(0.15) else ""
        return f"{note}\n" + "".join(f"{line}\n" for line in self.alone(indent)) + " " * (indent + 1)

    def entries(self, tree: Tree) -> list[tuple[str | None, Tree]]:
        if isinstance(tree, Scalar):
            return []
        if not isinstance(tree, Mapping):
            return [(None, item) for item in tree.items]
        found: list[tuple[str | None, Tree]] = [(entry.key, entry.value) for entry in tree.entries]
        keys = {entry.key for entry in tree.entries}
        if any(keys <= free for free in FREE):
            self.random.shuffle(found)
        return found

    def scalar(self, text: str, *, flow: bool, key: bool = False) -> str:
        plain = all(character.isalnum() or character in "_." for character in text) and text[:1].isalnum()
        if not flow and not key:
            plain = plain or (not set(text) & set("'\"#:![]{}&*,%`@|>?") and text[:1].isalnum())
        if plain and self.chance(0.8):
            return text
        if self.chance(0.5):
            return "'" + text.replace("'", "''") + "'"
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
