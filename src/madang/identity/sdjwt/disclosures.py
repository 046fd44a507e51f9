"""One disclosure: a salt, a claim's name unless it is an element of an array, and its value (RFC 9901, section 5.2)."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.sdjwt.forms import RESERVED, SALT_BYTES
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

_encode = msgspec.json.Encoder().encode
_WHAT = "a disclosure"


class Disclosure(msgspec.Struct, frozen=True):
    """What one digest stands for. `name` is None for an element of an array; `text` is as it was handed over."""

    text: str
    digest: str
    name: str | None
    value: Any


def make(name: str | None, value: Any) -> Disclosure:
    """A disclosure with a fresh salt."""
    salt = to_base64url(secrets.token_bytes(SALT_BYTES))
    text = to_base64url(_encode([salt, value] if name is None else [salt, name, value]))
    return Disclosure(text, digest_of(text), name, value)


def decoy() -> str:
    """A digest of nothing, which only shows that there are no fewer claims than digests (section 4.2.5)."""
    return to_base64url(hashlib.sha256(secrets.token_bytes(32)).digest())


def digest_of(text: str) -> str:
    """SHA-256 of the text as it was handed over, in base64url (section 4.2.3)."""
    return to_base64url(hashlib.sha256(text.encode()).digest())


def read_all(texts: Sequence[str]) -> dict[str, Disclosure]:
    """Disclosures by digest.

    Raises `MadangError`: `sdjwt.disclosure` (form), `sdjwt.disclosure_name` (reserved), `sdjwt.disclosure_twice`.
    """
    found = {one.digest: one for one in map(_read, texts)}
    if len(found) != len(texts):
        raise MadangError("sdjwt.disclosure_twice", "A disclosure was handed over twice. Send each once.")
    return found


def _read(text: str) -> Disclosure:
    try:
        data = from_base64url(text, _WHAT)
    except MadangError as error:
        raise MadangError("sdjwt.disclosure", error.message) from None
    parts = jose.read_json(data, _WHAT, "sdjwt.disclosure")
    if not isinstance(parts, list) or len(parts) not in (2, 3) or not all(isinstance(one, str) for one in parts[:-1]):
        raise MadangError("sdjwt.disclosure", "A disclosure is not [salt, value] or [salt, name, value].")
    name = parts[1] if len(parts) == 3 else None
    if name in RESERVED:
        raise MadangError("sdjwt.disclosure_name", "A disclosure is for a name that is reserved for digests.")
    return Disclosure(text, digest_of(text), name, parts[-1])
