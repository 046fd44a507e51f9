"""EMVCo's data objects: published examples of others read as they say, and whatever is not one is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.exchange.qr.tlv import checksum, read_objects, seal, unseal, write_objects
from madang.kernel.errors import MadangError

OFFICIAL = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
    "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME"
    "91320016A0112233449988770708123456786304A13A"
)
"""The sample of EMV QRCPS merchant-presented mode 1.1, section 4.8, as several decoders carry it in their tests."""
SORTED = (
    "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.725502015802CN"
    "5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME64200002ZH0104最佳运输0202北京"
    "8036003239401ff0c21a4543a8ed5fbaa30ab02e81360032c2fbf6dd646f4f36b617f10747c0b96163046F32"
)
"""The same shop in the tests of another decoder (go-emv-code), objects in order of their ids."""


@pytest.mark.conformance
@pytest.mark.parametrize("sample", [OFFICIAL, SORTED])
def test_published_codes_are_read(sample: str) -> None:
    objects = unseal(sample)
    assert (objects["59"], objects["60"], objects["52"], objects["54"]) == (
        "BEST TRANSPORT",
        "BEIJING",
        "4111",
        "23.72",
    )
    assert read_objects(objects["64"]) == {"00": "ZH", "01": "最佳运输", "02": "北京"}
    assert read_objects(objects["62"]) == {"03": "1234", "06": "***", "07": "A6008667", "09": "ME"}


@pytest.mark.conformance
def test_published_codes_are_written_to_the_letter() -> None:
    for sample in (OFFICIAL, SORTED):
        assert seal(write_objects(unseal(sample).items())) == sample


@pytest.mark.conformance
def test_the_checksum_has_the_check_value_of_its_catalogue() -> None:
    assert checksum("123456789") == "29B1"  # CRC-16/IBM-3740, also called CCITT-FALSE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (seal("000201" + "5911Bada Bakery" * 40), "qr.size"),
        ("", "qr.version"),
        (seal("000202"), "qr.version"),
        (seal("010211"), "qr.version"),
        ("000201010211", "qr.checksum_missing"),
        (seal("000201")[:-4] + "00FF", "qr.checksum"),
        (seal("000201")[:-4] + seal("000201")[-4:].lower(), "qr.checksum"),
        (seal("000201" + "x"), "qr.form"),
        (seal("000201" + "5x02ab"), "qr.form"),
        (seal("000201" + "59٠٢ab"), "qr.form"),
        (seal("000201" + "5900"), "qr.length"),
        (seal("000201" + "5920abc"), "qr.length"),
        (seal("000201" + "5902ab" + "5902cd"), "qr.twice"),
        (seal("000201" + "63045AC7" + "0102ab"), "qr.twice"),
        (seal("000201" + "5912abcd"), "qr.checksum_missing"),
    ],
)
def test_what_is_no_code_is_refused(text: str, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        unseal(text)
    assert refused.value.code == code


@given(st.dictionaries(st.from_regex(r"[0-9]{2}", fullmatch=True), st.text(min_size=1, max_size=99), max_size=5))
def test_what_is_written_is_read(objects: dict[str, str]) -> None:
    assert read_objects(write_objects(objects.items())) == objects


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, "000201" + text, seal("000201" + text)):
        with suppress(MadangError):
            unseal(candidate)


@pytest.mark.parametrize("value", ["", "x" * 100])
def test_a_value_that_does_not_fit_is_not_written(value: str) -> None:
    with pytest.raises(MadangError) as refused:
        write_objects([("59", value)])
    assert refused.value.code == "qr.value"
