"""Our codes: written as others read them, read strictly."""

import cemacqr
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.exchange.qr import MerchantCode, read_code, write_code
from madang.exchange.qr.merchantcode import IDENTIFIER
from madang.exchange.qr.tlv import read_objects, seal, unseal, write_objects
from madang.kernel.errors import MadangError
from tests.exchange.qr.codes import DYNAMIC, STATIC

replace = msgspec.structs.replace
letters = st.sampled_from("가나다라마바사아자차카타파하 ABCxyz0189().")
codes = st.builds(
    MerchantCode,
    chain=st.from_regex(r"[a-z][a-z0-9-]{2,31}", fullmatch=True),
    merchant=st.from_regex(r"[A-Za-z0-9_-]{2,43}", fullmatch=True),
    category=st.from_regex(r"[0-9]{4}", fullmatch=True),
    name=st.from_regex(r"[\x20-\x7e]{1,25}", fullmatch=True),
    city=st.from_regex(r"[\x20-\x7e]{1,15}", fullmatch=True),
    local_name=st.builds("가{}".format, st.text(letters, max_size=24)),
    local_city=st.builds("가{}".format, st.text(letters, max_size=14)),
)
paid = st.builds(
    lambda code, amount, order, expires: replace(code, amount=amount, order=order, expires=expires),
    codes,
    st.integers(1, 10**13 - 1),
    st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,24}", fullmatch=True),
    st.integers(1, 10**12 - 1),
)


@given(codes | paid)
def test_what_is_written_is_read(code: MerchantCode) -> None:
    assert read_code(write_code(code)) == code


@pytest.mark.conformance
@given(codes | paid)
def test_another_decoder_reads_the_same(code: MerchantCode) -> None:
    theirs = cemacqr.parse_payload(write_code(code))
    assert theirs.crc_ok
    assert cemacqr.validate(theirs, profile=cemacqr.EMVCO).ok
    assert (theirs.merchant_name, theirs.merchant_city) == (code.name, code.city)


@given(codes | paid, st.data())
def test_one_letter_read_wrong_is_noticed(code: MerchantCode, data: st.DataObject) -> None:
    text = write_code(code)
    place = data.draw(st.sampled_from([at for at, one in enumerate(text) if one.isascii()]))
    other = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda one: one != text[place]))
    with pytest.raises(MadangError):
        read_code(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        (replace(STATIC, amount=1), "qr.mode"),
        (replace(STATIC, order="A-17"), "qr.mode"),
        (replace(DYNAMIC, expires=None), "qr.mode"),
        (replace(STATIC, chain="Madang"), "qr.value"),
        (replace(STATIC, merchant="bakery:1"), "qr.value"),
        (replace(STATIC, category="546"), "qr.value"),
        (replace(STATIC, name="바다"), "qr.value"),
        (replace(STATIC, name=""), "qr.value"),
        (replace(STATIC, city="A city without end"), "qr.value"),
        (replace(STATIC, local_name="바다\u202e빵집"), "qr.value"),
        (replace(STATIC, local_name="바\n다"), "qr.value"),
        (replace(STATIC, local_city=" 부산"), "qr.value"),
        (replace(DYNAMIC, amount=0), "qr.value"),
        (replace(DYNAMIC, amount=10**13), "qr.value"),
        (replace(DYNAMIC, order="o" * 26), "qr.value"),
        (replace(DYNAMIC, order="=A1"), "qr.value"),
        (replace(DYNAMIC, expires=0), "qr.value"),
    ],
)
def test_what_does_not_fit_is_not_written(code: MerchantCode, refusal: str) -> None:
    with pytest.raises(MadangError) as refused:
        write_code(code)
    assert refused.value.code == refusal


def changed(code: MerchantCode, **changes: str | None) -> str:
    """The code with objects set to other values (None: left out), sealed again as whoever alters a code would."""
    objects = unseal(write_code(code))
    for name, value in changes.items():
        objects[name.removeprefix("o")] = value
    return seal(write_objects((name, value) for name, value in objects.items() if value is not None))


def inside(code: MerchantCode, template: str, **changes: str | None) -> str:
    """The same within a template."""
    objects = read_objects(unseal(write_code(code))[template])
    for name, value in changes.items():
        objects[name.removeprefix("o")] = value
    value = write_objects((name, one) for name, one in objects.items() if one is not None)
    return changed(code, **{f"o{template}": value})


def swapped(code: MerchantCode) -> str:
    objects = unseal(write_code(code))
    names = list(objects)
    names[-1], names[-2] = names[-2], names[-1]
    return seal(write_objects((name, objects[name]) for name in names))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (changed(STATIC, o61="06164"), "qr.unknown"),
        (changed(STATIC, o27=write_objects([("00", "org.example")])), "qr.unknown"),
        (swapped(STATIC), "qr.order"),
        (changed(STATIC, o59=None), "qr.missing"),
        (changed(STATIC, o80=None), "qr.missing"),
        (changed(STATIC, o26="0032"), "qr.length"),
        (inside(STATIC, "26", o02="1"), "qr.unknown"),
        (inside(STATIC, "64", o00=None), "qr.missing"),
        (inside(STATIC, "80", o01=None), "qr.missing"),
        (inside(STATIC, "26", o00=IDENTIFIER.upper()), "qr.foreign"),
        (inside(STATIC, "80", o00="org.example"), "qr.foreign"),
        (inside(DYNAMIC, "62", o07="till"), "qr.unknown"),
        (changed(STATIC, o53="840"), "qr.foreign"),
        (changed(STATIC, o58="CN"), "qr.foreign"),
        (inside(STATIC, "64", o00="en"), "qr.foreign"),
        (inside(STATIC, "26", o01="b"), "qr.value"),
        (changed(DYNAMIC, o54="012000"), "qr.value"),
        (changed(DYNAMIC, o54="12000.5"), "qr.value"),
        (changed(DYNAMIC, o54="-1"), "qr.value"),
        (changed(DYNAMIC, o54="１２"), "qr.value"),
        (inside(DYNAMIC, "80", o02="soon"), "qr.value"),
        (changed(DYNAMIC, o54=None), "qr.mode"),
        (inside(DYNAMIC, "80", o02=None), "qr.mode"),
        (changed(DYNAMIC, o01="11"), "qr.mode"),
        (changed(STATIC, o01="12"), "qr.mode"),
        (changed(STATIC, o01="13"), "qr.mode"),
    ],
)
def test_a_code_that_somebody_made_otherwise_is_refused(text: str, refusal: str) -> None:
    with pytest.raises(MadangError) as refused:
        read_code(text)
    assert refused.value.code == refusal
