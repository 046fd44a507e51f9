"""A signature's two numbers are checked as the library would check them, whatever their form."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel import signature

KEY = ec.derive_private_key(0x1D, ec.SECP256R1())
PUBLIC = KEY.public_key()
DIGEST = hashlib.sha256(b"what is signed").digest()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
EDGES = [0, 1, 0x7F, 0x80, 0xFF, 1 << 247, 1 << 255, ORDER // 2, ORDER // 2 + 1, ORDER - 1, ORDER, (1 << 256) - 1]


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(st.binary(min_size=32, max_size=32))
def test_what_was_signed_holds_with_s_as_it_is_and_as_n_less_s(digest):
    r, s = utils.decode_dss_signature(KEY.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
    assert signature.verify(PUBLIC, digest, raw(r, s))
    assert signature.verify(PUBLIC, digest, raw(r, ORDER - s))
    assert not signature.verify(PUBLIC, digest, raw(s, r))
    assert not signature.verify(PUBLIC, hashlib.sha256(digest).digest(), raw(r, s))


@pytest.mark.parametrize("which", [0, 1])
def test_a_number_that_begins_with_zeros_holds(which):
    """DER leaves them out."""
    for count in range(20_000):
        digest = hashlib.sha256(b"%d" % count).digest()
        pair = utils.decode_dss_signature(KEY.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        if pair[which] < 1 << 248:
            assert signature.verify(PUBLIC, digest, raw(*pair))
            return
    pytest.fail("no such signature was made")


@pytest.mark.parametrize("r", EDGES)
@pytest.mark.parametrize("s", EDGES)
def test_numbers_at_the_edges_are_refused_without_an_error(r, s):
    assert signature.verify(PUBLIC, DIGEST, raw(r, s)) is False


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 63, 65, 72])
def test_another_length_is_refused(length):
    assert signature.verify(PUBLIC, DIGEST, b"\x01" * length) is False
