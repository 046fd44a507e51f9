"""What an issuer signs, and what it refuses to sign."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from madang.identity.sdjwt import accept, issue
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW
from tests.identity.sdjwt.material import ABOUT, DISCLOSABLE, an_office, claims, digest, trust


def read(part: str) -> Any:
    """What base64url of JSON says."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def taken_apart(text: str) -> tuple[Any, Any, list[str]]:
    """Header, payload and disclosures of a credential."""
    jwt, *texts = text.split("~")
    assert texts.pop() == ""
    header, payload, _ = jwt.split(".")
    return read(header), read(payload), texts


def nested(levels: int) -> Any:
    """An object in an object, and so on."""
    return {"a": nested(levels - 1)} if levels else 1


def test_a_credential_has_the_header_of_the_profile_and_digests_in_place_of_claims() -> None:
    header, payload, texts = taken_apart(issue(claims(), DISCLOSABLE, an_office().signer))
    assert header["typ"] == "dc+sd-jwt"
    assert header["alg"] == "ES256"
    assert [base64.b64decode(one) for one in header["x5c"]] == list(an_office().signer.chain)
    assert payload["_sd_alg"] == "sha-256"
    assert payload["_sd"] == sorted(payload["_sd"])
    assert {"given_name", "family_name", "address"}.isdisjoint(payload)
    assert payload["age_over"].keys() == {"_sd"}
    assert [one.keys() for one in payload["nationalities"]] == [{"..."}, {"..."}]
    address = next(read(one) for one in texts if read(one)[1] == "address")
    assert address[2].keys() == {"district", "_sd"}
    stated = json.dumps([payload, *map(read, texts)])
    assert all(digest(one) in stated for one in texts)


def test_each_salt_has_128_bits_and_is_used_once() -> None:
    salts = []
    for _ in range(20):
        _, _, texts = taken_apart(issue(claims(), DISCLOSABLE, an_office().signer))
        salts += [read(one)[0] for one in texts]
    assert len(set(salts)) == len(salts) == 20 * len(DISCLOSABLE)
    assert {len(base64.urlsafe_b64decode(one + "==")) for one in salts} == {16}


def test_decoys_stand_wherever_something_is_hidden_and_nowhere_else() -> None:
    _, payload, texts = taken_apart(issue(claims(), (("address",), ("nationalities", 1)), an_office().signer, 3))
    assert len(payload["_sd"]) == 1 + 3
    assert len(payload["nationalities"]) == 2 + 3
    assert payload["age_over"] == ABOUT["age_over"]
    assert len(texts) == 2


def test_a_credential_that_hides_nothing_has_no_digests() -> None:
    _, payload, texts = taken_apart(issue(claims(), (), an_office().signer, 3))
    assert payload == claims()
    assert texts == []
    assert accept(issue(claims(), (), an_office().signer), trust, NOW).claims == ABOUT


REFUSED: tuple[tuple[str, str, Any, Any], ...] = (
    ("sdjwt.payload", "no type", {"vct": ""}, ()),
    ("sdjwt.payload", "no key of the holder", {"cnf": {}}, ()),
    ("sdjwt.payload", "a private key", {"cnf": {"jwk": {"kty": "EC", "crv": "P-256", "d": "a"}}}, ()),
    ("sdjwt.payload", "no end", {"exp": None}, ()),
    ("sdjwt.payload", "an end before the start", {"exp": NOW - 3600}, ()),
    ("sdjwt.payload", "a start that is true", {"iat": True}, ()),
    ("sdjwt.depth", "nine levels", {"a": nested(8)}, ()),
    ("sdjwt.reserved_name", "a name for digests", {"a": {"_sd": []}}, ()),
    ("sdjwt.reserved_name", "a name for elements", {"...": 1}, ()),
    ("sdjwt.reserved_name", "a name that is no text", {"a": {1: 1}}, ()),
    ("sdjwt.payload", "a fraction", {"a": 1.5}, ()),
    ("sdjwt.payload", "a number that readers round", {"a": 2**53}, ()),
    ("sdjwt.payload", "bytes", {"a": b"x"}, ()),
    ("sdjwt.payload", "half a character", {"a": "\ud800"}, ()),
    ("sdjwt.always_shown", "a type that can be hidden", {}, (("vct",),)),
    ("sdjwt.always_shown", "a part of the status that can be hidden", {}, (("status", "status_list"),)),
    ("sdjwt.path", "nothing there", {}, (("given_name", "first"),)),
    ("sdjwt.path", "no such element", {}, (("nationalities", 2),)),
    ("sdjwt.path", "everything at once", {}, ((),)),
    ("sdjwt.disclosures", "201 claims", {"a": list(range(201))}, tuple(("a", place) for place in range(201))),
    ("sdjwt.size", "a portrait of 100 KB", {"portrait": "x" * 100_000}, ()),
)


@pytest.mark.parametrize(("code", "_name", "others", "paths"), REFUSED, ids=[f"{one[0]}: {one[1]}" for one in REFUSED])
def test_what_no_verifier_could_judge_is_not_signed(code: str, _name: str, others: Any, paths: Any) -> None:
    with pytest.raises(MadangError) as caught:
        issue(claims(**others), paths, an_office().signer)
    assert caught.value.code == code
