import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey

from madang.identity import jose
from madang.identity.signer import signing
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.identity.institutions import certified, new_key

KEY = new_key()
SIGNED = jose.sign("test+jwt", b'{"a":1}', signing(KEY))
NESTED = b'{"a":' * 40 + b"1" + b"}" * 40


def _code(act, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        act(*arguments)
    return refused.value.code


def _with_header(**header) -> str:
    return ".".join([to_base64url(json.dumps(header).encode()), *SIGNED.split(".")[1:]])


def test_what_is_signed_reads_in_a_library_of_others():
    opened = jws.deserialize_compact(SIGNED, ECKey.import_key(KEY), algorithms=["ES256"])
    assert opened.payload == b'{"a":1}'
    assert opened.headers() == {"alg": "ES256", "typ": "test+jwt"}


def test_what_a_library_of_others_signs_reads_here():
    made = jws.serialize_compact({"alg": "ES256", "typ": "test+jwt"}, b"{}", ECKey.import_key(KEY))
    read = jose.read(made, "test+jwt", "it")
    jose.check(read, KEY.public_key(), "it")
    assert read.payload == b"{}"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("jose.size", "a" * (jose.MAX_BYTES + 1)),
        ("jose.form", "a.b"),
        ("jose.form", f"{SIGNED}="),
        ("jose.form", SIGNED[:-4]),
        ("jose.header", f"{to_base64url(b'[]')}.e30.{SIGNED.split('.')[2]}"),
        ("jose.header", f"{to_base64url(b'{{')}.e30.{SIGNED.split('.')[2]}"),
        ("jose.header", _with_header(alg="ES256", typ="test+jwt", crit=["b64"], b64=False)),
        ("jose.header", _with_header(alg="ES256", typ="test+jwt", zip="DEF")),
        ("jose.typ", _with_header(alg="ES256")),
        ("jose.typ", _with_header(alg="ES256", typ="other+jwt")),
        ("jose.algorithm", _with_header(alg="none", typ="test+jwt")),
        ("jose.algorithm", _with_header(alg="HS256", typ="test+jwt")),
        ("jose.algorithm", _with_header(typ="test+jwt")),
    ],
    ids=lambda one: one if len(one) < 20 else "text",
)
def test_refused(code, text):
    assert _code(jose.read, text, "test+jwt", "it") == code


def test_a_signature_of_another_key_does_not_count():
    assert _code(jose.check, jose.read(SIGNED, "test+jwt", "it"), new_key().public_key(), "it") == "jose.signature"


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b'{"a":{"b":1,"b":2}}', b'{"a":NaN}', b"\xff", b"[]", NESTED, b'{"a":"\\uD800"}', b""]
)
def test_an_object_with_two_readings_is_refused(text):
    assert _code(jose.read_object, text, "it", "test.json") == "test.json"


def test_chains_travel_in_the_header():
    office = certified()
    made = jose.sign("test+jwt", b"{}", office.signer.sign, {"x5c": jose.x5c(office.signer.chain)})
    assert jose.chain_of(jose.read(made, "test+jwt", "it"), "it") == office.signer.chain


@pytest.mark.parametrize("x5c", [None, [], [1], ["?"], "MIIB", ["MIIB"] * 5, ["A" * 8196]])
def test_a_chain_that_is_none_is_refused(x5c):
    made = jose.sign("test+jwt", b"{}", signing(KEY), {} if x5c is None else {"x5c": x5c})
    assert _code(jose.chain_of, jose.read(made, "test+jwt", "it"), "it") == "jose.chain"


JWK = jose.jwk_of(KEY.public_key())


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        {},
        {**JWK, "crv": "P-384"},
        {**JWK, "kty": "RSA"},
        {**JWK, "d": "AA"},
        {**JWK, "x": JWK["y"]},
        {**JWK, "x": 1},
        {**JWK, "x": JWK["x"] + "="},
        {name: JWK[name] for name in ("kty", "crv", "x")},
    ],
)
def test_a_jwk_that_is_no_public_key_of_the_curve_is_refused(jwk):
    assert _code(jose.public_key, jwk, "it") == "jose.key"


def test_jwks_and_thumbprints():
    assert jose.public_key(JWK, "it") == KEY.public_key()
    assert jose.thumbprint(JWK) == ECKey.import_key(KEY).thumbprint()


@pytest.mark.parametrize("encryption", jose.ENCRYPTIONS)
def test_what_is_encrypted_opens_here_and_in_a_library_of_others(encryption):
    text = jose.encrypt(b"for you", {**JWK, "kid": "k1"}, encryption)
    assert jose.decrypt(text, KEY, "it") == b"for you"
    opened = jwe.decrypt_compact(text, ECKey.import_key(KEY), algorithms=["ECDH-ES", encryption])
    assert (opened.plaintext, opened.headers()["kid"]) == (b"for you", "k1")


def test_what_is_as_long_as_is_taken_opens():
    long = bytes(range(256)) * 700
    assert jose.decrypt(jose.encrypt(long, JWK), KEY, "it") == long
    twice = jose.encrypt(long * 2, JWK)
    assert _code(jose.decrypt, twice, KEY, "it") == "jose.size"
    assert jose.decrypt(twice, KEY, "it", 2 * jose.MAX_BYTES) == long * 2


def test_what_is_not_offered_is_not_decrypted():
    other = jwe.encrypt_compact(
        {"alg": "ECDH-ES+A128KW", "enc": "A128GCM"},
        b"x",
        ECKey.import_key(KEY),
        algorithms=["ECDH-ES+A128KW", "A128GCM"],
    )
    zipped = jwe.encrypt_compact(
        {"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF"},
        b"x",
        ECKey.import_key(KEY),
        algorithms=["ECDH-ES", "A128GCM", "DEF"],
    )
    for text in (other, zipped, "a.b.c.d.e", "", jose.encrypt(b"x", jose.jwk_of(new_key().public_key()))):
        assert _code(jose.decrypt, text, KEY, "it") == "jose.decryption"
    assert _code(jose.decrypt, "a" * (jose.MAX_BYTES + 1), KEY, "it") == "jose.size"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_altered_character_counts(data):
    place = data.draw(st.integers(0, len(SIGNED) - 1))
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189-_."))
    altered = SIGNED[:place] + letter + SIGNED[place + 1 :]
    if altered != SIGNED:
        with pytest.raises(MadangError):
            jose.check(jose.read(altered, "test+jwt", "it"), KEY.public_key(), "it")
