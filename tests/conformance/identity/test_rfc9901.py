"""RFC 9901: every SD-JWT that it shows, read and altered; every digest that it states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.certificates import Followed
from madang.identity.sdjwt import verify
from madang.identity.sdjwt.disclosures import digest_of, read_all
from madang.identity.sdjwt.forms import read_jws, split
from madang.identity.sdjwt.resolving import Resolved, resolve
from madang.identity.sdjwt.verifying import BINDING_SECONDS, SKEW_SECONDS, _check_binding
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from tests.conformance.identity.rfc9901 import (
    AUDIENCE,
    BOUND_AT,
    EXAMPLES,
    ISSUER,
    NONCE,
    USUAL,
    Example,
    sd,
    unsigned,
)
from tests.identity.sdjwt.material import base64url

pytestmark = pytest.mark.conformance

EACH = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
BOUND = [example for example in EXAMPLES if example.binding]
EACH_BOUND = pytest.mark.parametrize("example", BOUND, ids=lambda example: example.section)

STATED = (
    (["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"], "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"),
    (["lklxF5jMYlGTPUovMNIvCA", "FR"], "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"),
)


@pytest.mark.parametrize(("parts", "digest"), STATED, ids=["a claim", "an element"])
def test_a_disclosure_is_hashed_as_the_rfc_states(parts: list[Any], digest: str) -> None:
    """Sections 4.2.1 to 4.2.3."""
    text = base64url(json.dumps(parts, ensure_ascii=False).encode())
    assert digest_of(text) == digest
    read = read_all([text])[digest]
    assert (read.name, read.value) == (parts[1] if len(parts) == 3 else None, parts[-1])


def read(text: str, example: Example) -> Resolved:
    """What an SD-JWT says, by the functions that verify one of ours. The RFC's bring no certificates, but the key."""
    jwt, texts, _ = split(text)
    jws = read_jws(jwt, example.typ, "the credential", "sdjwt.issuer_")
    jose.check(jws, jose.public_key(ISSUER, "the key"), "the credential")
    return resolve(jose.read_object(jws.payload, "the credential", "sdjwt.form"), read_all(texts))


def refusal(text: str, example: Example) -> str:
    with pytest.raises(MadangError) as refused:
        read(text, example)
    return refused.value.code


@EACH
def test_what_was_issued_is_signed_and_reads_as_the_claims(example: Example) -> None:
    found = read(example.issued, example)
    assert found.claims == example.plain
    assert {one.text for one in found.places.values()} == set(split(example.issued)[1])


@EACH
def test_what_is_shown_reads_as_its_authors_read_it(example: Example) -> None:
    found = read(example.shown, example)
    assert found.claims == example.read_by_its_authors()
    assert 0 < len(found.places) < len(read(example.issued, example).places)


def test_all_that_the_rfc_shows_is_there() -> None:
    hidden = [len(split(example.issued)[1]) for example in EXAMPLES]
    assert (hidden, len(BOUND)) == ([10, 10, 16, 27, 14], 3)


ADDRESS = {"street_address": "Schulstr. 12", "locality": "Schulpforta", "region": "Sachsen-Anhalt", "country": "DE"}
SUBJECT = {**USUAL, "sub": "6c5c0a49-b589-431d-bae7-219122a9ec2c"}
PARTS = {sd(name): value for name, value in ADDRESS.items()}
OF_PARTS = [
    "9gjVuXtdFROCgRrtNcGUXmF65rdezi_6Er_j76kmYyM",
    "6vh9bq-zS4GKM_7GpggVbYzzu6oOGXrmNVGPHP75Ud0",
    "KURDPh4ZC19-3tiz-Df39V8eidy1oV3a3H1Da2N0g88",
    "WN9r9dCBJ8HTCsS2jKASxTjEyW5m5x65_Z_2ro2jfXM",
]


@pytest.mark.parametrize(
    ("claims", "digests"),
    [
        ({**SUBJECT, sd("address"): ADDRESS}, ["fOBUSQvo46yQO-wRwXBcGqvnbKIueISEL961_Sjd4do"]),
        ({**SUBJECT, "address": PARTS}, OF_PARTS),
        ({**SUBJECT, sd("address"): PARTS}, [*OF_PARTS, "HvrKX6fPV0v9K_yCVFBiLFHsMaxcD_114Em6VT8x1lg"]),
    ],
    ids=["6.1, flat", "6.2, structured", "6.3, recursive"],
)
def test_nested_claims_have_the_digests_that_are_stated(claims: dict[Any, Any], digests: list[str]) -> None:
    payload, disclosures = unsigned(claims)
    assert [digest_of(text) for text in disclosures] == digests
    assert resolve(payload, read_all(disclosures)).claims == {**SUBJECT, "address": ADDRESS}


def with_disclosures(text: str, disclosures: list[str]) -> str:
    return "".join(f"{part}~" for part in (split(text)[0], *disclosures))


@EACH
def test_each_disclosure_is_refused_when_it_is_altered_or_repeated(example: Example) -> None:
    texts = split(example.issued)[1]
    for place, text in enumerate(texts):
        parts = json.loads(from_base64url(text, "it"))
        for other in ([*parts[:-1], "another"], ["another salt", *parts[1:]]):
            altered = [*texts[:place], base64url(json.dumps(other).encode()), *texts[place + 1 :]]
            assert refusal(with_disclosures(example.issued, altered), example) == "sdjwt.disclosure_unreferenced"
        assert refusal(with_disclosures(example.issued, [*texts, text]), example) == "sdjwt.disclosure_twice"


@EACH
def test_each_disclosure_is_missed_when_it_is_missing(example: Example) -> None:
    """One alone leaves its claim out. One that others are inside of leaves these without anything that names them."""
    texts, places = split(example.issued)[1], read(example.issued, example).places
    inside = {place[:length] for place in places for length in range(1, len(place))}
    for place, disclosure in places.items():
        without = with_disclosures(example.issued, [text for text in texts if text != disclosure.text])
        if place in inside:
            assert refusal(without, example) == "sdjwt.disclosure_unreferenced"
        else:
            left = read(without, example)
            assert left.claims != example.plain
            assert {one.text for one in left.places.values()} == set(split(without)[1])


def other_of(example: Example) -> Example:
    """The example before it."""
    return EXAMPLES[EXAMPLES.index(example) - 1]


@EACH
def test_a_disclosure_of_another_credential_is_refused(example: Example) -> None:
    foreign = split(other_of(example).issued)[1][1]
    assert foreign not in split(example.issued)[1]
    mixed = with_disclosures(example.shown, [*split(example.shown)[1], foreign])
    assert refusal(mixed, example) == "sdjwt.disclosure_unreferenced"


@EACH
def test_an_altered_credential_is_refused(example: Example) -> None:
    header, payload, signature = split(example.issued)[0].split(".")
    said = jose.read_object(from_base64url(payload, "it"), "it", "sdjwt.form")
    more = base64url(json.dumps({**said, "given_name": "Eve"}).encode())
    assert refusal(f"{header}.{more}.{signature}~", example) == "jose.signature"
    foreign = other_of(example).signature
    assert refusal(f"{header}.{payload}.{foreign}~", example) == "jose.signature"


def check_binding(example: Example, **changed: Any) -> None:
    """Judge the holder's signature, by the function that `verify` calls."""
    shown, _, binding = example.presented.rpartition("~")
    holder = read(example.shown, example).claims["cnf"]["jwk"]
    asked = {
        "text": binding,
        "key": jose.public_key(holder, "cnf.jwk"),
        "shown": f"{shown}~",
        "audience": AUDIENCE,
        "nonce": NONCE,
        "now": BOUND_AT,
    }
    _check_binding(**{**asked, **changed})


@EACH_BOUND
def test_the_holder_signed_for_this_request_and_selection(example: Example) -> None:
    check_binding(example)
    less = with_disclosures(example.shown, split(example.shown)[1][1:])
    for code, changed in (
        ("sdjwt.binding_signature", {"key": jose.public_key(ISSUER, "another key")}),
        ("sdjwt.binding_audience", {"audience": "https://verifier.example.com"}),
        ("sdjwt.binding_nonce", {"nonce": "1234567891"}),
        ("sdjwt.binding_old", {"now": BOUND_AT + BINDING_SECONDS + 1}),
        ("sdjwt.binding_future", {"now": BOUND_AT - SKEW_SECONDS - 1}),
        ("sdjwt.binding_hash", {"shown": less}),
        ("sdjwt.binding_hash", {"shown": example.issued}),
    ):
        with pytest.raises(MadangError) as refused:
            check_binding(example, **changed)
        assert refused.value.code == code


@EACH_BOUND
def test_as_a_credential_of_ours_it_is_refused_for_what_it_lacks(example: Example) -> None:
    """Its type, or the certificates of its key: the RFC's examples have none, and HAIP wants both."""
    with pytest.raises(MadangError) as refused:
        verify(example.presented, nobody, AUDIENCE, NONCE, BOUND_AT)
    assert refused.value.code == ("sdjwt.issuer_chain" if example.typ == "dc+sd-jwt" else "sdjwt.issuer_typ")


def nobody(_chain: tuple[bytes, ...]) -> Followed:
    raise AssertionError("nobody is asked about a credential without certificates")
