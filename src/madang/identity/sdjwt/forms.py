"""The words and bounds that issuing, holding and verifying share."""

from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from madang.identity import jose
from madang.kernel import codec
from madang.kernel.errors import MadangError

TYP = "dc+sd-jwt"
BINDING_TYP = "kb+jwt"
HASH = "sha-256"
MAX_BYTES = 64 * 1024
MAX_DISCLOSURES = 200
MAX_DEPTH = 8
SALT_BYTES = 16
"""RFC 9901, section 9.3: 128 bits."""
RESERVED = frozenset({"_sd", "_sd_alg", "..."})
"""Names that carry digests, and so can be no claim's (RFC 9901, sections 5.1 and 5.2.1)."""
ALWAYS_SHOWN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
"""What a verifier must see to judge, with all that is in it (SD-JWT VC, section 2.2.2.2)."""

_encode = msgspec.json.Encoder().encode

Object = dict[str, Any]
Path = tuple[str | int, ...]
"""Where a claim stands: names of members, and places in arrays counted from 0 when everything is shown."""


def split(text: str) -> tuple[str, list[str], str]:
    """The issuer's JWT, the disclosures, and the key-binding JWT, which is empty where there is none (section 4).

    Raises `MadangError`: `sdjwt.size`, `sdjwt.form` (nothing ends with a tilde), `sdjwt.disclosures` (too many).
    """
    if len(text) > MAX_BYTES:
        raise MadangError("sdjwt.size", f"The credential is longer than {MAX_BYTES:,} characters.")
    jwt, *disclosures = text.split("~")
    if not disclosures:
        raise MadangError("sdjwt.form", "This is no SD-JWT: no part of it ends with a tilde.")
    binding = disclosures.pop()
    if len(disclosures) > MAX_DISCLOSURES:
        raise MadangError("sdjwt.disclosures", f"The credential has more than {MAX_DISCLOSURES} disclosures.")
    return jwt, disclosures, binding


def read_jws(text: str, typ: str, what: str, prefix: str) -> jose.Jws:
    """`jose.read`, whose codes begin with `prefix` in place of `jose.`: two JWS must not be mixed up in a log."""
    try:
        return jose.read(text, typ, what, MAX_BYTES)
    except MadangError as error:
        raise renamed(error, prefix) from None


def renamed(error: MadangError, prefix: str) -> MadangError:
    """The same error under another prefix."""
    return MadangError(f"{prefix}{error.code.rpartition('.')[2]}", error.message)


def written(path: Sequence[str | int]) -> str:
    """A path for a person to read, shortened."""
    return ".".join(str(part) for part in path)[:80]


def read_json(data: bytes, what: str, code: str) -> Any:
    """JSON that has one reading, as `jose.read_object` reads it, of any type. Raises `MadangError` with this code.

    Most of it is written without white space. Without fractions, what msgspec writes is the shortest text that means a
    value: text of that very length has nothing in it that was passed over, such as a member twice.
    """
    if data.count(b"{") + data.count(b"[") <= codec.MAX_DEPTH:
        try:
            value = _decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            value = _NOTHING
        if value is not _NOTHING and len(_encode(value)) == len(data):
            return value
    # As the one member of an object, since the strict reader reads objects. Whatever the bytes are, they can't add a
    # second member or close the object early without being refused.
    members = jose.read_object(b'{"is":' + data + b"}", what, code)
    if len(members) != 1:
        raise MadangError(code, f"{what} is not JSON in UTF-8.")
    return members["is"]


def read_object(data: bytes, what: str, code: str) -> Object:
    """The same of an object."""
    value = read_json(data, what, code)
    if not isinstance(value, dict):
        raise MadangError(code, f"{what} is no JSON object.")
    return value


def _no_fraction(_text: str) -> NoReturn:
    raise ValueError


_NOTHING = object()
_decode = msgspec.json.Decoder(float_hook=_no_fraction).decode
