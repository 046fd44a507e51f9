"""What is unblinded is a plain signature, whatever was blinded; what was altered is refused, and says why."""

import functools

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.client.pkcs8 import encrypted_pem
from madang.identity.blind import SigningKey, blind, blind_sign, finalize, holder, prepare, signing, verify
from madang.identity.blind.keys import EXPONENT, SIZES, public_key
from madang.kernel.errors import MadangError

PSS = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
quick = settings(max_examples=12, deadline=None, derandomize=True, database=None)


@functools.cache
def key(bits: int = 2048) -> SigningKey:
    return SigningKey.generate(bits)


def code_of(what, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        what(*arguments)
    return refused.value.code


@quick
@given(message=st.binary(max_size=300), bits=st.sampled_from(SIZES[:2]))
def test_what_is_unblinded_verifies_directly(message, bits):
    own = key(bits)
    prepared = prepare(message)
    assert (len(prepared), prepared[32:]) == (32 + len(message), message)
    blinded = blind(own.public, prepared)
    signature = finalize(own.public, prepared, blind_sign(own, blinded.message), blinded.inverse)
    library = rsa.RSAPublicNumbers(EXPONENT, own.public.modulus).public_key()
    library.verify(signature, prepared, PSS, hashes.SHA384())
    assert verify(own.public, prepared, signature)


@functools.cache
def signed() -> tuple[bytes, bytes, bytes, int]:
    """A prepared message, its signature, the blind signature and the inverse."""
    prepared = prepare(b"token")
    blinded = blind(key().public, prepared)
    signature = blind_sign(key(), blinded.message)
    return prepared, finalize(key().public, prepared, signature, blinded.inverse), signature, blinded.inverse


@quick
@given(place=st.integers(0, 255), bit=st.integers(0, 7))
def test_what_is_altered_is_refused(place, bit):
    prepared, signature, blind_signature, inverse = signed()
    altered = bytearray(signature)
    altered[place] ^= 1 << bit
    assert not verify(key().public, prepared, bytes(altered))
    message = bytearray(prepared)
    message[place % len(message)] ^= 1 << bit
    assert not verify(key().public, bytes(message), signature)
    altered = bytearray(blind_signature)
    altered[place] ^= 1 << bit
    assert code_of(finalize, key().public, prepared, bytes(altered), inverse) == "blind.signature"


def test_a_signature_is_of_one_key_and_of_its_length():
    prepared, signature, blind_signature, inverse = signed()
    other = key(3072).public
    assert not verify(other, prepared, signature)
    for wrong in (signature[1:], b"\0" + signature, b""):
        assert not verify(key().public, prepared, wrong)
        assert code_of(finalize, key().public, prepared, wrong, inverse) == "blind.length"
    assert code_of(finalize, key().public, prepared, blind_signature, inverse + 1) == "blind.signature"


def test_a_signature_without_a_salt_is_none():
    """Variants are told apart: a key is for one of them (RFC 9474, section 6.2)."""
    prepared = prepare(b"token")
    unsalted = key()._key.sign(prepared, padding.PSS(padding.MGF1(hashes.SHA384()), 0), hashes.SHA384())
    assert not verify(key().public, prepared, unsalted)
    with pytest.raises(InvalidSignature):
        key()._key.public_key().verify(unsalted, prepared, PSS, hashes.SHA384())


def test_the_same_blinded_message_has_one_signature_and_the_same_message_many_blinded_ones():
    prepared = prepare(b"token")
    first, second = blind(key().public, prepared), blind(key().public, prepared)
    assert first.message != second.message
    assert blind_sign(key(), first.message) == blind_sign(key(), first.message)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("blind.length", b""),
        ("blind.length", bytes(255)),
        ("blind.length", bytes(257)),
        ("blind.range", b"\xff" * 256),
        ("blind.range", key().public.modulus.to_bytes(256, "big")),
    ],
    ids=["none", "too short", "too long", "all ones", "the modulus"],
)
def test_what_is_not_signed(code, message):
    assert code_of(blind_sign, key(), message) == code


def test_a_miscalculation_is_never_given_out(monkeypatch):
    monkeypatch.setattr(signing, "_private", lambda numbers, number: 4)
    assert code_of(blind_sign, key(), (5).to_bytes(256, "big")) == "blind.failure"


@pytest.mark.parametrize("number", [0, 1, 2, 65537], ids=str)
def test_numbers_at_the_edge_are_signed_as_any(number):
    answer = int.from_bytes(blind_sign(key(), number.to_bytes(256, "big")), "big")
    assert key().public.raised(answer) == number


WHOLE = key().public.modulus.to_bytes(256, "big")


@pytest.mark.parametrize(
    "modulus", [b"", WHOLE[1:], b"\0" + WHOLE, WHOLE[:-1] + b"\0", b"\x7f" + WHOLE[1:], b"\xff" * 1024], ids=len
)
def test_a_modulus_of_another_form_is_no_key(modulus):
    assert code_of(public_key, modulus) == "blind.key"


def test_keys_of_other_sizes_and_exponents_are_refused():
    assert code_of(SigningKey, rsa.generate_private_key(3, 2048)) == "blind.key"
    assert code_of(SigningKey, rsa.generate_private_key(EXPONENT, 2056)) == "blind.key"
    assert public_key(WHOLE) == key().public
    assert all(
        public_key(key(bits).public.modulus.to_bytes(bits // 8, "big")).length == bits // 8 for bits in SIZES[:2]
    )


def test_a_message_or_a_factor_that_shares_something_with_the_modulus_blinds_nothing(monkeypatch):
    """Nobody meets this by chance, unless the modulus is none (RFC 9474, section 4.2)."""
    share = key().numbers.p
    with monkeypatch.context() as patched:
        patched.setattr("madang.identity.blind.holder.secrets.randbelow", lambda limit: share - 1)
        assert code_of(blind, key().public, b"x" * 40) == "blind.key"
    monkeypatch.setattr(holder, "encode", lambda *_: share.to_bytes(256, "big"))
    assert code_of(blind, key().public, b"x" * 40) == "blind.key"


def test_a_key_at_rest_is_encrypted_and_opens_with_its_passphrase():
    pem = key().to_pem(b"a passphrase of some length")
    again = SigningKey.from_pem(pem, b"a passphrase of some length")
    assert again.public == key().public
    assert b"ENCRYPTED" in pem
    assert code_of(SigningKey.from_pem, pem, b"another passphrase") == "blind.key"
    assert code_of(SigningKey.from_pem, b"nothing", b"x") == "blind.key"
    other = encrypted_pem(ec.generate_private_key(ec.SECP256R1()), b"passphrase")
    assert code_of(SigningKey.from_pem, other, b"passphrase") == "blind.key"
