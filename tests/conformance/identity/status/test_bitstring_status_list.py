"""Bitstring Status List v1.0, judged by the Recommendation's list and by the sentences of the W3C's test suite.

The suite asks an issuer and a verifier over HTTP for credentials with Data Integrity proofs; ours are secured by JOSE.
So each of its sentences that a list or an entry must fulfil is a test here, named after it.
"""

import base64
import gzip
import json
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.status import bitstring
from madang.identity.status.packing import bit_at, pack_bitstring
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.status.scene import BASE, ISSUER, OFFICE
from tests.identity.status.test_bitstring import GOOD, made, of_list, read

pytestmark = pytest.mark.conformance

OF_THE_RECOMMENDATION = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""Section 2.2, example 3."""
SHORT = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQsvoAAAAAAAAAAAAAAAAP4GcwM92tQwAAA"
"""100,000 places, as lists had them before the Recommendation asked for more."""
URI = f"{BASE}/1.revocation"


def credential() -> dict[str, Any]:
    packed = pack_bitstring([5], bitstring.LEAST_PLACES)
    text = bitstring.make(OFFICE.signer, ISSUER, URI, "revocation", packed, NOW, 300, 3_600)
    return dict(json.loads(jose.read(text, bitstring.TYP, "the list").payload))


def code_of(call, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        call(*arguments)
    return refused.value.code


def test_the_list_of_the_recommendation_is_read_and_made():
    packed = bitstring.decode_list(OF_THE_RECOMMENDATION)
    assert packed == bytes(16 * 1024)
    assert bitstring.decode_list(bitstring.encode_list(packed)) == packed
    assert read(made(credentialSubject=of_list(encodedList=OF_THE_RECOMMENDATION))).packed == packed


def test_the_uncompressed_bitstring_must_be_at_least_16_kb():
    assert code_of(bitstring.decode_list, SHORT) == "status.list"


def test_the_encoded_list_is_multibase_base64url_without_padding_of_gzip():
    encoded = credential()["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    assert "=" not in encoded
    raw = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert raw == bytes([0b0000_0100]) + bytes(16 * 1024 - 1), "the first place is the leftmost bit"
    assert bit_at(raw, 5)


def test_a_status_list_credential_is_a_conforming_document():
    found = credential()
    assert found["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    assert {"VerifiableCredential", "BitstringStatusListCredential"} <= set(found["type"])
    subject = found["credentialSubject"]
    assert subject["type"] == "BitstringStatusList"
    assert subject["statusPurpose"] == "revocation"
    assert type(subject["ttl"]) is int
    assert found["id"] == URI
    assert found["validFrom"].endswith("Z")
    assert found["validUntil"].endswith("Z")


def test_an_entry_is_as_the_data_model_says():
    found = bitstring.entry(URI, 94_567, "revocation")
    assert found["type"] == "BitstringStatusListEntry"
    assert isinstance(found["statusPurpose"], str)
    assert found["statusListIndex"] == "94567"
    assert found["statusListCredential"] == URI
    assert found["id"] != found["statusListCredential"], "the id MUST NOT be the URL for the status list"


MUST = {
    "type MUST be BitstringStatusListEntry": {"type": "BitstringStatusList"},
    "statusPurpose MUST be a string": {"statusPurpose": ["revocation"]},
    "statusListIndex MUST be an integer as a string in base 10": {"statusListIndex": True},
    "statusListIndex MUST be at least 0": {"statusListIndex": "-1"},
    "statusListCredential MUST be a URL": {"statusListCredential": 1},
    "statusSize MUST be an integer greater than zero": {"statusSize": 0},
    "statusMessage MUST be present where statusSize is greater than 1": {"statusSize": 2},
}


@pytest.mark.parametrize("wrong", MUST.values(), ids=MUST)
def test_a_malformed_value_must_be_refused(wrong):
    assert code_of(bitstring.read_entries, GOOD | wrong) == "status.entry"


def test_an_index_outside_of_the_bitstring_must_be_a_range_error():
    packed = bitstring.decode_list(OF_THE_RECOMMENDATION)
    assert not bit_at(packed, 131_071)
    assert code_of(bit_at, packed, 131_072) == "status.unknown"
