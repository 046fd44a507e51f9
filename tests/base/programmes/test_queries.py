"""What anyone may read of programmes: here, the words in which they refuse."""

import msgspec
import pytest

from madang.base.programmes import queries
from madang.base.programmes.transactions import Draft
from tests.base.programmes.toys import NAME, Run, world_at
from tests.services.vouchers.scene import COUPON, coupon_world, documents
from tests.support.cast import officer

LONG = "a_name_of_an_action_as_long_as_they_get"


@pytest.mark.parametrize(
    ("programme", "reason", "korean", "english"),
    [
        (COUPON, "spend.in_time", "사용기한이 지났습니다.", "The use-by date has passed."),
        (COUPON, "grant.in_time", "사용기한이 지나 지급할 수 없습니다.", "The use-by date has passed."),
        (
            COUPON,
            "spend.region",
            "주소지 밖의 가맹점입니다. 주소지 시·군에서 쓸 수 있습니다.",
            "This shop is outside the area of your voucher.",
        ),
        (
            COUPON,
            "grant.amount_class",
            "정해진 지급 금액이 아닙니다.",
            "This is not one of the amounts of the programme.",
        ),
        (
            COUPON,
            "spend.own_takings",
            "이 가맹점의 정산 계정이 아닙니다.",
            "These takings are another shop's.",
        ),
        (COUPON, "spend.nothing", None, None),
        (COUPON, "region", None, None),
        ("nothing", "spend.region", None, None),
    ],
)
def test_a_reason_is_told_in_the_words_of_kind_and_programme(programme, reason, korean, english):
    state = coupon_world().state()
    assert queries.words(state, programme, reason) == korean
    assert queries.words(state, programme, reason, "ko") == korean
    assert queries.words(state, programme, reason, "en") == english


def test_a_reason_is_cut_and_still_found():
    world = world_at(4)
    fund = Run(by="ministry", programme=NAME, action="fund", given=(700,), outside={"sponsor": "ministry"})
    make = Run(by="ministry", programme=NAME, action="make", on=("a",), given=("o", 400, "n"))
    world.accept(fund, make, by=officer("ministry"))
    cut = Run(by="ministry", programme=NAME, action=LONG, on=("a",))
    result = world.refuse("programmes.clause", cut, by=officer("ministry"))
    assert len(result.reason) == queries.MAX_REASON
    assert queries.words(world.state(), NAME, result.reason) == "깁니다."
    assert result.message == "It is long."
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("x" * (queries.MAX_REASON + 1), queries.Reason)


def test_every_refusal_in_a_programmes_words_has_words_in_both_languages():
    """Whoever shows a page in one language is never left with the other alone."""
    state = coupon_world().state()
    asked = [f"spend.{clause}" for clause in ("region", "small_shop", "industry", "active", "opened", "enough")]
    for reason in asked:
        korean, english = (queries.words(state, COUPON, reason, one) for one in ("ko", "en"))
        assert korean
        assert english
        assert korean != english


def test_words_are_those_of_the_document_in_force(monkeypatch):
    monkeypatch.setattr(queries, "MAX_REMEMBERED", 1)
    coupon, boxes = coupon_world().state(), world_at(4).state()
    for _ in range(2):
        assert queries.words(coupon, COUPON, "spend.enough") == "잔액이 부족합니다."
        assert queries.words(boxes, NAME, "pour.full") == "모자랍니다."
        assert queries.words(boxes, NAME, "spend.enough") is None


def test_programmes_are_read_in_pages_by_name():
    world = coupon_world()
    _, text, document, _, _ = documents()
    names = [f"drafted-{number}" for number in range(4)]
    for name in names:
        text_of = document.replace(COUPON, name)
        draft = Draft(by="ministry", programme=name, bank="treasury-bank", kind=text, document=text_of)
        world.accept(draft, by=officer("ministry"))
    state = world.state()
    every = [one.name for one in queries.all_programmes(state)]
    assert every == sorted([COUPON, *names])
    assert [one.name for one in queries.programmes(state)] == every
    found: list[str] = []
    while page := queries.programmes(state, found[-1] if found else "", 2):
        assert len(page) <= 2
        found += [one.name for one in page]
    assert found == every
    assert len(queries.programmes(state, "", -1)) == 1
    assert queries.programmes(state, "zzz") == []
