"""An age is proven without showing the credential, and nothing else is taken for a proof of it."""

import datetime

import msgspec
import pytest

from madang.identity.catalogue import type_of
from madang.identity.mdoc.cbor import Encoded, decode, encode
from madang.identity.mdoc.transcript import openid4vp
from madang.identity.signer import signing
from madang.identity.zk.proving import prove
from madang.identity.zk.running import ensure_available
from madang.identity.zk.statement import MAX_PROOF_BYTES
from madang.identity.zk.verifying import MAX_DOCUMENT_BYTES, MAX_DRIFT, verify
from madang.kernel.errors import MadangError
from tests.identity.mdoc.material import NOW, TRANSCRIPT, an_issuer, new_issuer, phone
from tests.identity.zk.material import AGE, a_credential, a_proof, issued

OTHER_REQUEST = openid4vp("x509_hash:abc", "another-nonce", "https://verifier.example/answer", None)


def refusal_of(document, of=AGE, element="age_over_19", value=True, transcript=TRANSCRIPT, trust=None, now=NOW):
    with pytest.raises(MadangError) as refused:
        verify(document, of, element, value, transcript, trust or an_issuer().trust, now)
    return refused.value.code


def taken_apart():
    """The document of the proof, and what is said in it."""
    (document,) = decode(a_proof(), "it", MAX_DOCUMENT_BYTES)["zkDocuments"]
    return document, decode(document["documentData"].content, "it")


def response(document, **more):
    return encode({"version": "1.0", "zkDocuments": [document], "status": 0, **more})


def altered(proof=None, **said):
    """The proof, with another statement before it."""
    document, before = taken_apart()
    return response({"proof": proof or document["proof"], "documentData": Encoded(encode({**before, **said}))})


def saying(value=True, element="age_over_19", namespace=AGE.namespace):
    return {namespace: [{"elementIdentifier": element, "elementValue": value}]}


def test_an_age_is_proven_and_the_verifier_learns_the_issuer_and_the_time_alone(longfellow):
    proven = verify(a_proof(), AGE, "age_over_19", True, TRANSCRIPT, an_issuer().trust, NOW + 20)
    assert (proven.at, proven.issuer) == (NOW, an_issuer().trust(an_issuer().signer.chain))
    issuer_signed = decode(a_credential(), "it")
    salts = [decode(item.content, "it")["random"] for item in issuer_signed["nameSpaces"][AGE.namespace]]
    mso = decode(decode(issuer_signed["issuerAuth"][2], "it").content, "it")
    device_key = mso["deviceKeyInfo"]["deviceKey"]
    digests = list(mso["valueDigests"][AGE.namespace].values())
    singles_out = [*salts, *digests, device_key[-2], device_key[-3], issuer_signed["issuerAuth"][3]]
    assert len(singles_out) == 9 and not any(secret in a_proof() for secret in singles_out)


def test_that_somebody_is_younger_is_proven_too(longfellow):
    document = prove(a_credential(), AGE, "age_over_65", False, TRANSCRIPT, signing(phone()), NOW)
    verify(document, AGE, "age_over_65", False, TRANSCRIPT, an_issuer().trust, NOW)
    assert refusal_of(document, element="age_over_65", value=True) == "zk.other"


def test_what_is_said_before_a_proof_is_not_taken_for_what_is_proven(longfellow):
    assert refusal_of(altered(issuerSigned=saying(False)), value=False) == "zk.proof"
    assert refusal_of(altered(issuerSigned=saying(element="age_over_65")), element="age_over_65") == "zk.proof"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("zk.proof", {"transcript": OTHER_REQUEST}),
        ("zk.other", {"value": False}),
        ("zk.other", {"element": "age_over_65"}),
        ("zk.time", {"now": NOW + MAX_DRIFT + 1}),
        ("zk.time", {"now": NOW - MAX_DRIFT - 1}),
        ("certificate.anchor", {"trust": new_issuer().trust}),
        ("zk.element", {"element": "region"}),
        ("zk.element", {"element": "age_over_20"}),
        ("zk.element", {"element": "age_over_1"}),
        ("zk.namespace", {"of": msgspec.structs.replace(AGE, namespace="org.madang.test.age.1")}),
        ("zk.status", {"of": type_of("driving_licence")}),
    ],
)
def test_a_proof_is_of_what_was_asked_for_or_of_nothing(longfellow, code, asked):
    assert refusal_of(a_proof(), **asked) == code


def cases():
    """Refusals in order of precedence; made when the test runs, since they are made of a proof."""
    document, said = taken_apart()
    flipped = bytearray(document["proof"])
    flipped[len(flipped) // 2] ^= 1
    moment = datetime.datetime.fromtimestamp(NOW + 1, datetime.UTC)
    stranger = new_issuer().signer.chain
    untold = {name: value for name, value in said.items() if name != "msoX5chain"}
    return [
        ("cbor.size", b""),
        ("cbor.size", bytes(MAX_DOCUMENT_BYTES + 1)),
        ("cbor.form", b"\xa1"),
        ("zk.form", encode([])),
        ("zk.form", encode({"version": "1.0", "status": 0})),
        ("zk.form", encode({"version": "1.0", "zkDocuments": [], "status": 0})),
        ("zk.form", encode({"version": "1.0", "zkDocuments": [document, document], "status": 0})),
        ("zk.form", response(document, version="1.1")),
        ("zk.form", response(document, status=10)),
        ("zk.form", response(document, documents=[])),
        ("zk.form", response([])),
        ("zk.form", response({"documentData": document["documentData"]})),
        ("zk.form", response({"proof": document["proof"]})),
        ("zk.form", response({"documentData": Encoded(encode([])), "proof": b"1"})),
        ("zk.form", altered(timestamp=NOW)),
        ("zk.system", altered(zkSystemId="137e5a75ce72735a37c8a72da1a8a0a5df8d13365c2ae3d2c2bd6a0e7197c7c6")),
        ("mdoc.doctype", altered(docType="another")),
        ("zk.other", altered(issuerSigned={})),
        ("zk.other", altered(issuerSigned=saying(False))),
        ("zk.other", altered(issuerSigned=saying(1))),
        ("zk.other", altered(issuerSigned=saying(namespace="another"))),
        ("zk.other", altered(issuerSigned=saying(element="age_over_18"))),
        ("zk.other", altered(issuerSigned={**saying(), "another": []})),
        ("zk.other", altered(deviceSigned=saying())),
        ("mdoc.chain", altered(msoX5chain=[])),
        ("mdoc.chain", altered(msoX5chain=[1])),
        ("mdoc.chain", altered(msoX5chain=1)),
        ("mdoc.chain", response({"proof": document["proof"], "documentData": Encoded(encode(untold))})),
        ("certificate.anchor", altered(msoX5chain=list(stranger))),
        ("zk.proof", altered(timestamp=moment)),
        ("zk.proof", altered(proof=bytes(flipped))),
        ("zk.proof", altered(proof=b"short")),
        ("zk.proof", altered(proof=bytes(len(flipped)))),
    ]


def test_whatever_else_comes_is_refused(longfellow):
    for code, document in cases():
        assert refusal_of(document) == code


def test_a_key_of_the_same_issuer_that_did_not_sign_is_not_taken_for_the_one_that_did(longfellow):
    stranger = new_issuer()
    document = altered(msoX5chain=list(stranger.signer.chain))
    assert refusal_of(document, trust=stranger.trust) == "zk.proof"


def unproven(issuer_signed, code, of=AGE, element="age_over_19", value=True, now=NOW):
    with pytest.raises(MadangError) as refused:
        prove(issuer_signed, of, element, value, TRANSCRIPT, signing(phone()), now)
    assert refused.value.code == code


def test_a_wallet_proves_nothing_that_its_credential_does_not_say(longfellow):
    unproven(a_credential(), "zk.element", element="region")
    unproven(a_credential(), "zk.status", of=type_of("driving_licence"))
    unproven(b"\xa1", "cbor.form")
    unproven(encode([]), "mdoc.form")
    unproven(a_credential(), "zk.not_held", value=False)
    unproven(issued({"age_over_65": False}), "zk.not_held")
    unproven(issued({"age_over_19": 1}), "zk.not_held")
    unproven(a_credential(), "zk.not_held", now=NOW + 3600)
    unproven(a_credential(), "zk.not_held", now=NOW - 61)
    unproven(issued({"age_over_19": True, **{f"element_{n}": n for n in range(70)}}), "zk.too_long")


def test_a_signature_of_another_key_proves_nothing(longfellow):
    with pytest.raises(MadangError) as refused:
        prove(a_credential(), AGE, "age_over_19", True, TRANSCRIPT, an_issuer().signer.sign, NOW)
    assert refused.value.code == "zk.not_proven"


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64"), ("Windows", "AMD64")])
def test_elsewhere_it_says_so(monkeypatch, system, machine):
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    with pytest.raises(MadangError, match=rf"zk\.unavailable.*{system} on {machine}"):
        ensure_available()


def test_without_the_library_it_says_what_to_install(longfellow, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MadangError, match=r"zk\.unavailable.*madang\[zk\]"):
        ensure_available()


def test_no_proof_is_larger_than_is_read():
    assert MAX_PROOF_BYTES < MAX_DOCUMENT_BYTES
