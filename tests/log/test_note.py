"""Signed notes and keys: vectors made by others, one accepted spelling, and weak keys refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.log.errors import LogError, NoteError, SignatureError
from madang.log.note import (
    COSIGNATURE,
    NOTE_SIGNATURE,
    SignerKey,
    VerifierKey,
    decode_base64,
    parse_note,
    sign_note,
    verify_note,
)
from tests.log.reference import LOG_KEY, WITNESSES

# Published with Go's golang.org/x/mod/sumdb/note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NEUMANN_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NEUMANN_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
NEUMANN_NOTE = f"{NEUMANN_TEXT}\n\u2014 PeterNeumann {NEUMANN_SIGNATURE}\n".encode()

# Published with C2SP signed-note v1.0.0.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

# The eight points of small order on Curve25519 in Edwards form, and three encodings of them that are not canonical.
SMALL_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


def code_of(call, *arguments) -> str:
    with pytest.raises(LogError) as caught:
        call(*arguments)
    return caught.value.code


def test_the_note_of_go():
    key = VerifierKey.parse(NEUMANN)
    note = parse_note(NEUMANN_NOTE)
    verify_note(note, key)
    assert note.text == NEUMANN_TEXT
    assert note.encode() == NEUMANN_NOTE
    assert str(key) == NEUMANN


def test_the_signer_key_of_go_signs_the_note_of_go():
    signer = SignerKey.parse(NEUMANN_SECRET)
    assert sign_note(NEUMANN_TEXT, signer) == NEUMANN_NOTE
    assert signer.encode() == NEUMANN_SECRET
    assert str(signer.verifier()) == NEUMANN
    assert "seed" not in repr(signer)


def test_the_note_of_the_specification():
    verify_note(parse_note(FOO_NOTE), VerifierKey.parse(FOO))


def test_a_generated_key_survives_its_text_form():
    for algorithm in (NOTE_SIGNATURE, COSIGNATURE):
        key = SignerKey.generate("log.example", algorithm)
        assert SignerKey.parse(key.encode()) == key
        assert VerifierKey.parse(str(key.verifier())) == key.verifier()


def test_signatures_of_others_are_ignored_but_every_one_of_the_key_must_be_right():
    other = SignerKey("other.example", NOTE_SIGNATURE, b"o" * 32)
    both = sign_note("text\n", LOG_KEY, other)
    verify_note(parse_note(both), LOG_KEY.verifier())
    verify_note(parse_note(both), other.verifier())
    twice = sign_note("text\n", LOG_KEY) + sign_note("other\n", LOG_KEY).partition(b"\n\n")[2]
    assert code_of(verify_note, parse_note(twice), LOG_KEY.verifier()) == "log.signature.wrong"
    assert code_of(verify_note, parse_note(both), VerifierKey.parse(FOO)) == "log.signature.missing"
    namesake = SignerKey(LOG_KEY.name, NOTE_SIGNATURE, b"n" * 32)
    assert code_of(verify_note, parse_note(both), namesake.verifier()) == "log.signature.missing"


def test_every_changed_byte_of_a_note_is_noticed():
    key = VerifierKey.parse(NEUMANN)
    for at in range(len(NEUMANN_NOTE)):
        for bit in (1, 0x20, 0x80):
            changed = NEUMANN_NOTE[:at] + bytes([NEUMANN_NOTE[at] ^ bit]) + NEUMANN_NOTE[at + 1 :]
            with pytest.raises((NoteError, SignatureError)):
                verify_note(parse_note(changed), key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        NEUMANN_NOTE[:-1],
        NEUMANN_NOTE + b"\n",
        NEUMANN_NOTE.replace(b"\n\n", b"\n"),
        NEUMANN_NOTE.replace("\u2014".encode(), b"-"),
        NEUMANN_NOTE.replace(b"PeterNeumann ", b"PeterNeumann  "),
        NEUMANN_NOTE.replace(b"PeterNeumann ", b"PeterNeumann"),
        NEUMANN_NOTE.replace(b"AM=", b"AN="),
        NEUMANN_NOTE.replace(b"AM=", b"AM"),
        NEUMANN_NOTE.replace(b"AM=", b"A-="),
        NEUMANN_NOTE.replace(b"If", b"I\x00f"),
        NEUMANN_NOTE.replace(b"If", b"I\rf"),
        NEUMANN_NOTE.replace(b"If", b"I\xfff"),
        NEUMANN_NOTE.replace(b"If", b"I\xed\xa0\x80f"),
        b"text\n\n\xe2\x80\x94 name AAAA\n",
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes):
    assert code_of(parse_note, data) == "log.note.malformed"


def test_the_text_ends_at_the_last_blank_line():
    note = parse_note(sign_note("a\n\nb\n\n", LOG_KEY))
    assert note.text == "a\n\nb\n\n"
    verify_note(note, LOG_KEY.verifier())


def test_large_notes_are_refused_and_16_signatures_are_not():
    line = NEUMANN_NOTE.partition(b"\n\n")[2]
    assert len(parse_note(b"text\n\n" + line * 16).signatures) == 16
    assert code_of(parse_note, b"text\n\n" + line * 65) == "log.note.size"
    assert code_of(parse_note, b"x" * 200_000 + b"\n\n" + line) == "log.note.size"


@pytest.mark.parametrize("text", ["", "no newline", "null\0\n", "lone \ud800\n"])
def test_a_text_that_cannot_be_a_note_is_not_signed(text: str):
    assert code_of(sign_note, text, LOG_KEY) == "log.note.malformed"


def test_only_keys_of_a_log_sign_notes():
    assert code_of(sign_note, "text\n", WITNESSES[0]) == "log.key.algorithm"
    assert code_of(verify_note, parse_note(NEUMANN_NOTE), WITNESSES[0].verifier()) == "log.key.algorithm"


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\nb", "a\x85b", "a\x01b", "\u2028", "x" * 256]
)
def test_names_that_a_note_cannot_hold(name: str):
    assert code_of(SignerKey, name, NOTE_SIGNATURE, bytes(32)) == "log.key.name"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "log.key.malformed"),
        ("PeterNeumann", "log.key.malformed"),
        (NEUMANN.replace("c74f20a3", "C74F20A3"), "log.key.malformed"),
        (NEUMANN.replace("c74f20a3", "c74f20a"), "log.key.malformed"),
        (NEUMANN.replace("c74f20a3", "c74f20a4"), "log.key.id"),
        (NEUMANN.replace("Peter", "Pieter"), "log.key.id"),
        (NEUMANN[:-1], "log.key.malformed"),
        (NEUMANN + "\n", "log.key.malformed"),
        (NEUMANN.replace("+ARpc", "+AARpc"), "log.key.malformed"),
        ("PeterNeumann+c74f20a3+ARpc", "log.key.length"),
        ("PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "log.key.algorithm"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "log.key.name"),
    ],
)
def test_verifier_keys_are_read_strictly(text: str, code: str):
    assert code_of(VerifierKey.parse, text) == code


def test_signer_keys_are_read_strictly():
    assert code_of(SignerKey.parse, NEUMANN) == "log.key.malformed"
    assert code_of(SignerKey.parse, NEUMANN_SECRET.replace("c74f20a3", "c74f20a4")) == "log.key.id"
    assert code_of(SignerKey, "name", NOTE_SIGNATURE, bytes(31)) == "log.key.length"
    assert code_of(SignerKey, "name", 6, bytes(32)) == "log.key.algorithm"


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_keys_for_which_anyone_can_sign_are_refused(point: str):
    assert code_of(VerifierKey, "weak.example", NOTE_SIGNATURE, bytes.fromhex(point)) == "log.key.weak"


def test_the_list_of_weak_points_is_right():
    p = 2**255 - 19
    d = -121665 * pow(121666, -1, p) % p

    def times_eight_is_identity(y: int) -> bool:
        xx = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        for _ in range(3):
            # Doubling on -x² + y² = 1 + d x² y², in which only x² is needed.
            yy = y * y % p
            double_y = (yy + xx) * pow(1 - d * xx * yy % p, -1, p) % p
            double_xx = 4 * xx * yy * pow(1 + d * xx * yy % p, -2, p) % p
            xx, y = double_xx, double_y
        return (xx, y) == (0, 1)

    for point in SMALL_ORDER[:8]:
        assert times_eight_is_identity(int.from_bytes(bytes.fromhex(point), "little") & (2**255 - 1))


@given(st.text(alphabet="AZaz09+/=-_ \n", max_size=12))
def test_base64_has_one_spelling(text: str):
    data = decode_base64(text)
    if data is not None:
        assert base64.b64encode(data).decode() == text


@given(
    st.binary(max_size=200) | st.text(max_size=80).map(lambda text: f"t\n\n\u2014 {text}\n".encode(errors="replace"))
)
def test_no_bytes_break_the_parser(data: bytes):
    try:
        note = parse_note(data)
    except NoteError:
        return
    assert note.encode() == data
