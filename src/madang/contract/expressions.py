"""The parser of expressions: a strict subset of CEL, the Common Expression Language.

    conditional = junction [ "?" junction ":" conditional ]
    junction    = relation { "&&" relation } | relation { "||" relation }      && binds tighter than ||
    relation    = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in") sum ]   comparisons are not chained
    sum         = product { ("+" | "-") product }
    product     = unary { ("*" | "/" | "%") unary }
    unary       = ("!" | "-") unary | primary
    primary     = "true" | "false" | integer | text | list | named | "(" conditional ")"
    named       = name [ "." name | "(" arguments ")" | "[" conditional "]" { "[" conditional "]" } ]

Integers are decimal and may hold `_` between digits. Texts stand in ' or " and know no escapes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import msgspec

from madang.contract.limits import (
    EXPRESSION_CHARACTERS,
    EXPRESSION_DEPTH,
    EXPRESSION_NODES,
    INTEGER_HIGH,
    OPERANDS,
)
from madang.contract.names import DIGITS, LOWER, UPPER, is_text
from madang.contract.syntax import (
    Binary,
    BinaryOperator,
    BoolLiteral,
    Call,
    Conditional,
    Expression,
    Index,
    IntLiteral,
    Items,
    Junction,
    Member,
    Name,
    TextLiteral,
    Unary,
)

_SYMBOLS: Final = ("==", "!=", "<=", ">=", "&&", "||")
_SINGLE: Final = frozenset("+-*/%<>!?:.,()[]")
_COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=", "in")

_OTHERS: Final = {
    "=": ("`=` does not compare.", "=="),
    "&": ("`&` is not an operator.", "&&"),
    "|": ("`|` is not an operator.", "||"),
    "\\": ("Texts know no escapes.", "the character itself"),
}
_WORDS: Final = {"and": "&&", "or": "||", "not": "!", "True": "true", "False": "false", "if": "condition ? a : b"}


class SyntaxProblem(Exception):  # noqa: N818 - turned into a Problem by the reader
    """What is wrong in an expression, and where: `offset` counts characters from 0."""

    def __init__(self, code: str, offset: int, message: str, instead: str) -> None:
        self.code = code
        self.offset = offset
        self.message = message
        self.instead = instead
        super().__init__(message)


class Token(msgspec.Struct, frozen=True):
    """A piece of an expression. `sort` is int, text, name, end, or the symbol itself."""

    sort: str
    text: str
    offset: int


def parse(text: str, position: Callable[[int], int]) -> Expression:
    """The expression that `text` writes; `position` maps an offset to a place in the document.

    Raises `SyntaxProblem`.
    """
    if len(text) > EXPRESSION_CHARACTERS:
        raise SyntaxProblem(
            "too-large", 0, f"The expression has {len(text)} characters.", f"at most {EXPRESSION_CHARACTERS} characters"
        )
    return _Parser(_tokens(text), position).whole()


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        character = text[offset]
        if character in " \t\n":
            offset += 1
            continue
        start = offset
        if character in DIGITS:
            while offset < len(text) and (text[offset] in DIGITS or text[offset] == "_"):
                offset += 1
            if offset < len(text) and (text[offset] in LOWER or text[offset] in UPPER):
                raise SyntaxProblem("syntax", start, "A number runs into a letter.", "a decimal number such as 30_000")
            if offset + 1 < len(text) and text[offset] == "." and text[offset + 1] in DIGITS:
                raise SyntaxProblem(
                    "syntax", start, "There are no decimal fractions.", "whole numbers, for example amount * 7 / 10"
                )
            tokens.append(Token("int", text[start:offset], start))
        elif character in LOWER or character in UPPER or character == "_":
            while offset < len(text) and (
                text[offset] in LOWER or text[offset] in UPPER or text[offset] in DIGITS or text[offset] == "_"
            ):
                offset += 1
            word = text[start:offset]
            tokens.append(Token("in" if word == "in" else "name", word, start))
        elif character in "\"'":
            end = text.find(character, offset + 1)
            if end < 0:
                raise SyntaxProblem("syntax", start, "The text has no end.", f"a closing {character}")
            value = text[offset + 1 : end]
            if "\\" in value:
                raise SyntaxProblem("syntax", start, "Texts know no escapes.", "the character itself")
            if not is_text(value):
                raise SyntaxProblem(
                    "syntax", start, "A text has 1 to 128 characters, none of them invisible.", "a text such as '26'"
                )
            tokens.append(Token("text", value, start))
            offset = end + 1
        elif text[offset : offset + 2] in _SYMBOLS:
            tokens.append(Token(text[offset : offset + 2], text[offset : offset + 2], start))
            offset += 2
        elif character in _SINGLE:
            tokens.append(Token(character, character, start))
            offset += 1
        else:
            message, instead = _OTHERS.get(
                character,
                (f"The character U+{ord(character):04X} has no meaning here.", "an expression of the language"),
            )
            raise SyntaxProblem("syntax", start, message, instead)
    tokens.append(Token("end", "", len(text)))
    return tokens


class _Parser:
    def __init__(self, tokens: list[Token], position: Callable[[int], int]) -> None:
        self.tokens = tokens
        self.position = position
        self.index = 0
        self.nodes = 0
        self.level = 0

    # ---- helpers

    def peek(self) -> Token:
        return self.tokens[self.index]

    def take(self, *sorts: str) -> Token | None:
        token = self.tokens[self.index]
        if token.sort not in sorts:
            return None
        self.index += 1
        return token

    def need(self, sort: str) -> Token:
        token = self.take(sort)
        if token is None:
            raise self.unexpected(sort)
        return token

    def unexpected(self, wanted: str) -> SyntaxProblem:
        token = self.peek()
        if token.sort == "name" and token.text in _WORDS:
            return SyntaxProblem("syntax", token.offset, f"`{token.text}` has no meaning here.", _WORDS[token.text])
        if token.sort == "end" and wanted in (",", ")", "]"):
            # Most often YAML took the comma of a call for its own, and what stands behind it for the next key.
            wanted = f"{wanted} and, inside {{…}} or […] of YAML, quotes around an expression that holds a comma"
        found = "the end" if token.sort == "end" else f"`{token.text}`"
        return SyntaxProblem("syntax", token.offset, f"Found {found}.", wanted)

    def place(self, token: Token) -> int:
        self.nodes += 1
        if self.nodes > EXPRESSION_NODES:
            raise SyntaxProblem(
                "too-large", token.offset, "The expression has too many parts.", f"at most {EXPRESSION_NODES}"
            )
        return self.position(token.offset)

    def deeper(self) -> None:
        self.level += 1
        if self.level > EXPRESSION_DEPTH:
            raise SyntaxProblem(
                "too-deep",
                self.peek().offset,
                "The expression is nested too deeply.",
                f"at most {EXPRESSION_DEPTH} levels, or several clauses",
            )

    # ---- grammar

    def whole(self) -> Expression:
        expression = self.conditional()
        if self.peek().sort != "end":
            raise self.unexpected("an operator or the end")
        return expression

    def conditional(self) -> Expression:
        self.deeper()
        condition = self.junction("||")
        token = self.take("?")
        if token is not None:
            place = self.place(token)
            then = self.junction("||")
            self.need(":")
            otherwise = self.conditional()
            condition = Conditional(condition=condition, then=then, otherwise=otherwise, position=place)
        self.level -= 1
        return condition

    def junction(self, operator: str) -> Expression:
        first = self.junction("&&") if operator == "||" else self.relation()
        token = self.peek()
        if token.sort != operator:
            return first
        place = self.place(token)
        operands = list(first.operands) if isinstance(first, Junction) and first.operator == operator else [first]
        while self.take(operator) is not None:
            operand = self.junction("&&") if operator == "||" else self.relation()
            # A chain is one node however it is bracketed, so that brackets are presentation.
            if isinstance(operand, Junction) and operand.operator == operator:
                operands.extend(operand.operands)
            else:
                operands.append(operand)
        if len(operands) > OPERANDS:
            raise SyntaxProblem(
                "too-large", token.offset, f"More than {OPERANDS} operands of {operator}.", "several clauses"
            )
        if operator == "&&":
            return Junction(operator="&&", operands=tuple(operands), position=place)
        return Junction(operator="||", operands=tuple(operands), position=place)

    def relation(self) -> Expression:
        left = self.sum()
        token = self.take(*_COMPARISONS)
        if token is None:
            return left
        place = self.place(token)
        right = self.sum()
        again = self.peek()
        if again.sort in _COMPARISONS:
            raise SyntaxProblem(
                "syntax", again.offset, "Comparisons are not chained.", f"a {token.text} b && b {again.text} c"
            )
        return Binary(operator=cast(BinaryOperator, token.sort), left=left, right=right, position=place)

    def sum(self) -> Expression:
        left = self.product()
        while (token := self.take("+", "-")) is not None:
            left = self.binary(token, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.unary()
        while (token := self.take("*", "/", "%")) is not None:
            left = self.binary(token, left, self.unary())
        return left

    def binary(self, token: Token, left: Expression, right: Expression) -> Expression:
        return Binary(operator=cast(BinaryOperator, token.sort), left=left, right=right, position=self.place(token))

    def unary(self) -> Expression:
        token = self.take("!", "-")
        if token is None:
            return self.primary()
        place = self.place(token)
        self.deeper()
        operand = self.unary()
        self.level -= 1
        if token.sort == "-":
            # The number is the literal, as in CEL: -5 is one node.
            if isinstance(operand, IntLiteral) and operand.value > 0:
                return IntLiteral(value=-operand.value, position=place)
            return Unary(operator="-", operand=operand, position=place)
        return Unary(operator="!", operand=operand, position=place)

    def primary(self) -> Expression:
        token = self.take("int", "text", "name", "(", "[")
        if token is None:
            raise self.unexpected("a value")
        if token.sort == "int":
            return IntLiteral(value=self.integer(token), position=self.place(token))
        if token.sort == "text":
            return TextLiteral(value=token.text, position=self.place(token))
        if token.sort == "(":
            inside = self.conditional()
            self.need(")")
            return inside
        if token.sort == "[":
            place = self.place(token)
            return Items(items=self.several("]"), position=place)
        return self.named(token)

    def named(self, token: Token) -> Expression:
        place = self.place(token)
        if token.text in ("true", "false"):
            return BoolLiteral(value=token.text == "true", position=place)
        if token.text in _WORDS:
            raise SyntaxProblem("syntax", token.offset, f"`{token.text}` has no meaning here.", _WORDS[token.text])
        if self.take("(") is not None:
            return Call(function=token.text, arguments=self.several(")"), position=place)
        if self.take(".") is not None:
            field = self.need("name")
            if self.peek().sort == "(":
                raise SyntaxProblem(
                    "syntax", field.offset, "Functions are not methods.", f"{field.text}({token.text}, …)"
                )
            return Member(owner=token.text, field=field.text, position=place)
        if self.peek().sort == "[":
            return Index(table=token.text, keys=self.keys(token.text), position=place)
        return Name(name=token.text, position=place)

    def keys(self, table: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.take("[") is not None:
            found.append(self.conditional())
            if self.peek().sort == ",":
                raise SyntaxProblem(
                    "syntax", self.peek().offset, "Each key stands in brackets of its own.", f"{table}[a][b]"
                )
            self.need("]")
        return tuple(found)

    def several(self, close: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.take(close) is None:
            if found:
                self.need(",")
            found.append(self.conditional())
        return tuple(found)

    def integer(self, token: Token) -> int:
        digits = token.text
        if digits.endswith("_") or "__" in digits:
            raise SyntaxProblem("syntax", token.offset, "`_` stands between digits.", "a number such as 30_000")
        digits = digits.replace("_", "")
        if len(digits) > 1 and digits[0] == "0":
            raise SyntaxProblem("syntax", token.offset, "A number does not begin with 0.", digits.lstrip("0") or "0")
        if len(digits) > 19 or int(digits) > INTEGER_HIGH:
            raise SyntaxProblem("syntax", token.offset, "The number is too large.", f"at most {INTEGER_HIGH}")
        return int(digits)
