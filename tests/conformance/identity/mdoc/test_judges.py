"""Three libraries of others read what we issue and show, and we what they do: @auth0/mdl, @owf/mdoc, @animo-id/mdoc."""

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.certificates import Followed, follow, make_leaf, make_root
from madang.identity.mdoc import Validity, issue, present, verify_issued, verify_presentation
from madang.identity.mdoc.cbor import decode, encode
from madang.identity.mdoc.transcript import digital_credentials_api, openid4vp
from madang.identity.signer import signer, signing
from madang.identity.verified import StatusReference
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.components import Needs
from tests.conformance.identity.judging import Refused, ask

pytestmark = pytest.mark.conformance

JUDGES = ("auth0", "owf", "animo")
DOC_TYPE, NAMESPACE = "org.iso.18013.5.1.mDL", "org.iso.18013.5.1"
ELEMENTS: dict[str, Any] = {
    "family_name": "홍",
    "issuing_country": "KR",
    "portrait": b"\xff\xd8\xff" + bytes(2000),
    "age_over_19": True,
    "age_over_65": False,
}
NOW = int(time.time())
"""The judges ask the clock."""
TRANSCRIPT = openid4vp("x509_hash:abc", "nonce-of-the-request", "https://verifier.example/answer", bytes(range(32)))
OTHER_TRANSCRIPT = openid4vp("x509_hash:abc", "another-nonce", "https://verifier.example/answer", bytes(range(32)))


def private(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """A key as a private JWK."""
    number = key.private_numbers().private_value
    return {**jose.jwk_of(key.public_key()), "d": to_base64url(number.to_bytes(32, "big"))}


ROOT_KEY, ISSUER_KEY, DEVICE_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
ROOT = make_root(ROOT_KEY, "Issuer of tests", NOW - 86_400)
LEAF = make_leaf(ROOT_KEY, ROOT, ISSUER_KEY.public_key(), "Licences of tests", "credential", NOW - 86_400)


def trust(chain: tuple[bytes, ...]) -> Followed:
    return follow(chain, (ROOT,), "credential", NOW)


def our_licence(since: int = NOW - 60, until: int = NOW + 3600) -> bytes:
    holder = jose.jwk_of(DEVICE_KEY.public_key())
    status = StatusReference("https://status.example/1", 7)
    elements = {NAMESPACE: ELEMENTS}
    return issue(signer(ISSUER_KEY, [LEAF]), DOC_TYPE, elements, holder, Validity(since, since, until), status)


def as_judge_takes(judge: str, issuer_signed: bytes) -> bytes:
    """@auth0/mdl takes a credential as a response without a holder's signature."""
    if judge != "auth0":
        return issuer_signed
    document = {"docType": DOC_TYPE, "issuerSigned": decode(issuer_signed, "a credential")}
    return encode({"version": "1.0", "documents": [document], "status": 0})


def as_judge_gives(judge: str, issued: bytes) -> bytes:
    """All but @owf/mdoc give one so, too. The holder's lack is no concern of an issuer."""
    if judge == "owf":
        return issued
    response = decode(issued, "a credential", unread_headers=True)
    issuer_signed = response["documents"][0]["issuerSigned"]
    issuer_signed["issuerAuth"][1] = {33: issuer_signed["issuerAuth"][1][33]}
    return encode(issuer_signed)


def verdict(needs: Needs, judge: str, response: bytes, transcript: bytes = TRANSCRIPT) -> Any:
    asked = {"response": response.hex(), "transcript": transcript.hex(), "root": ROOT.hex(), "namespace": NAMESPACE}
    return ask(needs, "mdoc.mjs", {"judge": judge, "role": "verify", **asked})


def presented_by(needs: Needs, judge: str, issuer_signed: bytes, identifiers: list[str]) -> bytes:
    asked = {
        "doc_type": DOC_TYPE,
        "namespace": NAMESPACE,
        "issuer_signed": as_judge_takes(judge, issuer_signed).hex(),
        "identifiers": identifiers,
        "transcript": TRANSCRIPT.hex(),
        "device_key": private(DEVICE_KEY),
    }
    return bytes.fromhex(ask(needs, "mdoc.mjs", {"judge": judge, "role": "present", **asked}))


@pytest.mark.parametrize("judge", JUDGES)
def test_they_verify_what_we_issue_and_show(needs, judge):
    chosen = ["family_name", "issuing_country", "portrait", "age_over_65"]
    response = present(our_licence(), DOC_TYPE, {NAMESPACE: chosen}, TRANSCRIPT, signing(DEVICE_KEY))
    shown = verdict(needs, judge, response)
    assert shown == {**{name: ELEMENTS[name] for name in chosen}, "portrait": ELEMENTS["portrait"].hex()}


@pytest.mark.parametrize("judge", JUDGES)
def test_they_refuse_what_is_altered_or_answers_another_request_or_has_expired(needs, judge):
    licence = our_licence()
    response = present(licence, DOC_TYPE, {NAMESPACE: ["family_name"]}, TRANSCRIPT, signing(DEVICE_KEY))
    old = our_licence(NOW - 600, NOW - 60)
    expired = present(old, DOC_TYPE, {NAMESPACE: ["family_name"]}, TRANSCRIPT, signing(DEVICE_KEY))
    for spoilt, transcript, why in (
        (response.replace("홍".encode(), "김".encode()), TRANSCRIPT, "family_name attribute must match the digest"),
        (response, OTHER_TRANSCRIPT, "Device signature must be valid"),
        (expired, TRANSCRIPT, "MSO must be valid at the time of verification"),
    ):
        with pytest.raises(Refused, match=why):
            verdict(needs, judge, spoilt, transcript)


@pytest.mark.parametrize("judge", JUDGES)
def test_we_verify_what_they_show_of_our_licence(needs, judge):
    response = presented_by(needs, judge, our_licence(), ["family_name", "age_over_19"])
    document = verify_presentation(response, DOC_TYPE, TRANSCRIPT, trust, NOW)
    assert document.elements == {NAMESPACE: {"family_name": "홍", "age_over_19": True}}
    assert document.status == StatusReference("https://status.example/1", 7)
    for spoilt, code in (
        (response.replace("홍".encode(), "김".encode()), "mdoc.digest"),
        (response.replace(b"age_over_19", b"age_over_20"), "mdoc.digest"),
    ):
        assert spoilt != response
        with pytest.raises(MadangError) as refused:
            verify_presentation(spoilt, DOC_TYPE, TRANSCRIPT, trust, NOW)
        assert refused.value.code == code
    with pytest.raises(MadangError) as refused:
        verify_presentation(response, DOC_TYPE, OTHER_TRANSCRIPT, trust, NOW)
    assert refused.value.code == "mdoc.device_signature"


@pytest.mark.parametrize("judge", JUDGES)
def test_we_verify_what_they_issue_and_can_show_it(needs, judge):
    asked = {
        "doc_type": DOC_TYPE,
        "namespace": NAMESPACE,
        "elements": {"family_name": "홍", "age_over_19": True},
        "issuer_key": private(ISSUER_KEY),
        "certificate": LEAF.hex(),
        "device_key": private(DEVICE_KEY),
        "since": NOW - 60,
        "until": NOW + 3600,
    }
    issued = bytes.fromhex(ask(needs, "mdoc.mjs", {"judge": judge, "role": "issue", **asked}))
    licence = as_judge_gives(judge, issued)
    document = verify_issued(licence, DOC_TYPE, trust, NOW)
    assert document.elements == {NAMESPACE: {"family_name": "홍", "age_over_19": True}}
    assert document.validity == Validity(NOW - 60, NOW - 60, NOW + 3600)
    response = present(licence, DOC_TYPE, {NAMESPACE: ["age_over_19"]}, TRANSCRIPT, signing(DEVICE_KEY))
    assert verdict(needs, judge, response) == {"age_over_19": True}


def test_auth0_writes_undefined_for_a_header_that_it_leaves_out(needs):
    """Why `cbor.decode` reads over it there: the header is the key identifier (4) of the holder's signature."""
    response = presented_by(needs, "auth0", our_licence(), ["age_over_19"])
    assert b"\xa1\x04\xf7" in response
    with pytest.raises(MadangError):
        decode(response, "a presentation")


@pytest.mark.parametrize("thumbprint", [None, bytes(range(32))])
def test_owf_makes_the_same_transcripts(needs, thumbprint):
    nonce = "nonce-of-the-request"
    asked = {"judge": "owf", "role": "transcript", "nonce": nonce, "thumbprint": thumbprint and thumbprint.hex()}
    client, answer, origin = "x509_hash:abc", "https://verifier.example/answer", "https://verifier.example"
    theirs = ask(needs, "mdoc.mjs", {**asked, "client_id": client, "response_uri": answer})
    assert theirs == openid4vp(client, nonce, answer, thumbprint).hex()
    theirs = ask(needs, "mdoc.mjs", {**asked, "origin": origin})
    assert theirs == digital_credentials_api(origin, nonce, thumbprint).hex()
