"""Reading the claims of signed JSON by their kinds, with errors that name them."""

from typing import Any, TypeVar

from madang.identity import jose
from madang.kernel.errors import MadangError

T = TypeVar("T")
SKEW_SECONDS = 30
"""How far a wallet's clock may be ahead of ours."""
MAX_WORD = 2048


def claims_of(jws: jose.Jws, what: str, code: str) -> jose.Object:
    """The claims of a JWT. Raises `MadangError` with this code."""
    return jose.read_object(jws.payload, what, code)


def word(claims: jose.Object, name: str, what: str, code: str) -> str:
    """A claim that is text, and not empty. Raises `MadangError` with this code."""
    value = claims.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_WORD:
        raise MadangError(code, f"{name} of {what} is missing, or no text.")
    return value


def second(claims: jose.Object, name: str, what: str, code: str) -> int:
    """A claim that is a time in whole seconds. Raises `MadangError` with this code."""
    value = optional_second(claims, name, what, code)
    if value is None:
        raise MadangError(code, f"{name} of {what} is missing.")
    return value


def optional_second(claims: jose.Object, name: str, what: str, code: str) -> int | None:
    """As `second`, None where it is not there."""
    value: Any = claims.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < 2**40:
        raise MadangError(code, f"{name} of {what} is no time in whole seconds.")
    return value


def check_fresh(issued: int, now: int, seconds: int, what: str, code: str) -> None:
    """Refuse what was signed longer ago than so many seconds, or in the future. Raises `MadangError` with this code."""
    if not now - seconds <= issued <= now + SKEW_SECONDS:
        raise MadangError(code, f"{what} was signed too long ago, or in the future.")


def check_audience(claims: jose.Object, expected: str, what: str, code: str) -> None:
    """Refuse what is not for us alone. Raises `MadangError` with this code."""
    given = claims.get("aud")
    if given != expected and given != [expected]:
        raise MadangError(code, f"{what} is meant for somebody else.")
