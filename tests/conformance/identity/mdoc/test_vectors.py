"""The example of ISO/IEC 18013-5:2021, annex D, and the session transcripts of OpenID4VP 1.0, appendix B.2.6.

The example's holder made a MAC, which we refuse: so it is made again here, over the bytes that we would verify.
"""

import datetime
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from madang.identity.certificates import Followed, digest_of
from madang.identity.mdoc import Document, present, verify_issued, verify_presentation
from madang.identity.mdoc.cbor import Encoded, decode, encode
from madang.identity.mdoc.transcript import (
    DEVICE_NAMESPACES,
    device_authentication,
    digital_credentials_api,
    openid4vp,
)
from madang.identity.signer import signing
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

pytestmark = pytest.mark.conformance

ANNEX_D: dict[str, Any] = json.loads((Path(__file__).parent / "annex_d.json").read_bytes())
DOC_TYPE, NAMESPACE = "org.iso.18013.5.1.mDL", "org.iso.18013.5.1"
NOW = int(datetime.datetime(2020, 12, 1, tzinfo=datetime.UTC).timestamp())
RESPONSE = bytes.fromhex(ANNEX_D["device_response"])
TRANSCRIPT = decode(bytes.fromhex(ANNEX_D["session_transcript_bytes"]), "the transcript").content


def trust(chain: tuple[bytes, ...]) -> Followed:
    """The certificate of the vectors, and no other."""
    certificate = x509.load_der_x509_certificate(bytes.fromhex(ANNEX_D["document_signer_certificate"]))
    assert chain == (bytes.fromhex(ANNEX_D["document_signer_certificate"]),)
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    since, until = (int(t.timestamp()) for t in (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
    return Followed(key, digest_of(chain[0]), since, until)


def issuer_signed() -> bytes:
    return encode(decode(RESPONSE, "the response")["documents"][0]["issuerSigned"])


def verified(data: bytes, now: int = NOW) -> Document:
    return verify_issued(data, DOC_TYPE, trust, now)


def test_what_the_issuer_of_annex_d_signed_is_verified():
    document = verified(issuer_signed())
    day = datetime.date
    assert document.elements == {
        NAMESPACE: {
            "family_name": "Doe",
            "issue_date": day(2019, 10, 20),
            "expiry_date": day(2024, 10, 20),
            "document_number": "123456789",
            "portrait": bytes.fromhex(ANNEX_D["portrait"]),
            "driving_privileges": [
                {"vehicle_category_code": "A", "issue_date": day(2018, 8, 9), "expiry_date": day(2024, 10, 20)},
                {"vehicle_category_code": "B", "issue_date": day(2017, 2, 23), "expiry_date": day(2024, 10, 20)},
            ],
        }
    }
    x, y = (to_base64url(bytes.fromhex(ANNEX_D["device_key"][part])) for part in "xy")
    assert document.holder == {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    assert document.status is None


def test_it_is_written_again_byte_for_byte():
    assert encode(decode(RESPONSE, "the response")) == RESPONSE


@pytest.mark.parametrize(
    ("code", "spoilt", "now"),
    [
        ("mdoc.digest", issuer_signed().replace(b"Doe", b"Roe"), NOW),
        ("mdoc.digest", issuer_signed().replace(b"123456789", b"123456788"), NOW),
        ("mdoc.issuer_signature", issuer_signed().replace(b"2021-10-01", b"2022-10-01"), NOW),
        ("mdoc.not_yet_valid", issuer_signed(), NOW - 90 * 86_400),
        ("mdoc.expired", issuer_signed(), NOW + 365 * 86_400),
    ],
)
def test_it_is_refused_when_it_is_altered_or_not_valid(code, spoilt, now):
    with pytest.raises(MadangError) as refused:
        verified(spoilt, now)
    assert refused.value.code == code


def test_its_mac_is_refused_last_of_all_and_is_over_the_bytes_that_we_would_verify():
    with pytest.raises(MadangError) as refused:
        verify_presentation(RESPONSE, DOC_TYPE, TRANSCRIPT, trust, NOW)
    assert refused.value.code == "mdoc.device_mac"

    auth = decode(RESPONSE, "the response")["documents"][0]["deviceSigned"]["deviceAuth"]
    protected, _, _, tag = auth["deviceMac"]
    signed = device_authentication(TRANSCRIPT, DOC_TYPE, DEVICE_NAMESPACES)
    assert hmac.digest(mac_key(), encode(["MAC0", protected, b"", signed]), "sha256") == tag


def mac_key() -> bytes:
    """EMacKey of 18013-5, 9.1.3.5."""
    secret = private_key("reader_key").exchange(ec.ECDH(), private_key("device_key").public_key())
    salt = hashlib.sha256(Encoded(TRANSCRIPT).tagged()).digest()
    return HKDF(hashes.SHA256(), 32, salt, b"EMacKey").derive(secret)


def private_key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(ANNEX_D[name]["d"], 16), ec.SECP256R1())


def test_with_its_device_key_it_can_be_shown_in_part():
    response = present(
        issuer_signed(), DOC_TYPE, {NAMESPACE: ["family_name"]}, TRANSCRIPT, signing(private_key("device_key"))
    )
    document = verify_presentation(response, DOC_TYPE, TRANSCRIPT, trust, NOW)
    assert document.elements == {NAMESPACE: {"family_name": "Doe"}}


NONCE = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
THUMBPRINT = bytes.fromhex("4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047")


def test_the_session_transcripts_of_openid4vp():
    redirect = openid4vp("x509_san_dns:example.com", NONCE, "https://example.com/response", THUMBPRINT)
    assert redirect.hex() == (
        "83f6f682714f70656e494434565048616e646f7665725820"
        "048bc053c00442af9b8eed494cefdd9d95240d254b046b11b68013722aad38ac"
    )
    browser = digital_credentials_api("https://example.com", NONCE, THUMBPRINT)
    assert browser.hex() == (
        "83f6f682764f70656e4944345650444341504948616e646f7665725820"
        "fbece366f4212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a"
    )
