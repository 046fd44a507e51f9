"""Statements: written by the schema, read from us and from another bank; entries and balances must agree."""

import msgspec
import pytest
from hypothesis import given

from madang.exchange.iso20022 import Entry, Statement, read_statements, write_order, write_statement
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import DAY, OtherBank, check_declaration, check_schema
from tests.exchange.iso20022.messages import ORDER, STATEMENT, statements

replace = msgspec.structs.replace


@pytest.mark.conformance
@given(statements)
def test_a_statement_is_valid_by_the_schema_and_comes_back_as_it_was(statement: Statement) -> None:
    data = write_statement(statement)
    check_schema("camt.053.001.08", data)
    check_declaration("camt.053.001.08", data)
    assert read_statements(data) == [statement]


@pytest.mark.conformance
def test_a_statement_of_another_bank_is_read() -> None:
    bank = OtherBank("12345678901234", 1_000_000)
    bank.order(write_order(ORDER))
    bank.advance(3)
    (data, *_) = [one for one in bank.collect("camt.053") if b"NL91ABNA0417164300" in one]
    (statement,) = read_statements(data)
    bank.close()
    assert (statement.day, statement.opening, statement.closing) == (DAY, 1_000_000, 488_000)
    assert [(one.reference, one.amount, one.is_credit) for one in statement.entries] == [
        (one.end_to_end, one.amount, False) for one in ORDER.transfers
    ]


def test_a_statement_that_does_not_add_up_is_not_written() -> None:
    with pytest.raises(MadangError) as refused:
        write_statement(replace(STATEMENT, closing=401))
    assert refused.value.code == "iso.balance"


SUM = "<TxDtls><Refs><EndToEndId>first</EndToEndId></Refs></TxDtls>"
PARTS = (
    '<TxDtls><Refs><EndToEndId>one</EndToEndId></Refs><Amt Ccy="KRW">300</Amt></TxDtls>'
    '<TxDtls><Refs><EndToEndId>two</EndToEndId></Refs><Amt Ccy="KRW">400</Amt></TxDtls>'
)


def flat(statement: Statement) -> str:
    """The statement without blanks between elements."""
    return "".join(line.strip() for line in write_statement(statement).decode().splitlines())


def test_payments_that_are_booked_together_are_told_apart() -> None:
    text = flat(STATEMENT)
    assert SUM in text
    data = text.replace(SUM, PARTS).encode()
    check_schema("camt.053.001.08", data)
    (statement,) = read_statements(data)
    assert statement.entries[:2] == (Entry("one", 300, True, DAY), Entry("two", 400, True, DAY))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('<Amt Ccy="KRW">700</Amt>', '<Amt Ccy="KRW">701</Amt>', "iso.balance"),
        ("<Cd>OPBD</Cd>", "<Cd>PRCD</Cd>", "iso.balance"),
        ("<Cd>OPBD</Cd>", "<Cd>CLBD</Cd>", "iso.balance"),
        ("<Ccy>KRW</Ccy>", "<Ccy>USD</Ccy>", "iso.currency"),
        ("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>", "iso.value"),
        ("<CdtDbtInd>CRDT", "<CdtDbtInd>BOTH", "iso.value"),
        (SUM, PARTS.replace(">400<", ">401<"), "iso.sum"),
        (SUM, PARTS.replace("</Amt>", "</Amt><CdtDbtInd>DBIT</CdtDbtInd>"), "iso.sum"),
        ("<EndToEndId>first</EndToEndId>", "", "iso.missing"),
        ("<EndToEndId>first<", "<EndToEndId>NOTPROVIDED<", "iso.missing"),
        ("<EndToEndId>first<", "<EndToEndId>=first<", "iso.value"),
        ("<BookgDt>", "<BookgDt><DtTm>soon</DtTm>", "iso.value"),
        ("<Acct>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Acct>", "iso.page"),
        ("<Acct>", "<StmtPgntn><PgNb>2</PgNb><LastPgInd>true</LastPgInd></StmtPgntn><Acct>", "iso.page"),
        ("<Id>123-45-67890</Id>", "<Id>123*45</Id>", "iso.value"),
        ("<MmbId>004<", "<MmbId>040<", "bank.unknown"),
    ],
)
def test_a_statement_that_can_not_be_right_is_refused(old: str, new: str, code: str) -> None:
    text = flat(STATEMENT)
    assert old in text
    with pytest.raises(MadangError) as refused:
        read_statements(text.replace(old, new, 1).encode())
    assert refused.value.code == code


def test_a_message_without_a_statement_is_refused() -> None:
    text = flat(STATEMENT)
    start, stop = text.index("<Stmt>"), text.index("</BkToCstmrStmt>")
    with pytest.raises(MadangError) as refused:
        read_statements((text[:start] + text[stop:]).encode())
    assert refused.value.code == "iso.missing"
