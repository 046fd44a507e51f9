"""The consumption coupon of 2025: who may do what, and what happens then."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from madang import contract
from madang.contract import OutOfRange, Refused, Violated, explain
from tests.contract.support import compiled, coupon, korea, voucher

NOON = korea("2025-08-01T12:00")
SHOP = {"merchant": "m1", "region": "51110", "industry": "56111", "category": "food", "sales_class": "up_to_300m"}


def shop(**changes: Any) -> Any:
    return compiled().facts["Shop"](**{**SHOP, **changes})


def run(action: str, *records: Any, given: tuple[Any, ...] = (), at: int = NOON) -> Any:
    return compiled().actions[action].run(records, given, at)


def paying(amount: int, payer: str = "h1") -> tuple[Any, ...]:
    return amount, payer, "o1"


def granted(amount: int = 150_000, region: str = "51110") -> Any:
    return run("grant", None, given=("v1", "h1", region, amount))[0][0]


def counters() -> tuple[Any, Any]:
    return run("open", None, given=("h1",))[0][0], run("enrol", None, given=("m1",))[0][0]


def spent(amount: int = 12_000, at: int = NOON) -> tuple[Any, ...]:
    """Voucher, allowance, takings and payment after one payment."""
    allowance, takings = counters()
    after, postings = run("spend", granted(), allowance, takings, None, shop(), given=paying(amount), at=at)
    assert postings == ((index("issued"), index("due"), amount),)
    return tuple(after)


def index(account: str) -> int:
    return [each.name for each in compiled().accounts].index(account)


def change(record: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(record, **changes)


def test_grant_spend_refund_and_pay_out() -> None:
    holding, allowance, takings, payment = spent()
    assert (holding.left, holding.granted, holding.status) == (138_000, 150_000, "active")
    assert (allowance.spent, takings.due) == (12_000, 12_000)
    assert (payment.voucher, payment.merchant, payment.order, payment.amount, payment.refunded, payment.at) == (
        "v1",
        "m1",
        "o1",
        12_000,
        0,
        NOON,
    )
    after, postings = run("refund", holding, allowance, takings, payment, given=(2_000,), at=NOON + 60)
    assert [each.left for each in after[:1]] == [140_000]
    assert (after[1].spent, after[2].due, after[3].refunded) == (10_000, 10_000, 2_000)
    assert postings == ((index("due"), index("issued"), 2_000),)
    after, postings = run("payout", after[2], given=(10_000,))
    assert after[0].due == 0
    assert postings == ((index("due"), index("merchant"), 10_000),)


def test_a_counter_starts_anew_each_day_and_reopens_only_on_its_day() -> None:
    holding, allowance, takings, payment = spent(at=korea("2025-08-01T23:59"))
    night = korea("2025-08-02T00:00")
    after, _ = run("spend", holding, allowance, takings, None, shop(), given=paying(500), at=night)
    assert after[1].spent == 500
    assert after[1].day == allowance.day + 1
    refunded, _ = run("refund", after[0], after[1], after[2], payment, given=(12_000,), at=night)
    assert refunded[1].spent == 500, "a payment of yesterday does not reopen today's counter"


def test_money_of_the_sponsor() -> None:
    assert run("fund", given=(10**9,)) == ((), ((index("sponsor"), index("free"), 10**9),))
    assert refusal("reclaim", given=(10**9,)).clause == "closed"
    closed = run("reclaim", given=(10**9,), at=korea("2025-12-01T00:00"))
    assert closed == ((), ((index("free"), index("sponsor"), 10**9),))


def refusal(action: str, *records: Any, given: tuple[Any, ...] = (), at: int = NOON) -> Refused:
    with pytest.raises(Refused) as caught:
        run(action, *records, given=given, at=at)
    assert caught.value.action == action
    return caught.value


# In order of precedence: each case breaks one clause and every later one.
SPEND = [
    ({"status": "frozen"}, {}, {}, {}, 160_000, "2025-07-21T08:59", "active"),
    ({}, {"holder": "h2"}, {"merchant": "m2"}, {"sales_class": "over_3b"}, 160_000, "2025-07-21T08:59", "opened"),
    ({}, {"holder": "h2"}, {"merchant": "m2"}, {"sales_class": "over_3b"}, 160_000, "2025-12-01T00:00", "in_time"),
    ({}, {"holder": "h2"}, {"merchant": "m2"}, {"region": "26110"}, 160_000, "2025-11-30T23:59", "own_allowance"),
    ({}, {}, {"merchant": "m2"}, {"region": "26110"}, 160_000, "2025-07-21T09:00", "own_takings"),
    ({}, {}, {}, {"region": "26110", "sales_class": "over_3b"}, 150_001, "2025-08-01T12:00", "enough"),
    ({}, {}, {}, {"region": "51111", "sales_class": "over_3b"}, 150_000, "2025-08-01T12:00", "region"),
    ({}, {}, {}, {"sales_class": "over_3b", "industry": "56211"}, 150_000, "2025-08-01T12:00", "small_shop"),
    ({}, {}, {}, {"industry": "56211"}, 150_000, "2025-08-01T12:00", "industry"),
    ({}, {}, {}, {"industry": "91249"}, 150_000, "2025-08-01T12:00", "industry"),
    ({}, {}, {}, {"industry": "56213", "sales_class": "up_to_3b"}, 150_000, "2025-08-01T12:00", None),
    ({}, {}, {}, {}, 1, "2025-07-21T09:00", None),
    ({}, {}, {}, {}, 1, "2025-11-30T23:59", None),
]


@pytest.mark.parametrize(("holding", "allowance", "takings", "place", "amount", "at", "clause"), SPEND)
def test_spending(
    holding: Any, allowance: Any, takings: Any, place: Any, amount: int, at: str, clause: str | None
) -> None:
    own, till = counters()
    records = (
        change(granted(), **holding),
        change(own, **allowance),
        change(till, **takings),
        None,
        shop(**place),
    )
    if clause is None:
        assert run("spend", *records, given=paying(amount), at=korea(at))
    else:
        assert refusal("spend", *records, given=paying(amount), at=korea(at)).clause == clause


def test_only_the_holder_spends() -> None:
    own, till = counters()
    records = (change(granted(), status="frozen"), own, till, None, shop())
    assert refusal("spend", *records, given=paying(1, "h2")).clause == "own_voucher"


def test_the_last_second() -> None:
    own, till = counters()
    closes = korea("2025-12-01T00:00")
    assert run("spend", granted(), own, till, None, shop(), given=paying(1), at=closes - 1)
    assert refusal("spend", granted(), own, till, None, shop(), given=paying(1), at=closes).clause == "in_time"
    assert refusal("expire", granted(), at=closes - 1).clause == "late"
    (lapsed,), postings = run("expire", granted(), at=closes)
    assert (lapsed.status, lapsed.left) == ("expired", 0)
    assert postings == ((index("issued"), index("free"), 150_000),)


def test_a_city_takes_the_shops_of_all_its_districts() -> None:
    own, till = counters()
    assert run("spend", granted(region="11"), own, till, None, shop(region="11680"), given=paying(1))
    assert (
        refusal("spend", granted(region="11"), own, till, None, shop(region="26110"), given=paying(1)).clause
        == "region"
    )


@pytest.mark.parametrize(
    ("changes", "amount", "at", "clause"),
    [
        (({"number": "v2"}, {"holder": "h2"}, {}, {}), 1, NOON, "own_voucher"),
        (({}, {"holder": "h2"}, {"merchant": "m2"}, {}), 1, NOON, "own_allowance"),
        (({"status": "expired"}, {}, {"merchant": "m2"}, {}), 1, NOON, "own_takings"),
        (({"status": "expired"}, {}, {}, {}), 12_001, korea("2025-12-01T00:00"), "usable"),
        (({}, {}, {}, {}), 12_001, korea("2025-12-01T00:00"), "in_time"),
        (({}, {}, {"due": 0}, {}), 12_001, NOON, "paid"),
        (({}, {}, {"due": 0}, {"refunded": 1}), 12_000, NOON, "paid"),
        (({}, {}, {"due": 11_999}, {}), 12_000, NOON, "covered"),
        (({"status": "frozen"}, {}, {}, {}), 12_000, NOON, None),
        (({}, {}, {}, {}), 12_000, korea("2025-12-01T00:00") - 1, None),
    ],
)
def test_refunding(changes: tuple[Any, ...], amount: int, at: int, clause: str | None) -> None:
    records = tuple(change(record, **each) for record, each in zip(spent(), changes, strict=True))
    if clause is None:
        after, _ = run("refund", *records, given=(amount,), at=at)
        assert after[0].left == 150_000
        assert after[0].status == records[0].status
    else:
        assert refusal("refund", *records, given=(amount,), at=at).clause == clause


def test_a_late_refund_goes_to_the_programme() -> None:
    holding, _, takings, payment = spent()
    closes = korea("2025-12-01T00:00")
    assert refusal("refund_late", holding, takings, payment, given=(12_000,), at=closes - 1).clause == "late"
    (till, slip), postings = run("refund_late", holding, takings, payment, given=(12_000,), at=closes)
    assert (till.due, slip.refunded) == (0, 12_000)
    assert postings == ((index("due"), index("free"), 12_000),)
    (recalled,), _ = run("revoke", holding)
    assert run("refund_late", recalled, takings, payment, given=(12_000,))
    assert refusal("refund_late", recalled, till, slip, given=(1,)).clause == "paid"


def test_freezing_and_recalling() -> None:
    (frozen,), postings = run("freeze", granted())
    assert (frozen.status, frozen.left, postings) == ("frozen", 150_000, ())
    assert refusal("freeze", frozen).clause == "active"
    assert run("unfreeze", frozen)[0] == (granted(),)
    assert refusal("unfreeze", granted()).clause == "frozen"
    (recalled,), postings = run("revoke", frozen)
    assert (recalled.status, recalled.left) == ("revoked", 0)
    assert postings == ((index("issued"), index("free"), 150_000),)
    assert refusal("revoke", recalled).clause == "usable"
    assert refusal("expire", recalled, at=korea("2026-01-01T00:00")).clause == "usable"


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (("v1", "h1", "11", 0), "amount"),
        (("v1", "h1", "11", 100_000_001), "amount"),
        (("v1", "h1", "11", True), "amount"),
        (("v1", "h1", "11", 1.0), "amount"),
        (("v1", "h1", "11", "1"), "amount"),
        (("v1", "h1", "", 150_000), "region"),
        (("v1", "h1", "1\n", 150_000), "region"),
        (("v1", "h 1", "11", 150_000), "holder"),
        (("", "h1", "11", 150_000), "number"),
        ((1, "h1", "11", 150_000), "number"),
    ],
)
def test_given_values_are_checked_before_any_clause(given: tuple[Any, ...], what: str) -> None:
    with pytest.raises(OutOfRange) as caught:
        run("grant", None, given=given, at=korea("2026-01-01T00:00"))
    assert caught.value.what == what


def test_granting() -> None:
    assert refusal("grant", None, given=("v1", "h1", "11", 500_000)).clause == "capped"
    assert refusal("grant", None, given=("v1", "h1", "11", 160_000)).clause == "amount_class"
    assert refusal("grant", None, given=("v1", "h1", "11", 150_000), at=korea("2025-12-01T00:00")).clause == "in_time"
    assert granted(430_000).left == 430_000


def test_facts_that_are_read_are_checked() -> None:
    """A shop whose class nobody knows is not a small one."""
    own, till = counters()
    with pytest.raises(OutOfRange) as caught:
        run("spend", granted(), own, till, None, shop(sales_class="huge"), given=paying(1))
    assert caught.value.what == "shop.sales_class"


def test_limits_hold_at_run_time() -> None:
    own, till = counters()
    with pytest.raises(OutOfRange) as caught:
        run("spend", granted(), own, change(till, due=10**12), None, shop(), given=paying(1))
    assert caught.value.what == "t.due"
    holding, allowance, takings, payment = spent()
    with pytest.raises(Violated) as broken:
        run("refund", change(holding, left=150_000), allowance, takings, payment, given=(1,))
    assert (broken.value.invariant, broken.value.alias) == ("within_grant", "v")


def test_refusals_are_explained_in_both_languages() -> None:
    clauses = [clause for action in voucher().actions for clause in action.require]
    clauses += [clause for action in coupon().actions for clause in action.require]
    for clause in clauses:
        assert not clause.words or [word.language for word in clause.words] == ["en", "ko"], clause.name
    refused = refusal("spend", granted(1_00_000), *counters(), None, shop(region="26110"), given=paying(1))
    assert explain(refused, "ko") == "주소지 밖의 가맹점입니다. 주소지 시·군에서 쓸 수 있습니다."
    assert explain(refused, "en") == explain(refused, "fr") == "This shop is outside the area of your voucher."
    own, till = counters()
    assert (
        explain(refusal("spend", granted(), change(own, holder="h2"), till, None, shop(), given=paying(1)), "ko")
        == "own_allowance"
    )


def test_what_the_contract_says_of_itself() -> None:
    ready = compiled()
    assert (ready.kind, ready.programme, ready.digest) == (
        "voucher",
        "consumption-coupon-2025",
        contract.digest(coupon()),
    )
    assert [(each.name, each.sort) for each in ready.accounts] == [
        ("sponsor", "outside"),
        ("free", "total"),
        ("issued", "sum"),
        ("due", "sum"),
        ("merchant", "outside"),
    ]
    spend = ready.actions["spend"]
    assert [(each.alias, each.type, each.is_new, each.is_fact) for each in spend.on] == [
        ("v", "voucher", False, False),
        ("a", "allowance", False, False),
        ("t", "takings", False, False),
        ("p", "payment", True, False),
        ("shop", "Shop", False, True),
    ]
    assert spend.changes == ("v", "a", "t", "p")
    amount, payer, order = spend.given
    assert [amount.name, payer.name, order.name] == ["amount", "payer", "order"]
    assert msgspec.convert(100, amount.annotation) == 100
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(0, amount.annotation)


def test_records_on_the_wire() -> None:
    holding = granted()
    data = msgspec.json.encode(holding)
    assert data == b'["v1","h1","51110","active",150000,150000]'
    assert msgspec.json.decode(data, type=compiled().records["voucher"]) == holding
    for broken in (data.replace(b"active", b"lost"), data.replace(b"150000]", b"-1]"), data.replace(b"]", b",1]")):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(broken, type=compiled().records["voucher"])
    assert contract.compile(voucher(), coupon()).records["voucher"] is compiled().records["voucher"]
