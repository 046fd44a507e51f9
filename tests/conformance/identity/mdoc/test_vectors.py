"""The example of ISO/IEC 18013-5:2021, annex D, and the session transcripts of OpenID4VP 1.0, appendix B.2.6.

The response (D.4.1.2) is the one that pymdoccbor 1.4.0 (Apache-2.0) carries: its certificate, and so its signature and
MAC, are not those of the published standard. The transcript, keys and MAC are the standard's, and stand below. The
example's holder made a MAC, which we refuse: so it is made again here, over the bytes that we would verify.
"""

import ast
import datetime
import hashlib
import hmac
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from madang.identity import jose
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
from madang.kernel.errors import MadangError
from tests.components import Needs

pytestmark = pytest.mark.conformance

DOC_TYPE, NAMESPACE = "org.iso.18013.5.1.mDL", "org.iso.18013.5.1"
NOW = int(datetime.datetime(2020, 12, 1, tzinfo=datetime.UTC).timestamp())
DAY = 86_400
# D.5.1: SessionTranscriptBytes, and the private part of the reader's key. D.5.3: that of the device's key, and the MAC.
TRANSCRIPT_BYTES = (
    "d81859024183d8185858a20063312e30018201d818584ba4010220012158205a88d182bce5f42efa59943f33359d2e8a968ff289d93e"
    "5fa444b624343167fe225820b16e8cf858ddc7690407ba61d4c338237a8cfcf3de6aa672fc60a557aa32fc67d818584ba40102200121"
    "582060e3392385041f51403051f2415531cb56dd3f999c71687013aac6768bc8187e225820e58deb8fdbe907f7dd5368245551a34796"
    "f7d2215c440c339bb0f7b67beccdfa8258c391020f487315d10209616301013001046d646f631a200c016170706c69636174696f6e2f"
    "766e642e626c7565746f6f74682e6c652e6f6f6230081b28128b37282801021c015c1e580469736f2e6f72673a31383031333a646576"
    "696365656e676167656d656e746d646f63a20063312e30018201d818584ba4010220012158205a88d182bce5f42efa59943f33359d2e"
    "8a968ff289d93e5fa444b624343167fe225820b16e8cf858ddc7690407ba61d4c338237a8cfcf3de6aa672fc60a557aa32fc6758cd91"
    "022548721591020263720102110204616301013000110206616301036e6663005102046163010157001a201e016170706c6963617469"
    "6f6e2f766e642e626c7565746f6f74682e6c652e6f6f6230081b28078080bf2801021c021107c832fff6d26fa0beb34dfcd555d4823a"
    "1c11010369736f2e6f72673a31383031333a6e66636e6663015a172b016170706c69636174696f6e2f766e642e7766612e6e616e5703"
    "0101032302001324fec9a70b97ac9684a4e326176ef5b981c5e8533e5f00298cfccbc35e700a6b020414"
)
READER_KEY = "de3b4b9e5f72dd9b58406ae3091434da48a6f9fd010d88fcb0958e2cebec947c"
DEVICE_KEY = "6ed542ad4783f0b18c833fadf2171273a35d969c581691ef704359cc7cf1e8c0"
MAC = "e99521a85ad7891b806a07f8b5388a332d92c189a7bf293ee1f543405ae6824d"
TRANSCRIPT = decode(bytes.fromhex(TRANSCRIPT_BYTES), "the transcript").content
SIGNER = "8d31c9e5a8612e7b3b83c13ed82983ab5b1d171df47b26effc53ea6708a729c3"
"""SHA-256 of the document signer's certificate. The root's is not published: this one is taken for trusted."""


@pytest.fixture(scope="module")
def response(needs: Needs) -> bytes:
    """The mdoc response, of the one assignment by which the package's test has it."""
    tree = ast.parse(needs("annex-d").read_text(encoding="utf-8"))
    assigned = [one for one in tree.body if isinstance(one, ast.Assign)]
    (value,) = (one.value for one in assigned if ast.unparse(one.targets[0]) == "ISSUED_MDOC")
    return bytes.fromhex(ast.literal_eval(value))


@pytest.fixture(scope="module")
def document(response: bytes) -> Any:
    return decode(response, "the response")["documents"][0]


@pytest.fixture(scope="module")
def issued(document: Any) -> bytes:
    """What the issuer signed."""
    return encode(document["issuerSigned"])


def trust(chain: tuple[bytes, ...]) -> Followed:
    """The certificate of the example, and no other."""
    assert [digest_of(one) for one in chain] == [SIGNER]
    certificate = x509.load_der_x509_certificate(chain[0])
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    since, until = (int(t.timestamp()) for t in (certificate.not_valid_before_utc, certificate.not_valid_after_utc))
    return Followed(key, digest_of(chain[0]), since, until)


def verified(data: bytes, now: int = NOW) -> Document:
    return verify_issued(data, DOC_TYPE, trust, now)


def test_what_the_issuer_of_annex_d_signed_is_verified(issued: bytes):
    found = verified(issued)
    day = datetime.date
    portrait = found.elements[NAMESPACE].pop("portrait")
    assert hashlib.sha256(portrait).hexdigest() == "599396d91b71ac7d625d5784b28d10310af9c520442499adfa8b0edf949d75c5"
    assert found.elements == {
        NAMESPACE: {
            "family_name": "Doe",
            "issue_date": day(2019, 10, 20),
            "expiry_date": day(2024, 10, 20),
            "document_number": "123456789",
            "driving_privileges": [
                {"vehicle_category_code": "A", "issue_date": day(2018, 8, 9), "expiry_date": day(2024, 10, 20)},
                {"vehicle_category_code": "B", "issue_date": day(2017, 2, 23), "expiry_date": day(2024, 10, 20)},
            ],
        }
    }
    assert found.holder == jose.jwk_of(private_key(DEVICE_KEY).public_key())
    assert found.status is None


def test_it_is_written_again_byte_for_byte(response: bytes):
    assert encode(decode(response, "the response")) == response


@pytest.mark.parametrize(
    ("code", "read", "instead", "now"),
    [
        ("mdoc.digest", b"Doe", b"Roe", NOW),
        ("mdoc.digest", b"123456789", b"123456788", NOW),
        ("mdoc.issuer_signature", b"2021-10-01", b"2022-10-01", NOW),
        ("mdoc.not_yet_valid", b"", b"", NOW - 90 * DAY),
        ("mdoc.expired", b"", b"", NOW + 365 * DAY),
    ],
)
def test_it_is_refused_when_it_is_altered_or_not_valid(issued: bytes, code, read, instead, now):
    assert read in issued
    with pytest.raises(MadangError) as refused:
        verified(issued.replace(read, instead), now)
    assert refused.value.code == code


def test_its_mac_is_refused_last_of_all(response: bytes):
    with pytest.raises(MadangError) as refused:
        verify_presentation(response, DOC_TYPE, TRANSCRIPT, trust, NOW)
    assert refused.value.code == "mdoc.device_mac"


def test_the_mac_is_over_the_bytes_that_we_would_verify(document: Any):
    protected, _, _, _ = document["deviceSigned"]["deviceAuth"]["deviceMac"]
    signed = device_authentication(TRANSCRIPT, DOC_TYPE, DEVICE_NAMESPACES)
    assert hmac.digest(mac_key(), encode(["MAC0", protected, b"", signed]), "sha256").hex() == MAC


def mac_key() -> bytes:
    """EMacKey of 18013-5, 9.1.3.5."""
    secret = private_key(READER_KEY).exchange(ec.ECDH(), private_key(DEVICE_KEY).public_key())
    salt = hashlib.sha256(Encoded(TRANSCRIPT).tagged()).digest()
    return HKDF(hashes.SHA256(), 32, salt, b"EMacKey").derive(secret)


def private_key(number: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(number, 16), ec.SECP256R1())


def test_with_its_device_key_it_can_be_shown_in_part(issued: bytes):
    sign = signing(private_key(DEVICE_KEY))
    shown = present(issued, DOC_TYPE, {NAMESPACE: ["family_name"]}, TRANSCRIPT, sign)
    found = verify_presentation(shown, DOC_TYPE, TRANSCRIPT, trust, NOW)
    assert found.elements == {NAMESPACE: {"family_name": "Doe"}}


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
