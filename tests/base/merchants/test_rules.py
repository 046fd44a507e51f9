"""Every refusal of merchants as a table in order of precedence, and what each act does when it is accepted."""

import msgspec
import pytest

from madang.base.merchants import MODULE, queries
from madang.base.merchants.state import MERCHANTS, Merchant
from madang.base.merchants.transactions import Close, Decline, Reinstate, Suspend
from madang.base.parties.transactions import AddTill
from madang.base.parties.transactions import Suspend as SuspendParty
from madang.base.registers.transactions import WithdrawCodes
from madang.kernel.errors import Malformed
from madang.kernel.module import InvariantBroken
from tests.base.merchants.scene import (
    BUSAN,
    ENDED,
    JONGNO,
    JUNG,
    KIOSK,
    NOWHERE,
    OPERATOR,
    applying,
    approving,
    facts,
    merchants_world,
    registering,
)
from tests.support.cast import ALICE, BAKERY, GROCER, new_key, officer, officers, quorum
from tests.support.signing import wallet

MINISTRY = officer("ministry")
TILL = wallet("a till of the bakery")
APPLIED = [(applying(), BAKERY)]
APPROVED = [(registering(("bakery", JONGNO)), OPERATOR)]
SUSPENDED = [*APPROVED, (Suspend(by="operator", merchant="bakery"), OPERATOR)]
CLOSED = [*APPROVED, (Close(by="bakery"), BAKERY)]
BAKERY_GONE = [(SuspendParty(by="bank-a", party="bakery"), officer("bank-a"))]


def suspend(merchant: str = "bakery", by: str = "operator") -> Suspend:
    return Suspend(by=by, merchant=merchant)


def reinstate(merchant: str = "bakery", by: str = "operator") -> Reinstate:
    return Reinstate(by=by, merchant=merchant)


def decline(merchant: str = "bakery", by: str = "operator") -> Decline:
    return Decline(by=by, merchant=merchant)


# What happens before, then the code, the reason, the act that is refused so, and who signs.
CASES = [
    ([], "authority.not_signed", "", applying(), GROCER),
    ([], "authority.not_signed", "", applying(), officer("bank-a")),
    (APPROVED, "merchants.listed", "", applying(region=NOWHERE), BAKERY),
    (SUSPENDED, "merchants.listed", "", applying(), BAKERY),
    (CLOSED, "merchants.listed", "", applying(), BAKERY),
    ([], "merchants.not_merchant", ALICE.party, applying(by=ALICE.party, region=NOWHERE), ALICE),
    ([], "merchants.not_merchant", "bank-a", applying(by="bank-a"), officer("bank-a")),
    ([], "merchants.not_merchant", MINISTRY.party, applying(by=MINISTRY.party), MINISTRY),
    (
        [(AddTill(by="bakery", key=new_key(TILL)), BAKERY)],
        "merchants.not_merchant",
        TILL.party,
        applying(by=TILL.party),
        TILL,
    ),
    ([], "merchants.unknown_region", NOWHERE, applying(region=NOWHERE), BAKERY),
    ([], "merchants.unknown_region", ENDED, applying(region=ENDED), BAKERY),
    (APPLIED, "merchants.waiting", "", applying(region=NOWHERE), BAKERY),
    (APPLIED, "authority.not_signed", "", approving("bakery"), officer("bank-a")),
    (APPLIED, "merchants.not_operator", "", approving("nobody", by="ministry"), MINISTRY),
    (APPLIED, "merchants.not_operator", "", approving("bakery", by="bakery"), BAKERY),
    (APPLIED, "merchants.not_operator", "", approving("bakery", by=OPERATOR.party), OPERATOR),
    (APPLIED, "merchants.not_listed", "nobody", approving("bakery", "nobody"), OPERATOR),
    (APPLIED, "merchants.not_listed", "grocer", approving("bakery", "grocer"), OPERATOR),
    (APPLIED, "merchants.standing", "bakery", approving("bakery", "bakery"), OPERATOR),
    (APPROVED, "merchants.standing", "bakery", approving("bakery", "nobody"), OPERATOR),
    (SUSPENDED, "merchants.standing", "bakery", approving("bakery"), OPERATOR),
    (CLOSED, "merchants.standing", "bakery", approving("bakery"), OPERATOR),
    (APPLIED, "merchants.not_operator", "", decline("nobody", by="ministry"), MINISTRY),
    ([], "merchants.not_listed", "bakery", decline(), OPERATOR),
    (APPROVED, "merchants.standing", "bakery", decline(), OPERATOR),
    (SUSPENDED, "merchants.standing", "bakery", decline(), OPERATOR),
    (APPROVED, "merchants.not_operator", "", registering(("bakery", NOWHERE), by="bank-a"), officer("bank-a")),
    (APPROVED, "merchants.listed", "bakery", registering(("grocer", JONGNO), ("bakery", NOWHERE)), OPERATOR),
    (CLOSED, "merchants.listed", "bakery", registering(("bakery", JONGNO)), OPERATOR),
    ([], "merchants.listed", "kiosk", registering(("kiosk", JONGNO), ("kiosk", JONGNO)), OPERATOR),
    ([], "merchants.not_merchant", "nobody", registering(("kiosk", JONGNO), ("nobody", NOWHERE)), OPERATOR),
    ([], "merchants.not_merchant", ALICE.party, registering((ALICE.party, JONGNO)), OPERATOR),
    (BAKERY_GONE, "merchants.not_merchant", "bakery", registering(("bakery", JONGNO)), OPERATOR),
    ([], "merchants.unknown_region", ENDED, registering(("kiosk", JONGNO), ("bakery", ENDED)), OPERATOR),
    (APPROVED, "merchants.not_operator", "", suspend("nobody", by="ministry"), MINISTRY),
    (APPROVED, "merchants.not_operator", "", suspend(by="bakery"), BAKERY),
    ([], "merchants.not_listed", "bakery", suspend(), OPERATOR),
    (APPLIED, "merchants.standing", "bakery", suspend(), OPERATOR),
    (SUSPENDED, "merchants.standing", "bakery", suspend(), OPERATOR),
    (CLOSED, "merchants.standing", "bakery", suspend(), OPERATOR),
    (SUSPENDED, "merchants.not_operator", "", reinstate("nobody", by="ministry"), MINISTRY),
    (SUSPENDED, "merchants.not_operator", "", reinstate(by="bakery"), BAKERY),
    ([], "merchants.not_listed", "bakery", reinstate(), OPERATOR),
    (APPLIED, "merchants.standing", "bakery", reinstate(), OPERATOR),
    (APPROVED, "merchants.standing", "bakery", reinstate(), OPERATOR),
    (CLOSED, "merchants.standing", "bakery", reinstate(), OPERATOR),
    ([], "merchants.not_listed", "bakery", Close(by="bakery"), BAKERY),
    (APPROVED, "merchants.not_listed", ALICE.party, Close(by=ALICE.party), ALICE),
    (APPLIED, "merchants.standing", "bakery", Close(by="bakery"), BAKERY),
    (SUSPENDED, "merchants.standing", "bakery", Close(by="bakery"), BAKERY),
    (CLOSED, "merchants.standing", "bakery", Close(by="bakery"), BAKERY),
    (APPROVED, "authority.not_signed", "", Close(by="bakery"), OPERATOR),
]


@pytest.mark.parametrize(("before", "code", "reason", "act", "by"), CASES)
def test_refusals(before, code, reason, act, by):
    world = merchants_world()
    for step, signer in before:
        world.accept(step, by=signer)
    listed = list(world.state().scan(MERCHANTS))
    result = world.refuse(code, act, by=by)
    assert result.reason == reason
    assert list(world.state().scan(MERCHANTS)) == listed
    world.check()


def standing(world, name="bakery"):
    found = queries.merchant(world.state(), name)
    return None if found is None else found.standing


def test_a_shop_applies_is_declined_applies_again_and_is_approved():
    world = merchants_world()
    world.accept(applying(region=JONGNO), by=BAKERY)
    assert queries.merchant(world.state(), "bakery") == Merchant(JONGNO, "47121", "5411", "up_to_1b", "applied")
    world.accept(decline(), by=OPERATOR)
    assert standing(world) is None
    world.accept(applying(region=BUSAN, sales_class="over_3b"), by=BAKERY)
    world.refuse("merchants.waiting", applying(region=JONGNO), by=BAKERY)  # what is approved is what was read
    world.accept(applying(by="grocer"), by=GROCER)
    world.accept(approving("grocer", "bakery"), by=OPERATOR)
    assert queries.merchant(world.state(), "bakery") == Merchant(BUSAN, "47121", "5411", "over_3b", "approved")
    assert standing(world, "grocer") == "approved"
    world.check()


def test_the_operator_registers_shops_and_may_replace_an_application():
    world = merchants_world()
    world.accept(applying(region=JUNG), by=BAKERY)
    world.accept(registering(("bakery", JONGNO), ("grocer", BUSAN)), by=OPERATOR)
    assert queries.merchant(world.state(), "bakery").region == JONGNO
    assert (standing(world), standing(world, "grocer")) == ("approved", "approved")
    world.check()


def test_a_shop_is_suspended_and_reinstated_and_closes_for_good():
    world = merchants_world()
    world.accept(registering(("bakery", JONGNO)), by=OPERATOR)
    seen = []
    for act, by in ((suspend(), OPERATOR), (reinstate(), OPERATOR), (Close(by="bakery"), BAKERY)):
        world.accept(act, by=by)
        seen.append(standing(world))
    assert seen == ["suspended", "approved", "closed"]
    assert queries.merchants(world.state()) == queries.MerchantPage({}, "")
    world.check()


def test_a_place_must_be_in_force_when_the_shop_is_entered_and_not_for_ever():
    world = merchants_world()
    world.accept(applying(region=JONGNO), by=BAKERY)
    end = WithdrawCodes(by="operator", register="legal-dong", version=2, codes=[JONGNO], until=world.time)
    world.accept(end, by=quorum("operator"))
    world.accept(approving("bakery"), by=OPERATOR)
    world.refuse("merchants.unknown_region", applying(by="grocer", region=JONGNO), by=GROCER)


def test_several_acts_stand_or_fall_together():
    world = merchants_world()
    both = [BAKERY, GROCER]
    world.refuse("merchants.unknown_region", applying(), applying(by="grocer", region=NOWHERE), by=both)
    assert standing(world) is None
    world.accept(applying(), applying(by="grocer"), by=both)
    assert (standing(world), standing(world, "grocer")) == ("applied", "applied")
    world.accept(approving("bakery"), suspend(), reinstate(), by=OPERATOR)
    assert standing(world) == "approved"


def test_one_officer_of_the_operator_decides_and_nobody_elses():
    world = merchants_world()
    everybody = [*officers("bank-a"), *officers("ministry"), BAKERY]
    world.refuse("authority.not_signed", registering(("bakery", JONGNO)), by=everybody)
    world.accept(registering(("bakery", JONGNO)), by=[*everybody, OPERATOR])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("region", "111101010"),
        ("region", "11110101000"),
        ("region", "111101010a"),
        ("region", "1111010100\n"),
        ("industry", ""),
        ("industry", "47-1"),
        ("category", "54"),
        ("sales_class", "tiny"),
    ],
)
def test_facts_have_a_form(field, value):
    act = applying()
    with pytest.raises(Malformed, match="json.invalid"):
        merchants_world().submit(msgspec.structs.replace(act, facts=facts(**{field: value})), by=BAKERY)


def test_a_batch_has_one_to_a_thousand_shops():
    world = merchants_world()
    names = [f"shop-{number}" for number in range(1_001)]
    for act in (approving(), approving(*names), registering(), registering(*((name, JONGNO) for name in names))):
        with pytest.raises(Malformed, match="json.invalid"):
            world.submit(act, by=OPERATOR)
    world.refuse("merchants.not_listed", approving(*names[:1_000]), by=OPERATOR)


def test_approved_shops_are_listed_by_region_and_page():
    world = merchants_world()
    world.accept(registering(("bakery", JONGNO), ("grocer", JUNG), ("kiosk", BUSAN)), by=OPERATOR)
    state = world.state()

    def found(*asked, **more):
        return list(queries.merchants(state, *asked, **more).merchants)

    assert found() == ["bakery", "grocer", "kiosk"]
    assert found("11") == ["bakery", "grocer"]
    assert found("1111") == ["bakery"]
    assert found("27") == []
    assert found(limit=2) == ["bakery", "grocer"]
    assert found(after="bakery", limit=1) == ["grocer"]
    assert found("26", after="bakery") == ["kiosk"]
    assert found(after="kiosk") == []
    assert found(limit=0) == found(limit=-5) == ["bakery"]
    world.accept(suspend("grocer"), by=OPERATOR)
    world.accept(Close(by="kiosk"), by=KIOSK)
    assert list(queries.merchants(world.state()).merchants) == ["bakery"]
    assert queries.merchant(world.state(), "grocer").standing == "suspended"
    assert queries.merchant(world.state(), "nobody") is None


def test_a_page_has_at_most_a_thousand_shops():
    state = merchants_world().state()
    for number in range(2_002):
        state.put(MERCHANTS, Merchant(JONGNO, "47121", "5411", "up_to_1b", "approved"), f"s{number:04}")
    page = queries.merchants(state, limit=10**9)
    assert (len(page.merchants), page.after) == (queries.MAX_PAGE, "s0999")
    assert len(queries.merchants(state, after="s0999", limit=10**9).merchants) == queries.MAX_PAGE
    assert queries.merchants(state, after="s1999") == queries.MerchantPage(
        {name: Merchant(JONGNO, "47121", "5411", "up_to_1b", "approved") for name in ("s2000", "s2001")}, ""
    )


def test_a_page_looks_at_no_more_shops_than_it_may():
    state = merchants_world().state()
    for number in range(2_001):
        region = BUSAN if number == 2_000 else JONGNO
        state.put(MERCHANTS, Merchant(region, "47121", "5411", "up_to_1b", "approved"), f"s{number:04}")
    first = queries.merchants(state, region="26")
    assert first == queries.MerchantPage({}, "s1999")
    assert list(queries.merchants(state, region="26", after=first.after).merchants) == ["s2000"]


@pytest.mark.parametrize("name", ["nobody", ALICE.party, "bank-a"])
def test_the_law_sees_what_is_wrong(name):
    state = merchants_world().state()
    MODULE.invariants[0](state)
    state.put(MERCHANTS, Merchant(JONGNO, "47121", "5411", "up_to_1b", "approved"), name)
    with pytest.raises(InvariantBroken):
        MODULE.invariants[0](state)
