"""Claims of the catalogue become data elements and come back."""

import datetime

import pytest

from madang.identity.catalogue import type_of
from madang.identity.mdoc.cbor import decode, encode
from madang.identity.mdoc.claims import to_claims, to_elements
from madang.kernel.errors import MadangError

LICENCE = type_of("driving_licence")
CLAIMS = {
    "family_name": "홍",
    "birth_date": "1999-01-31",
    "portrait": b"\xff\xd8\xff\x00",
    "age_over_19": True,
    "driving_privileges": [{"vehicle_category_code": "B", "issue_date": "2020-02-29"}],
}


def test_days_are_tagged_there_and_texts_here():
    elements = to_elements(LICENCE, CLAIMS)
    assert elements[LICENCE.namespace]["birth_date"] == datetime.date(1999, 1, 31)
    assert elements[LICENCE.namespace]["driving_privileges"][0]["issue_date"] == datetime.date(2020, 2, 29)
    assert to_claims(LICENCE, decode(encode(elements), "elements")) == CLAIMS


def test_what_the_catalogue_does_not_know_is_no_claim():
    assert to_claims(LICENCE, {LICENCE.namespace: {"eye_colour": "brown"}, "elsewhere": {"family_name": "홍"}}) == {}


@pytest.mark.parametrize(
    "element",
    [
        {"birth_date": "1999-01-31"},
        {"birth_date": datetime.datetime(1999, 1, 31, tzinfo=datetime.UTC)},
        {"age_over_19": 1},
        {"driving_privileges": "B"},
        {"driving_privileges": [["B"]]},
        {"driving_privileges": [{"vehicle_category_code": "B", "more": 1}]},
        {"driving_privileges": [{"vehicle_category_code": "B", "issue_date": "2020-02-29"}]},
        {"driving_privileges": [{}]},
    ],
)
def test_an_element_of_another_kind_is_refused(element):
    with pytest.raises(MadangError) as refused:
        to_claims(LICENCE, {LICENCE.namespace: element})
    assert refused.value.code in ("credential.claim", "credential.missing_claim", "credential.unknown_claim")
