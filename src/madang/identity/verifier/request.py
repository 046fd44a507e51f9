"""The request that a wallet fetches: signed, with a key that only this request has (OpenID4VP 1.0, sections 5 and 8.3;
HAIP 1.0, section 5).
"""

import hashlib
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.signer import Signer
from madang.identity.verifier.asking import Ask, dcql
from madang.kernel.codec import to_base64url

TYP = "oauth-authz-req+jwt"
MEDIA_TYPE = "application/oauth-authz-req+jwt"
AUDIENCE = "https://self-issued.me/v2"
"""Whoever may fetch it: wallets are not known beforehand (OpenID4VP 1.0, section 5.8)."""
FORMATS = {
    "dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]},
    "mso_mdoc": {"issuerauth_alg_values": [-7], "deviceauth_alg_values": [-7]},
}
_encode = msgspec.json.Encoder().encode


class Question(msgspec.Struct, frozen=True):
    """What one request says. `answer_to` is where the response is sent, `encrypt_to` the public JWK of its key."""

    asks: tuple[Ask, ...]
    nonce: str
    state: str
    answer_to: str
    encrypt_to: dict[str, str]
    issued_at: int
    expires_at: int


def client_id(certificate: bytes) -> str:
    """How a verifier is named by its certificate (DER): `x509_hash:` and a digest (section 5.9.3)."""
    return f"x509_hash:{to_base64url(hashlib.sha256(certificate).digest())}"


def sign_request(question: Question, signer: Signer, wallet_nonce: str = "") -> str:
    """The request object (RFC 9101). `wallet_nonce` is what the wallet sent along when it fetched it, if it did."""
    payload: dict[str, Any] = {
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt",
        "client_id": client_id(signer.certificate),
        "response_uri": question.answer_to,
        "aud": AUDIENCE,
        "nonce": question.nonce,
        "state": question.state,
        "iat": question.issued_at,
        "exp": question.expires_at,
        "dcql_query": dcql(question.asks),
        "client_metadata": metadata(question),
    }
    if wallet_nonce:
        payload["wallet_nonce"] = wallet_nonce
    return jose.sign(TYP, _encode(payload), signer.sign, {"x5c": jose.x5c(signer.chain)})


def metadata(question: Question) -> dict[str, Any]:
    """What the verifier can read: the formats, and the key and ciphers to encrypt for (section 11.1)."""
    proofs: dict[str, Any] = {"mso_mdoc_zk": {}} if any(ask.provable for ask in question.asks) else {}
    return {
        "jwks": {"keys": [{**question.encrypt_to, "use": "enc", "alg": "ECDH-ES"}]},
        "encrypted_response_enc_values_supported": list(jose.ENCRYPTIONS),
        "vp_formats_supported": {**FORMATS, **proofs},
    }
