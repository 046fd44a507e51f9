"""The words and bounds that issuing, holding and verifying share."""

from collections.abc import Sequence
from typing import Any

from madang.identity import jose
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
