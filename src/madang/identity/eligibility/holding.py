"""What a wallet does: asks for a token that is for a key of its own, and makes a claim of what comes back.

The offer, and with it the key, comes from the ledger, where everybody reads the same: an authority that gave each
person another key would know them by it.
"""

import msgspec

from madang.base.eligibility.queries import OfferView
from madang.base.eligibility.tokens import message
from madang.identity.blind import PublicKey, blind, finalize, prepare
from madang.identity.blind.holder import PREFIX_BYTES
from madang.identity.blind.keys import public_key
from madang.kernel.codec import from_base64url, to_base64url


class Asked(msgspec.Struct, frozen=True):
    """A token that was asked for: `blinded` goes to the authority, the rest stays in the wallet until it is claimed."""

    holder: str
    prepared: bytes
    blinded: bytes
    inverse: int


def ask(view: OfferView, holder: str) -> Asked:
    """A fresh token of this offer for the party `holder`. Keep it: without it no signature is worth anything.

    Raises `MadangError` (`blind.key`).
    """
    prepared = prepare(message(view.programme, view.name, holder))
    made = blind(_key(view), prepared)
    return Asked(holder, prepared, made.message, made.inverse)


def token_of(view: OfferView, asked: Asked, signature: bytes) -> tuple[str, str]:
    """The token and its signature, as `vouchers.claim_by_token` takes them.

    Raises `MadangError`: `blind.length`, `blind.signature` (it was not signed with the key that all others have).
    """
    signed = finalize(_key(view), asked.prepared, signature, asked.inverse)
    return to_base64url(asked.prepared[:PREFIX_BYTES]), to_base64url(signed)


def _key(view: OfferView) -> PublicKey:
    return public_key(from_base64url(view.offer.key, "key"))
