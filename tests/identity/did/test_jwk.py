"""did:jwk is the key itself: made, resolved, and everything but a public P-256 key refused."""

import json

import pytest

from madang.identity import jose
from madang.identity.did import jwk
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.identity.institutions import new_key

PUBLIC = jose.jwk_of(new_key().public_key())

SPECIFICATION = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5"
    "IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
"""The example for P-256 of the did:jwk method specification (Apache-2.0)."""


def did_of(value: object) -> str:
    return jwk.PREFIX + to_base64url(json.dumps(value).encode())


def test_the_example_of_the_specification_is_resolved_and_made_again():
    found = jwk.resolve(SPECIFICATION)
    key = found["verificationMethod"][0]["publicKeyJwk"]
    assert key["x"] == "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"
    assert key["y"] == "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE"
    assert jwk.make(key) == SPECIFICATION
    uses = ("authentication", "assertionMethod", "keyAgreement", "capabilityInvocation", "capabilityDelegation")
    assert all(found[use] == [f"{SPECIFICATION}#0"] for use in uses)


def test_what_is_made_is_resolved_to_the_same_key():
    did = jwk.make({**PUBLIC, "kid": "left out"})
    assert jwk.resolve(did)["verificationMethod"][0]["publicKeyJwk"] == PUBLIC


@pytest.mark.parametrize(("use", "agrees"), [("sig", False), ("enc", True)])
def test_a_key_for_one_use_is_not_offered_for_another(use, agrees):
    found = jwk.resolve(did_of({**PUBLIC, "use": use}))
    assert ("keyAgreement" in found) == agrees
    assert ("authentication" in found) != agrees


@pytest.mark.parametrize(
    "did",
    [
        "did:web:example.com",
        "did:jwk:",
        "did:jwk:!",
        SPECIFICATION + "#0",
        SPECIFICATION + "=",
        jwk.PREFIX + "A" * 2_000,
        did_of([]),
        did_of({}),
        did_of({**PUBLIC, "d": PUBLIC["x"]}),
        did_of({**PUBLIC, "use": "both"}),
        did_of({**PUBLIC, "y": PUBLIC["x"]}),
        did_of({**PUBLIC, "crv": "P-384"}),
        did_of({"kty": "OKP", "crv": "Ed25519", "x": PUBLIC["x"]}),
        jwk.PREFIX + to_base64url(json.dumps(PUBLIC).replace("{", '{"kty":"EC",').encode()),
    ],
)
def test_anything_else_is_refused(did):
    with pytest.raises(MadangError) as caught:
        jwk.resolve(did)
    assert caught.value.code == "did.jwk"


def test_a_private_key_is_never_made_an_identifier():
    with pytest.raises(MadangError) as caught:
        jwk.make({**PUBLIC, "d": "secret"})
    assert caught.value.code == "did.jwk" and "secret" not in caught.value.message
