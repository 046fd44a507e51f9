"""Proofs that whoever sends a request holds a key: DPoP (RFC 9449), with the server's nonces (section 8)."""

import hashlib

from madang.identity import jose
from madang.identity.issuer import nonces
from madang.identity.issuer.claims import check_fresh, claims_of, second, word
from madang.identity.issuer.office import Office
from madang.identity.issuer.store import place_of
from madang.identity.issuer.wire import Refusal, Request, refused_as
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

TYP = "dpop+jwt"
MAX_BYTES = 8 * 1024
SECONDS = 300
"""How old a proof may be; its nonce is no older either."""
_WHAT = "The DPoP proof"


def check_proof(office: Office, request: Request, endpoint: str, token: str = "") -> str:
    """The thumbprint of the key that a request is proven by, at an endpoint, with an access token if there is one.

    Each proof counts once. Raises `Refusal`: `use_dpop_nonce` (with a fresh one; `dpop.nonce`), else
    `invalid_dpop_proof`: `dpop.missing`, `jose.*`, `dpop.claims`, `dpop.method`, `dpop.target`, `dpop.time`,
    `dpop.token`, `dpop.replayed`. 401 and a challenge where it comes with a token (RFC 9449, section 7.1).
    """
    status = 401 if token else 400
    text = request.header("dpop")
    try:
        if text is None:
            raise MadangError("dpop.missing", "There is no DPoP proof.")
        thumbprint, claims = _read(text, request, endpoint, token)
    except Refusal:
        raise
    except MadangError as error:
        raise _refusal(office, request, "invalid_dpop_proof", error, status) from None
    given = claims.get("nonce")
    secret = office.institution.secret
    if not isinstance(given, str) or nonces.ends(secret, "dpop", given, request.now) is None:
        missing = MadangError("dpop.nonce", "The proof has no nonce of ours that still counts. Take the one given.")
        raise _refusal(office, request, "use_dpop_nonce", missing, status)
    jti = f"{thumbprint} {claims['jti']}"
    if not office.store.use(
        place_of(office.institution.identifier, "jti", jti), "jti", request.now + SECONDS + nonces.SECONDS
    ):
        replayed = MadangError("dpop.replayed", "The proof was used before. Make a new one for each request.")
        raise _refusal(office, request, "invalid_dpop_proof", replayed, status)
    return thumbprint


def fresh_nonce(office: Office, now: int) -> dict[str, str]:
    """The header that gives a wallet its next nonce."""
    return {"dpop-nonce": nonces.make(office.institution.secret, "dpop", now)}


def _read(text: str, request: Request, endpoint: str, token: str) -> tuple[str, jose.Object]:
    jws = jose.read(text, TYP, _WHAT, MAX_BYTES)
    key = jose.public_key(jws.header.get("jwk"), "The key of the DPoP proof")
    jose.check(jws, key, _WHAT)
    claims = claims_of(jws, _WHAT, "dpop.claims")
    word(claims, "jti", _WHAT, "dpop.claims")
    if word(claims, "htm", _WHAT, "dpop.claims") != request.method:
        raise MadangError("dpop.method", "The proof is for another method.")
    if word(claims, "htu", _WHAT, "dpop.claims").partition("#")[0].partition("?")[0] != endpoint:
        raise MadangError("dpop.target", "The proof is for another address.")
    check_fresh(second(claims, "iat", _WHAT, "dpop.claims"), request.now, SECONDS, _WHAT, "dpop.time")
    if token and claims.get("ath") != to_base64url(hashlib.sha256(token.encode()).digest()):
        raise MadangError("dpop.token", "The proof is for another access token.")
    return jose.thumbprint(jose.jwk_of(key)), claims


def _refusal(office: Office, request: Request, error: str, problem: MadangError, status: int) -> Refusal:
    refusal = refused_as(error, problem, status)
    refusal.headers = fresh_nonce(office, request.now)
    if status == 401:
        refusal.headers = {**refusal.headers, "www-authenticate": challenge(error)}
    return refusal


def challenge(error: str = "") -> str:
    """The challenge of a resource that takes DPoP-bound tokens alone."""
    return f'DPoP error="{error}", algs="ES256"' if error else 'DPoP algs="ES256"'
