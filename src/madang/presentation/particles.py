"""Korean particles, which depend on how the word before them ends when it is spoken."""

from __future__ import annotations

from typing import Final

_CONSONANT_DIGITS: Final = frozenset("013678")
_LIQUID_DIGITS: Final = frozenset("178")
_CONSONANT_LETTERS: Final = frozenset("lmn")


def _ending(word: str) -> tuple[bool, bool]:
    """Whether a word ends in a consonant, and whether in the one (ㄹ) that 으로 treats as a vowel.

    What stands in brackets at the end is not spoken; quotes and signs are not either.
    """
    spoken = word.replace("%", "퍼센트")
    while spoken.endswith(")"):
        before = _before_brackets(spoken)
        if not before:
            break
        spoken = before
    letters = [letter for letter in spoken if letter.isalnum()]
    if not letters:
        return False, False
    last = letters[-1].lower()
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return final != 0, final == 8
    return last in _CONSONANT_DIGITS or last in _CONSONANT_LETTERS, last in _LIQUID_DIGITS or last == "l"


def _before_brackets(text: str) -> str:
    """What stands before the brackets at the end of a text."""
    depth = 0
    for index in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[index], 0)
        if depth == 0:
            return text[:index]
    return ""


def subject(word: str) -> str:
    """이 or 가."""
    return word + ("이" if _ending(word)[0] else "가")


def topic(word: str) -> str:
    """은 or 는."""
    return word + ("은" if _ending(word)[0] else "는")


def object_(word: str) -> str:
    """을 or 를."""
    return word + ("을" if _ending(word)[0] else "를")


def with_(word: str) -> str:
    """과 or 와."""
    return word + ("과" if _ending(word)[0] else "와")


def towards(word: str) -> str:
    """으로 or 로."""
    consonant, liquid = _ending(word)
    return word + ("으로" if consonant and not liquid else "로")


def must_be(word: str) -> str:
    """이어야 or 여야."""
    return word + ("이어야" if _ending(word)[0] else "여야")
