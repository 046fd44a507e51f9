"""pain.001: a bank is told to pay accounts from one of its customer's own. ISO 20022 version 2019, pain.001.001.09."""

import datetime

import msgspec

from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element, write_document
from madang.exchange.iso20022.parts import Account, agent, check_account, check_list, numbered, party, remittance

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
    values.identifier(order.identifier, "order")
    check_list((one.end_to_end for one in order.transfers), "The order")
    check_account(order.debtor, "debtor")
    for one in order.transfers:
        values.identifier(one.end_to_end, "end to end")
        check_account(one.creditor, "creditor")
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
