"""CBOR is read one way or not at all."""

import datetime

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.identity.mdoc.cbor import MAX_BYTES, Encoded, decode, decode_item, encode
from madang.kernel.errors import MadangError

FORM = [
    "00 00",
    "a2 01 02 01 03",
    "a2 61 61 02 61 61 03",
    "9f 01 ff",
    "bf 01 02 ff",
    "5f 41 00 ff",
    "7f 61 61 ff",
    "62 c3 28",
    "82 01",
    "1c",
    "ff",
    "9b ff ff ff ff ff ff ff ff",
    "bb ff ff ff ff ff ff ff ff",
    "5b ff ff ff ff ff ff ff ff",
    "7b 7f ff ff ff ff ff ff ff",
    "81" * 17 + "00",
    "81" * 4000 + "00",
    "a1 01" * 17 + "00",
]
VALUE = [
    "f7",
    "81 f7",
    "a1 61 61 f7",
    "a1 01 f7",
    "f9 7e 00",
    "fa 3f 80 00 00",
    "fb 3f f0 00 00 00 00 00 00",
    "e0",
    "f8 ff",
    "a1 f5 01",
    "a1 f6 01",
    "a1 41 61 01",
    "a1 81 01 01",
    "c2 49 01 00 00 00 00 00 00 00 00",
    "d8 18 61 61",
    "d9 03 ec 00",
    "d9 03 ec 6a 32 30 32 36 2d 31 33 2d 30 31",
    "c0 00",
    "c0 6a 32 30 32 36 2d 30 31 2d 30 31",
    "a1 c0 00 01",
    "a1 d8 18 41 00 01",
    "d8 18 d8 18 40",
]


@pytest.mark.parametrize("data", FORM)
def test_what_has_no_one_reading_is_refused(data):
    with pytest.raises(MadangError) as refused:
        decode(bytes.fromhex(data), "it")
    assert refused.value.code == "cbor.form"


@pytest.mark.parametrize("data", VALUE)
def test_what_no_mdoc_holds_is_refused(data):
    with pytest.raises(MadangError) as refused:
        decode(bytes.fromhex(data), "it")
    assert refused.value.code == "cbor.value"


def test_no_tag_is_read_but_those_of_an_mdoc():
    """cbor2 learns tags with its versions; each of the two first bytes is tried."""
    for tag in set(range(1 << 16)) - {0, 24, 1004}:
        for content in (b"\x00", b"\x40", b"\x60", b"\x80"):
            try:
                decode(b"\xd9" + tag.to_bytes(2, "big") + content, "it")
            except MadangError:
                continue
            pytest.fail(f"tag {tag} is read")


def test_empty_and_too_large_is_refused_before_it_is_read():
    for data in (b"", bytes(MAX_BYTES + 1)):
        with pytest.raises(MadangError) as refused:
            decode(data, "it")
        assert refused.value.code == "cbor.size"


def test_sixteen_levels_are_read():
    assert encode(decode(b"\x81" * 16 + b"\x00", "it")) == b"\x81" * 16 + b"\x00"


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (0, "00"),
        (24, "1818"),
        (-1, "20"),
        ((1 << 64) - 1, "1bffffffffffffffff"),
        (-(1 << 64), "3bffffffffffffffff"),
        (True, "f5"),
        (None, "f6"),
        ("ü", "62c3bc"),
        (b"\x01", "4101"),
        ({"b": 1, "a": [2]}, "a261620161618102"),
        (Encoded(b"\xf5"), "d81841f5"),
        (datetime.date(2024, 2, 29), "d903ec6a323032342d30322d3239"),
        (
            datetime.datetime(2020, 10, 1, 13, 30, 2, tzinfo=datetime.UTC),
            "c074323032302d31302d30315431333a33303a30325a",
        ),
    ],
)
def test_values_have_one_form(value, data):
    assert encode(value).hex() == data
    assert decode(bytes.fromhex(data), "it") == value


def test_long_lengths_of_others_are_read():
    """@auth0/mdl writes the length of each map in two bytes."""
    assert decode(bytes.fromhex("b90001616100"), "it") == {"a": 0}


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65535, 65536])
def test_an_encoded_item_has_the_tag_and_length_that_cbor_gives_it(length):
    item = Encoded(bytes(length))
    assert item.tagged() == cbor2.dumps(cbor2.CBORTag(24, bytes(length)))


ITEMS = ["d81840", "d81841f5", "d8185801f5", "d818590001f5", "d8185a00000001f5", "d8185b0000000000000001f5"]
OTHERS = ["", "f5", "d8", "d818", "d81858", "d8185801", "d8185801f500", "d81861f5", "d8185901f5", "d8185f41f5ff"]


@pytest.mark.parametrize("data", ITEMS + OTHERS)
def test_an_encoded_item_is_read_as_every_other_item(data):
    found = []
    for read in (decode, decode_item):
        try:
            found.append(read(bytes.fromhex(data), "it"))
        except MadangError as error:
            found.append(error.code)
    assert found[0] == found[1]
    assert (type(found[0]) is Encoded) == (data in ITEMS)


@given(st.binary(max_size=70_000))
def test_an_encoded_item_of_any_length_is_read(content):
    assert decode_item(Encoded(content).tagged(), "it") == Encoded(content)


@given(st.binary(max_size=200))
def test_whatever_is_read_is_written_with_the_same_meaning(data):
    try:
        value = decode(data, "it")
    except MadangError:
        return
    assert decode(encode(value), "it") == value
