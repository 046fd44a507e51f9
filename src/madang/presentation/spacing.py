"""One spacing of expressions, and where a long line is broken.

A blank stands around operators and none inside brackets. Brackets, quotes and numbers stay as they are written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from madang.contract.expressions import SyntaxProblem, parse

_TOKEN: Final = re.compile(r""""[^"]*"|'[^']*'|[A-Za-z0-9_]+|==|!=|<=|>=|&&|\|\||[^ \t\n]""")
_OPERATORS: Final = frozenset(("==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "+", "-", "*", "/", "%", "?", ":"))
_STRENGTH: Final = {"?": 0, ":": 1, "||": 2, "&&": 3}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def spaced(text: str) -> str:
    """The same expression with one spacing; a text that is no expression comes back as it is."""
    try:
        parse(text, lambda offset: offset)
    except SyntaxProblem:
        return text
    tokens: list[str] = _TOKEN.findall(text)
    written = ""
    before = ""
    unary = False
    for token in tokens:
        starts_operand = before in _OPERATORS or before in ("", "(", "[", ",", "!")
        touches = (
            before in ("", "(", "[", ".", "!")
            or unary
            or token in (")", "]", ",", ".")
            or (token == "(" and before not in _OPERATORS and _NAME.fullmatch(before) is not None)
        )
        written += token if touches else f" {token}"
        unary = token == "-" and starts_operand
        before = token
    return written


def broken(text: str, width: int) -> list[str]:
    """An expression in lines of at most `width` columns where it can be, broken where a reader would pause.

    Lines begin with an operator; what stands in brackets is broken last.
    """
    if len(text) <= width:
        return [text]
    pauses = _pauses(text)
    if not pauses:
        return filled(text, width)
    weakest = min(rank for rank, _ in pauses)
    found: list[str] = []
    start = 0
    for end in [*[offset for rank, offset in pauses if rank == weakest], len(text)]:
        piece = text[start:end].strip(" ")
        start = end
        if found and len(found[-1]) + 1 + len(piece) <= width:
            found[-1] += f" {piece}"
        else:
            found += broken(piece, width)
    return found


def _pauses(text: str) -> list[tuple[tuple[int, int], int]]:
    """Where an operator stands with something before it: how deep and how strong it is, and its offset."""
    found = []
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("(", "["):
            depth += 1
        elif token in (")", "]"):
            depth -= 1
        elif token in _STRENGTH and match.start() > 0:
            found.append(((depth, _STRENGTH[token]), match.start()))
    return found


def filled(text: str, width: int) -> list[str]:
    """The words of a text in lines of at most `width` columns where its blanks allow it."""
    found: list[str] = []
    for word in text.split(" "):
        if found and columns(found[-1]) + 1 + columns(word) <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def columns(text: str) -> int:
    """How many columns a text takes on a screen: a Korean letter takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
