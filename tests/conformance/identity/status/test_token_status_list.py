"""Token Status List, judged by the draft's own vectors (`draft.py`) and by @sd-jwt/jwt-status-list."""

import hashlib
import json
import random
from typing import Any

import cbor2
import pytest

from madang.identity import jose
from madang.identity.certificates import Followed, digest_of
from madang.identity.mdoc import cose
from madang.identity.mdoc.cbor import decode, encode
from madang.identity.status import cwt, token
from madang.identity.status.packing import compress, decompress, pack, status_at
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.components import Needs
from tests.conformance.identity.judging import ask
from tests.conformance.identity.status.draft import CWT, JWT, LONG, ONE_BIT, TWO_BITS, Vector
from tests.identity.institutions import NOW, certified

pytestmark = pytest.mark.conformance

EACH = pytest.mark.parametrize("vector", [ONE_BIT, TWO_BITS, *LONG], ids=lambda vector: vector.name)
URI = "https://office.example/status/1"
OFFICE = certified()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def made(vector: Vector) -> bytes:
    """The list, before it is compressed."""
    return pack(list(vector.statuses.items()), vector.size, vector.bits)


def test_all_entries_of_the_test_vectors_are_there():
    assert sum(len(one.statuses) for one in LONG) == 293


@EACH
def test_a_list_in_json_is_made_and_read(vector: Vector):
    lst = to_base64url(compress(made(vector)))
    assert digest(lst.encode()) == vector.lst, "the highest level of compression, as recommended"
    packed = token.unpack(lst)
    assert packed == made(vector)
    assert {index: status_at(packed, vector.bits, index) for index in vector.statuses} == vector.statuses
    listed = sum(status_at(packed, vector.bits, index) != 0 for index in range(vector.size))
    assert listed == sum(value != 0 for value in vector.statuses.values())


@EACH
def test_a_list_in_cbor_holds_the_same(vector: Vector):
    data = cbor2.dumps({"bits": vector.bits, "lst": compress(made(vector))})
    assert digest(data) == vector.cbor
    found = decode(data, "the list", 64 * 1024)
    assert found["bits"] == vector.bits
    assert decompress(found["lst"]) == made(vector)


def test_the_token_of_section_5_1():
    """It is signed with a bare key. We ask for the key's certificates, and so refuse it for that alone."""
    claims = json.loads(jose.read(JWT, token.TYP, "the token").payload)
    assert (claims["sub"], claims["iat"], claims["exp"]) == (
        "https://example.com/statuslists/1",
        1_686_920_170,
        2_291_720_170,
    )
    assert token.unpack(claims["status_list"]["lst"]) == made(ONE_BIT)
    with pytest.raises(MadangError) as refused:
        token.read(JWT, claims["sub"], _nobody, NOW)
    assert refused.value.code == "status.form"


def test_the_same_claims_under_certificates_are_read():
    claims = jose.read(JWT, token.TYP, "the token").payload
    signer = OFFICE.signer
    text = jose.sign(token.TYP, claims, signer.sign, {"x5c": jose.x5c(signer.chain)})
    found = token.read(text, "https://example.com/statuslists/1", _trusting, NOW)
    assert (found.bits, found.issued_at, found.expires_at, found.ttl) == (1, 1_686_920_170, 2_291_720_170, 43_200)
    assert {index: status_at(found.packed, 1, index) for index in range(16)} == ONE_BIT.statuses


def test_the_token_of_section_5_2_in_cbor():
    """As the JWT, it is signed with a bare key, and refused for that alone. The list in it is ours."""
    tagged = bytes.fromhex(CWT)
    assert tagged[0] == 0xD2, "COSE_Sign1, tag 18"
    message = cose.read_sign1(decode(tagged[1:], "the token", 4_096), "the token", "cwt")
    assert message.payload is not None
    claims = decode(message.payload, "the claims", 4_096)
    assert claims[65_533] == {"bits": 1, "lst": compress(made(ONE_BIT))}
    with pytest.raises(MadangError) as refused:
        cwt.read(tagged, claims[2], _nobody, NOW)
    assert refused.value.code == "status.form"
    assert "certificates" in refused.value.message


def test_the_same_claims_in_cbor_under_certificates_are_read():
    """The draft's claims byte for byte, under its own protected type."""
    message = cose.read_sign1(decode(bytes.fromhex(CWT)[1:], "the token", 4_096), "the token", "cwt")
    assert message.payload is not None
    assert cose.headers_of(message, "the token")[16] == cwt.MEDIA_TYPE
    chain = {cose.X5CHAIN: OFFICE.signer.chain[0]}
    content = encode(cose.sign1(message.payload, OFFICE.signer.sign, chain, kind=cwt.MEDIA_TYPE))
    found = cwt.read(content, "https://example.com/statuslists/1", _trusting, NOW)
    assert (found.bits, found.issued_at, found.expires_at, found.ttl) == (1, 1_686_920_170, 2_291_720_170, 43_200)
    assert {index: status_at(found.packed, 1, index) for index in range(16)} == ONE_BIT.statuses


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_another_library_reads_our_list(needs: Needs, bits: Any):
    chance = random.Random(bits)
    wanted = {chance.randrange(131_072): chance.randrange(1 << bits) for _ in range(500)}
    text = token.make(OFFICE.signer, URI, pack(list(wanted.items()), 131_072, bits), bits, NOW, 300, 3_600)
    indexes = [*wanted, 0, 131_071]
    found = ask(needs, "status_list.mjs", {"do": "read", "token": text, "indexes": indexes})
    assert found == [wanted.get(index, 0) for index in indexes]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_we_read_the_list_of_another_library(needs: Needs, bits: Any):
    chance = random.Random(bits)
    wanted = [chance.randrange(1 << bits) for _ in range(1_024)]
    packed = token.unpack(ask(needs, "status_list.mjs", {"do": "make", "statuses": wanted, "bits": bits}))
    assert [status_at(packed, bits, index) for index in range(1_024)] == wanted


def _nobody(_chain: tuple[bytes, ...]) -> Followed:
    raise AssertionError("nobody is asked about a token without certificates")


def _trusting(chain: tuple[bytes, ...]) -> Followed:
    assert chain == OFFICE.signer.chain
    return Followed(OFFICE.key.public_key(), digest_of(OFFICE.root), 0, 2**40)
