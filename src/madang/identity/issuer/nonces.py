"""One-time values that the issuer recognises without having stored them: an end, randomness, and a code over both.

Nothing is written when one is given out, so that asking costs the issuer nothing; what must count once is marked in the
store when it is used.
"""

import hashlib
import hmac
import secrets
from typing import Literal

from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError

For = Literal["c_nonce", "dpop"]
SECONDS = 300
_RANDOM_BYTES, _TIME_BYTES, _CODE_BYTES = 16, 6, 16


def make(secret: bytes, purpose: For, now: int) -> str:
    """A nonce for this purpose that ends in five minutes."""
    body = (now + SECONDS).to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return to_base64url(body + _code(secret, purpose, body))


def ends(secret: bytes, purpose: For, nonce: str, now: int) -> int | None:
    """When a nonce of ours ends; None where it has ended, is for something else, or is none of ours."""
    try:
        data = from_base64url(nonce, "the nonce")
    except MadangError:
        return None
    body, code = data[:-_CODE_BYTES], data[-_CODE_BYTES:]
    if len(body) != _TIME_BYTES + _RANDOM_BYTES or not hmac.compare_digest(code, _code(secret, purpose, body)):
        return None
    until = int.from_bytes(body[:_TIME_BYTES], "big")
    return until if now < until <= now + SECONDS else None


def _code(secret: bytes, purpose: For, body: bytes) -> bytes:
    return hmac.digest(secret, f"madang nonce {purpose}\0".encode() + body, hashlib.sha256)[:_CODE_BYTES]
