"""What wallets read first: the issuer's metadata, plain or signed (OpenID4VCI 1.0, section 12.2), and that of its
authorization server (RFC 8414). Everything is derived from the catalogue and the institution's file.
"""

from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.issuer.configurations import configurations, display, metadata_of
from madang.identity.issuer.office import Office
from madang.identity.issuer.wire import JWT, Reply, Request, as_json

SIGNED_TYP = "openidvci-issuer-metadata+jwt"
SIGNED_SECONDS = 86_400
PAGE = "/issuer/authorize"
"""Where people come with their browsers: among the pages, and not among what wallets of any origin may ask."""
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
ISSUER_PATH, SERVER_PATH = "/.well-known/openid-credential-issuer", "/.well-known/oauth-authorization-server"
"""Before the path of the identifier (OpenID4VCI 1.0, section 12.2.2; RFC 8414, section 3.1)."""
_encode = msgspec.json.Encoder().encode


def issuer_metadata(office: Office) -> dict[str, Any]:
    """The issuer's metadata (OpenID4VCI 1.0, section 12.2.4)."""
    known = configurations(office.institution.description)
    name = office.institution.description.name
    batch = max((one.of.batch for one in known.values()), default=1)
    return {
        "credential_issuer": office.url,
        "credential_endpoint": office.endpoint("credential"),
        "nonce_endpoint": office.endpoint("nonce"),
        "deferred_credential_endpoint": office.endpoint("deferred"),
        "notification_endpoint": office.endpoint("notification"),
        "credential_request_encryption": {
            "jwks": {"keys": [encryption_key(office)]},
            "enc_values_supported": list(jose.ENCRYPTIONS),
            "encryption_required": False,
        },
        "credential_response_encryption": {
            "alg_values_supported": ["ECDH-ES"],
            "enc_values_supported": list(jose.ENCRYPTIONS),
            "encryption_required": False,
        },
        **({"batch_credential_issuance": {"batch_size": batch}} if batch > 1 else {}),
        "display": display(name.ko, name.en),
        "credential_configurations_supported": {one.id: metadata_of(one) for one in known.values()},
    }


def read_issuer_metadata(office: Office, request: Request) -> Reply:
    """The issuer's metadata in the form that the wallet asks for: signed where it names that alone, or first."""
    metadata = issuer_metadata(office)
    accepted = [one.partition(";")[0].strip().lower() for one in (request.header("accept") or "").split(",")]
    if JWT not in accepted or (
        "application/json" in accepted and accepted.index("application/json") < accepted.index(JWT)
    ):
        return as_json(metadata, headers={"vary": "accept"})
    claims = {"iss": office.url, "sub": office.url, "iat": request.now, "exp": request.now + SIGNED_SECONDS, **metadata}
    signer = office.institution.credentials
    text = jose.sign(SIGNED_TYP, _encode(claims), signer.sign, {"x5c": jose.x5c(signer.chain)})
    return Reply(200, text.encode(), JWT, {"vary": "accept"})


def server_metadata(office: Office) -> dict[str, Any]:
    """The authorization server's metadata (RFC 8414; RFC 9126, section 5; RFC 9449, section 5.1; RFC 9207)."""
    known = configurations(office.institution.description)
    anybody = any(one.terms.wallets == "any" for one in known.values())
    return {
        "issuer": office.url,
        "authorization_endpoint": f"{office.institution.description.origin}{PAGE}/{office.institution.identifier}",
        "pushed_authorization_request_endpoint": office.endpoint("par"),
        "require_pushed_authorization_requests": True,
        "token_endpoint": office.endpoint("token"),
        "token_endpoint_auth_methods_supported": ["attest_jwt_client_auth", *(["none"] if anybody else [])],
        "client_attestation_signing_alg_values_supported": ["ES256"],
        "client_attestation_pop_signing_alg_values_supported": ["ES256"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", PRE_AUTHORIZED],
        "pre-authorized_grant_anonymous_access_supported": anybody,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "authorization_details_types_supported": ["openid_credential"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": sorted(known),
    }


def encryption_key(office: Office) -> dict[str, str]:
    """The public key that requests are encrypted for."""
    jwk = jose.jwk_of(office.institution.decryption.public_key())
    return {**jwk, "kid": jose.thumbprint(jwk), "use": "enc", "alg": "ECDH-ES"}
