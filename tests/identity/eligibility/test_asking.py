"""An offer asks for the claims that its requirements name, and for nothing else."""

import pytest

from madang.base.eligibility.state import Requirement
from madang.identity.eligibility.asking import asks
from madang.identity.verifier.asking import Ask, dcql
from madang.kernel.errors import MadangError


def required(credential: str, claim: str, test: str, *values: str, unnamed: bool = False) -> Requirement:
    return Requirement(credential, claim, test, values, unnamed)  # type: ignore[arg-type]


def test_an_adult_of_busan_in_class_b_shows_four_things_and_nothing_else():
    asked = [
        required("amount_class", "connecting_information", "identifies"),
        required("amount_class", "amount_class", "equals", "b"),
        required("amount_class", "province", "equals", "26"),
        required("driving_licence", "age_over_18", "equals", "true"),
    ]
    found = asks(asked)
    classed = ("connecting_information", "amount_class", "province")
    assert found == (
        Ask("amount_class", classed, {"amount_class": ("b",), "province": ("26",)}),
        Ask("driving_licence", ("age_over_18",), {"age_over_18": (True,)}),
    )
    queries = {one["id"]: one["claims"] for one in dcql(found)["credentials"]}
    assert queries == {
        "amount_class-sd": [
            {"path": ["connecting_information"]},
            {"path": ["amount_class"], "values": ["b"]},
            {"path": ["province"], "values": ["26"]},
        ],
        "driving_licence-mdoc": [{"path": ["org.iso.18013.5.1", "age_over_18"], "values": [True]}],
        "driving_licence-sd": [{"path": ["age_over_18"], "values": [True]}],
    }


def test_values_are_of_the_claims_sort_and_several_tests_ask_once():
    asked = [
        required("household", "size", "at_least", "2"),
        required("household", "size", "one_of", "2", "3", "4"),
        required("household", "size", "one_of", "3", "4", "5"),
        required("household", "base_date", "after", "2025-06-18"),
    ]
    assert asks(asked) == (Ask("household", ("size", "base_date"), {"size": (3, 4)}),)


@pytest.mark.parametrize(
    ("provable", "credential", "unnamed"),
    [(True, "age", True), (False, "age", False), (False, "driving_licence", True), (False, "resident", True)],
)
def test_an_age_may_be_proven_where_the_offer_takes_it_unnamed_and_it_can_be(provable, credential, unnamed):
    (found,) = asks([required(credential, "age_over_19", "equals", "true", unnamed=unnamed)])
    assert found == Ask(credential, ("age_over_19",), {"age_over_19": (True,)}, provable=provable)
    forms = [one["format"] for one in dcql([found])["credentials"]]
    assert sorted(forms) == sorted([*(["mso_mdoc_zk"] if provable else []), "mso_mdoc", "dc+sd-jwt"])


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
        asks([requirement])
    assert refused.value.code == code
