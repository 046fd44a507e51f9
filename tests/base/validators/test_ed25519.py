"""The verifier answers as CometBFT's does, and a key that verifiers read differently is no key here."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.validators.ed25519 import is_proper_key, verify

VECTORS = Path(__file__).parent / "vectors"
CASES = json.loads((VECTORS / "speccheck.json").read_text())["cases"]
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493

_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = (0, 1, P - 1, _EIGHTH, P - _EIGHTH, P, P + 1)
"""y of the points of orders 4, 1, 2 and 8, and those two of them again that fit 255 bits when p is added."""
SMALL_ORDER = [(y + sign).to_bytes(32, "little") for y in _SMALL_ORDER_Y for sign in (0, 2**255)]
"""The 14 encodings that ZIP 215 takes for points of small order."""


def library_accepts(key: bytes, message: bytes, signature: bytes) -> bool:
    """What `cryptography` answers, which compares the encoding of R."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


@pytest.mark.conformance
@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_signatures_on_which_libraries_disagree(case):
    key, message, signature = (bytes.fromhex(case[name]) for name in ("pub_key", "message", "signature"))
    assert verify(key, message, signature) == case["zip215"]
    assert is_proper_key(key) == ("small order key" not in case["what"])


@pytest.mark.conformance
def test_every_key_and_r_of_small_order_counts_under_zip_215_and_none_is_a_key_here():
    for key in SMALL_ORDER:
        assert not is_proper_key(key), key.hex()
        for r in SMALL_ORDER:
            assert verify(key, b"Zcash", r + bytes(32)), (key.hex(), r.hex())


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 64 * 8 - 1))
def test_it_agrees_with_the_library_on_what_a_library_signs(seed, message, bit):
    secret = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = secret.public_key().public_bytes_raw(), secret.sign(message)
    assert is_proper_key(key)
    assert verify(key, message, signature)
    assert not verify(key, message + b"\0", signature)
    changed = bytearray(signature)
    changed[bit // 8] ^= 1 << bit % 8
    assert not verify(key, message, bytes(changed))
    assert not library_accepts(key, message, bytes(changed))


def test_a_second_s_is_no_second_signature():
    secret = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key, signature = secret.public_key().public_bytes_raw(), secret.sign(b"x")
    high = (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")
    assert not verify(key, b"x", signature[:32] + high)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=70), st.binary(max_size=70))
def test_whatever_arrives_is_answered(key, signature):
    assert not verify(key, b"x", signature)
    assert not is_proper_key(key[:31])


def test_keys_that_are_none():
    small = [y.to_bytes(32, "little") for y in range(2, 34)]
    on_curve = [key for key in small if is_proper_key(key)]
    assert 8 < len(on_curve) < 24  # about every other y is that of a point
    off_curve = next(key for key in small if key not in on_curve)
    assert not verify(off_curve, b"x", bytes(64))
    again = P + 3
    assert (3).to_bytes(32, "little") in on_curve and not is_proper_key(again.to_bytes(32, "little"))
    assert not is_proper_key(on_curve[0] + b"\0")


def test_a_signature_that_evades_the_library_does_not_evade_us():
    """R with a point of small order added: CometBFT counts the vote, and so must whoever judges the evidence."""
    vectors = json.loads((VECTORS / "votes.json").read_text())
    (signed,) = [one for one in vectors["votes"] if "evading_signature" in one]
    key, message, signature = (_bytes(vectors["key"]), bytes.fromhex(signed["sign_bytes"]), signed["evading_signature"])
    assert verify(key, message, _bytes(signature))
    assert not library_accepts(key, message, _bytes(signature))


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
