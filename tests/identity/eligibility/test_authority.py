"""What the authority signs, whom it sends to a desk, and in which order it refuses."""

from typing import Any

import msgspec
import pytest

from madang.base.eligibility.transactions import Requirement
from madang.identity.blind import SigningKey
from madang.identity.eligibility.authority import Authority
from madang.identity.eligibility.holding import ask
from madang.kernel.errors import MadangError
from madang.records.tokens import TokenRegister
from tests.base.eligibility.scene import CLOSED, REQUIREMENTS, key, modulus, offered, opening
from tests.identity.eligibility.scene import (
    DIGEST_KEY,
    NOW,
    OTHER_PHONE,
    issued,
    office,
    person,
    resident,
    shown,
    view_of,
)
from tests.support.cast import ALICE, BORA, quorum

VIEW = view_of(offered())
CLOSED_VIEW = msgspec.structs.replace(VIEW, tally=msgspec.structs.replace(VIEW.tally, closed=True))
BLINDED = ask(VIEW, ALICE.party).blinded


def code_of(what, *arguments) -> str:
    with pytest.raises(MadangError) as refused:
        what(*arguments)
    assert person(1) not in refused.value.message
    return refused.value.code


def test_whoever_fulfils_all_gets_a_token_that_the_ledger_takes(database):
    world = offered()
    authority, _ = office(database)
    _, _, claim = issued(authority, view_of(world))
    world.accept(claim, by=ALICE)
    world.check()


def test_the_same_request_gets_the_same_signature_and_another_none(database):
    authority, _ = office(database)
    first = authority.issue(VIEW, BLINDED, [resident()], NOW)
    again, _ = office(database)
    assert again.issue(VIEW, BLINDED, [resident()], NOW + 500_000) == first
    other = ask(VIEW, BORA.party).blinded
    assert code_of(authority.issue, VIEW, other, [resident()], NOW) == "eligibility.already"
    assert code_of(authority.issue, VIEW, BLINDED, [resident(2)], NOW) == "eligibility.request"
    authority.issue(VIEW, other, [resident(2)], NOW)


# The code, and what is handed in: view, blinded token, credentials, time. What is left out is right.
CASES: list[tuple[str, dict[str, Any]]] = [
    ("eligibility.closed", {"view": CLOSED_VIEW, "credentials": []}),
    ("eligibility.closed", {"now": CLOSED}),
    ("eligibility.key", {"view": msgspec.structs.replace(VIEW, name="another"), "credentials": []}),
    ("eligibility.key", {"view": msgspec.structs.replace(VIEW, programme="another")}),
    ("eligibility.unmet", {"credentials": [resident(province="11")], "blinded": b""}),
    ("eligibility.unmet", {"credentials": [resident(age_over_18=False)]}),
    ("eligibility.unmet", {"credentials": [shown("resident", province="11")]}),
    ("eligibility.desk", {"credentials": [], "blinded": b""}),
    ("eligibility.desk", {"credentials": [shown("resident", province="26", age_over_18=True)]}),
    ("eligibility.desk", {"credentials": [shown("household", size=3)]}),
    ("eligibility.desk", {"credentials": [resident(), resident()]}),
    ("eligibility.desk", {"credentials": [resident(), shown("amount_class", OTHER_PHONE, amount_class="b")]}),
    ("eligibility.desk", {"credentials": [resident(connecting_information=[person(1), person(2)])]}),
    ("blind.length", {"blinded": b""}),
    ("blind.range", {"blinded": b"\xff" * 256}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {CASES.index(case)}")
def test_refusals_in_order_of_precedence_use_nobody_up(case, sqlite):
    code, given = case
    authority, register = office(sqlite)
    arguments = {"view": VIEW, "blinded": BLINDED, "credentials": [resident()], "now": NOW} | given
    assert code_of(authority.issue, *arguments.values()) == code
    assert register.counted(VIEW, CLOSED) == 0
    authority.issue(VIEW, BLINDED, [resident()], NOW)


def test_a_refusal_names_claims_and_never_what_they_hold(sqlite):
    authority, _ = office(sqlite)
    with pytest.raises(MadangError) as refused:
        authority.issue(VIEW, BLINDED, [resident(province="11", age_over_18=False)], NOW)
    assert "resident age_over_18, resident province" in refused.value.message
    assert "11" not in refused.value.message
    with pytest.raises(MadangError, match=r"resident connecting_information.*desk"):
        authority.issue(VIEW, BLINDED, [resident(connecting_information="")], NOW)


def test_a_household_is_locked_with_all_its_members(database):
    world = offered("household")
    members = [
        Requirement(credential="household", claim="household_code", test="identifies"),
        Requirement(credential="household", claim="members", test="identifies"),
        REQUIREMENTS[0],
    ]
    world.accept(opening(offer="house", key=modulus("house"), requirements=members), by=quorum("welfare"))
    view, (authority, _) = view_of(world, "house"), office(database)
    house = shown("household", OTHER_PHONE, household_code="h" * 43, members=[person(1), person(2), person(3)])
    authority.issue(view, ask(view, ALICE.party).blinded, [resident(1), house], NOW)
    split = shown("household", OTHER_PHONE, household_code="i" * 43, members=[person(2)])
    assert code_of(authority.issue, view, ask(view, BORA.party).blinded, [resident(2), split], NOW) == (
        "eligibility.already"
    )
    stranger = shown("household", OTHER_PHONE, household_code="j" * 43, members=[person(8)])
    assert code_of(authority.issue, view, ask(view, BORA.party).blinded, [resident(9), stranger], NOW) == (
        "eligibility.desk"
    )


def test_a_key_for_digests_has_its_length(sqlite):
    with pytest.raises(ValueError, match="32 bytes"):
        Authority(TokenRegister(sqlite), DIGEST_KEY[1:], lambda *_: key())


def test_an_authority_with_another_key_than_the_published_one_signs_nothing(sqlite):
    other = SigningKey.generate()
    authority = Authority(TokenRegister(sqlite), DIGEST_KEY, lambda *_: other)
    assert code_of(authority.issue, VIEW, BLINDED, [resident()], NOW) == "eligibility.key"
