"""Who opens, counts and closes offers; every refusal as a table in order of precedence."""

from typing import Any

import pytest

from madang.base.eligibility import queries
from madang.base.eligibility.state import INVARIANTS, KEYS, OFFERS, SPENT, TALLIES, Spent, Tally
from madang.base.eligibility.tokens import nullifier, prepared
from madang.base.eligibility.transactions import Requirement
from madang.base.parties.transactions import AppointInstitution
from madang.base.programmes.transactions import Close, Draft, NameAuthorities
from madang.contract import canonical, read_programme
from madang.kernel.module import InvariantBroken
from tests.base.eligibility.scene import (
    CLOSED,
    OFFER,
    REQUIREMENTS,
    WELFARE,
    claiming,
    closing,
    counting,
    modulus,
    offered,
    opening,
    signed_token,
)
from tests.services.vouchers.everything import CLOSES, DOCUMENT, FULL, OPENS, SIBLING, world_of
from tests.services.vouchers.scene import documents
from tests.support.cast import ALICE, BORA, new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import World, present

QUORUM, MINISTRY = quorum("welfare"), quorum("ministry")
BUREAU = wallet("bureau officer")


def asked(test: str, *values: str, claim: str = "birth_year") -> list[Requirement]:
    return [
        REQUIREMENTS[0],
        Requirement(credential="resident", claim=claim, test=test, values=list(values)),  # type: ignore[arg-type]
    ]


def unnamed(claim: str, *values: str, test: str = "equals", credential: str = "age") -> Requirement:
    """What may be shown without saying by whom."""
    chosen = list(values) or (["true"] if test != "identifies" else [])
    return Requirement(credential=credential, claim=claim, test=test, values=chosen, unnamed=True)  # type: ignore[arg-type]


def with_bureau() -> World:
    """Another authority, which no programme names."""
    world = offered()
    act = AppointInstitution(
        by="operator", party="bureau", roles=["eligibility_authority"], threshold=1, officers=[new_key(BUREAU)]
    )
    world.accept(act, by=quorum("operator"))
    return world


FRESH = {"offer": "another", "key": modulus("another")}
EVEN = modulus()[:-1] + "A"
SMALL = "A" + modulus()[1:]

# The code, what is narrowed, the act that is refused so, and who signs. A number before these is the time.
CASES: list[tuple[Any, ...]] = [
    # --------------------------------------------------------------------------------------------------- opening
    ("authority.quorum", "", opening(**FRESH), WELFARE),
    ("eligibility.unknown_programme", "", opening(by="ministry", programme="nothing", **FRESH), MINISTRY),
    ("eligibility.not_authority", "", opening(by="ministry"), MINISTRY),
    ("eligibility.not_authority", "", opening(by="bureau"), BUREAU),
    ("eligibility.offer_taken", "", opening(requirements=asked("at_least")), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("at_least"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("equals", "1", "2"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("at_most", "01"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("at_least", "x"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("at_least", "9" * 16), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("before", "20260101"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("after", "2026-02-30"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("one_of"), **FRESH), QUORUM),
    ("eligibility.requirement", "birth_year", opening(requirements=asked("identifies", "a"), **FRESH), QUORUM),
    *[
        ("eligibility.requirement", among[1].claim, opening(requirements=among, **FRESH), QUORUM)
        for among in (
            [REQUIREMENTS[0], unnamed("birth_year", "2000")],
            [REQUIREMENTS[0], unnamed("age_over_1")],
            [REQUIREMENTS[0], unnamed("age_over_19", "yes")],
            [REQUIREMENTS[0], unnamed("age_over_19", "true", "false", test="one_of")],
            [REQUIREMENTS[0], unnamed("age_over_19", test="begins_with")],
            [REQUIREMENTS[0], unnamed("age_over_19", credential="resident")],
            [REQUIREMENTS[0], unnamed("age_over_19"), unnamed("age_over_65", "false", credential="card")],
        )
    ],
    ("eligibility.unidentified", "", opening(requirements=REQUIREMENTS[1:], opens=9, closes=8, **FRESH), QUORUM),
    ("eligibility.window", "", opening(opens=CLOSED, closes=CLOSED, key=EVEN, offer="another"), QUORUM),
    ("eligibility.window", "", opening(opens=1, closes=OPENS, **FRESH), QUORUM),
    ("eligibility.window", "", opening(since=CLOSES, until=CLOSES, **FRESH), QUORUM),
    ("eligibility.key", "", opening(key=EVEN, offer="another"), QUORUM),
    ("eligibility.key", "", opening(key=SMALL, offer="another"), QUORUM),
    ("base64.invalid", "", opening(key=modulus("another", 4096)[:-1] + "B", offer="another"), QUORUM),
    ("eligibility.key_used", "", opening(offer="another"), QUORUM),
    ("eligibility.key_used", "", opening(programme=SIBLING), QUORUM),
    # -------------------------------------------------------------------------------------------------- counting
    ("eligibility.unknown_offer", "", counting(11, by="ministry", offer="another"), officer("ministry")),
    ("eligibility.unknown_offer", "", counting(11, programme=SIBLING), WELFARE),
    ("eligibility.not_yours", "", counting(11, by="ministry"), officer("ministry")),
    ("eligibility.falling", "", counting(10), WELFARE),
    ("eligibility.falling", "", counting(9), WELFARE),
    ("eligibility.too_many", "", counting(1_001), WELFARE),
    # --------------------------------------------------------------------------------------------------- closing
    ("eligibility.unknown_offer", "", closing(by="operator", offer="another"), quorum("operator")),
    ("eligibility.not_closer", "", closing(by="operator"), quorum("operator")),
    ("eligibility.not_closer", "", closing(by="bureau"), BUREAU),
    # -------------------------------------------------------------------------------------------------- spending
    ("eligibility.unknown_offer", "", claiming(offer="another"), ALICE),
    (OPENS - 1, "eligibility.outside_window", "", claiming(), ALICE),
    (CLOSED, "eligibility.outside_window", "", claiming(), ALICE),
    ("base64.invalid", "", claiming(token="B" * 43), ALICE),
    ("eligibility.not_signed", "", claiming(token="A" * 43), ALICE),
    ("eligibility.not_signed", "", claiming(signature="A" * 342), ALICE),
    ("eligibility.not_signed", "", claiming(signature="A" * 512), ALICE),
    ("eligibility.not_signed", "", claiming(made=signed_token(by="another")), ALICE),
    ("eligibility.not_signed", "", claiming(made=signed_token(offer="another", by=OFFER)), ALICE),
    ("eligibility.not_signed", "", claiming(made=signed_token(programme=SIBLING)), ALICE),
    ("eligibility.not_signed", "", claiming(made=signed_token(BORA)), ALICE),
    ("base64.invalid", "", claiming(signature="B" * 342), ALICE),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[-4]} {type(case[-2]).__name__} {CASES.index(case)}")
def test_refusals_in_order_of_precedence(case):
    world = with_bureau()
    if len(case) == 5:
        world.time = case[0]
    code, reason, act, signer = case[-4:]
    assert world.refuse(code, act, by=signer).reason == reason
    world.check()


@pytest.mark.parametrize("value", ["true", "false"])
def test_an_age_may_be_shown_by_somebody_unnamed_where_the_quorum_says_so(value):
    world = offered()
    among = [*REQUIREMENTS, unnamed("age_over_65", value)]
    world.accept(opening(requirements=among, **FRESH), by=QUORUM)
    found = present(queries.offer(world.state(), FULL, "another")).offer.requirements
    assert [one.unnamed for one in found] == [False, False, False, True]
    world.check()


def test_what_was_spent_and_what_was_not_counted_come_before_the_arithmetic():
    world = offered(issued=1)
    made = signed_token()
    world.accept(claiming(made=made), by=ALICE)
    world.refuse("eligibility.spent", claiming(made=made), by=ALICE)
    world.refuse("eligibility.spent", claiming(made=(made[0], "A" * 342)), by=ALICE)
    world.refuse("eligibility.not_counted", claiming(BORA), by=BORA)
    world.refuse("eligibility.not_counted", claiming(BORA, signature="A" * 342), by=BORA)
    world.accept(counting(2), by=WELFARE)
    world.accept(claiming(BORA), by=BORA)
    world.check()


@pytest.mark.parametrize("by", ["welfare", "ministry"])
def test_a_closed_offer_stays_closed_and_what_was_claimed_stands(by):
    world = offered()
    made = signed_token()
    world.accept(claiming(made=made), by=ALICE)
    world.accept(closing(by=by), by=quorum(by))
    world.time = CLOSED
    for act, signer in ((claiming(made=made), ALICE), (counting(11), WELFARE), (closing(by=by), quorum(by))):
        world.refuse("eligibility.closed", act, by=signer)
    assert view(world).tally == Tally(10, 1, closed=True)
    world.check()


def test_an_authority_that_is_named_no_more_counts_and_opens_nothing_and_what_it_did_stands():
    world = with_bureau()
    world.accept(NameAuthorities(by="ministry", programme=FULL, authorities=["bureau"]), by=MINISTRY)
    world.refuse("eligibility.not_authority", counting(11), by=WELFARE)
    world.refuse("eligibility.not_authority", opening(**FRESH), by=QUORUM)
    world.accept(claiming(), by=ALICE)
    world.refuse("eligibility.not_yours", counting(11, by="bureau"), by=BUREAU)
    world.accept(opening(by="bureau", **FRESH), by=BUREAU)
    world.accept(closing(), by=QUORUM)
    world.check()


def test_a_programme_that_is_closed_gets_no_offers():
    world = world_of("person", funded=False)
    world.accept(Close(by="ministry", programme=FULL), by=MINISTRY)
    world.refuse("eligibility.stage", opening(), by=QUORUM)


def test_a_draft_names_no_authority_and_so_gets_no_offers():
    world = world_of("person")
    kind, kind_text, *_ = documents()
    text = DOCUMENT.format(name="late", subject="person", carry="up_to", unnamed="")
    document = canonical(read_programme(text, kind)).decode()
    draft = Draft(by="ministry", programme="late", bank="treasury-bank", kind=kind_text, document=document)
    world.accept(draft, by=officer("ministry"))
    world.refuse("eligibility.not_authority", opening(programme="late"), by=QUORUM)


@pytest.mark.parametrize("bits", [3072, 4096])
def test_keys_of_every_size_sign(bits):
    world = world_of("person")
    world.accept(opening(key=modulus(OFFER, bits)), by=QUORUM)
    world.accept(counting(1), by=WELFARE)
    world.accept(claiming(made=signed_token(bits=bits)), by=ALICE)


# --------------------------------------------------------------------------------------------------------- queries


def view(world: World, name: str = OFFER) -> queries.OfferView:
    return present(queries.offer(world.state(), FULL, name))


def test_anyone_reads_offers_and_their_tallies():
    world = offered()
    for name in ("another", "third"):
        world.accept(opening(offer=name, key=modulus(name)), by=QUORUM)
    found = view(world)
    assert (found.purpose, found.subject) == ("ministry/all-there-is", "person")
    assert (found.offer.authority, found.offer.amount) == ("welfare", 100_000)
    assert [one.values for one in found.offer.requirements] == [(), ("true",), ("26",)]
    state = world.state()
    assert [one.name for one in queries.offers(state, FULL)] == ["another", OFFER, "third"]
    assert [one.name for one in queries.offers(state, FULL, after="another", limit=1)] == [OFFER]
    assert queries.offers(state, SIBLING) == []
    assert queries.offer(state, FULL, "nothing") is None
    assert view(offered("household")).subject == "household"


def test_who_knows_a_token_sees_whether_it_was_spent():
    world = offered()
    made = signed_token()
    name = nullifier(prepared(made[0], FULL, OFFER, ALICE.party))
    assert not queries.is_spent(world.state(), FULL, name)
    world.accept(claiming(made=made), by=ALICE)
    assert queries.is_spent(world.state(), FULL, name)
    assert not queries.is_spent(world.state(), SIBLING, name)


# ------------------------------------------------------------------------------------------------------------ laws

COUNTED, SPENT_ONES, OWN_KEYS = (law.__name__ for law in INVARIANTS)


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (lambda state: None, []),
        (lambda state: state.put(TALLIES, Tally(0, 1, closed=False), FULL, OFFER), [COUNTED]),
        (lambda state: state.put(TALLIES, Tally(1_001, 1, closed=False), FULL, OFFER), [COUNTED]),
        (lambda state: state.put(TALLIES, Tally(10, 2, closed=False), FULL, OFFER), [SPENT_ONES]),
        (lambda state: state.put(SPENT, Spent("nothing"), FULL, "ab" * 32), [SPENT_ONES]),
        (lambda state: state.delete(SPENT, FULL, next(parts for parts, _ in state.scan(SPENT))[1]), [SPENT_ONES]),
        (lambda state: state.delete(OFFERS, FULL, OFFER), [COUNTED, OWN_KEYS]),
        (lambda state: state.delete(KEYS, next(parts for parts, _ in state.scan(KEYS))[0]), [OWN_KEYS]),
        (lambda state: state.put(TALLIES, Tally(0, 0, closed=False), "nothing", OFFER), [COUNTED, OWN_KEYS]),
    ],
)
def test_the_laws_see_what_is_wrong(change, seen):
    world = offered()
    world.accept(claiming(), by=ALICE)
    state = world.state()
    change(state)
    found = []
    for law in INVARIANTS:
        try:
            law(state)
        except InvariantBroken:
            found.append(law.__name__)
    assert found == seen
