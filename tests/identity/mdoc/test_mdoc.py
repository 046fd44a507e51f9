"""A licence is issued, shown in part, and verified; whatever is altered is refused."""

import datetime
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.identity import jose
from madang.identity.mdoc import Validity, issue, present, verify_issued, verify_presentation
from madang.identity.mdoc.cbor import decode, encode
from madang.identity.signer import signing
from madang.kernel.errors import MadangError
from tests.identity.mdoc.material import (
    DOC_TYPE,
    ELEMENTS,
    NAMESPACE,
    NOW,
    STATUS,
    TRANSCRIPT,
    VALIDITY,
    a_licence,
    an_issuer,
    issued,
    phone,
    shown,
)

days = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))
values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=40) | st.binary(max_size=60) | days,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=8,
)


def test_a_licence_is_what_was_issued_bound_to_the_phone_and_names_its_status():
    document = verify_issued(a_licence(), DOC_TYPE, an_issuer().trust, NOW)
    assert document.elements == {NAMESPACE: ELEMENTS}
    assert document.holder == jose.jwk_of(phone().public_key())
    assert (document.validity, document.status) == (VALIDITY, STATUS)
    assert document.issuer.anchor == hashlib.sha256(an_issuer().root).hexdigest()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_choice_of_any_elements_comes_back_and_nothing_else_is_shown(data):
    elements = data.draw(st.dictionaries(st.text(min_size=1, max_size=20), values, min_size=1, max_size=12))
    chosen = data.draw(st.lists(st.sampled_from(sorted(elements)), unique=True))
    licence = issued(elements, status=None)
    response = present(licence, DOC_TYPE, {NAMESPACE: chosen}, TRANSCRIPT, signing(phone()))
    document = verify_presentation(response, DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)
    assert document.elements == ({NAMESPACE: {name: elements[name] for name in chosen}} if chosen else {})
    assert document.status is None


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_any_altered_byte_is_refused(data):
    response = bytearray(shown("family_name", "age_over_19", "driving_privileges"))
    place = data.draw(st.integers(0, len(response) - 1))
    response[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(MadangError):
        verify_presentation(bytes(response), DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_come_they_are_refused_with_a_code(data):
    with pytest.raises(MadangError):
        verify_presentation(data, DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)


def places(value):
    """Each place in a value, with what holds it."""
    members = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for place, below in members:
        yield value, place
        yield from places(below)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_value_stands_anywhere_it_is_refused_with_a_code(data):
    response = decode(shown("age_over_19"), "a presentation")
    holder, place = data.draw(st.sampled_from(list(places(response))))
    anything = st.none() | st.integers(1, 2**64 - 1) | st.text(max_size=3) | st.binary(max_size=3)
    holder[place] = data.draw(anything.filter(lambda value: value != holder[place]))
    with pytest.raises(MadangError):
        verify_presentation(encode(response), DOC_TYPE, TRANSCRIPT, an_issuer().trust, NOW)


def test_an_answer_counts_for_one_request_only():
    other = TRANSCRIPT[:-1] + bytes([TRANSCRIPT[-1] ^ 1])
    with pytest.raises(MadangError, match=r"mdoc\.device_signature"):
        verify_presentation(shown("age_over_19"), DOC_TYPE, other, an_issuer().trust, NOW)


def test_two_licences_of_the_same_person_have_nothing_in_common_but_what_they_say():
    first, second = (decode(issued(), "a licence")["nameSpaces"][NAMESPACE] for _ in range(2))
    salts = [decode(item.content, "an item")["random"] for item in (*first, *second)]
    assert len(set(salts)) == len(salts) and all(len(salt) == 32 for salt in salts)


def test_numbers_of_digests_are_drawn_by_lot():
    orders = {
        tuple(decode(item.content, "an item")["digestID"] for item in decode(issued(), "")["nameSpaces"][NAMESPACE])
        for _ in range(20)
    }
    assert len(orders) > 5


def test_what_the_credential_has_not_can_not_be_shown():
    with pytest.raises(MadangError, match=r"mdoc\.not_held"):
        shown("age_over_65")


@pytest.mark.parametrize(
    ("code", "elements", "validity"),
    [
        ("mdoc.elements", {}, VALIDITY),
        ("mdoc.elements", {NAMESPACE: {}}, VALIDITY),
        ("mdoc.elements", {NAMESPACE: {f"e{n}": n for n in range(201)}}, VALIDITY),
        ("mdoc.validity", {NAMESPACE: {"a": 1}}, Validity(NOW, NOW - 1, NOW + 1)),
        ("mdoc.validity", {NAMESPACE: {"a": 1}}, Validity(NOW, NOW, NOW)),
        ("cbor.value", {NAMESPACE: {"a": 0.5}}, VALIDITY),
        ("cbor.value", {NAMESPACE: {"a": 1 << 64}}, VALIDITY),
        ("cbor.value", {NAMESPACE: {"a": {1, 2}}}, VALIDITY),
        ("cbor.value", {NAMESPACE: {"a": datetime.datetime(2026, 1, 1)}}, VALIDITY),
    ],
)
def test_what_no_verifier_could_read_is_not_signed(code, elements, validity):
    with pytest.raises(MadangError) as refused:
        issue(an_issuer().signer, DOC_TYPE, elements, jose.jwk_of(phone().public_key()), validity, None)
    assert refused.value.code == code


def test_a_credential_is_not_bound_to_a_key_that_is_none():
    with pytest.raises(MadangError) as refused:
        holder = {**jose.jwk_of(phone().public_key()), "x": "AAAA"}
        issue(an_issuer().signer, DOC_TYPE, {NAMESPACE: {"a": 1}}, holder, VALIDITY, None)
    assert refused.value.code == "jose.key"
