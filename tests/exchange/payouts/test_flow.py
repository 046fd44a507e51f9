"""From takings on a ledger to an order, a bank's answer, and what the operator must mend."""

import csv
import io

import msgspec
import pytest

from madang.engine.store import View
from madang.exchange.books import Days, Payout, genesis_root, movements, payouts
from madang.exchange.iso20022 import Account, read_order, read_status, write_order
from madang.exchange.payouts import (
    Made,
    make_order,
    order_identifier,
    payout_sheet,
    read_results,
    result_sheet,
    settle,
    settlement_sheet,
)
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import CREATED, OtherBank, check_schema
from tests.exchange.town import MONDAY, TUESDAY, Lived
from tests.services.vouchers.scene import BUSAN, COUPON

replace = msgspec.structs.replace
OWN = Account("004", "12345678901234", "㈜바다은행")
ACCOUNTS = {"bakery": Account("088", "110-123-456789", "바다빵집"), "grocer": Account("090", "3333012345678", "Grocer")}
EVER = (0, 2**40)


def both_days(view: View) -> list[Payout]:
    return [one for day in (MONDAY, TUESDAY) for one in payouts(view, COUPON, Days(view), day)]


def made(view: View, found: list[Payout], accounts: dict[str, Account] | None = None) -> Made:
    identifier = order_identifier(genesis_root(view), COUPON, "bank-a", TUESDAY)
    conversions = movements(view, "bank-a", Days(view), *EVER)
    return make_order(found, conversions, ACCOUNTS if accounts is None else accounts, OWN, identifier, CREATED, TUESDAY)


def sheet(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.conformance
def test_takings_become_an_order_and_what_the_bank_rejects_is_listed(view: View, lived: Lived) -> None:
    found = both_days(view)
    order = made(view, found).order
    data = write_order(order)
    check_schema("pain.001.001.09", data)
    assert read_order(data) == order

    bank = OtherBank(OWN.number, 30_000, "insufficient-funds")
    (status,) = bank.order(data)
    bank.close()
    results = read_results(found, order, read_status(status))

    assert [(one.payout.merchant, one.payout.amount, one.outcome) for one in results] == [
        ("bakery", 30_000, "accepted"),
        ("bakery", 7_100, "rejected"),
    ]
    rejected = sheet(result_sheet(results))[2]
    assert rejected[:5] == ["bakery", "7100", f"{lived.ids['tuesday']}000", "거절", "AM04"]
    assert "잔액" in rejected[5]


def test_only_what_was_given_back_whole_at_the_bank_is_ordered(view: View) -> None:
    result = made(view, both_days(view))
    assert [one.creditor for one in result.order.transfers] == [ACCOUNTS["bakery"]] * 2
    # The grocer gave back everything under a reference of its own: its bank paid that.
    assert [one.merchant for one in result.kept] == ["grocer", "grocer"]
    assert result.without_account == ()
    altered = [replace(one, amount=one.amount + 1) for one in both_days(view)]
    with pytest.raises(MadangError) as refused:
        made(view, altered)
    assert refused.value.code == "payout.nothing"


def test_a_merchant_without_an_account_is_named(view: View) -> None:
    with pytest.raises(MadangError) as refused:
        made(view, both_days(view), {"grocer": ACCOUNTS["grocer"]})
    assert refused.value.code == "payout.nothing"


def test_an_order_has_the_same_name_every_time_and_no_other_has_it(view: View) -> None:
    ledger = genesis_root(view)
    names = {
        order_identifier(ledger, COUPON, "bank-a", MONDAY),
        order_identifier(ledger, COUPON, "bank-a", TUESDAY),
        order_identifier(ledger, COUPON, "bank-b", MONDAY),
        order_identifier(ledger, "lunch", "bank-a", MONDAY),
        order_identifier("other", COUPON, "bank-a", MONDAY),
    }
    assert len(names) == 5
    assert all(one.startswith("202507") and len(one) <= 35 for one in names)
    assert order_identifier(ledger, COUPON, "bank-a", MONDAY) in names


def test_a_report_or_order_about_something_else_is_refused(view: View) -> None:
    found = both_days(view)
    order = made(view, found).order
    bank = OtherBank(OWN.number, 1_000_000)
    (status,) = bank.order(write_order(order))
    bank.close()
    report = read_status(status)
    with pytest.raises(MadangError) as refused:
        read_results(found, replace(order, identifier="another"), report)
    assert refused.value.code == "payout.other_order"
    with pytest.raises(MadangError) as refused:
        read_results(found, replace(order, transfers=order.transfers[:1]), report)
    assert refused.value.code == "payout.unknown"
    with pytest.raises(MadangError) as refused:
        read_results(found[1:], order, report)
    assert refused.value.code == "payout.unknown"


def test_what_nothing_is_said_of_is_open(view: View) -> None:
    found = both_days(view)
    order = made(view, found).order
    bank = OtherBank(OWN.number, 1_000_000)
    (status,) = bank.order(write_order(order))
    bank.close()
    report = replace(read_status(status), payments={}, group=None, batch=None)
    results = read_results(found, order, report)
    assert {one.outcome for one in results} == {"open"}
    assert {row[3] for row in sheet(result_sheet(results))[1:]} == {"미확정"}


def test_settlement_adds_up_by_city_and_county(view: View) -> None:
    found = both_days(view)
    settled = settle(found, {"bakery": BUSAN})
    assert [(one.region, one.payouts, one.merchants, one.amount) for one in settled] == [
        ("", 2, 1, 13_145),
        (BUSAN[:5], 2, 1, 37_100),
    ]
    rows = sheet(settlement_sheet(settled))
    assert rows[-1] == ["합계", "4", "2", str(sum(one.amount for one in found))]
    assert len(sheet(payout_sheet(found))) == 1 + len(found)
    assert sheet(payout_sheet(found))[1][2] == "2025-07-21 15:00:00"
