"""Payment orders: valid by the published schema, and taken by a bank that others made."""

import msgspec
import pytest
from hypothesis import given

from madang.exchange.iso20022 import Order, parts, write_order
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import OtherBank, check_declaration, check_schema
from tests.exchange.iso20022.messages import BAKERY, ORDER, orders

replace = msgspec.structs.replace
FIRST = ORDER.transfers[0]


@pytest.mark.conformance
@given(orders)
def test_every_order_is_valid_by_the_schema(order: Order) -> None:
    check_schema("pain.001.001.09", write_order(order))


@pytest.mark.conformance
def test_another_bank_takes_the_order() -> None:
    data = write_order(ORDER)
    check_declaration("pain.001.001.09", data)
    bank = OtherBank("12345678901234", 1_000_000)
    (status,) = bank.order(data)
    bank.close()
    assert b"<GrpSts>ACCP</GrpSts>" in status


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (replace(ORDER, identifier="주문"), "iso.value"),
        (replace(ORDER, transfers=()), "iso.list"),
        (replace(ORDER, transfers=(FIRST, replace(FIRST, amount=1))), "iso.twice"),
        (replace(ORDER, debtor=replace(BAKERY, bank="999")), "bank.unknown"),
        (replace(ORDER, debtor=replace(BAKERY, number="12 34")), "iso.value"),
        (replace(ORDER, debtor=replace(BAKERY, name="=cmd")), "iso.value"),
        (replace(ORDER, transfers=(replace(FIRST, end_to_end="x" * 36),)), "iso.value"),
        (replace(ORDER, transfers=(replace(FIRST, creditor=replace(BAKERY, bank="88")),)), "bank.unknown"),
        (replace(ORDER, transfers=(replace(FIRST, amount=0),)), "iso.value"),
        (replace(ORDER, transfers=(replace(FIRST, remittance="x" * 141),)), "iso.value"),
    ],
)
def test_what_does_not_fit_is_not_ordered(order: Order, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        write_order(order)
    assert refused.value.code == code


def test_an_order_has_a_bounded_number_of_payments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_PAYMENTS", 1)
    with pytest.raises(MadangError) as refused:
        write_order(ORDER)
    assert refused.value.code == "iso.list"
