"""Which keys credentials are bound to: proofs of possession, and attestations of where keys lie (OpenID4VCI 1.0,
section 8.2.1 and appendix F).

A nonce counts once, in one request: all proofs of a batch name it.
"""

from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.issuer import nonces
from madang.identity.issuer.attestation import attested_keys
from madang.identity.issuer.claims import check_audience, check_fresh, claims_of, second, word
from madang.identity.issuer.configurations import Configuration
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.tokens import Token
from madang.identity.issuer.wire import Refusal, refused_as
from madang.kernel.errors import MadangError

TYP = "openid4vci-proof+jwt"
MAX_BYTES = 64 * 1024
MAX_PROOFS = 100
SECONDS = 300
_WHAT = "A proof"


class Proven(msgspec.Struct, frozen=True):
    """The keys (public JWKs) that credentials are bound to, each once, in order; and the nonces of their proofs.

    `attesters` are those who vouch for keys, by what the ledger knows them by.
    """

    keys: tuple[dict[str, str], ...]
    nonces: tuple[str, ...]
    attesters: tuple[str, ...]


def check_proofs(office: Office, given: Any, wanted: Configuration, token: Token, now: int) -> Proven:
    """The keys that a request's `proofs` prove. The nonces are not used up yet: `use_nonces` does that.

    Raises `Refusal`: `invalid_proof` (`proof.missing`, `proof.form`, `proof.type`, `proof.count`, `proof.attestation`,
    `proof.key`, `proof.twice`, `proof.audience`, `proof.issuer`, `proof.time`, and what `attested_keys` raises),
    `invalid_nonce` (`proof.nonce`).
    """
    try:
        proven = _proven(office, given, wanted, token, now)
    except MadangError as error:
        raise refused_as("invalid_proof", error) from None
    secret = office.institution.secret
    if any(nonces.ends(secret, "c_nonce", one, now) is None for one in proven.nonces):
        raise _stale()
    return proven


def use_nonces(office: Office, proven: Proven, now: int) -> None:
    """Use up the nonces of proofs. Raises `Refusal` (`invalid_nonce`, `proof.nonce`): one was used before."""
    identifier = office.institution.identifier
    used = [
        office.store.use(place_of(identifier, "nonce", one), "nonce", now + nonces.SECONDS + 1) for one in proven.nonces
    ]
    if not all(used):
        raise _stale()


def _proven(office: Office, given: Any, wanted: Configuration, token: Token, now: int) -> Proven:
    if given is None:
        raise MadangError("proof.missing", "The request proves no key.")
    if not isinstance(given, dict) or len(given) != 1:
        raise MadangError("proof.form", "proofs holds not exactly one type of proof.")
    ((kind, texts),) = given.items()
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise MadangError("proof.form", "proofs holds no list of texts.")
    if kind == "jwt":
        return _of_jwts(office, texts, wanted, token, now)
    if kind != "attestation":
        raise MadangError("proof.type", "proofs are of a type that is not offered here.")
    if len(texts) != 1:
        raise MadangError("proof.count", "There is exactly one key attestation as proof.")
    attested = attested_keys(office, texts[0], wanted.terms.storage, now, must_end=False)
    return Proven(attested.keys, (attested.nonce,), (attested.attester,))


def _of_jwts(office: Office, texts: list[str], wanted: Configuration, token: Token, now: int) -> Proven:
    if len(texts) > MAX_PROOFS:
        raise MadangError("proof.count", f"There are more than {MAX_PROOFS} proofs.")
    keys: dict[str, dict[str, str]] = {}
    found: list[str] = []
    attesters: list[str] = []
    for text in texts:
        proof = _of_jwt(office, text, wanted, token, now)
        found += proof.nonces
        attesters += proof.attesters
        # One proof that brings an attestation stands for all keys in it; of several, each for its own.
        for key in proof.keys if len(texts) == 1 else proof.keys[:1]:
            name = jose.thumbprint(key)
            if name in keys:
                raise MadangError("proof.twice", "A key is proven twice: each credential needs its own.")
            keys[name] = key
    return Proven(tuple(keys.values()), tuple(dict.fromkeys(found)), tuple(dict.fromkeys(attesters)))


def _of_jwt(office: Office, text: str, wanted: Configuration, token: Token, now: int) -> Proven:
    """A proof's own key first, then the others that its attestation names."""
    jws = jose.read(text, TYP, _WHAT, MAX_BYTES)
    attestation = jws.header.get("key_attestation")
    if attestation is None and wanted.terms.wallets == "attested":
        raise MadangError("proof.attestation", "This type is for keys that a provider vouches for.")
    attested = None
    if attestation is not None:
        attested = attested_keys(office, attestation, wanted.terms.storage, now, must_end=True)
    own = _own_key(jws, attested.keys if attested is not None else ())
    jose.check(jws, jose.public_key(own, "The key of a proof"), _WHAT)
    claims = claims_of(jws, _WHAT, "proof.form")
    check_audience(claims, office.url, _WHAT, "proof.audience")
    if "iss" in claims and (not token.grant.client or claims["iss"] != token.grant.client):
        raise MadangError("proof.issuer", "iss of a proof is not the wallet that has the token.")
    check_fresh(second(claims, "iat", _WHAT, "proof.form"), now, SECONDS, _WHAT, "proof.time")
    nonce = word(claims, "nonce", _WHAT, "proof.form")
    if attested is None:
        return Proven((own,), (nonce,), ())
    others = tuple(one for one in attested.keys if one != own)
    return Proven((own, *others), tuple(dict.fromkeys((nonce, attested.nonce))), (attested.attester,))


def _own_key(jws: jose.Jws, attested: tuple[dict[str, str], ...]) -> dict[str, str]:
    """The key that signs a proof: a JWK, or with an attestation its place there. An attested proof names no other."""
    jwk, place = jws.header.get("jwk"), jws.header.get("kid")
    if (jwk is None) == (place is None) or "x5c" in jws.header or "trust_chain" in jws.header:
        raise MadangError("proof.key", "A proof names its key not by exactly one of jwk and kid.")
    if jwk is not None:
        own = jose.jwk_of(jose.public_key(jwk, "The key of a proof"))
    elif (
        isinstance(place, str) and place.isascii() and place.isdigit() and len(place) < 4 and int(place) < len(attested)
    ):
        own = attested[int(place)]
    else:
        raise MadangError("proof.key", "kid of a proof is no place in its key attestation.")
    if attested and own not in attested:
        raise MadangError("proof.key", "The key of a proof is not in its key attestation.")
    return own


def _stale() -> Refusal:
    return Refusal("invalid_nonce", "proof.nonce", "The nonce of a proof is none of ours, used, or over.")
