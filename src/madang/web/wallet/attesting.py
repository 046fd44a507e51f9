"""Vouching for this wallet: whoever is signed in has a key of their browser attested, for issuers that want that.

The server sees public keys and an issuer's nonce, and never which issuer it is for. It says no more than it knows
(`madang.identity.attesting`).
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from litestar import Response, post
from msgspec import Meta

from madang.identity.attesting import MOST_KEYS, STORAGE, Provider, attest_keys, attest_wallet
from madang.identity.keystorage import LEVELS
from madang.identity.trust import Trust
from madang.kernel.errors import MadangError
from madang.kernel.state import State
from madang.web.api.problems import Refused
from madang.web.site.visit import PAGE_HEADERS, Visit

T = TypeVar("T")
MOST_BYTES = 16 * 1024
Coordinate = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public P-256 key as a JWK."""

    kty: str
    crv: str
    x: Coordinate
    y: Coordinate


class Instance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The key of a wallet's instance."""

    key: Key


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that credentials are to be bound to, and the nonce of who issues them."""

    keys: Annotated[list[Key], Meta(min_length=1, max_length=MOST_KEYS)]
    nonce: Annotated[str, Meta(pattern=r"^[!-~]{1,512}\Z")]


@post("/credentials/attested/wallet", status_code=200, request_max_body_size=MOST_BYTES)
async def wallet(visit: Visit) -> Response[bytes]:
    """That a key is of this wallet, for ten minutes."""
    provider, asked = _provider(visit), await _read(visit, Instance)
    return await _answer(lambda: attest_wallet(provider, msgspec.to_builtins(asked.key), visit.now))


@post("/credentials/attested/keys", status_code=200, request_max_body_size=MOST_BYTES)
async def keys(visit: Visit) -> Response[bytes]:
    """That keys are of this wallet and kept in software, for ten minutes."""
    provider, asked = _provider(visit), await _read(visit, Keys)
    found = msgspec.to_builtins(asked.keys)
    return await _answer(lambda: attest_keys(provider, found, asked.nonce, visit.now))


ROUTES = (wallet, keys)


def vouching(state: State, provider: Provider | None, now: int) -> dict[str, str] | None:
    """What a browser must know of who vouches for it here; None where nobody does whom the ledger names now."""
    if provider is None:
        return None
    try:
        party = Trust(state).wallet_provider_of(provider.attester, now)
    except MadangError:
        return None
    return {"party": party, "client": provider.client, "storage": LEVELS[STORAGE]}


def _provider(visit: Visit) -> Provider:
    """Who vouches for wallets here, to somebody who is signed in. Raises `NotSignedIn`, `Refused` (404)."""
    _ = visit.parties
    found: Provider | None = visit.request.app.state.get("provider")
    if found is None:
        raise Refused(404, "wallet.unattested", "Nobody at this server vouches for wallets. Use one of another maker.")
    return found


async def _read(visit: Visit, form: type[T]) -> T:
    try:
        return msgspec.json.decode(await visit.request.body(), type=form)
    except msgspec.MsgspecError:
        raise Refused(400, "site.form", "This form can't be read. Open the page again.") from None


async def _answer(attest: Callable[[], str]) -> Response[bytes]:
    try:
        attestation = await asyncio.to_thread(attest)
    except MadangError as error:
        # The form was right, and a point of it lies off the curve.
        raise Refused(400, error.code, error.message) from None
    content = msgspec.json.encode({"attestation": attestation})
    return Response(content, media_type="application/json", headers=PAGE_HEADERS)
