"""pain.001: a bank is told to pay accounts from one of its customer's own. ISO 20022 version 2019, pain.001.001.09."""

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
    remittance,
)

MESSAGE = "pain.001.001.09"


class Transfer(msgspec.Struct, frozen=True):
    """One payment of an order: won to an account, under an identifier that stays with it from end to end."""

    end_to_end: str
    amount: int
    creditor: Account
    remittance: str = ""


class Order(msgspec.Struct, frozen=True):
    """Payments from one account on one day. `identifier` names the message, `created` is in seconds."""

    identifier: str
    created: int
    day: datetime.date
    debtor: Account
    transfers: tuple[Transfer, ...]


def write_order(order: Order) -> bytes:
    """The message. Raises `MadangError`: `iso.list`, `iso.twice`, `iso.value`, `bank.unknown`."""
    _check(order)
    totals = (
        Element("NbOfTxs", str(len(order.transfers))),
        Element("CtrlSum", str(sum(one.amount for one in order.transfers))),
    )
    header = Element(
        "GrpHdr",
        Element("MsgId", order.identifier),
        Element("CreDtTm", values.moment(order.created)),
        *totals,
        party("InitgPty", order.debtor),
    )
    batch = Element(
        "PmtInf",
        Element("PmtInfId", order.identifier),
        Element("PmtMtd", "TRF"),
        *totals,
        Element("ReqdExctnDt", Element("Dt", order.day.isoformat())),
        party("Dbtr", order.debtor),
        numbered("DbtrAcct", order.debtor),
        agent("DbtrAgt", order.debtor.bank),
        *map(_transfer, order.transfers),
    )
    return write_document(MESSAGE, Element("CstmrCdtTrfInitn", header, batch))


def read_order(data: bytes) -> Order:
    """An order that `write_order` made. Raises `MadangError`: `iso.totals`, what it raises, and what reading raises."""
    body = read_document(data, (MESSAGE,), "CstmrCdtTrfInitn")
    header, batch = body.get("GrpHdr"), body.get("PmtInf")
    order = Order(
        values.identifier(header.get("MsgId").text, "MsgId"),
        values.read_moment(header.get("CreDtTm")),
        values.read_day(batch.get("ReqdExctnDt/Dt")),
        read_account(batch, "Dbtr"),
        tuple(map(_read_transfer, batch.all("CdtTrfTxInf"))),
    )
    _check(order)
    for totals in (header, batch):
        check_totals(totals, len(order.transfers), sum(one.amount for one in order.transfers), "CtrlSum")
    return order


def _check(order: Order) -> None:
    values.identifier(order.identifier, "order")
    check_list((one.end_to_end for one in order.transfers), "The order")
    check_account(order.debtor, "debtor")
    for one in order.transfers:
        values.identifier(one.end_to_end, "end to end")
        check_account(one.creditor, "creditor")


def _read_transfer(element: Element) -> Transfer:
    words = element.find("RmtInf/Ustrd")
    return Transfer(
        element.get("PmtId/EndToEndId").text,
        values.read_amount(element.get("Amt/InstdAmt")),
        read_account(element, "Cdtr"),
        "" if words is None else values.text(words.text, 140, "Ustrd"),
    )


def _transfer(transfer: Transfer) -> Element:
    return Element(
        "CdtTrfTxInf",
        Element("PmtId", Element("EndToEndId", transfer.end_to_end)),
        Element("Amt", values.amount_element("InstdAmt", transfer.amount)),
        agent("CdtrAgt", transfer.creditor.bank),
        party("Cdtr", transfer.creditor),
        numbered("CdtrAcct", transfer.creditor),
        *remittance(transfer.remittance),
    )
