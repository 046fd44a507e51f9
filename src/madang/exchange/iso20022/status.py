"""pain.002: what a bank did with an order. ISO 20022 pain.002.001.10 and pain.002.001.12, which say this alike."""

from collections.abc import Mapping

import msgspec

from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element, read_document
from madang.exchange.iso20022.parts import MOST_PAYMENTS
from madang.kernel.errors import MadangError

MESSAGES = ("pain.002.001.10", "pain.002.001.12")
ACCEPTED = frozenset({"ACCP", "ACTC", "ACSP", "ACSC", "ACWC", "ACWP", "ACCC", "ACFC"})
"""Statuses after which the bank pays, or has paid (ISO external code set, payment transaction status)."""
REJECTED = "RJCT"


class Verdict(msgspec.Struct, frozen=True):
    """A status of four letters, and the code of the reason with the bank's words, '' where it gave none."""

    status: str
    reason: str = ""
    words: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether the bank pays."""
        return self.status in ACCEPTED

    @property
    def is_rejected(self) -> bool:
        """Whether the bank will not pay."""
        return self.status == REJECTED


class StatusReport(msgspec.Struct, frozen=True):
    """What a bank said of the order `order`: of all of it, of its batch, and of single payments by end-to-end id."""

    identifier: str
    order: str
    group: Verdict | None
    batch: Verdict | None
    payments: Mapping[str, Verdict]

    def of(self, end_to_end: str) -> Verdict | None:
        """What holds for a payment: its own verdict, else its batch's, else the whole order's; None if nothing does.

        Of batch and order only an acceptance or a rejection of all says anything about one.
        """
        own = self.payments.get(end_to_end)
        shared = (one for one in (self.batch, self.group) if one is not None and (one.is_accepted or one.is_rejected))
        return own if own is not None else next(shared, None)


def read_status(data: bytes) -> StatusReport:
    """A bank's report on one of our orders. Raises `MadangError`: `iso.list`, `iso.order`, and what reading raises."""
    body = read_document(data, MESSAGES, "CstmrPmtStsRpt")
    group = body.get("OrgnlGrpInfAndSts")
    if not group.get("OrgnlMsgNmId").text.startswith("pain.001"):
        raise MadangError("iso.order", "The report is not about a payment order. Name the status of an order.")
    payments: dict[str, Verdict] = {}
    batch = body.find("OrgnlPmtInfAndSts")
    for one in body.all("OrgnlPmtInfAndSts/TxInfAndSts"):
        name = values.identifier(one.get("OrgnlEndToEndId").text, "OrgnlEndToEndId")
        verdict = _verdict(one, "TxSts")
        if name in payments:
            raise MadangError("iso.twice", "The report judges a payment twice. Ask the bank which holds.")
        if verdict is None:
            raise MadangError("iso.missing", "A payment of the report has no TxSts. Ask the bank for a complete one.")
        payments[name] = verdict
    if len(payments) > MOST_PAYMENTS:
        raise MadangError("iso.list", f"The report has more than {MOST_PAYMENTS} payments, and no order of ours has.")
    return StatusReport(
        values.identifier(body.get("GrpHdr/MsgId").text, "MsgId"),
        values.identifier(group.get("OrgnlMsgId").text, "OrgnlMsgId"),
        _verdict(group, "GrpSts"),
        None if batch is None else _verdict(batch, "PmtInfSts"),
        payments,
    )


def _verdict(element: Element, name: str) -> Verdict | None:
    status = element.find(name)
    if status is None:
        return None
    values.matched(status.text, values.STATUS, name, "a status of four capital letters")
    reasons = list(element.all("StsRsnInf"))
    if not reasons:
        return Verdict(status.text)
    # A bank may give several reasons; the first is what it decided by.
    code = reasons[0].find("Rsn/Cd")
    if code is not None:
        values.matched(code.text, values.REASON, "Rsn/Cd", "a reason code of at most four letters and digits")
    words = " ".join(one.text for one in reasons[0].all("AddtlInf"))
    return Verdict(status.text, "" if code is None else code.text, _printable(words))


def _printable(words: str) -> str:
    return "".join(one if one.isprintable() else " " for one in words)[:210].strip()
