"""Reading and writing CBOR (RFC 8949) with one meaning only, within bounds.

What comes from outside is hostile: refused are lengths that are not stated, a key twice, bytes after the end, nesting
deeper than 16, every tag but those that an mdoc is made of (24, an encoded item; 0, a time; 1004, a day), numbers that
are not whole, and `undefined`. Lengths that could be written shorter are read: others write them so (RFC 8949, 4.1),
and digests and signatures are of the bytes as they came.
"""

import datetime
import hashlib
import io
import re
from collections.abc import Sequence
from typing import Any

import cbor2
import msgspec

from madang.kernel.errors import MadangError

MAX_DEPTH = 16
MAX_BYTES = 256 * 1024
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_WHOLE = range(-(1 << 64), 1 << 64)
_SHORT, _BYTE, _PAIR = 24, 1 << 8, 1 << 16
_ITEM = b"\xd8\x18"
"""The head of tag 24."""
_LENGTHS = {b"\x58": 1, b"\x59": 2, b"\x5a": 4}
"""In how many bytes the length of a string of bytes stands, by its first byte."""
_FOREIGN = object()
"""Stands for what a tag said that no mdoc has; the look at every value then refuses it."""


class Encoded(msgspec.Struct, frozen=True):
    """CBOR inside CBOR (tag 24): bytes that are digested and signed as they are (RFC 8949, section 3.4.5.1)."""

    content: bytes

    def tagged(self) -> bytes:
        """The item with its tag and its length, which is what digests and signatures are of."""
        return _ITEM + string(self.content)

    def digest(self) -> bytes:
        """The SHA-256 digest of the tagged item."""
        return hashlib.sha256(self.tagged()).digest()


_KEYS = frozenset({str, int})
_PLAIN = frozenset({type(None), bool, int, str, bytes, datetime.date, datetime.datetime, Encoded})


def decode(data: bytes, what: str, most: int = MAX_BYTES, unread_headers: bool = False) -> Any:
    """Read one item. `what` names it in errors.

    A text in tag 1004 becomes a `date`, one in tag 0 a `datetime` in UTC, bytes in tag 24 an `Encoded` that is not read
    yet. With `unread_headers` a map with whole numbers as keys may have `undefined` members: some wallets write it for
    a COSE header that they leave out, and we read none but those we need.

    Raises `MadangError`: `cbor.size`, `cbor.form` (what no CBOR is, or has two readings), `cbor.value` (what no mdoc
    holds).
    """
    if not 0 < len(data) <= most:
        raise MadangError("cbor.size", f"{what} has {len(data):,} bytes; there must be some, and at most {most:,}.")
    stream = io.BytesIO(data)
    try:
        value = cbor2.CBORDecoder(
            stream,
            semantic_decoders=_TAGS,
            tag_hook=_foreign,
            max_depth=MAX_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        ).decode()
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError, OverflowError):
        raise _no_form(what) from None
    if stream.tell() != len(data):
        raise _no_form(what)
    _check(value, what, unread_headers)
    return value


def decode_item(data: bytes, what: str) -> Any:
    """`decode`, at less cost where the item is an `Encoded`, as most are that are signed."""
    start = 3 + _LENGTHS.get(data[2:3], len(data))
    if data[:2] == _ITEM and int.from_bytes(data[3:start], "big") == len(data) - start:
        return Encoded(data[start:])
    return decode(data, what)


def encode(value: Any) -> bytes:
    """Write a value: lengths stated and as short as they can be, maps in the order in which they are given.

    The same value always gives the same bytes. Keys are not sorted (RFC 8949, 4.2.1): the order of the standard's own
    tables, in which annex D writes too, is what the circuits of Longfellow expect of an item.

    Raises `MadangError` (`cbor.value`): something that `decode` would not read again.
    """
    _check(value, "What is to be written", False)
    _check_writable(value)
    return cbor2.dumps(value, default=_write_encoded)


def array(items: Sequence[bytes]) -> bytes:
    """An array as CBOR, of items that are CBOR already."""
    return _head(0x80, len(items)) + b"".join(items)


def string(value: bytes) -> bytes:
    """A string of bytes as CBOR."""
    return _head(0x40, len(value)) + value


def text(value: str) -> bytes:
    """A text as CBOR."""
    content = value.encode()
    return _head(0x60, len(content)) + content


def _head(kind: int, length: int) -> bytes:
    """The first bytes of a string or an array of this major type (RFC 8949, section 3)."""
    if length < _SHORT:
        return bytes((kind | length,))
    if length < _BYTE:
        return bytes((kind | 24, length))
    if length < _PAIR:
        return bytes((kind | 25,)) + length.to_bytes(2, "big")
    return bytes((kind | 26,)) + length.to_bytes(4, "big")


# ---------------------------------------------------------------------------------------------------------- values


def _check(value: Any, what: str, unread_headers: bool) -> None:
    """Refuse what no mdoc holds, wherever it stands. By whole containers, since each presentation waits for it."""
    are_keys, are_plain = _KEYS.issuperset, _PLAIN.issuperset
    pending = [value]
    for one in pending:  # which grows
        kind = type(one)
        if kind is dict:
            if not are_keys(map(type, one)):
                raise _no_value(what)
            items = one.values()
            if are_plain(map(type, items)):
                continue
            if unread_headers and cbor2.undefined in items:
                items = [item for key, item in one.items() if type(key) is not int or item is not cbor2.undefined]
            pending += items
        elif kind is list:
            if not are_plain(map(type, one)):
                pending += one
        elif kind not in _PLAIN:
            raise _no_value(what)


def _check_writable(value: Any) -> None:
    """Refuse what only a program could hand us: numbers and times that have no form here."""
    match value:
        case dict():
            for key, item in value.items():
                _check_writable(key)
                _check_writable(item)
        case list():
            for item in value:
                _check_writable(item)
        case bool():
            pass
        case int() if value not in _WHOLE:
            raise _no_value("What is to be written")
        case datetime.datetime() if value.tzinfo is not datetime.UTC or value.microsecond:
            raise _no_value("What is to be written")


def _write_encoded(encoder: cbor2.CBOREncoder, value: Any) -> None:
    encoder.write(value.tagged())


def _no_form(what: str) -> MadangError:
    return MadangError(
        "cbor.form",
        f"{what} is no CBOR with one reading: it breaks off, goes on after its end, leaves a length open, has a key "
        f"twice, or is nested deeper than {MAX_DEPTH} levels.",
    )


def _no_value(what: str) -> MadangError:
    return MadangError(
        "cbor.value",
        f"{what} holds what no mdoc does: a tag other than 0, 24 and 1004, a number that is not whole, or undefined.",
    )


# ------------------------------------------------------------------------------------------------------------ tags


def _foreign(_content: Any, _immutable: bool) -> object:
    return _FOREIGN


def _encoded(content: Any, _immutable: bool) -> object:
    return Encoded(content) if type(content) is bytes else _FOREIGN


def _day(content: Any, _immutable: bool) -> object:
    if type(content) is not str or not _DAY.match(content):
        return _FOREIGN
    try:
        return datetime.date.fromisoformat(content)
    except ValueError:
        return _FOREIGN


def _time(content: Any, _immutable: bool) -> object:
    """A time of 18013-5 (7.2.1): UTC as Z, no fraction of a second."""
    if type(content) is not str or not _TIME.match(content):
        return _FOREIGN
    try:
        return datetime.datetime.fromisoformat(content)
    except ValueError:
        return _FOREIGN


# cbor2 knows tags of its own, among them shared values, sets and numbers of any size. None is read as such here.
_KNOWN_TO_CBOR2 = (1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 43000, 55799)
_TAGS: dict[int, Any] = {**dict.fromkeys(_KNOWN_TO_CBOR2, _foreign), 0: _time, 24: _encoded, 1004: _day}
