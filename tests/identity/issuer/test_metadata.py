"""What wallets read first, and who vouches for it."""

import msgspec
import pytest

from madang.identity import jose
from madang.identity.catalogue import TYPES
from madang.identity.certificates import follow
from madang.identity.issuer.configurations import type_metadata
from madang.identity.issuer.endpoints import READ, answer
from madang.identity.issuer.metadata import issuer_metadata, server_metadata
from madang.identity.issuer.wire import Request
from tests.identity.issuer.scene import ANY, ATTESTED, NOW, ORIGIN


def read(scene, accept: str):
    request = Request("GET", {"accept": [accept]} if accept else {}, "", b"", NOW)
    return answer(scene.office, READ["issuer"], request)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json, application/jwt", "application/json"),
        ("application/jwt", "application/jwt"),
        ("application/jwt, application/json;q=0.9", "application/jwt"),
    ],
)
def test_metadata_is_signed_for_whoever_asks_for_that(scene, accept, media_type):
    assert read(scene, accept).media_type == media_type


def test_signed_metadata_says_the_same_below_the_institutions_root(scene):
    jws = jose.read(read(scene, "application/jwt").body.decode(), "openidvci-issuer-metadata+jwt", "the metadata")
    chain = jose.chain_of(jws, "the metadata")
    jose.check(jws, follow(chain, [scene.institution.root], "credential", NOW).key, "the metadata")
    claims = msgspec.json.decode(jws.payload)
    assert (claims.pop("sub"), claims.pop("iss")) == (scene.office.url, scene.office.url)
    assert claims.pop("iat") == NOW < claims.pop("exp")
    assert claims == issuer_metadata(scene.office)


def test_configurations_come_from_the_catalogue(scene):
    metadata = issuer_metadata(scene.office)
    found = metadata["credential_configurations_supported"]
    licence, residence = found[f"{ATTESTED}_mdoc"], found[f"{ANY}_sd_jwt"]
    assert licence["doctype"] == "org.iso.18013.5.1.mDL" and licence["credential_signing_alg_values_supported"] == [-7]
    assert licence["cryptographic_binding_methods_supported"] == ["cose_key"]
    assert residence["vct"] == TYPES[ANY].vct and residence["credential_signing_alg_values_supported"] == ["ES256"]
    assert "key_attestations_required" in licence["proof_types_supported"]["jwt"]
    assert "key_attestations_required" not in residence["proof_types_supported"]["jwt"]
    assert all(one["scope"] == name for name, one in found.items())
    shown = residence["credential_metadata"]
    assert {one["locale"] for one in shown["display"]} == {"ko", "en"}
    assert [one["path"] for one in shown["claims"]] == [[name] for name in TYPES[ANY].claims]
    mdoc_paths = [one["path"] for one in licence["credential_metadata"]["claims"]]
    assert ["org.iso.18013.5.1", "family_name"] in mdoc_paths
    assert metadata["batch_credential_issuance"] == {"batch_size": 10}


def test_every_address_is_the_institutions_own(scene):
    found = {**issuer_metadata(scene.office), **server_metadata(scene.office)}
    addresses = [value for name, value in found.items() if name.endswith("_endpoint")]
    assert len(addresses) == 7
    assert all(one.startswith((f"{scene.office.url}/", f"{ORIGIN}/issuer/authorize/office")) for one in addresses)
    assert "d" not in found["credential_request_encryption"]["jwks"]["keys"][0]


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_types_document_says_what_can_be_withheld(kind):
    of = TYPES[kind]
    document = type_metadata(of)
    assert document["vct"] == of.vct
    withheld = {one["path"][0] for one in document["claims"] if one["sd"] == "always"}
    assert withheld == {name for name, claim in of.claims.items() if not claim.open}
