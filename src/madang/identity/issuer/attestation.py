"""What a wallet's provider vouches for: which wallet this is (OpenID4VCI 1.0, appendix E, with attestation-based client
authentication, draft 07), and where keys lie (appendix D).

Who may vouch is on the ledger, by the certificate's digest or the key's thumbprint. Certificates come in `x5c` (HAIP
1.0, section 4.4.1), the provider's own first; of further ones nothing is believed. How a provider finds out that a
wallet was broken into is its own affair: it ends attestations within a day, and the ledger can withdraw it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.certificates import digest_of
from madang.identity.issuer.claims import (
    SKEW_SECONDS,
    check_audience,
    check_fresh,
    claims_of,
    optional_second,
    second,
    word,
)
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.wire import Refusal, Request, refused_as
from madang.identity.keystorage import Storage, at_least
from madang.kernel.errors import MadangError
from madang.kernel.fields import PartyId

WALLET, WALLET_PROOF = "oauth-client-attestation+jwt", "oauth-client-attestation-pop+jwt"
KEYS, KEYS_BEFORE = "key-attestation+jwt", "keyattestation+jwt"
"""The type of key attestations, and what drafts called it: wallets that others wrote still do."""
MAX_BYTES = 32 * 1024
PROOF_SECONDS = 300
MAX_KEYS = 100


class Wallet(msgspec.Struct, frozen=True):
    """A wallet that proved who made it: what it calls itself (the same for all of its make), and its provider.

    `attester` is what the ledger knows the provider's key by, to ask again later (`check_vouched`).
    """

    client: str
    provider: PartyId
    attester: str


class AttestedKeys(msgspec.Struct, frozen=True):
    """Public JWKs that a provider vouches for, and the nonce that it vouches for them in answer to.

    `attester` as in `Wallet`.
    """

    keys: tuple[dict[str, str], ...]
    nonce: str
    attester: str


# --------------------------------------------------------------------------------------------------------- wallets


def wallet_of(office: Office, request: Request) -> Wallet | None:
    """The wallet that a request is proven to come from; None where it brings no attestation at all.

    Raises `Refusal` (401, `invalid_client`): `wallet.incomplete`, `wallet.claims`, `wallet.time`, `wallet.audience`,
    `wallet.replayed`, `attestation.chain`, `trust.wallet_provider*`, `jose.*`.
    """
    attestation = request.header("oauth-client-attestation")
    proof = request.header("oauth-client-attestation-pop")
    if attestation is None and proof is None:
        return None
    try:
        if attestation is None or proof is None:
            raise MadangError("wallet.incomplete", "A wallet attestation comes with a proof of its key, and not alone.")
        wallet, key = _attested(office, attestation, request.now)
        _check_proof(office, proof, wallet, key, request.now)
    except Refusal:
        raise
    except MadangError as error:
        raise refused_as("invalid_client", error, 401) from None
    return wallet


def _attested(office: Office, text: str, now: int) -> tuple[Wallet, ec.EllipticCurvePublicKey]:
    what = "The wallet attestation"
    jws = jose.read(text, WALLET, what, MAX_BYTES)
    claims = claims_of(jws, what, "wallet.claims")
    ends = second(claims, "exp", what, "wallet.claims")
    begins = [optional_second(claims, name, what, "wallet.claims") for name in ("iat", "nbf")]
    signed = max((one for one in begins if one is not None), default=now)
    provider, attester = _provider(office, jws, what, signed, now)
    if not signed <= now + SKEW_SECONDS or ends <= now:
        raise MadangError("wallet.time", f"{what} has ended, or has not begun.")
    confirmed = claims.get("cnf")
    jwk = confirmed.get("jwk") if isinstance(confirmed, dict) else None
    key = jose.public_key(jwk, "The wallet's key")
    return Wallet(word(claims, "sub", what, "wallet.claims"), provider, attester), key


def _check_proof(office: Office, text: str, wallet: Wallet, key: ec.EllipticCurvePublicKey, now: int) -> None:
    what = "The proof of the wallet's key"
    jws = jose.read(text, WALLET_PROOF, what, MAX_BYTES)
    jose.check(jws, key, what)
    claims = claims_of(jws, what, "wallet.claims")
    check_audience(claims, office.url, what, "wallet.audience")
    if claims.get("iss", wallet.client) != wallet.client:
        raise MadangError("wallet.claims", f"iss of {what} is another wallet.")
    check_fresh(second(claims, "iat", what, "wallet.claims"), now, PROOF_SECONDS, what, "wallet.time")
    ends = optional_second(claims, "exp", what, "wallet.claims")
    if ends is not None and ends <= now:
        raise MadangError("wallet.time", f"{what} has ended.")
    jti = f"{wallet.client} {word(claims, 'jti', what, 'wallet.claims')}"
    place = place_of(office.institution.identifier, "jti", jti)
    if not office.store.use(place, "jti", now + PROOF_SECONDS + SKEW_SECONDS):
        raise MadangError("wallet.replayed", f"{what} was used before.")


# ------------------------------------------------------------------------------------------------------------ keys


def attested_keys(office: Office, text: Any, least: Storage, now: int, *, must_end: bool) -> AttestedKeys:
    """The keys that a provider vouches for, kept at least as well as `least`, in answer to a nonce.

    Whether the nonce counts is for the caller. `must_end` with the proof type `jwt`. Raises `MadangError`:
    `keys.form`, `keys.claims`, `keys.time`, `keys.storage`, `keys.none`, `keys.twice`, `attestation.chain`,
    `trust.wallet_provider*`, `jose.*`.
    """
    what = "The key attestation"
    if not isinstance(text, str):
        raise MadangError("keys.form", f"{what} is no text.")
    jws = _read_keys(text, what)
    claims = claims_of(jws, what, "keys.claims")
    signed = second(claims, "iat", what, "keys.claims")
    _, attester = _provider(office, jws, what, signed, now)
    ends = optional_second(claims, "exp", what, "keys.claims")
    if signed > now + SKEW_SECONDS or (ends is None and must_end) or (ends is not None and ends <= now):
        raise MadangError("keys.time", f"{what} has ended, has not begun, or says no end.")
    storage = claims.get("key_storage")
    if not isinstance(storage, list) or not any(one in at_least(least) for one in storage):
        raise MadangError("keys.storage", f"{what} does not say that its keys are kept well enough.")
    given = claims.get("attested_keys")
    if not isinstance(given, list) or not 1 <= len(given) <= MAX_KEYS:
        raise MadangError("keys.none", f"{what} names no key, or more than {MAX_KEYS}.")
    keys = tuple(jose.jwk_of(jose.public_key(one, "An attested key")) for one in given)
    if len({one["x"] for one in keys}) != len(keys):
        raise MadangError("keys.twice", f"{what} names a key twice.")
    return AttestedKeys(keys, word(claims, "nonce", what, "keys.claims"), attester)


def _read_keys(text: str, what: str) -> jose.Jws:
    try:
        return jose.read(text, KEYS, what, MAX_BYTES)
    except MadangError as error:
        if error.code != "jose.typ":
            raise
    return jose.read(text, KEYS_BEFORE, what, MAX_BYTES)


def check_vouched(office: Office, attesters: Iterable[str], now: int) -> None:
    """Refuse what rests on an attestation whose provider the ledger has withdrawn or suspended since.

    Raises `MadangError` (`trust.wallet_provider*`).
    """
    trust = office.trust()
    for attester in attesters:
        trust.wallet_provider_of(attester, now)


def _provider(office: Office, jws: jose.Jws, what: str, signed: int, now: int) -> tuple[PartyId, str]:
    """Who vouches: whose certificate (valid now) made this signature, if the ledger names it for then and for now.

    Gives the provider, and what the ledger knows its key by.
    """
    certificate = jose.chain_of(jws, what)[0]
    try:
        loaded = x509.load_der_x509_certificate(certificate)
        key = loaded.public_key()
        begins, ends = (int(one.timestamp()) for one in (loaded.not_valid_before_utc, loaded.not_valid_after_utc))
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise MadangError("attestation.chain", f"The certificate of {what} can't be read.") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MadangError("attestation.chain", f"The certificate of {what} is not for a P-256 key.")
    if not begins <= now < ends:
        raise MadangError("attestation.chain", f"The certificate of {what} is not valid now.")
    jose.check(jws, key, what)
    trust = office.trust()
    try:
        provider = trust.wallet_provider_of(digest_of(certificate), signed)
        attester = digest_of(certificate)
    except MadangError as error:
        if error.code != "trust.wallet_provider":
            raise
        attester = jose.thumbprint(jose.jwk_of(key))
        provider = trust.wallet_provider_of(attester, signed)
    if signed < now:
        trust.wallet_provider_of(attester, now)
    return provider, attester
