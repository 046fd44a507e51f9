"""The query of an offer asks for the claims that its requirements name, and for nothing else."""

import pytest

from madang.base.eligibility.state import Requirement
from madang.identity.eligibility.dcql import query
from madang.kernel.errors import MadangError


def required(credential: str, claim: str, test: str, *values: str) -> Requirement:
    return Requirement(credential, claim, test, values)  # type: ignore[arg-type]


def test_an_adult_of_busan_in_class_b_shows_four_things_and_nothing_else():
    asked = [
        required("amount_class", "connecting_information", "identifies"),
        required("amount_class", "amount_class", "equals", "b"),
        required("amount_class", "province", "equals", "26"),
        required("driving_licence", "age_over_18", "equals", "true"),
    ]
    assert query(asked) == {
        "credentials": [
            {
                "id": "amount_class_sdjwt",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:madang:kr:amount-class:1"]},
                "claims": [
                    {"path": ["connecting_information"]},
                    {"path": ["amount_class"], "values": ["b"]},
                    {"path": ["province"], "values": ["26"]},
                ],
            },
            {
                "id": "driving_licence_mdoc",
                "format": "mso_mdoc",
                "meta": {"doctype_value": "org.iso.18013.5.1.mDL"},
                "claims": [{"path": ["org.iso.18013.5.1", "age_over_18"], "values": [True]}],
            },
            {
                "id": "driving_licence_sdjwt",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:madang:kr:driving-licence:1"]},
                "claims": [{"path": ["age_over_18"], "values": [True]}],
            },
        ],
        "credential_sets": [
            {"options": [["amount_class_sdjwt"]]},
            {"options": [["driving_licence_mdoc"], ["driving_licence_sdjwt"]]},
        ],
    }


def test_values_are_of_the_claims_sort_and_several_tests_ask_once():
    asked = [
        required("household", "size", "at_least", "2"),
        required("household", "size", "one_of", "2", "3", "4"),
        required("household", "size", "one_of", "3", "4", "5"),
        required("household", "base_date", "after", "2025-06-18"),
    ]
    (credential,) = query(asked)["credentials"]
    assert credential["claims"] == [{"path": ["size"], "values": [3, 4]}, {"path": ["base_date"]}]


@pytest.mark.parametrize(
    ("code", "requirement"),
    [
        ("credential.unknown_type", required("library_card", "number", "equals", "1")),
        ("eligibility.claim", required("resident", "shoe_size", "equals", "1")),
        ("eligibility.claim", required("resident", "age_over_18", "equals", "yes")),
        ("eligibility.claim", required("household", "size", "equals", "three")),
        ("eligibility.claim", required("household", "members", "equals", "a")),
    ],
    ids=str,
)
def test_what_the_catalogue_does_not_have_is_not_asked_for(code: str, requirement: Requirement):
    with pytest.raises(MadangError) as refused:
        query([requirement])
    assert refused.value.code == code
