"""What may be written as a name or a text. ASCII tables instead of Unicode ones, which differ between Pythons."""

import difflib
from collections.abc import Iterable
from typing import Final

from madang.contract.limits import LIST_NAME_CHARACTERS, NAME_CHARACTERS, TEXT_CHARACTERS

LOWER: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
UPPER: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
DIGITS: Final = frozenset("0123456789")

FUNCTIONS: Final = (
    "day",
    "has_prefix",
    "hour",
    "max",
    "min",
    "month",
    "month_of_year",
    "starts_with",
    "sum",
    "weekday",
)
"""What language 1 has."""
LATER_FUNCTIONS: Final = ("listed", "version")
"""What language 2 has besides."""

KEYWORDS: Final = frozenset(
    (
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "none",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
    )
)
"""Python's keywords: a field can't be called so, since it becomes an attribute of a class."""

_RESERVED: Final = KEYWORDS | frozenset(("at", "new", "true", "false", "null", *FUNCTIONS))
"""What a given value, parameter, account or alias can't be called, since it means something in an expression.

Written out, so that a newer Python cannot change which documents are valid.
"""
_RESERVED_LATER: Final = _RESERVED | frozenset(LATER_FUNCTIONS)

RESERVED_ACTIONS: Final = frozenset(
    ("programme", "kind", "title", "parameters", "specification", "language", "actions", "invariants")
)
"""Keys of a programme beside which its actions are written."""

# Characters that change the direction of text: what a reader sees would differ from what is meant.
_DIRECTION = frozenset((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def functions(language: int) -> tuple[str, ...]:
    """The functions of a version of the language."""
    return FUNCTIONS if language < 2 else (*FUNCTIONS, *LATER_FUNCTIONS)


def reserved(language: int) -> frozenset[str]:
    """What a given value, parameter, account or alias can't be called in a version of the language."""
    return _RESERVED if language < 2 else _RESERVED_LATER


def is_name(text: str) -> bool:
    """A lower-case name: a letter, then letters, digits and `_`, at most 40 characters."""
    return (
        0 < len(text) <= NAME_CHARACTERS
        and text[0] in LOWER
        and all(character in LOWER or character in DIGITS or character == "_" for character in text)
    )


def is_fact_name(text: str) -> bool:
    """A name that begins with a capital letter, then letters and digits: `Shop`."""
    return (
        0 < len(text) <= NAME_CHARACTERS
        and text[0] in UPPER
        and all(character in LOWER or character in UPPER or character in DIGITS for character in text)
    )


def is_document_name(text: str) -> bool:
    """The name of a kind or programme: like a name, with `-` allowed inside."""
    return is_name(text.replace("-", "_")) and not text.endswith("-")


def is_list_name(value: object) -> bool:
    """The name of a published list: 2 to 48 small letters, digits and `-`, the first no `-`."""
    if type(value) is not str or not 2 <= len(value) <= LIST_NAME_CHARACTERS or value[0] == "-":
        return False
    return all(character in LOWER or character in DIGITS or character == "-" for character in value)


def is_text(value: object, longest: int = TEXT_CHARACTERS) -> bool:
    """A value of type text: 1 to `longest` characters, none of them a control, a surrogate or a change of direction."""
    if type(value) is not str or not 0 < len(value) <= longest:
        return False
    if value.isascii() and value.isprintable():  # for ASCII this is the same in every Python, and quick
        return True
    for character in value:
        code = ord(character)
        if code < 0x20 or 0x7F <= code < 0xA0 or code in (0x2028, 0x2029, 0xFEFF) or 0xD800 <= code < 0xE000:
            return False
        if code in _DIRECTION:
            return False
    return True


def is_id(value: object) -> bool:
    """A value of type id: 1 to 128 visible ASCII characters."""
    if type(value) is not str or not 0 < len(value) <= TEXT_CHARACTERS:
        return False
    return value.isascii() and value.isprintable() and " " not in value


def near(name: str, known: Iterable[str]) -> str:
    """The known name nearest to `name`, else the known names, for a suggestion."""
    names = sorted(known)
    found = difflib.get_close_matches(name, names, n=1)
    if found:
        return found[0]
    if not names:
        return f"a declaration of {name}"
    return "one of " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
