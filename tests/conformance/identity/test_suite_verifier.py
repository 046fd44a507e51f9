"""What the OpenID conformance suite asks of a verifier (`oid4vp-1final-verifier-haip-test-plan`), one test a module.

The suite itself is a service in Java that can't run here. Each test bears the name of the module that it mirrors, less
`oid4vp-1final-verifier-`, as of November 2026 (openid-certification/conformance-suite).
"""

import hashlib

import msgspec
import pytest

from madang.identity import jose, mdoc
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.sdjwt import disclosures
from madang.identity.signer import signing
from madang.identity.verified import Verified
from madang.identity.verifier.asking import Ask
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from tests.identity.institutions import new_key
from tests.identity.verifier.scene import NOW, Scene

pytestmark = pytest.mark.conformance

ASKS = [Ask("resident", ("age_over_18", "province"))]
PATHS = [("age_over_18",), ("province",)]


class Wallet:
    """The suite's wallet: it fetches one request, and answers it as a module says."""

    def __init__(self, method: str = "get") -> None:
        self.scene = Scene()
        self.key = new_key()
        self.begun = self.scene.verifier.begin(ASKS, NOW)
        nonce = "wallet-nonce" if method == "post" else ""
        self.text = self.scene.verifier.fetch(self.begun.handle, NOW, nonce)
        self.payload = msgspec.json.decode(from_base64url(self.text.split(".")[1], "it"))

    def binding(self, shown: str, **changed):
        """The payload of a key-binding JWT."""
        said = {"iat": NOW, "aud": self.payload["client_id"], "nonce": self.payload["nonce"]}
        return {**said, "sd_hash": disclosures.digest_of(shown), **changed}

    def sd_jwt(self, key=None, credential=None, **changed) -> str:
        """A presentation of the residence whose key binding differs as told."""
        text = credential or self.scene.issue("resident", key=self.key).text
        jwt, *parts = text.split("~")[:-1]
        wanted = {name for (name,) in PATHS}
        chosen = [one for one in parts if msgspec.json.decode(from_base64url(one, "it"))[1] in wanted]
        shown = "".join(f"{one}~" for one in [jwt, *chosen])
        said = msgspec.json.encode(self.binding(shown, **changed))
        return shown + jose.sign("kb+jwt", said, signing(key or self.key))

    def mdoc(self, nonce: str = "") -> str:
        """A presentation of the residence as mdoc, for this request or one with another nonce."""
        held = self.scene.issue("resident", "mso_mdoc", key=self.key)
        key = self.payload["client_metadata"]["jwks"]["keys"][0]
        thumbprint = from_base64url(jose.thumbprint(key), "it")
        uri = self.payload["response_uri"]
        transcript = openid4vp(self.payload["client_id"], nonce or self.payload["nonce"], uri, thumbprint)
        elements = {"kr.madang.resident.1": [name for (name,) in PATHS]}
        issued = from_base64url(held.text, "it")
        return to_base64url(mdoc.present(issued, "kr.madang.resident.1", elements, transcript, signing(held.key)))

    def send(self, query: str, presentation: str) -> tuple[Verified, ...]:
        """Answer, and take what the verifier believed. Raises as the verifier does."""
        content = msgspec.json.encode({"vp_token": {query: [presentation]}, "state": self.payload["state"]})
        response = jose.encrypt(content, self.payload["client_metadata"]["jwks"]["keys"][0])
        self.scene.verifier.receive(self.begun.handle, {"response": response}, NOW)
        return self.scene.verifier.take(self.begun.handle, self.begun.secret, NOW).shown


def refused(wallet: Wallet, query: str, presentation: str) -> str:
    with pytest.raises(MadangError) as error:
        wallet.send(query, presentation)
    return error.value.code


def altered(text: str) -> str:
    """The first JWT of an SD-JWT with another signature."""
    jwt, _, rest = text.partition("~")
    head, _, signature = jwt.rpartition(".")
    turned = bytearray(from_base64url(signature, "it"))
    turned[20] ^= 1
    return f"{head}.{to_base64url(bytes(turned))}~{rest}"


def test_happy_flow():
    wallet = Wallet()
    assert wallet.send("resident-sd", wallet.sd_jwt())[0].claims == {"age_over_18": True, "province": "26"}
    wallet = Wallet()
    assert wallet.send("resident-mdoc", wallet.mdoc())[0].claims == {"age_over_18": True, "province": "26"}


def test_request_uri_method_post():
    wallet = Wallet("post")
    assert wallet.payload["wallet_nonce"] == "wallet-nonce"
    assert wallet.send("resident-sd", wallet.sd_jwt())


def test_minimal_cnf_jwk():
    wallet = Wallet()
    credential = wallet.scene.issue("resident", key=wallet.key).text
    payload = msgspec.json.decode(from_base64url(credential.split(".")[1], "it"))
    assert set(payload["cnf"]["jwk"]) == {"kty", "crv", "x", "y"}
    assert wallet.send("resident-sd", wallet.sd_jwt(credential=credential))


def test_invalid_kb_jwt_nonce():
    wallet = Wallet()
    assert refused(wallet, "resident-sd", wallet.sd_jwt(nonce="another")) == "sdjwt.binding_nonce"


def test_invalid_kb_jwt_aud():
    wallet = Wallet()
    assert refused(wallet, "resident-sd", wallet.sd_jwt(aud="https://other.example")) == "sdjwt.binding_audience"


def test_invalid_kb_jwt_signature():
    wallet = Wallet()
    assert refused(wallet, "resident-sd", wallet.sd_jwt(key=new_key())) == "sdjwt.binding_signature"


def test_invalid_sd_hash():
    wallet = Wallet()
    other = to_base64url(hashlib.sha256(b"another selection").digest())
    assert refused(wallet, "resident-sd", wallet.sd_jwt(sd_hash=other)) == "sdjwt.binding_hash"


def test_invalid_credential_signature():
    wallet = Wallet()
    credential = altered(wallet.scene.issue("resident", key=wallet.key).text)
    assert refused(wallet, "resident-sd", wallet.sd_jwt(credential=credential)) == "sdjwt.issuer_signature"


def test_kb_jwt_iat_in_past():
    wallet = Wallet()
    assert refused(wallet, "resident-sd", wallet.sd_jwt(iat=NOW - 86_400)) == "sdjwt.binding_old"


def test_kb_jwt_iat_in_future():
    wallet = Wallet()
    assert refused(wallet, "resident-sd", wallet.sd_jwt(iat=NOW + 86_400)) == "sdjwt.binding_future"


def test_invalid_session_transcript():
    wallet = Wallet()
    assert refused(wallet, "resident-mdoc", wallet.mdoc("another nonce")) == "mdoc.device_signature"


def test_present_revoked_credential():
    for query, make in (("resident-sd", Wallet.sd_jwt), ("resident-mdoc", Wallet.mdoc)):
        wallet = Wallet()
        wallet.scene.statuses.refused = "status.revoked"
        assert refused(wallet, query, make(wallet)) == "status.revoked"


def test_present_credential_without_status():
    """The suite leaves it to the verifier's policy. Ours: what lives for longer than a day has a status."""
    wallet = Wallet()
    credential = wallet.scene.issue("resident", key=wallet.key, status=None).text
    assert refused(wallet, "resident-sd", wallet.sd_jwt(credential=credential)) == "presentation.status_missing"


def test_request_uri_fetched_twice():
    """The suite's newest version wants it served again. Ours is handed out once: whoever comes second is not let in."""
    wallet = Wallet()
    with pytest.raises(MadangError) as error:
        wallet.scene.verifier.fetch(wallet.begun.handle, NOW)
    assert error.value.code == "request.fetched"
    assert wallet.send("resident-sd", wallet.sd_jwt()), "the first goes on as if nothing was"
