"""Each refusal of a presentation, in order of precedence: of two faults the one further up is named."""

import datetime
import itertools

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.mdoc import verify_issued, verify_presentation
from madang.identity.mdoc.cbor import Encoded, encode
from madang.identity.mdoc.cose import cose_key, sign1
from madang.identity.mdoc.issuing import _time
from madang.kernel.errors import MadangError
from tests.identity.mdoc.material import DAY, DOC_TYPE, NAMESPACE, NOW, TRANSCRIPT, Parts, an_issuer, new_issuer

OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = new_issuer()


def validity(**times):
    return lambda parts: parts.mso["validityInfo"].update({name: _time(value) for name, value in times.items()})


def response(**members):
    return lambda parts: parts.response.update(members)


def mso(**members):
    return lambda parts: parts.mso.update(members)


def part(**parts_of):
    def spoil(parts):
        for name, value in parts_of.items():
            setattr(parts, name, value)

    return spoil


def without(name):
    return lambda parts: parts.mso.pop(name)


def other_value(parts):
    """The item that is shown is not the one whose digest was signed."""
    parts.items_after = [{**parts.items.pop(), "elementValue": "김"}]


def short_salt(parts):
    parts.items[0]["random"] = bytes(15)


def twice(parts):
    parts.items_after = [parts.items[0]]


def signed_by_another(parts):
    parts.issuer_signer = STRANGER.signer


def signed_by_stranger(parts):
    parts.unprotected = {33: STRANGER.signer.chain[0]}


def other_algorithm(parts):
    """A signature whose protected header says ES384."""
    parts.issuer_auth = [encode({1: -35}), parts.unprotected, b"", bytes(64)]


def other_device_algorithm(parts):
    parts.device_auth = {"deviceSignature": [encode({1: -8}), {}, None, bytes(64)]}


def critical_header(parts):
    parts.device_auth = {"deviceSignature": [encode({1: -7, 2: [99], 99: 1}), {}, None, bytes(64)]}


FAULTS = [
    ("mdoc.version", response(version="1.1")),
    ("mdoc.status", response(status=10)),
    ("mdoc.documents", part(copies=2)),
    ("mdoc.doctype", part(doc_type="org.iso.18013.5.1.other")),
    ("mdoc.form", part(issuer_more={"unknown": 1})),
    ("mdoc.issuer_auth", other_algorithm),
    ("mdoc.chain", part(unprotected={})),
    ("certificate.anchor", signed_by_stranger),
    ("mdoc.issuer_signature", signed_by_another),
    ("mdoc.mso", mso(version="2.0")),
    ("mdoc.digest_algorithm", mso(digestAlgorithm="SHA-512")),
    ("mdoc.item", short_salt),
    ("mdoc.duplicate", twice),
    ("mdoc.digest", other_value),
    ("mdoc.mso_doctype", mso(docType="org.iso.18013.5.1.other")),
    ("mdoc.validity", validity(validFrom=NOW - 2 * DAY)),
    ("mdoc.not_yet_valid", validity(validFrom=NOW + 1)),
    ("mdoc.expired", validity(validUntil=NOW)),
    ("mdoc.signed_outside", validity(signed=NOW - 11 * DAY)),
    ("mdoc.status_reference", mso(status={"elsewhere": {}})),
    ("mdoc.device_key", mso(deviceKeyInfo={"deviceKey": {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}})),
    ("mdoc.device_mac", part(device_auth={"deviceMac": [b"", {}, None, bytes(32)]})),
    ("mdoc.device_signature_form", part(device_detached=False)),
    ("mdoc.device_namespaces", part(device_namespaces=Encoded(encode({NAMESPACE: {"age_over_19": True}})))),
    ("mdoc.device_signature", part(device_key=OTHER_KEY)),
]
# Pairs that spoil the same part, so that one takes the other's place.
TAKEN = {
    ("mdoc.chain", "certificate.anchor"),
    ("mdoc.duplicate", "mdoc.digest"),
    ("mdoc.not_yet_valid", "mdoc.expired"),
    ("mdoc.validity", "mdoc.not_yet_valid"),
    ("mdoc.validity", "mdoc.signed_outside"),
    ("mdoc.device_mac", "mdoc.device_signature_form"),
}


def refusal_of(*spoil):
    parts = Parts()
    for one in reversed(spoil):
        one(parts)
    with pytest.raises(MadangError) as refused:
        verify_presentation(parts.build(), DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
    return refused.value.code


def test_with_no_fault_it_is_verified():
    document = verify_presentation(Parts().build(), DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
    assert document.elements == {NAMESPACE: {"age_over_19": True, "family_name": "홍"}}


@pytest.mark.parametrize(("code", "spoil"), FAULTS, ids=[code for code, _ in FAULTS])
def test_each_fault_has_its_code(code, spoil):
    assert refusal_of(spoil) == code


def test_of_two_faults_the_first_is_named():
    for (first, spoil), (second, spoil_too) in itertools.combinations(FAULTS, 2):
        if (first, second) not in TAKEN:
            assert refusal_of(spoil, spoil_too) == first, second


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("mdoc.form", response(version=1)),
        ("mdoc.form", response(status="0")),
        ("mdoc.form", response(status=False)),
        ("mdoc.documents", response(documents=[])),
        ("mdoc.documents", response(documents=None)),
        ("mdoc.documents", response(documents=[1])),
        ("mdoc.form", response(documents=[{"docType": DOC_TYPE}])),
        ("mdoc.form", response(documents=[{"docType": 1}])),
        ("mdoc.issuer_auth", part(issuer_auth=[1])),
        ("mdoc.issuer_auth", part(issuer_auth=[b"", {}, b"", bytes(63)])),
        ("cbor.size", part(issuer_auth=[b"", {}, b"", bytes(64)])),
        ("mdoc.issuer_auth", part(issuer_auth=[encode([]), {}, b"", bytes(64)])),
        ("mdoc.chain", part(unprotected={33: []})),
        ("mdoc.chain", part(unprotected={33: "text"})),
        ("mdoc.chain", part(unprotected={33: [b"1"] * 5})),
        ("certificate.chain", part(unprotected={33: b"no certificate"})),
        (
            "mdoc.issuer_signature",
            part(issuer_auth=[b"\xa1\x01\x26", {33: an_issuer().signer.chain[0]}, None, bytes(64)]),
        ),
        ("mdoc.mso", part(wrap=False)),
        ("mdoc.mso", without("version")),
        ("mdoc.digest_algorithm", without("digestAlgorithm")),
        ("mdoc.item", part(namespaces=[])),
        ("mdoc.item", part(namespaces={1: []})),
        ("mdoc.item", part(namespaces={NAMESPACE: {}})),
        ("mdoc.item", part(namespaces={NAMESPACE: [b"not tagged"]})),
        ("mdoc.item", part(namespaces={NAMESPACE: [Encoded(encode([]))]})),
        ("mdoc.item", part(namespaces={NAMESPACE: [Encoded(encode({"digestID": True}))]})),
        ("mdoc.item", part(namespaces={NAMESPACE: [b""] * 201})),
        ("cbor.form", part(namespaces={NAMESPACE: [Encoded(b"\xa1")]})),
        ("mdoc.mso", without("valueDigests")),
        ("mdoc.digest", mso(valueDigests={})),
        ("mdoc.digest", mso(valueDigests={NAMESPACE: []})),
        ("mdoc.mso_doctype", without("docType")),
        ("mdoc.validity", without("validityInfo")),
        ("mdoc.validity", mso(validityInfo={"signed": datetime.date(2026, 1, 1)})),
        ("mdoc.validity", validity(validUntil=NOW - 2 * DAY)),
        ("mdoc.status_reference", mso(status={"status_list": {"idx": -1, "uri": "https://a"}})),
        ("mdoc.status_reference", mso(status={"status_list": {"idx": True, "uri": "https://a"}})),
        ("mdoc.status_reference", mso(status={"status_list": {"idx": 1, "uri": ""}})),
        ("mdoc.status_reference", mso(status=None)),
        ("mdoc.device_key", without("deviceKeyInfo")),
        ("mdoc.device_key", mso(deviceKeyInfo={"deviceKey": {1: 2, -1: 2, -2: bytes(48), -3: bytes(48)}})),
        ("mdoc.device_key", mso(deviceKeyInfo={"deviceKey": {1: 2, -1: 1, -2: bytes(32), -3: True}})),
        ("mdoc.device_signature_form", part(device_auth={"other": 1})),
        ("mdoc.device_signature_form", other_device_algorithm),
        ("mdoc.device_signature_form", critical_header),
        ("mdoc.form", part(device_auth=[1])),
        ("cbor.form", part(device_namespaces=Encoded(b"\xa1"))),
    ],
)
def test_other_forms_of_the_same_faults(code, spoil):
    assert refusal_of(spoil) == code


def test_a_private_key_as_device_key_is_refused():
    def tells_its_private_part(parts):
        parts.mso["deviceKeyInfo"]["deviceKey"][-4] = bytes(32)

    assert refusal_of(tells_its_private_part) == "mdoc.device_key"


def test_undefined_is_read_over_in_a_header_that_is_left_out_and_nowhere_else():
    """Wallets built on @auth0/mdl write it for a missing key identifier (COSE header 4)."""
    parts = Parts()
    built = parts.build()
    device = sign1(b"", lambda _: bytes(64), {})
    assert device[1] == {}
    headers = built.rindex(b"\x84\x43\xa1\x01\x26\xa0") + 5
    spoilt = built[:headers] + b"\xa1\x04\xf7" + built[headers + 1 :]
    document = verify_presentation(spoilt, DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
    assert document.elements[NAMESPACE]["age_over_19"] is True

    for members in ({"more": cbor2.undefined}, {"status": cbor2.undefined}):
        with pytest.raises(MadangError) as refused:
            answer = cbor2.dumps({"version": "1.0", "documents": [], "status": 0, **members})
            verify_presentation(answer, DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
        assert refused.value.code == "cbor.value"


def test_an_undefined_value_of_an_element_is_refused_although_its_issuer_signed_it():
    item = cbor2.dumps({"digestID": 0, "random": bytes(16), "elementIdentifier": "a", "elementValue": cbor2.undefined})
    assert refusal_of(part(namespaces={NAMESPACE: [Encoded(item)]})) == "cbor.value"


def test_a_presentation_of_ten_million_bytes_is_not_read():
    with pytest.raises(MadangError) as refused:
        verify_presentation(bytes(10_000_000), DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
    assert refused.value.code == "cbor.size"


def test_a_wallet_keeps_no_credential_that_is_none():
    with pytest.raises(MadangError) as refused:
        verify_issued(encode([1]), DOC_TYPE, an_issuer().trust, NOW)
    assert refused.value.code == "mdoc.form"


def test_a_key_with_zeros_at_its_start_keeps_its_length():
    """Coordinates are 32 bytes whatever they begin with (RFC 9053, section 7.1.1)."""
    jwk = {"kty": "EC", "crv": "P-256", "x": "AA" + "B" * 40 + "A", "y": "C" * 42 + "A"}
    key = cose_key(jwk)
    assert len(key[-2]) == len(key[-3]) == 32 and key[-2][0] == 0
