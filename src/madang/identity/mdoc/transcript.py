"""What a presentation is bound to: the request that it answers.

The session transcripts of OpenID4VP 1.0, appendix B.2.6. That of ISO/IEC 18013-7:2024, annex B, for OpenID4VP draft 18,
is not made: no wallet under HAIP 1.0 uses it.
"""

import hashlib

from madang.identity.mdoc.cbor import Encoded, array, encode, string, text

_NULL = encode(None)
DEVICE_NAMESPACES = Encoded(encode({}))
"""What a holder says of itself, unsigned by the issuer: nothing. No credential here allows such."""


def openid4vp(client_id: str, nonce: str, response_uri: str, thumbprint: bytes | None) -> bytes:
    """The session transcript of a response that is sent to `response_uri` (appendix B.2.6.1).

    `thumbprint` is the RFC 7638 digest (32 bytes) of the key that the response is encrypted for, None if it is for
    none.
    """
    key = _NULL if thumbprint is None else string(thumbprint)
    return _transcript("OpenID4VPHandover", [text(client_id), text(nonce), key, text(response_uri)])


def digital_credentials_api(origin: str, nonce: str, thumbprint: bytes | None) -> bytes:
    """The session transcript of a response over the browser's Digital Credentials API (appendix B.2.6.2)."""
    key = _NULL if thumbprint is None else string(thumbprint)
    return _transcript("OpenID4VPDCAPIHandover", [text(origin), text(nonce), key])


def _transcript(handover: str, info: list[bytes]) -> bytes:
    digest = string(hashlib.sha256(array(info)).digest())
    return array([_NULL, _NULL, array([text(handover), digest])])


def device_authentication(transcript: bytes, doc_type: str, namespaces: Encoded) -> bytes:
    """The bytes that the device signs: DeviceAuthenticationBytes (ISO/IEC 18013-5, 9.1.3.4)."""
    parts = [text("DeviceAuthentication"), transcript, text(doc_type), namespaces.tagged()]
    return Encoded(array(parts)).tagged()
