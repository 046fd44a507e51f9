"""Where a programme's vouchers are taken: what the list says is what a payment does there."""

from typing import Any

import pytest
from sqlalchemy import insert

from madang.kernel.errors import MadangError
from madang.records.schema import SHOPS
from madang.records.shops import name_shops, shops_of
from tests.services.vouchers.scene import BUSAN, COUPON, SEOUL, coupon_world
from tests.support.world import World

TOWN = BUSAN[:5]
SMALL = {"industry": "47129", "category": "5411", "sales_class": "up_to_300m", "standing": "approved"}
SHOPS_THERE: list[dict[str, Any]] = [
    {"merchant": "a-grocer", "region": BUSAN} | SMALL,
    {"merchant": "b-large", "region": BUSAN} | SMALL | {"sales_class": "over_3b"},
    {"merchant": "c-casino", "region": BUSAN} | SMALL | {"industry": "91241"},
    {"merchant": "d-stopped", "region": BUSAN} | SMALL | {"standing": "suspended"},
    {"merchant": "e-bakery", "region": BUSAN} | SMALL | {"category": "5462"},
    {"merchant": "f-far", "region": SEOUL} | SMALL,
]


@pytest.fixture
def filled(database):
    with database.writing() as connection:
        connection.execute(insert(SHOPS), SHOPS_THERE)
    return database


@pytest.fixture
def world() -> World:
    return coupon_world()


def names(database, world: World, **asked: Any) -> list[str]:
    with database.reading() as connection:
        page = shops_of(connection, world.state(), COUPON, time=world.time, **asked)
        assert page.next == ""
        return [one.merchant for one in page.rows]


def test_a_shop_is_listed_where_the_contract_lets_a_voucher_pay(filled, world):
    assert names(filled, world, region=TOWN) == ["a-grocer", "e-bakery"]
    assert sorted(names(filled, world)) == ["a-grocer", "e-bakery", "f-far"]
    assert names(filled, world, region=SEOUL) == ["f-far"]
    assert names(filled, world, region="99") == []


def test_it_is_said_what_a_shop_is_called_and_where_it_is(filled, world):
    with filled.writing() as connection:
        name_shops(connection, {"e-bakery": "해운대 빵집"})
        name_shops(connection, {"e-bakery": "새 빵집", "nobody": "아무도"})
    with filled.reading() as connection:
        grocer, bakery = shops_of(connection, world.state(), COUPON, TOWN, time=world.time).rows
    assert (grocer.name, bakery.name) == ("a-grocer", "새 빵집")
    assert bakery.district.startswith("부산광역시")
    assert (bakery.category, bakery.category_ko, bakery.category_en) == ("5462", "빵집", "Bakery")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_are_the_list(filled, world, limit):
    seen, after = [], ""
    for _ in range(9):
        with filled.reading() as connection:
            page = shops_of(connection, world.state(), COUPON, "", after, limit, time=world.time)
        assert len(page.rows) <= limit
        seen += [one.merchant for one in page.rows]
        after = page.next
        if not after:
            break
    assert seen == names(filled, world)


def test_nothing_is_listed_for_what_is_no_open_programme_of_vouchers(filled, world):
    with filled.reading() as connection:
        assert shops_of(connection, world.state(), "another", time=world.time).rows == []
        with pytest.raises(MadangError) as error:
            shops_of(connection, world.state(), COUPON, after="nowhere", time=world.time)
        assert error.value.code == "records.page"


def test_to_list_shops_changes_nothing(filled, world):
    state = world.state()
    with filled.reading() as connection:
        shops_of(connection, state, COUPON, time=world.time)
    assert state.accept() == []


@pytest.mark.parametrize("name", ["", "x" * 101, "two\nlines", "turned\u202e"])
def test_a_name_is_one_line(filled, name):
    with filled.writing() as connection, pytest.raises(MadangError) as error:
        name_shops(connection, {"a-grocer": name})
    assert error.value.code == "records.shop_name"
