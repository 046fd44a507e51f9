"""Signed read requests: who is asking, proven for this one request.

    Authorization: Madang <compact JWS>

The payload is `{"chain", "method", "path", "not_after"}`: the ledger's name, `GET`, the request target as it is
sent with its query string, and a time at most five minutes ahead. The key is a registered one that works at this
height, as for transactions. The request can be repeated until `not_after` by whoever sees it, and then reads what its
signer may read: send it over TLS only. A signed read is no transaction and can't be mistaken for one: neither reader
takes the other's payload.
"""

import time
from collections.abc import Callable
from typing import Literal

import msgspec

from madang.kernel import authority
from madang.kernel.authority import Key
from madang.kernel.codec import read_json
from madang.kernel.envelope import RelyingParty, read_envelope
from madang.kernel.errors import Malformed, Rejected
from madang.kernel.fields import ChainId, Time
from madang.kernel.machine import Chain
from madang.kernel.signature import load_key, verify
from madang.kernel.state import State
from madang.web.api.problems import Refused

SCHEME = "madang"
MAX_AHEAD = 300
NOBODY = RelyingParty("", ())
"""Passkeys ask their holder each time: they sign transactions and sign in to pages, not reads."""


class ReadRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is signed to read: where, what, and until when."""

    chain: ChainId
    method: Literal["GET"]
    path: str
    not_after: Time


_decoder = msgspec.json.Decoder(ReadRequest)


def reader_of(
    state: State, chain: Chain, height: int, target: str, authorization: str, clock: Callable[[], float] = time.time
) -> str:
    """The party that signed this read of `target` (path and query string).

    Raises `Refused` (401): `read.unsigned`, and those of `signer_of`.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != SCHEME or not token:
        raise _refused(
            "read.unsigned",
            "Sign this request with a registered key: Authorization: Madang <JWS>. See the API's guide.",
        )
    return signer_of(state, chain, height, target, token.strip(), NOBODY, clock).party


class Signer(msgspec.Struct, frozen=True):
    """Who signed a read: the party, and by which of its keys."""

    party: str
    kid: str


def signer_of(
    state: State,
    chain: Chain,
    height: int,
    target: str,
    signed: str,
    site: RelyingParty,
    clock: Callable[[], float] = time.time,
) -> Signer:
    """Who signed this read of `target`: by a JWS, or by a passkey made at `site`.

    Raises `Refused` (401): `read.expired`, `read.other`, `read.signers`, and those of envelopes and keys.
    """
    signed_by = proven(state, chain, target, signed, site, clock)
    try:
        parties = authority.signers([key for _, key in signed_by], height + 1)
    except Rejected as error:
        raise _refused(error.code, error.message) from None
    if len(parties) != 1:
        raise _refused("read.signers", "One party reads at a time. Sign with one key.")
    return Signer(next(iter(parties)), signed_by[0][0])


def proven(
    state: State,
    chain: Chain,
    target: str,
    signed: str,
    site: RelyingParty,
    clock: Callable[[], float] = time.time,
) -> list[tuple[str, Key]]:
    """The keys, with their thumbprints, that truly signed this read of `target`, whether or not they work any more.

    Raises `Refused` (401): `read.expired`, `read.other`, `signature.invalid`, and those of envelopes and keys.
    """
    try:
        envelope = read_envelope(signed.encode("ascii", "replace"), site)
        asked = read_json(_decoder, envelope.payload, "the read request")
        now = clock()
        if not now <= asked.not_after <= now + MAX_AHEAD:
            raise _refused("read.expired", f"not_after must lie within the next {MAX_AHEAD} seconds. Sign again.")
        if asked.chain != chain.name or asked.path != target:
            raise _refused("read.other", f"This was signed for another ledger or path. Sign {chain.name} and {target}.")
        keys = [(one.kid, authority.key_of(state, one)) for one in envelope.signatures]
        for (_, key), signature in zip(keys, envelope.signatures, strict=True):
            if not verify(load_key(key.point), signature.digest, signature.value):
                raise _refused("signature.invalid", "The signature does not match the request and its key. Sign again.")
    except (Malformed, Rejected) as error:
        raise _refused(error.code, error.message) from None
    return keys


def _refused(code: str, detail: str) -> Refused:
    return Refused(401, code, detail)
