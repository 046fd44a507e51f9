"""Status reports: what another bank says of an order is read for each payment."""

import pytest

from madang.exchange.iso20022 import StatusReport, Verdict, explain, read_status, write_order
from madang.kernel.errors import MadangError
from tests.exchange.iso20022.judges import OtherBank, check_schema
from tests.exchange.iso20022.messages import ORDER, TRANSACTION

FIRST, SECOND = f"{TRANSACTION}000", f"{TRANSACTION}001"


def report(group: str = "PART", transactions: str = "", batch: str = "<PmtInfSts>PART</PmtInfSts>") -> bytes:
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>STS-1</MsgId><CreDtTm>2026-11-20T10:00:00+09:00</CreDtTm></GrpHdr>"
        "<OrgnlGrpInfAndSts><OrgnlMsgId>P20261120-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<GrpSts>{group}</GrpSts></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>P20261120-1</OrgnlPmtInfId>{batch}{transactions}</OrgnlPmtInfAndSts>"
        "</CstmrPmtStsRpt></Document>"
    ).encode()


def transaction(name: str, status: str, reason: str = "", words: str = "") -> str:
    additional = f"<AddtlInf>{words}</AddtlInf>" if words else ""
    given = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn>{additional}</StsRsnInf>" if reason else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{name}</OrgnlEndToEndId><TxSts>{status}</TxSts>{given}</TxInfAndSts>"


@pytest.mark.conformance
def test_another_bank_rejects_what_its_customer_can_not_pay() -> None:
    bank = OtherBank("12345678901234", 100_000, "insufficient-funds")
    (data,) = bank.order(write_order(ORDER))
    found = read_status(data)
    assert (found.order, found.group) == ("P20261120-1", Verdict("PART"))
    first, second = found.of(FIRST), found.of(SECOND)
    assert first is not None and first.is_accepted
    assert second is not None and second.is_rejected and second.reason == "AM04"
    bank.close()


@pytest.mark.conformance
def test_another_bank_rejects_an_order_that_it_had() -> None:
    bank = OtherBank("12345678901234", 1_000_000)
    bank.order(write_order(ORDER))
    (data,) = bank.order(write_order(ORDER))
    verdict = read_status(data).of(FIRST)
    assert verdict is not None and (verdict.status, verdict.reason) == ("RJCT", "DUPL")
    bank.close()


@pytest.mark.conformance
def test_a_report_of_the_newer_version_is_read() -> None:
    data = report("PART", transaction(FIRST, "ACSP") + transaction(SECOND, "RJCT", "AC04", "closed"))
    check_schema("pain.002.001.12", data)
    found = read_status(data)
    assert found.of(FIRST) == Verdict("ACSP")
    assert found.of(SECOND) == Verdict("RJCT", "AC04", "closed")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (StatusReport("s", "o", Verdict("ACCP"), None, {}), Verdict("ACCP")),
        (StatusReport("s", "o", Verdict("RJCT", "FF01"), None, {}), Verdict("RJCT", "FF01")),
        (StatusReport("s", "o", Verdict("PART"), Verdict("RJCT"), {}), Verdict("RJCT")),
        (StatusReport("s", "o", Verdict("ACCP"), None, {FIRST: Verdict("PDNG")}), Verdict("PDNG")),
        (StatusReport("s", "o", Verdict("PART"), Verdict("PART"), {}), None),
        (StatusReport("s", "o", None, None, {}), None),
    ],
)
def test_what_is_said_of_all_holds_for_each_that_nothing_is_said_of(
    found: StatusReport, verdict: Verdict | None
) -> None:
    assert found.of(FIRST) == verdict


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (report().replace(b"pain.001.001.09", b"pacs.008.001.08"), "iso.order"),
        (report(transactions=transaction(FIRST, "ACCP") * 2), "iso.twice"),
        (report(transactions=transaction("", "ACCP")), "iso.value"),
        (report(transactions=transaction(FIRST, "accepted")), "iso.value"),
        (report(transactions=transaction(FIRST, "RJCT", "too long")), "iso.value"),
        (report(transactions=f"<TxInfAndSts><OrgnlEndToEndId>{FIRST}</OrgnlEndToEndId></TxInfAndSts>"), "iso.missing"),
        (report(batch="</OrgnlPmtInfAndSts><OrgnlPmtInfAndSts>"), "iso.twice"),
        (write_order(ORDER), "iso.message"),
    ],
)
def test_a_report_that_says_nothing_certain_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MadangError) as refused:
        read_status(data)
    assert refused.value.code == code


def test_a_reason_is_explained_in_both_languages() -> None:
    assert "해지" in explain("AC04")[0] and "closed" in explain("AC04")[1]
    assert explain("ZZ99") == explain("")


def test_the_words_of_a_bank_can_not_move_the_cursor() -> None:
    found = read_status(report(transactions=transaction(FIRST, "RJCT", "AC04", "a\u200eb" * 300))).of(FIRST)
    assert found is not None and len(found.words) <= 210 and found.words.isprintable()
