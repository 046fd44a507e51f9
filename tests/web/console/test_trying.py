"""Samples: every shipped programme has some that it allows, where it is spent at all, and says what it would grant."""

from importlib import resources

import msgspec
import pytest

from madang import contract as language
from madang.contract import read_kind, read_programme
from madang.web.console import trying
from madang.web.console.trying import Asked, granting, spending, usual

FOLDER = resources.files(language) / "documents"
NOON = 12 * 3_600


def compiled(name):
    kind = read_kind((FOLDER / "voucher.yaml").read_text(encoding="utf-8"))
    return language.compile(kind, read_programme((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), kind))


def asked(contract, amount=10_000):
    return Asked(amount=amount, at=contract.parameters["opens"] + NOON, region="26", goods="", listed=True)


def allowed(contract, wanted):
    """Shops at which a usual holder pays, with the way in which."""
    return {row.shop: row.outcomes[0].how for row in spending(contract, wanted, "en") if row.outcomes[0].allowed}


@pytest.mark.parametrize(
    ("name", "region", "goods", "shop", "how"),
    [
        ("agri-food-2026", "26", "vegetable", "grocer", "paid"),
        ("child-meals-2026", "11", "", "restaurant", "paid"),
        ("consumption-coupon-2025", "26", "", "bakery", "paid"),
        ("data-voucher-2021", "26", "", "bakery", "own_share"),
        ("energy-2025", "26", "", "utility", "bill"),
        ("onnuri-2025", "26", "", "grocer", "paid"),
        ("youth-culture-pass-2026", "26", "film", "books", "paid"),
    ],
)
def test_somebody_can_pay_with_the_usual_sample(name, region, goods, shop, how):
    contract = compiled(name)
    found = usual(contract, asked(contract), "en")
    assert (found.region, found.goods) == (region, goods)
    assert allowed(contract, found)[shop] == how


def test_fuel_is_bought_by_holders_from_october_on_and_before_that_drawn_from_bills_alone():
    contract = compiled("energy-2025")
    before = asked(contract)
    assert set(allowed(contract, before)) == {"utility"}
    after = msgspec.structs.replace(before, at=contract.parameters["cards"])
    assert allowed(contract, after) == {"fuel": "paid", "utility": "paid"}


def test_what_is_paid_out_in_money_is_refused_at_every_shop_and_says_so():
    contract = compiled("ev-charger-2026")
    wanted = usual(contract, asked(contract), "en")
    assert wanted == asked(contract)
    outcomes = [one for row in spending(contract, wanted, "en") for one in row.outcomes]
    assert not any(one.allowed for one in outcomes)
    assert outcomes[0].clause == "spendable" and outcomes[0].words


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("agri-food-2026", [40_000, 65_000, 83_000, 100_000]),
        ("energy-2025", [40_700, 58_800, 75_800, 102_000]),
        ("consumption-coupon-2025", [100_000] * 4),
        ("onnuri-2025", [0] * 4),
    ],
)
def test_an_amount_that_nobody_gets_is_refused_with_one_that_they_do(name, instead):
    contract = compiled(name)
    outcomes = granting(contract, asked(contract, 10_001), "en")
    assert not any(one.allowed for one in outcomes)
    assert [one.instead for one in outcomes] == instead


def test_the_amount_of_a_household_is_granted_to_that_household_alone():
    contract = compiled("energy-2025")
    outcomes = granting(contract, asked(contract, 58_800), "en")
    assert [one.allowed for one in outcomes] == [False, True, False, False]
    assert outcomes[1].instead == 0


def test_every_sample_shop_has_facts_that_a_ledger_would_take():
    assert all(len(industry) == 5 and len(category) == 4 for industry, category, _ in trying.SHOPS.values())
