"""The examples of docs/language.md: all compile, and do what the page says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from madang import contract
from madang.contract import Contract, Kind, Programme, Refused, WrittenList, WrittenLists
from tests.contract.support import korea

PAGE = Path(__file__).parents[2] / "docs" / "language.md"


@cache
def examples() -> dict[str, tuple[Kind, Programme, Contract]]:
    """Each kind of the page with the programme that follows it, by the name of the kind."""
    texts = [part.partition("\n```")[0] for part in PAGE.read_text(encoding="utf-8").split("```yaml\n")[1:]]
    found = {}
    for kind_text, programme_text in zip(texts[::2], texts[1::2], strict=True):
        kind = contract.read_kind(kind_text)
        programme = contract.read_programme(programme_text, kind)
        found[kind.kind] = (kind, programme, contract.compile(kind, programme))
    return found


def run(kind: str, action: str, *records: Any, given: tuple[Any, ...] = (), at: int, lists: Any = None) -> Any:
    """Records and postings; compiled and interpreted, which must agree."""
    syntax, programme, ready = examples()[kind]
    inputs = (records, given, at, lists or contract.NO_LISTS)
    done = ready.actions[action].run(*inputs)
    assert contract.interpret(syntax, programme, action, *inputs) == done
    return done


def clause(kind: str, action: str, *records: Any, **inputs: Any) -> str:
    """The clause that refuses."""
    with pytest.raises(Refused) as caught:
        run(kind, action, *records, **inputs)
    return caught.value.clause


def test_the_page_shows_these_kinds() -> None:
    assert list(examples()) == ["meal-ticket", "food-box", "market-voucher", "culture-pass", "monthly-box"]
    assert all(kind.language == 2 for kind, _, _ in examples().values())


@pytest.mark.parametrize(
    ("members", "tier", "region", "amount"),
    [
        (1, "basic", "11110", 40_000),
        (2, "near_poor", "26110", 60_000),
        (3, "basic", "28710", 65_000),
        (4, "basic", "28710", 110_000),
        (4, "basic", "28110", 100_000),
        (4, "basic", "26110", 100_000),
        (21, "basic", "47760", 110_000),
        (99, "near_poor", "47760", 90_000),
    ],
)
def test_amounts_from_a_table(members: int, tier: str, region: str, amount: int) -> None:
    given = ("h", members, tier, region)
    after, _ = run("food-box", "grant", None, given=(*given, amount), at=0)
    assert after[0].left == amount
    assert clause("food-box", "grant", None, given=(*given, amount + 1), at=0) == "right_amount"


def test_lists_that_change() -> None:
    ready = examples()["market-voucher"][2]
    assert ready.lists == ("busan-market-shops", "national-alcohol")
    voucher = ready.records["voucher"]("h", 10_000)
    lists = WrittenLists(
        {
            "busan-market-shops": WrittenList(4, frozenset(("m1",))),
            "national-alcohol": WrittenList(1, frozenset(("soju",))),
        }
    )

    def spend(merchant: str, item: str) -> tuple[Any, ...]:
        return voucher, None, ready.facts["Shop"](merchant, item)

    after, _ = run("market-voucher", "spend", *spend("m1", "rice"), given=(3_000,), at=0, lists=lists)
    assert (after[0].left, after[1].shops_version) == (7_000, 4)
    assert clause("market-voucher", "spend", *spend("m2", "rice"), given=(1,), at=0, lists=lists) == "usable"
    assert clause("market-voucher", "spend", *spend("m1", "soju"), given=(1,), at=0, lists=lists) == "no_alcohol"
    assert clause("market-voucher", "spend", *spend("m1", "rice"), given=(1,), at=0) == "usable"


def test_counters_and_caps() -> None:
    facts = examples()["culture-pass"][2].facts
    noon = korea("2026-03-31T12:00")
    (holding, counter), _ = run("culture-pass", "start", None, None, given=("h", 200_000), at=noon)

    def spend(amount: int, *, film: bool = False, category: str = "", at: int = noon, to: Any = None) -> Any:
        shop = facts["Shop"]("m", category or ("5914" if film else "4761"))
        return run("culture-pass", "spend", *(to or (holding, counter)), shop, given=(amount, film), at=at)[0]

    def refused(amount: int, to: Any, *, film: bool = False, category: str = "", at: int = noon) -> str:
        with pytest.raises(Refused) as caught:
            spend(amount, film=film, category=category, at=at, to=to)
        return caught.value.clause

    third = spend(1_000, to=spend(1_000, to=spend(1_000)))
    assert refused(1_000, third) == "daily"
    april = korea("2026-04-01T00:00")
    full = spend(47_000, at=april, to=third)
    assert refused(3_001, full, at=april) == "monthly"
    assert refused(1, spend(3_000, at=april, to=full), at=april) == "monthly"
    may = spend(50_000, at=korea("2026-05-01T00:00"), to=spend(50_000, to=None, at=april))
    june = spend(50_000, at=korea("2026-06-01T00:00"), to=may)
    july = spend(50_000, at=korea("2026-07-01T00:00"), to=june)
    assert (july[0].left, july[1].ever) == (0, 200_000)
    rich = (changed(july[0], left=1), july[1])
    assert refused(1, rich, at=korea("2026-08-01T00:00")) == "lifetime"
    seen = changed(counter, films=4)
    assert refused(1, (holding, seen), film=True) == "films"
    assert spend(1, to=(holding, seen))
    assert refused(1, (holding, seen), film=False, category="5914") == "told_truly"


def changed(record: Any, **changes: Any) -> Any:
    """The record with other values."""
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    return type(record)(**{**values, **changes})


def test_carrying_over() -> None:
    box = examples()["monthly-box"][2].records["box"]
    march, april = (2026 - 1970) * 12 + 2, (2026 - 1970) * 12 + 3
    at = korea("2026-04-03T00:00")
    new = box("h", april, 40_000, 40_000)
    for left, carried in ((0, 0), (3_999, 3_999), (4_000, 4_000), (39_999, 4_000)):
        (old, after), postings = run("monthly-box", "carry_up_to", box("h", march, 40_000, left), new, at=at)
        assert (old.left, after.left) == (0, 40_000 + carried)
        assert postings == ((1, 0, left - carried),)
    (old, after), postings = run("monthly-box", "carry_all_if_below", box("h", march, 40_000, 3_999), new, at=at)
    assert (old.left, after.left, postings) == (0, 43_999, ())
    exact = box("h", march, 40_000, 4_000)
    assert clause("monthly-box", "carry_all_if_below", exact, new, at=at) == "little"
    assert clause("monthly-box", "carry_up_to", box("g", march, 1, 1), new, at=at) == "one_holder"
    assert clause("monthly-box", "carry_up_to", exact, new, at=korea("2026-05-01T00:00")) == "next_month"
    december, january = box("h", 683, 40_000, 10), box("h", 684, 40_000, 40_000)
    assert clause("monthly-box", "carry_up_to", december, january, at=korea("2027-01-02T00:00")) == "same_year"


def test_instalments_and_recall() -> None:
    (right,), _ = run("monthly-box", "register", None, given=("h",), at=korea("2026-01-31T00:00"))
    (right, box), _ = run("monthly-box", "grant", right, None, given=(40_000,), at=korea("2026-01-31T00:00"))
    assert clause("monthly-box", "grant", right, None, given=(1,), at=korea("2026-01-31T23:59")) == "due"
    for month in range(2, 13):
        at = korea(f"2026-{month:02}-01T00:00")
        (right, box), _ = run("monthly-box", "grant", right, None, given=(40_000,), at=at)
    assert clause("monthly-box", "grant", right, None, given=(1,), at=korea("2027-06-01T00:00")) == "some_left"
    late = korea("2026-08-01T00:00")
    assert clause("monthly-box", "recall", box, at=late - 1) == "late"
    (recalled,), postings = run("monthly-box", "recall", box, at=late)
    assert (recalled.left, postings) == (0, ((1, 0, 40_000),))
    (used,), _ = run("monthly-box", "eat", box, given=(1,), at=late)
    assert clause("monthly-box", "recall", used, at=late) == "unused"
    assert clause("monthly-box", "recall", recalled, at=late) == "unused"
