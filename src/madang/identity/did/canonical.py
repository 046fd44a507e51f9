"""The JSON Canonicalization Scheme (RFC 8785) for values without fractions.

A fraction has several spellings in the languages that people write resolvers in, and no identifier of ours needs one:
it is refused, as are whole numbers that not every reader keeps (RFC 7493, section 2.2).
"""

import json
from typing import Any

from madang.kernel.errors import MadangError

_MOST = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The one form of a JSON value, in UTF-8. Raises `MadangError` (`did.number`)."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        # By UTF-16 code units (section 3.2.3), which differs from the order of characters beyond U+FFFF.
        return {name: _sorted(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    if isinstance(value, float) or (type(value) is int and abs(value) > _MOST):
        raise MadangError("did.number", "A number in the identifier's history is no whole number up to 2^53 - 1.")
    return value
