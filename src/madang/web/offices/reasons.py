"""Written reasons: the ledger has a keyed digest of them, the institution keeps the text and the key.

An unkeyed digest of a sentence could be guessed, so the key is random and used once. Neither is kept by this server.
"""

import base64
import hashlib
import hmac
import secrets

import msgspec

from madang.kernel.codec import to_base64url

MOST_CHARACTERS = 4_000


class Written(msgspec.Struct, frozen=True):
    """A reason's digest, and what the institution keeps of it: a JSON file with text, key and digest."""

    digest: str
    keep: str

    @property
    def link(self) -> str:
        """The file as a data address, to be saved before signing."""
        return f"data:application/json;base64,{base64.b64encode(self.keep.encode()).decode()}"


def written(text: str) -> Written | None:
    """A reason under a fresh key; None where there is none, or too much of it."""
    if not 1 <= len(text) <= MOST_CHARACTERS:
        return None
    key = secrets.token_bytes(32)
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    kept = {"digest": digest, "key": to_base64url(key), "method": "HMAC-SHA256", "text": text}
    return Written(digest, msgspec.json.format(msgspec.json.encode(kept), indent=2).decode())
