"""Whose credentials they are: a keyed digest that says nothing without the key, and nothing beyond its purpose."""

import msgspec
import pytest

from madang.base.eligibility.state import Requirement
from madang.identity.eligibility.subjects import are_one_persons, subject_digest, subjects
from tests.base.eligibility.scene import offered
from tests.identity.eligibility.scene import DIGEST_KEY, OTHER_PHONE, PHONE, person, resident, shown, view_of

NAMED = Requirement("resident", "connecting_information", "identifies", ())
CLASSED = Requirement("amount_class", "amount_class", "equals", ("b",))
SAME_NAMED = Requirement("amount_class", "connecting_information", "identifies", ())
MEMBERS = Requirement("household", "members", "identifies", ())
HOUSE = Requirement("household", "household_code", "identifies", ())


def test_digests_differ_by_key_purpose_instalment_and_person():
    first = subject_digest(DIGEST_KEY, "ministry/coupon", 1, person(1))
    others = [
        subject_digest(bytes(32), "ministry/coupon", 1, person(1)),
        subject_digest(DIGEST_KEY, "ministry/other", 1, person(1)),
        subject_digest(DIGEST_KEY, "ministry/coupon", 2, person(1)),
        subject_digest(DIGEST_KEY, "ministry/coupon", 1, person(2)),
    ]
    assert len({first, *others}) == 5
    assert first == subject_digest(DIGEST_KEY, "ministry/coupon", 1, person(1))
    assert len(first) == 64


def test_a_person_is_one_and_a_household_is_all_its_members():
    view = view_of(offered())
    assert len(subjects(DIGEST_KEY, view, {"resident": resident().claims})) == 1
    assert subjects(DIGEST_KEY, view, {"resident": {"province": "26"}}) == ()
    assert subjects(DIGEST_KEY, view, {"resident": {"connecting_information": [person(1), person(2)]}}) == ()
    house = view_of(offered("household"))
    many = {"resident": {"connecting_information": [person(1), person(2), person(1)]}}
    found = subjects(DIGEST_KEY, house, many)
    assert found == tuple(sorted(subject_digest(DIGEST_KEY, house.purpose, 1, person(one)) for one in (1, 2)))


def test_what_an_offer_takes_unnamed_is_connected_with_nobody_and_says_nobody():
    age, lent = Requirement("age", "age_over_19", "equals", ("true",), unnamed=True), shown("age", {}, age_over_19=True)
    assert are_one_persons([NAMED, age], [resident(1), lent])
    assert not are_one_persons([NAMED, msgspec.structs.replace(age, unnamed=False)], [resident(1), lent])
    assert not are_one_persons([NAMED, age], [lent])
    assert not are_one_persons([NAMED, SAME_NAMED, age], [resident(1), classed(2, PHONE), lent])


def classed(number: int | None, holder: dict[str, str]):
    named = {} if number is None else {"connecting_information": person(number)}
    return shown("amount_class", holder, amount_class="b", **named)


@pytest.mark.parametrize(
    ("together", "credentials"),
    [
        (True, [resident()]),
        (False, [resident(1, PHONE), classed(None, PHONE)]),
        (True, [resident(1, PHONE), classed(1, OTHER_PHONE)]),
        (False, [resident(1, PHONE), classed(None, OTHER_PHONE)]),
        (False, [resident(1, PHONE), classed(2, OTHER_PHONE)]),
        (True, [resident(1, OTHER_PHONE), shown("household", PHONE, members=[person(1), person(2)])]),
        (False, [resident(3, OTHER_PHONE), shown("household", PHONE, members=[person(1), person(2)])]),
        (True, [classed(1, PHONE), shown("household", PHONE, members=[person(1)]), resident(1, OTHER_PHONE)]),
        (False, []),
    ],
)
def test_credentials_of_several_people_are_not_put_together(together, credentials):
    assert are_one_persons([NAMED, CLASSED, SAME_NAMED, MEMBERS, HOUSE], credentials) == together
