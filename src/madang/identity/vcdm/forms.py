"""Forms of single values that the data model asks for, each refused with its own code."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from madang.kernel.errors import MadangError

Object = Mapping[str, Any]
MAX_URL = 2_048
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+\Z")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WITH_HOST = frozenset({"http", "https"})
_TIME = re.compile(
    r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)\Z"
)
_LANGUAGE = re.compile(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z")
_LANGUAGE_MEMBERS = frozenset({"@value", "@language", "@direction"})


def is_url(value: object) -> bool:
    """Whether it is one absolute URL (RFC 3986, section 4.3), with a host where the scheme has one."""
    if not isinstance(value, str) or len(value) > MAX_URL or not _URL.match(value) or _PERCENT.search(value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme.lower() not in _WITH_HOST or bool(parts.hostname)
    except ValueError:
        return False


def check_id(thing: Object, what: str, needed: bool = False) -> None:
    """That an object's `id`, where it has one, is one URL (VCDM 2.0, section 4.4). Raises `vcdm.id`."""
    if (needed or "id" in thing) and not is_url(thing.get("id")):
        raise MadangError("vcdm.id", f"The id of {what} is not one absolute URL.")


def each(value: object, what: str, code: str) -> list[Object]:
    """The objects of a property that has one or more. Raises `MadangError` with this code."""
    found: list[Any] = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(one, Mapping) for one in found):
        raise MadangError(code, f"{what} is not an object, or several.")
    return found


def several(thing: Object, member: str) -> list[Object]:
    """The objects of a property that need not be there. Raises `vcdm.object`."""
    return each(thing[member], member, "vcdm.object") if member in thing else []


def check_words(thing: Object, what: str) -> None:
    """That `name` and `description` are text, or text in a language (sections 4.6 and 11.1). Raises `vcdm.words`."""
    for member in ("name", "description"):
        if member in thing and not _is_words(thing[member]):
            raise MadangError("vcdm.words", f"The {member} of {what} is neither text nor text in a language.")


def time_of(thing: Object, member: str) -> datetime | None:
    """A time, which says its zone (section 4.9; XML Schema 1.1, dateTimeStamp). Raises `vcdm.time`."""
    if member not in thing:
        return None
    value = thing[member]
    try:
        if isinstance(value, str) and _TIME.match(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise MadangError("vcdm.time", f"{member} is no time such as 2026-12-31T23:59:59Z, with its zone.")


def _is_words(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_in_a_language(one) for one in value)
    return isinstance(value, str) or _is_in_a_language(value)


def _is_in_a_language(value: object) -> bool:
    if not isinstance(value, Mapping) or not value.keys() <= _LANGUAGE_MEMBERS or "@value" not in value:
        return False
    language, direction = value.get("@language", "ko"), value.get("@direction", "ltr")
    return (
        isinstance(value["@value"], str)
        and isinstance(language, str)
        and bool(_LANGUAGE.match(language))
        and direction in ("ltr", "rtl")
    )
