"""Strict reading: every spelling that two readers could take differently is refused, with its code."""

import base64
import binascii
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.kernel.codec import MAX_DEPTH, from_base64url, read_json, to_base64url
from madang.kernel.errors import Malformed


class Toy(msgspec.Struct, forbid_unknown_fields=True):
    a: int
    s: str = ""


class Open(msgspec.Struct):
    """Passes unknown members over, as the client data of a passkey must."""

    a: int


strict = msgspec.json.Decoder(Toy)
lenient = msgspec.json.Decoder(Open)


def code_of(function, *arguments):
    with pytest.raises(Malformed) as caught:
        function(*arguments)
    assert caught.value.message.endswith(".")
    return caught.value.code


@given(st.binary(max_size=100))
def test_base64url_comes_back(data):
    assert from_base64url(to_base64url(data), "it") == data
    assert to_base64url(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert from_base64url(to_base64url(data).encode(), "it") == data


@pytest.mark.parametrize(
    "text",
    [
        "A",  # one character is no byte
        "AAAAA",
        "AB",  # stray bits: AA is the one spelling
        "AAB",
        "AA==",
        "AAA=",
        "=",
        "AA=A",
        "A A",
        " AA",
        "AA ",
        "AA\n",
        "AA\r\nAA",
        "A+",
        "A/",
        "//",
        "AA.",
        "AAAA-_-+",
        "AA\0",
        "é",
        "ＡＡ",
        b"\xff\xff",
    ],
)
def test_another_spelling_of_base64url_is_refused(text):
    assert code_of(from_base64url, text, "it") == "base64.invalid"


@given(st.text(alphabet="ABYZabyz0189-_", max_size=12))
def test_what_is_read_is_canonical(text):
    try:
        assert to_base64url(from_base64url(text, "it")) == text
    except Malformed:
        padded = text + "=" * (-len(text) % 4)
        assert len(text) % 4 == 1 or base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded)).decode() != padded


@given(st.binary(max_size=40) | st.text(alphabet='AQgwZaz09-_+/= \n!\\"\0é', max_size=20).map(str.encode))
def test_base64url_is_read_as_the_standard_library_reads_it_strictly(data):
    padded = data.translate(bytes.maketrans(b"-_+/", b"+/!!")) + b"=" * (-len(data) % 4)
    try:
        expected = binascii.a2b_base64(padded, strict_mode=True) if b"=" not in data else None
    except ValueError:
        expected = None
    if expected is not None and to_base64url(expected).encode() != data:
        expected = None  # bits are left over
    try:
        assert from_base64url(data, "it") == expected
    except Malformed:
        assert expected is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json.invalid"),
        (b"null", "json.invalid"),
        (b"[]", "json.invalid"),
        (b'{"a":1', "json.invalid"),
        (b'{"a":1,}', "json.invalid"),
        (b'{"a":1}x', "json.invalid"),
        (b'{"a":1}{"a":1}', "json.invalid"),
        (b"{'a':1}", "json.invalid"),
        (b'{"a":1/**/}', "json.invalid"),
        (b"{}", "json.invalid"),
        (b'{"a":1,"b":2}', "json.invalid"),
        (b'{"a":null}', "json.invalid"),
        (b'{"a":true}', "json.invalid"),
        (b'{"a":"1"}', "json.invalid"),
        (b'{"a":1.0}', "json.invalid"),
        (b'{"a":1.5}', "json.invalid"),
        (b'{"a":1e2}', "json.invalid"),
        (b'{"a":1E400}', "json.invalid"),
        (b'{"a":01}', "json.invalid"),
        (b'{"a":+1}', "json.invalid"),
        (b'{"a":NaN}', "json.invalid"),
        (b'{"a":-Infinity}', "json.invalid"),
        (b'{"a":1' + b"0" * 5_000 + b"}", "json.invalid"),
        (b'{"a":1,"s":"\\ud800"}', "json.invalid"),
        (b'{"a":1,"s":"\\udc00\\ud800"}', "json.invalid"),
        (b'{"a":1,"s":"\xed\xa0\x80"}', "json.invalid"),
        (b'{"a":1,"s":"\xc0\x80"}', "json.invalid"),
        (b'{"a":1,"s":"\xf4\x90\x80\x80"}', "json.invalid"),
        (b'{"a":1,"s":"\xff"}', "json.invalid"),
        (b'{"a":1,"s":"a\nb"}', "json.invalid"),
        (b'\xef\xbb\xbf{"a":1}', "json.invalid"),
        ('{"a":1}'.encode("utf-16"), "json.invalid"),
        ('{"a":1}'.encode("utf-32"), "json.invalid"),
        (b'{"a":1,"a":1}', "json.duplicate"),
        (b'{"a":1,"a":2}', "json.duplicate"),
        (b'{"a":1,"\\u0061":2}', "json.duplicate"),
        (b'{"s":"x","a":1,"s":"y"}', "json.duplicate"),
    ],
)
def test_another_reading_is_refused(data, code):
    assert code_of(read_json, strict, data, "it") == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"z":1.5}', "json.invalid"),
        (b'{"a":1,"z":1' + b"0" * 5_000 + b"}", "json.invalid"),
        (b'{"a":1,"z":NaN}', "json.invalid"),
        (b'{"a":1,"z":"\xff"}', "json.invalid"),
        (b'{"a":1,"z":"\xed\xa0\x80"}', "json.invalid"),
        (b'{"a":1,"z":"\\ud800"}', "json.invalid"),
        (b'{"a":1,"z":{"q":1,"q":2}}', "json.duplicate"),
        (b'{"a":1,"z":1,"z":1}', "json.duplicate"),
        (b'{"a":1,"z":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "json.depth"),
    ],
)
def test_what_is_passed_over_is_looked_at_too(data, code):
    assert code_of(read_json, lenient, data, "it") == code


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"s":"x"}',
        b' { "s" : "x" , "a" : 1 }\n',
        b'{"\\u0061":1,"s":"\\u0078"}',
    ],
)
def test_white_space_order_and_escapes_are_free(data):
    assert read_json(strict, data, "it") == Toy(1, "x")


def test_a_character_beyond_the_first_plane_may_be_escaped():
    assert read_json(strict, b'{"a":1,"s":"\\ud83d\\ude00"}', "it").s == "\N{GRINNING FACE}"


def deeper(frames, function):
    """Call from `frames` frames further down, as another engine or a debugger would."""
    return function() if frames == 0 else deeper(frames - 1, function)


def nested(levels):
    return b'{"a":1,"z":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 500, 900])
def test_the_depth_that_is_read_depends_on_nothing_else(levels):
    found = []
    for frames in (0, 300):
        try:
            found.append(deeper(frames, lambda: read_json(lenient, nested(levels), "it")))
        except Malformed as refusal:
            found.append(refusal.code)
    assert found == ["json.depth", "json.depth"]


def test_what_is_not_too_deep_is_read():
    assert read_json(lenient, nested(MAX_DEPTH), "it") == Open(1)


@pytest.mark.parametrize("end", [b"", b'"', b"\\"])
def test_a_string_without_an_end_is_looked_at_once(end):
    data = b"{" * 40 + b'"' + b'\\"' * 500_000 + end
    started = time.process_time()
    with pytest.raises(Malformed):
        read_json(lenient, data, "it")
    # Quadratic, this took minutes; the bound is wide, since it is not the speed that is tested.
    assert time.process_time() - started < 5


def test_a_late_duplicate_among_many_members_is_found_in_one_pass():
    members = ",".join(f'"m{number}":0' for number in range(100_000))
    data = f'{{"a":1,{members},"m99999":0}}'.encode()
    started = time.process_time()
    with pytest.raises(Malformed) as caught:
        read_json(lenient, data, "it")
    assert caught.value.code == "json.duplicate"
    assert time.process_time() - started < 5
