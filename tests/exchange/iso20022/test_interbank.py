"""Payments between banks and their return: what is written is read, by us and by judges that others made."""

import msgspec
import pytest
from hypothesis import given

from madang.exchange.iso20022 import (
    Payments,
    Returns,
    read_payments,
    read_returns,
    write_order,
    write_payments,
    write_returns,
)
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import OtherBank, check_declaration, check_schema
from tests.exchange.iso20022.messages import GROCER, ORDER, PAYMENTS, RETURNS, payments, returns

replace = msgspec.structs.replace
PAYMENT, RETURN = PAYMENTS.payments[0], RETURNS.returns[0]


@pytest.mark.conformance
@given(payments)
def test_payments_are_valid_by_the_schema_and_come_back_as_they_were(message: Payments) -> None:
    data = write_payments(message)
    check_schema("pacs.008.001.08", data)
    assert read_payments(data) == message


@pytest.mark.conformance
@given(returns)
def test_returns_are_valid_by_anothers_declaration_and_come_back_as_they_were(message: Returns) -> None:
    data = write_returns(message)
    check_declaration("pacs.004.001.09", data)
    assert read_returns(data) == message


@pytest.mark.conformance
def test_returns_of_another_bank_are_read() -> None:
    bank = OtherBank("12345678901234", 1_000_000, "return-later")
    bank.order(write_order(ORDER))
    bank.advance(8)
    (data,) = bank.collect("pacs.004")
    found = read_returns(data)
    bank.close()
    assert found.payments == ORDER.identifier
    assert [(one.end_to_end, one.amount, one.reason) for one in found.returns] == [
        (one.end_to_end, one.amount, "AC04") for one in ORDER.transfers
    ]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (replace(PAYMENTS, payments=()), "iso.list"),
        (replace(PAYMENTS, payments=(PAYMENT, replace(PAYMENT, end_to_end="other"))), "iso.twice"),
        (replace(PAYMENTS, payments=(replace(PAYMENT, creditor=GROCER),)), "iso.bank"),
        (replace(PAYMENTS, instructing="999"), "iso.bank"),
        (replace(PAYMENTS, ledger="나라"), "iso.value"),
        (replace(PAYMENTS, payments=(replace(PAYMENT, transaction=""),)), "iso.value"),
    ],
)
def test_payments_that_contradict_themselves_are_not_written(message: Payments, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        write_payments(message)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (replace(RETURNS, returns=()), "iso.list"),
        (replace(RETURNS, returns=(RETURN, RETURN)), "iso.twice"),
        (replace(RETURNS, returns=(RETURN, replace(RETURN, identifier="R-2"))), "iso.twice"),
        (replace(RETURNS, returns=(replace(RETURN, amount=12_001),)), "iso.return"),
        (replace(RETURNS, returns=(replace(RETURN, reason="closed"),)), "iso.value"),
    ],
)
def test_returns_that_contradict_themselves_are_not_written(message: Returns, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        write_returns(message)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<NbOfTxs>1<", "<NbOfTxs>2<", "iso.totals"),
        ('"KRW">12000</TtlIntrBkSttlmAmt', '"KRW">12001</TtlIntrBkSttlmAmt', "iso.totals"),
        ("<NbOfTxs>1<", "<NbOfTxs>one<", "iso.value"),
        ('<IntrBkSttlmAmt Ccy="KRW">', '<IntrBkSttlmAmt Ccy="USD">', "iso.currency"),
        ("<MmbId>088<", "<MmbId>999<", "bank.unknown"),
        ("<MmbId>088<", "<MmbId>SHBK<", "iso.value"),
        ("<TxId>", "<TxId>=", "iso.value"),
        ("<DbtrAcct>", "<DbtrAcct><Id><Othr><Id>1234567</Id></Othr></Id></DbtrAcct><DbtrAcct>", "iso.twice"),
        ("<Nm>바다빵집</Nm>", "", "iso.missing"),
    ],
)
def test_payments_that_somebody_altered_are_refused(old: str, new: str, code: str) -> None:
    text = write_payments(PAYMENTS).decode()
    assert old in text
    with pytest.raises(MadangError) as refused:
        read_payments(text.replace(old, new).encode())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<NbOfTxs>1<", "<NbOfTxs>0<", "iso.totals"),
        ('"KRW">12000</RtrdIntrBkSttlmAmt', '"KRW">12001</RtrdIntrBkSttlmAmt', "iso.return"),
        ("<Cd>AC04<", "<Cd><", "iso.value"),
        ("<RtrId>R-1</RtrId>", "", "iso.missing"),
    ],
)
def test_returns_that_somebody_altered_are_refused(old: str, new: str, code: str) -> None:
    text = write_returns(RETURNS).decode()
    assert old in text
    with pytest.raises(MadangError) as refused:
        read_returns(text.replace(old, new).encode())
    assert refused.value.code == code
