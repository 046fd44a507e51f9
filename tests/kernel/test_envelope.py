"""Envelopes: what is refused, by code, and that other people's libraries make the ones that are not."""

import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.envelope import MAX_SIGNATURES, RelyingParty, raw_signature, read_envelope
from madang.kernel.errors import Malformed
from madang.kernel.signature import load_key, read_point, thumbprint, verify
from tests.support.signing import ORIGIN, SITE, base64url, compact, envelope, general, wallet

PARTY = RelyingParty(SITE, (ORIGIN, "https://shop.madang.example"))
PAYLOAD = b'{"hello":"world"}'
ALICE, BORA = wallet("alice"), wallet("bora", "passkey")


def code_of(signed):
    with pytest.raises(Malformed) as caught:
        read_envelope(signed, PARTY)
    return caught.value.code


def read_and_verify(signed, *signers):
    found = read_envelope(signed, PARTY)
    assert found.payload == PAYLOAD
    assert [one.kid for one in found.signatures] == [one.kid for one in signers]
    points = [one.point for one in signers]
    return [verify(load_key(point), one.digest, one.value) for point, one in zip(points, found.signatures, strict=True)]


def with_header(header: str):
    """A compact JWS under a protected header written by hand, truly signed."""
    protected = base64url(header.encode())
    signature = base64url(ALICE.sign(f"{protected}.{base64url(PAYLOAD)}".encode()))
    return f"{protected}.{base64url(PAYLOAD)}.{signature}".encode()


def test_what_is_signed_is_read():
    assert read_and_verify(compact(PAYLOAD, ALICE), ALICE) == [True]
    assert read_and_verify(envelope(PAYLOAD, [BORA]), BORA) == [True]
    assert read_and_verify(envelope(PAYLOAD, [ALICE, BORA, wallet("chul")]), ALICE, wallet("chul"), BORA) == [True] * 3
    assert read_and_verify(general(PAYLOAD, [ALICE.jws(PAYLOAD, typ="madang+jws")]), ALICE) == [True]


def test_both_values_of_s_are_one_signature():
    for high in (False, True):
        value = ALICE.sign(PAYLOAD, high=high)
        assert verify(load_key(ALICE.point), hashlib.sha256(PAYLOAD).digest(), value)


@pytest.mark.parametrize("value", [bytes(64), b"\xff" * 64, bytes(32) + b"\1" * 32, b"\1" * 32 + bytes(32), b"\1" * 64])
def test_what_is_no_signature_is_not_verified(value):
    assert not verify(load_key(ALICE.point), hashlib.sha256(PAYLOAD).digest(), value)


def test_a_signature_of_something_else_is_not_verified():
    protected, _, signature = compact(PAYLOAD, ALICE).split(b".")
    other = b".".join([protected, base64url(b"{}").encode(), signature])
    (one,) = read_envelope(other, PARTY).signatures
    assert not verify(load_key(ALICE.point), one.digest, one.value)


@pytest.mark.parametrize("point", [b"\1" * 64, bytes(64), b"\xff" * 64, b"\1" * 63, b"\1" * 65, b""])
def test_what_is_no_point_of_the_curve_is_no_key(point):
    with pytest.raises(Malformed) as caught:
        read_point(base64url(point))
    assert caught.value.code == "key.invalid"


def test_a_point_is_read_and_named_by_the_standard():
    assert read_point(ALICE.public_key) == ALICE.point
    x, y = base64url(ALICE.point[:32]), base64url(ALICE.point[32:])
    members = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"), sort_keys=True)
    assert thumbprint(ALICE.point) == base64url(hashlib.sha256(members.encode()).digest())


KID = f'"kid":"{ALICE.kid}"'


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (f'{{"alg":"none",{KID}}}', "json.invalid"),
        (f'{{"alg":"HS256",{KID}}}', "json.invalid"),
        (f'{{"alg":"ES384",{KID}}}', "json.invalid"),
        (f'{{"alg":"es256",{KID}}}', "json.invalid"),
        (f'{{"alg":["ES256"],{KID}}}', "json.invalid"),
        (f"{{{KID}}}", "json.invalid"),
        ('{"alg":"ES256"}', "json.invalid"),
        ('{"alg":"ES256","kid":"short"}', "json.invalid"),
        (f'{{"alg":"ES256","kid":"{ALICE.kid}\\n"}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"crit":["exp"],"exp":1}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"b64":false,"crit":["b64"]}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"jwk":{{}}}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"jku":"https://evil.example"}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"zip":"DEF"}}', "json.invalid"),
        (f'{{"alg":"ES256",{KID},"typ":"other"}}', "json.invalid"),
        (f'{{"alg":"none","alg":"ES256",{KID}}}', "json.invalid"),
        (f'{{"alg":"ES256","alg":"ES256",{KID}}}', "json.duplicate"),
        (f'{{"alg":"ES256",{KID},"kid":"{BORA.kid}"}}', "json.duplicate"),
        ("[]", "json.invalid"),
        ("", "json.invalid"),
    ],
)
def test_another_header_is_refused(header, code):
    assert code_of(with_header(header)) == code


def test_a_header_of_one_meaning_is_read_however_it_is_spaced():
    assert read_and_verify(with_header(f'{{ {KID}, "alg": "ES256", "typ": "JWT" }}'), ALICE) == [True]


COMPACT = compact(PAYLOAD, ALICE)
PROTECTED, BODY, SIGNATURE = COMPACT.split(b".")


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (b"", "envelope.form"),
        (b"hello", "envelope.form"),
        (b".".join([PROTECTED, BODY]), "envelope.form"),
        (COMPACT + b".", "envelope.form"),
        (b" " + general(PAYLOAD, [ALICE.jws(PAYLOAD)]), "envelope.form"),
        (b"\xef\xbb\xbf" + general(PAYLOAD, [ALICE.jws(PAYLOAD)]), "envelope.form"),
        (b"..", "json.invalid"),
        (COMPACT + b"=", "base64.invalid"),
        (COMPACT + b"\n", "base64.invalid"),
        (b" " + COMPACT, "base64.invalid"),
        (b".".join([PROTECTED, BODY + b"=", SIGNATURE]), "base64.invalid"),
        (b".".join([PROTECTED, BODY, b""]), "signature.form"),
        (b".".join([PROTECTED, BODY, base64url(bytes(63)).encode()]), "signature.form"),
        (b".".join([PROTECTED, BODY, base64url(bytes(65)).encode()]), "signature.form"),
        (b".".join([PROTECTED, BODY, base64url(ALICE.sign_der(PAYLOAD)).encode()]), "signature.form"),
        (b"{", "json.invalid"),
        (b"{}", "json.invalid"),
        (general(PAYLOAD), "envelope.signatures"),
        (general(PAYLOAD, [ALICE.jws(PAYLOAD)] * 2), "envelope.signatures"),
        (general(PAYLOAD, [ALICE.jws(PAYLOAD)], [ALICE.assertion(PAYLOAD)]), "envelope.signatures"),
        (general(PAYLOAD, [], [BORA.assertion(PAYLOAD)] * 2), "envelope.signatures"),
        (
            general(PAYLOAD, [wallet(f"w{n}").jws(PAYLOAD) for n in range(16)], [BORA.assertion(PAYLOAD)]),
            "envelope.signatures",
        ),
        (general(PAYLOAD, [wallet(f"w{n}").jws(PAYLOAD) for n in range(17)]), "json.invalid"),
        (general(PAYLOAD, [ALICE.jws(PAYLOAD) | {"header": {"kid": ALICE.kid}}]), "json.invalid"),  # type: ignore[list-item]
        (general(PAYLOAD, [{"protected": base64url(b'{"alg":"ES256"}'), "signature": ""}]), "json.invalid"),
        (
            json.dumps({"payload": base64url(PAYLOAD), **ALICE.jws(PAYLOAD)}).encode(),  # the flattened form
            "json.invalid",
        ),
        (json.dumps({"payload": "é", "signatures": []}).encode(), "base64.invalid"),
        (b'{"payload":"","payload":"","signatures":[]}', "json.duplicate"),
    ],
)
def test_another_envelope_is_refused(signed, code):
    assert code_of(signed) == code


def test_sixteen_may_sign():
    signers = [wallet(f"w{n}") for n in range(MAX_SIGNATURES)]
    assert read_and_verify(envelope(PAYLOAD, signers), *signers) == [True] * 16


def asserted(**changes):
    return BORA.assertion(PAYLOAD, **changes)


CUT = asserted() | {"authenticatorData": base64url(hashlib.sha256(SITE.encode()).digest() + b"\5\0\0\0")}


@pytest.mark.parametrize(
    ("assertion", "code"),
    [
        (asserted(type="webauthn.create"), "passkey.origin"),
        (asserted(type="payment.get"), "passkey.origin"),
        (asserted(origin="https://evil.example"), "passkey.origin"),
        (asserted(origin="https://madang.example.evil.example"), "passkey.origin"),
        (asserted(origin="http://madang.example"), "passkey.origin"),
        (asserted(origin="https://madang.example/"), "passkey.origin"),
        (asserted(origin="https://madang.example:8443"), "passkey.origin"),
        (asserted(crossOrigin=True), "passkey.origin"),
        (asserted(challenge=hashlib.sha256(b"{}").digest()), "passkey.challenge"),
        (asserted(challenge=b""), "passkey.challenge"),
        (asserted(challenge=PAYLOAD), "passkey.challenge"),
        (asserted(challenge=hashlib.sha256(PAYLOAD).digest() + b"\0"), "passkey.challenge"),
        (asserted(site="evil.example"), "passkey.relying_party"),
        (asserted(site=ORIGIN), "passkey.relying_party"),
        (CUT, "passkey.relying_party"),
        (asserted(flags=0x00), "passkey.user"),
        (asserted(flags=0x01), "passkey.user"),
        (asserted(flags=0x04), "passkey.user"),
        (asserted(flags=0xFA), "passkey.user"),
        (asserted() | {"signature": base64url(BORA.sign(b"raw"))}, "signature.form"),
        (asserted() | {"signature": ""}, "signature.form"),
        (asserted() | {"kid": "short"}, "json.invalid"),
        (asserted() | {"userHandle": ""}, "json.invalid"),
        (asserted() | {"clientDataJSON": base64url(b"{}")}, "json.invalid"),
        (asserted() | {"clientDataJSON": base64url(b"\xff")}, "json.invalid"),
        (asserted() | {"clientDataJSON": "===="}, "base64.invalid"),
        (asserted() | {"authenticatorData": "A"}, "base64.invalid"),
        (asserted(challenge=None, extra=[{"a": 1}], other=1.5), "json.invalid"),
    ],
)
def test_another_assertion_is_refused(assertion, code):
    assert code_of(general(PAYLOAD, [], [assertion])) == code


def test_a_challenge_has_one_spelling():
    said = json.loads(json.dumps({"type": "webauthn.get", "origin": ORIGIN, "crossOrigin": False}))
    said["challenge"] = base64url(hashlib.sha256(PAYLOAD).digest()) + "="
    changed = asserted() | {"clientDataJSON": base64url(json.dumps(said).encode())}
    assert code_of(general(PAYLOAD, [], [changed])) == "base64.invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"flags": 0x1D},  # backup bits of a synced passkey
        {"origin": "https://shop.madang.example"},
        {"topOrigin": ORIGIN, "other_keys_can_be_added_here": "do not compare clientDataJSON against a template"},
    ],
)
def test_what_authenticators_and_browsers_add_is_read(changes):
    assert read_and_verify(general(PAYLOAD, [], [asserted(**changes)]), BORA) == [True]


def test_an_assertion_signs_what_the_authenticator_said():
    (one,) = read_envelope(general(PAYLOAD, [], [asserted()]), PARTY).signatures
    (other,) = read_envelope(general(PAYLOAD, [], [asserted(flags=0x1D)]), PARTY).signatures
    assert not verify(load_key(BORA.point), one.digest, other.value)


# ------------------------------------------------------------------------------------------------------------ DER

scalars = st.integers(1, 2**256 - 1)


@given(scalars, scalars)
def test_a_der_signature_becomes_raw(r, s):
    der = utils.encode_dss_signature(r, s)
    assert raw_signature(der) == r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(st.binary(max_size=80))
def test_what_is_read_as_der_is_the_one_encoding(data):
    try:
        value = raw_signature(data)
    except Malformed:
        return
    assert utils.encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")) == data


@given(scalars, scalars, st.integers(0, 71), st.integers(0, 255))
def test_one_byte_changed_is_another_encoding_or_none(r, s, place, byte):
    der = bytearray(utils.encode_dss_signature(r, s))
    der[place % len(der)] = byte
    try:
        value = raw_signature(bytes(der))
    except Malformed:
        return
    assert utils.encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")) == der


@pytest.mark.parametrize(
    "der",
    [
        "",
        "3000",
        "30060201010201",  # cut
        "3006020101020101ff",  # more behind
        "3007020101020101ff",  # more within
        "3106020101020101",  # no sequence
        "308106020101020101",  # a long form of a short length
        "3080020101020101",  # indefinite length
        "3006030101020101",  # no integer
        "3006020101030101",
        "3006020100020101",  # zero
        "3006020101020100",
        "3006020181020101",  # negative
        "3006020101020181",
        "300702020001020101",  # not the shortest
        "3007020101020200ff" + "00",
        "30070201010202007f",
        "300502000203010101",  # empty integer
        "3026" + "0221" + "01" + "00" * 32 + "020101",  # 257 bits
        "3026" + "0221" + "00" + "7f" * 32 + "020101",
        "3027" + "0222" + "00" * 2 + "ff" * 32 + "020101",
    ],
)
def test_other_der_is_refused(der):
    with pytest.raises(Malformed) as caught:
        raw_signature(bytes.fromhex(der))
    assert caught.value.code == "signature.form"


def test_a_library_of_others_agrees():
    """The toy wallet signs through the same library that verifies; a key of another is checked both ways."""
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    point = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    der = key.sign(PAYLOAD, ec.ECDSA(hashes.SHA256()))
    assert verify(load_key(point), hashlib.sha256(PAYLOAD).digest(), raw_signature(der))
