"""Token Status List, judged by the draft's own vectors and by @sd-jwt/jwt-status-list."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.certificates import Followed, digest_of
from madang.identity.mdoc import cose
from madang.identity.mdoc.cbor import decode
from madang.identity.status import token
from madang.identity.status.packing import compress, decompress, pack, status_at
from madang.kernel.codec import from_base64url, to_base64url
from madang.kernel.errors import MadangError
from tests.components import Needs
from tests.conformance.identity.judging import ask
from tests.identity.institutions import NOW, certified

pytestmark = pytest.mark.conformance

FILE: dict[str, Any] = json.loads((Path(__file__).parent / "token_status_list.json").read_text(encoding="utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]
EACH = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
URI = "https://office.example/status/1"
OFFICE = certified()


def statuses(vector: dict[str, Any]) -> dict[int, int]:
    return {int(index): value for index, value in vector["statuses"].items()}


def test_all_entries_of_the_test_vectors_are_there():
    assert sum(len(one["statuses"]) for one in VECTORS if one["name"].startswith("test vector")) == 293


@EACH
def test_a_list_in_json_is_read_and_made(vector):
    packed = token.unpack(vector["json"]["lst"])
    assert vector["json"]["bits"] == vector["bits"]
    assert packed == pack(list(statuses(vector).items()), vector["size"], vector["bits"])
    assert {index: status_at(packed, vector["bits"], index) for index in statuses(vector)} == statuses(vector)
    assert to_base64url(compress(packed)) == vector["json"]["lst"], "the highest level of compression, as recommended"


@EACH
def test_a_list_in_cbor_holds_the_same(vector):
    found = decode(bytes.fromhex(vector["cbor"]), "the list", 64 * 1024)
    assert found["bits"] == vector["bits"]
    assert found["lst"] == from_base64url(vector["json"]["lst"], "the list")
    assert decompress(found["lst"]) == token.unpack(vector["json"]["lst"])


def test_the_token_of_section_5_1():
    """It is signed with a bare key. We ask for the key's certificates, and so refuse it for that alone."""
    jws = jose.read(FILE["jwt"], token.TYP, "the token")
    jose.check(jws, jose.public_key(FILE["jwk"], "the key"), "the token")
    claims = json.loads(jws.payload)
    assert (claims["sub"], claims["iat"], claims["exp"]) == (
        "https://example.com/statuslists/1",
        1_686_920_170,
        2_291_720_170,
    )
    packed = token.unpack(claims["status_list"]["lst"])
    assert packed == pack(list(statuses(VECTORS[0]).items()), 16, 1)
    with pytest.raises(MadangError) as refused:
        token.read(FILE["jwt"], claims["sub"], _nobody, NOW)
    assert refused.value.code == "status.form"


def test_the_same_claims_under_certificates_are_read():
    claims = jose.read(FILE["jwt"], token.TYP, "the token").payload
    signer = OFFICE.signer
    text = jose.sign(token.TYP, claims, signer.sign, {"x5c": jose.x5c(signer.chain)})
    found = token.read(text, "https://example.com/statuslists/1", _trusting, NOW)
    assert (found.bits, found.issued_at, found.expires_at, found.ttl) == (1, 1_686_920_170, 2_291_720_170, 43_200)
    listed = [status_at(found.packed, 1, index) for index in range(16)]
    assert listed == [statuses(VECTORS[0])[index] for index in range(16)]


def test_the_token_of_section_5_2_in_cbor():
    """Tokens as CWT are not offered: the lists that our credentials name are JWT. Signature and list are as ours."""
    tagged = bytes.fromhex(FILE["cwt"])
    assert tagged[0] == 0xD2, "COSE_Sign1, tag 18"
    message = cose.read_sign1(decode(tagged[1:], "the token", 4_096), "the token", "cwt")
    assert message.payload is not None
    assert cose.is_signed(message, message.payload, jose.public_key(FILE["jwk"], "the key"))
    claims = decode(message.payload, "the claims", 4_096)
    assert claims[65_533]["lst"] == from_base64url(VECTORS[0]["json"]["lst"], "the list")


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
