"""Strict reading of what arrives from outside: base64url and JSON with one meaning only.

Two readers that disagree about the same signed bytes are a fork, so whatever has two readings is refused:
padding or stray bits in base64url (RFC 4648 section 3.5), duplicate members, floats and huge integers in JSON
(RFC 8259 leaves all three open).
"""

import binascii
import json
import re
from typing import Any, NoReturn, TypeVar

import msgspec

from madang.kernel.errors import Malformed

MAX_DEPTH = 32
_TO_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = (_ALPHABET, b"!", b"AQgw", b"AEIMQUYcgkosw048")
"""Which last characters leave no stray bits, by the length modulo four; one over is never right."""
_PADDING = (b"", b"", b"==", b"=")
# A string without an end is taken whole, or each quote in it would be the start of another look.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NOT_BRACKETS = re.compile(rb"[^\[\]{}]++")
_encode_json = msgspec.json.Encoder().encode

T = TypeVar("T")


def to_base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def from_base64url(text: str | bytes, what: str) -> bytes:
    """Decode canonical base64url without padding; `what` names the field in the error.

    Raises `Malformed` (`base64.invalid`) for padding, white space, another alphabet, or stray bits at the end.
    """
    data = text.encode("ascii", "replace") if isinstance(text, str) else text
    # The decoder refuses characters outside the alphabet, as which the two that are not ours are translated.
    # What is left over in the last character must be zero, or two spellings would mean the same bytes.
    if data[-1:] in _LAST[len(data) % 4]:
        padded = data.translate(_TO_STANDARD) + _PADDING[len(data) % 4]
        try:
            # A fifth of the time that binascii takes to be strict, and a test holds that they agree.
            return msgspec.convert(padded.decode("latin-1"), bytes)
        except msgspec.ValidationError:
            pass
    raise Malformed(
        "base64.invalid", f"{what} is not canonical base64url without padding. Encode it again (RFC 7515, 2)."
    )


def read_json(decoder: "msgspec.json.Decoder[T]", data: bytes, what: str) -> T:
    """Decode JSON by its declared type, refusing whatever two readers could read differently.

    Raises `Malformed`: `json.invalid` (syntax, type, range, unknown member), `json.duplicate` (a member twice),
    `json.depth`.
    """
    _check_depth(data, what)
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed("json.invalid", f"{what} can't be read: {_for_people(error)}") from None
    # Our structs omit defaults, so encoding gives the shortest text that means `value`. Text of that very length
    # has nothing in it that was passed over, such as a duplicate; the rest takes the slower look.
    if len(_encode_json(value)) != len(data):
        _refuse_ambiguous(data, what)
    return value


def _check_depth(data: bytes, what: str) -> None:
    """Decoders stop where the caller's stack ends, which is not the same on every node: so depth is counted first."""
    if data.count(b"{") + data.count(b"[") <= MAX_DEPTH:
        return
    depth = 0
    for bracket in _NOT_BRACKETS.sub(b"", _STRING.sub(b"", data)):
        depth += 1 if bracket in b"{[" else -1
        if depth > MAX_DEPTH:
            raise Malformed("json.depth", f"{what} is nested deeper than {MAX_DEPTH} levels. Flatten it.")


def _for_people(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8. Encode it as UTF-8 without a byte order mark."
    return f"{error}. Compare it with the schema of this type (GET /openapi.json)."


def _refuse_ambiguous(data: bytes, what: str) -> None:
    def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            seen: set[str] = set()
            twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
            raise Malformed("json.duplicate", f"{what} has the member {twice[:40]!r} twice. Keep one.")
        return members

    def no_number(text: str) -> NoReturn:
        raise Malformed("json.invalid", f"{what} holds the number {text[:40]}. Only whole numbers are allowed.")

    try:
        json.loads(data.decode(), object_pairs_hook=no_duplicates, parse_float=no_number, parse_constant=no_number)
    except ValueError:
        raise Malformed("json.invalid", f"{what} is not one JSON text in UTF-8. Encode it again.") from None
