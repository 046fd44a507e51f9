"""pacs.008 and pacs.004: payments between banks, and payments that come back. ISO 20022 version 2019.

The instructing bank names the ledger as the clearing system: there the money moved, under the transaction that
`transaction` names.
"""

import datetime

import msgspec

from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element, read_document, write_document
from madang.exchange.iso20022.parts import (
    Account,
    agent,
    check_account,
    check_list,
    check_totals,
    numbered,
    party,
    read_account,
    read_agent,
    remittance,
)
from madang.kernel.errors import MadangError

PAYMENTS = "pacs.008.001.08"
RETURNS = "pacs.004.001.09"


class Payment(msgspec.Struct, frozen=True):
    """A payment from a customer of one bank to a customer of the other. `transaction` is its place on the ledger."""

    end_to_end: str
    transaction: str
    amount: int
    debtor: Account
    creditor: Account
    remittance: str = ""


class Payments(msgspec.Struct, frozen=True):
    """Payments of one bank to another on one day. `ledger` names the ledger that cleared them."""

    identifier: str
    created: int
    day: datetime.date
    ledger: str
    instructing: str
    instructed: str
    payments: tuple[Payment, ...]


class Return(msgspec.Struct, frozen=True):
    """A payment that comes back: by its end-to-end id, what it was, what of it returns (won), and the reason's code."""

    identifier: str
    end_to_end: str
    original: int
    amount: int
    reason: str
    words: str = ""


class Returns(msgspec.Struct, frozen=True):
    """Returns of payments that came in the message `payments`."""

    identifier: str
    created: int
    day: datetime.date
    payments: str
    returns: tuple[Return, ...]


def write_payments(message: Payments) -> bytes:
    """A pacs.008. Raises `MadangError`: `iso.list`, `iso.twice`, `iso.bank`, `iso.value`, `bank.unknown`."""
    _check_payments(message)
    total = sum(one.amount for one in message.payments)
    system = Element("ClrSys", Element("Prtry", values.identifier(message.ledger, "ledger")))
    header = Element(
        "GrpHdr",
        Element("MsgId", values.identifier(message.identifier, "message")),
        Element("CreDtTm", values.moment(message.created)),
        Element("NbOfTxs", str(len(message.payments))),
        values.amount_element("TtlIntrBkSttlmAmt", total),
        Element("IntrBkSttlmDt", message.day.isoformat()),
        Element("SttlmInf", Element("SttlmMtd", "CLRG"), system),
        agent("InstgAgt", message.instructing),
        agent("InstdAgt", message.instructed),
    )
    return write_document(PAYMENTS, Element("FIToFICstmrCdtTrf", header, *map(_payment, message.payments)))


def read_payments(data: bytes) -> Payments:
    """A pacs.008. Raises `MadangError`: `iso.totals`, what `write_payments` raises, and what reading raises."""
    body = read_document(data, (PAYMENTS,), "FIToFICstmrCdtTrf")
    header = body.get("GrpHdr")
    message = Payments(
        values.identifier(header.get("MsgId").text, "MsgId"),
        values.read_moment(header.get("CreDtTm")),
        values.read_day(header.get("IntrBkSttlmDt")),
        values.identifier(header.get("SttlmInf/ClrSys/Prtry").text, "ClrSys"),
        read_agent(header.get("InstgAgt")),
        read_agent(header.get("InstdAgt")),
        tuple(map(_read_payment, body.all("CdtTrfTxInf"))),
    )
    _check_payments(message)
    check_totals(header, len(message.payments), sum(one.amount for one in message.payments), "TtlIntrBkSttlmAmt")
    return message


def _check_payments(message: Payments) -> None:
    check_list((one.transaction for one in message.payments), "The message")
    for one in message.payments:
        check_account(one.debtor, "debtor")
        check_account(one.creditor, "creditor")
        if (one.debtor.bank, one.creditor.bank) != (message.instructing, message.instructed):
            raise MadangError("iso.bank", "A payment is between other banks than the message. Make a message a pair.")


def _payment(payment: Payment) -> Element:
    return Element(
        "CdtTrfTxInf",
        Element(
            "PmtId",
            Element("EndToEndId", values.identifier(payment.end_to_end, "end to end")),
            Element("TxId", values.identifier(payment.transaction, "transaction")),
        ),
        values.amount_element("IntrBkSttlmAmt", payment.amount),
        Element("ChrgBr", "SLEV"),
        party("Dbtr", payment.debtor),
        numbered("DbtrAcct", payment.debtor),
        agent("DbtrAgt", payment.debtor.bank),
        agent("CdtrAgt", payment.creditor.bank),
        party("Cdtr", payment.creditor),
        numbered("CdtrAcct", payment.creditor),
        *remittance(payment.remittance),
    )


def _read_payment(element: Element) -> Payment:
    words = element.find("RmtInf/Ustrd")
    return Payment(
        values.identifier(element.get("PmtId/EndToEndId").text, "EndToEndId"),
        values.identifier(element.get("PmtId/TxId").text, "TxId"),
        values.read_amount(element.get("IntrBkSttlmAmt")),
        read_account(element, "Dbtr"),
        read_account(element, "Cdtr"),
        "" if words is None else values.text(words.text, 140, "Ustrd"),
    )


def write_returns(message: Returns) -> bytes:
    """A pacs.004. Raises `MadangError`: `iso.list`, `iso.twice`, `iso.return`, `iso.value`."""
    _check_returns(message)
    header = Element(
        "GrpHdr",
        Element("MsgId", values.identifier(message.identifier, "message")),
        Element("CreDtTm", values.moment(message.created)),
        Element("NbOfTxs", str(len(message.returns))),
        values.amount_element("TtlRtrdIntrBkSttlmAmt", sum(one.amount for one in message.returns)),
        Element("IntrBkSttlmDt", message.day.isoformat()),
        Element("SttlmInf", Element("SttlmMtd", "CLRG")),
    )
    original = Element(
        "OrgnlGrpInf",
        Element("OrgnlMsgId", values.identifier(message.payments, "payments")),
        Element("OrgnlMsgNmId", PAYMENTS),
    )
    return write_document(RETURNS, Element("PmtRtr", header, original, *map(_return, message.returns)))


def read_returns(data: bytes) -> Returns:
    """A pacs.004. Raises `MadangError`: `iso.totals`, what `write_returns` raises, and what reading raises."""
    body = read_document(data, (RETURNS,), "PmtRtr")
    header = body.get("GrpHdr")
    message = Returns(
        values.identifier(header.get("MsgId").text, "MsgId"),
        values.read_moment(header.get("CreDtTm")),
        values.read_day(header.get("IntrBkSttlmDt")),
        values.identifier(body.get("OrgnlGrpInf/OrgnlMsgId").text, "OrgnlMsgId"),
        tuple(map(_read_return, body.all("TxInf"))),
    )
    _check_returns(message)
    check_totals(header, len(message.returns), sum(one.amount for one in message.returns), "TtlRtrdIntrBkSttlmAmt")
    return message


def _check_returns(message: Returns) -> None:
    check_list((one.identifier for one in message.returns), "The message")
    check_list((one.end_to_end for one in message.returns), "The message")
    if any(one.amount > one.original for one in message.returns):
        raise MadangError("iso.return", "More comes back than was paid. Correct the amount, or ask the sender to.")


def _return(one: Return) -> Element:
    words = [Element("AddtlInf", values.text(one.words, 105, "words"))] if one.words else []
    code = values.matched(one.reason, values.REASON, "reason", "a reason code of at most four letters and digits")
    return Element(
        "TxInf",
        Element("RtrId", values.identifier(one.identifier, "return")),
        Element("OrgnlEndToEndId", values.identifier(one.end_to_end, "end to end")),
        values.amount_element("OrgnlIntrBkSttlmAmt", one.original),
        values.amount_element("RtrdIntrBkSttlmAmt", one.amount),
        Element("RtrRsnInf", Element("Rsn", Element("Cd", code)), *words),
    )


def _read_return(element: Element) -> Return:
    code = element.get("RtrRsnInf/Rsn/Cd").text
    words = element.find("RtrRsnInf/AddtlInf")
    return Return(
        values.identifier(element.get("RtrId").text, "RtrId"),
        values.identifier(element.get("OrgnlEndToEndId").text, "OrgnlEndToEndId"),
        values.read_amount(element.get("OrgnlIntrBkSttlmAmt")),
        values.read_amount(element.get("RtrdIntrBkSttlmAmt")),
        values.matched(code, values.REASON, "Rsn/Cd", "a reason code of at most four letters and digits"),
        "" if words is None else values.text(words.text, 105, "AddtlInf"),
    )
