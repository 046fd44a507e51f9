"""camt.053: what happened on an account on a day, as its bank books it. ISO 20022 version 2019, camt.053.001.08."""

import datetime
from collections.abc import Iterator

import msgspec

from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element, read_document, write_document
from madang.exchange.iso20022.parts import agent, read_agent
from madang.kernel.errors import MadangError
from madang.kernel.fields import MAX_WON

MESSAGE = "camt.053.001.08"
OPENING, CLOSING = "OPBD", "CLBD"
_SIDES = {True: "CRDT", False: "DBIT"}


class Entry(msgspec.Struct, frozen=True):
    """One booking: won to the account (`is_credit`) or from it, booked on a day, under the parties' own reference.

    `reference` is what stays with the payment from end to end, else what the bank gave it. A reversal is booked on the
    other side of what it reverses.
    """

    reference: str
    amount: int
    is_credit: bool
    day: datetime.date
    is_reversal: bool = False


class Statement(msgspec.Struct, frozen=True):
    """A day of an account. Balances are in won, negative where the account is overdrawn.

    `bank` is '' where the statement names its bank otherwise than by the clearing house's digits.
    """

    identifier: str
    created: int
    bank: str
    account: str
    day: datetime.date
    opening: int
    closing: int
    entries: tuple[Entry, ...]


def write_statement(statement: Statement) -> bytes:
    """The message with this statement alone. Raises `MadangError`: `iso.balance`, `iso.value`."""
    _check_balance(statement)
    created = Element("CreDtTm", values.moment(statement.created))
    identifier = Element("MsgId", values.identifier(statement.identifier, "statement"))
    number = values.matched(statement.account, values.ACCOUNT, "account", "7 to 33 digits, hyphens between")
    account = Element(
        "Acct",
        Element("Id", Element("Othr", Element("Id", number))),
        Element("Ccy", values.WON),
        agent("Svcr", statement.bank),
    )
    body = Element(
        "Stmt",
        Element("Id", statement.identifier),
        created,
        account,
        _balance(OPENING, statement.opening, statement.day),
        _balance(CLOSING, statement.closing, statement.day),
        *map(_entry, statement.entries),
    )
    return write_document(MESSAGE, Element("BkToCstmrStmt", Element("GrpHdr", identifier, created), body))


def read_statements(data: bytes) -> list[Statement]:
    """Every statement of a message. Raises `MadangError`: `iso.balance`, `iso.page`, `iso.sum`, and as reading does."""
    body = read_document(data, (MESSAGE,), "BkToCstmrStmt")
    created = values.read_moment(body.get("GrpHdr/CreDtTm"))
    statements = [_read_statement(one, created) for one in body.all("Stmt")]
    if not statements:
        raise MadangError("iso.missing", "The message has no statement. Ask the bank for it again.")
    return statements


def _read_statement(element: Element, created: int) -> Statement:
    last = element.find("StmtPgntn/LastPgInd")
    if last is not None and (last.text != "true" or element.get("StmtPgntn/PgNb").text != "1"):
        raise MadangError("iso.page", "The statement is one page of several. Ask the bank for a file with all of it.")
    currency = element.find("Acct/Ccy")
    if currency is not None and currency.text != values.WON:
        raise MadangError("iso.currency", "The account is not in KRW. Only won are exchanged here.")
    opening, closing = (_balance_of(element, code) for code in (OPENING, CLOSING))
    bank = element.find("Acct/Svcr/FinInstnId/ClrSysMmbId")
    # Korean banks have no IBAN; a bank elsewhere, through which won are held, may have nothing else.
    number = element.find("Acct/Id/IBAN") or element.get("Acct/Id/Othr/Id")
    statement = Statement(
        values.identifier(element.get("Id").text, "Stmt/Id"),
        created,
        "" if bank is None else read_agent(element.get("Acct/Svcr")),
        values.matched(number.text, values.ANY_ACCOUNT, "Acct", "7 to 34 digits, capital letters or hyphens"),
        values.read_day_choice(closing.get("Dt")),
        _read_balance(opening),
        _read_balance(closing),
        tuple(entry for one in element.all("Ntry") for entry in _read_entries(one)),
    )
    _check_balance(statement)
    return statement


def _balance_of(statement: Element, code: str) -> Element:
    found = [one for one in statement.all("Bal") if [each.text for each in one.all("Tp/CdOrPrtry/Cd")] == [code]]
    if len(found) != 1:
        raise MadangError("iso.balance", f"The statement must have one balance {code}. Ask the bank for it.")
    return found[0]


def _check_balance(statement: Statement) -> None:
    moved = sum(one.amount if one.is_credit else -one.amount for one in statement.entries)
    if statement.opening + moved != statement.closing:
        raise MadangError(
            "iso.balance", "The entries do not lead from the opening to the closing balance: some are missing."
        )


def _balance(code: str, won: int, day: datetime.date) -> Element:
    if abs(won) > MAX_WON:
        raise values.refused("balance", f"at most {MAX_WON} won")
    return Element(
        "Bal",
        Element("Tp", Element("CdOrPrtry", Element("Cd", code))),
        Element("Amt", str(abs(won)), Ccy=values.WON),
        Element("CdtDbtInd", _SIDES[won >= 0]),
        Element("Dt", Element("Dt", day.isoformat())),
    )


def _read_balance(element: Element) -> int:
    won = values.read_amount(element.get("Amt"), least=0)
    return won if _is_credit(element) else -won


def _entry(entry: Entry) -> Element:
    reversal = [Element("RvslInd", "true")] if entry.is_reversal else []
    day = Element("Dt", entry.day.isoformat())
    reference = values.identifier(entry.reference, "reference")
    family = Element("Fmly", Element("Cd", "OTHR"), Element("SubFmlyCd", "OTHR"))
    return Element(
        "Ntry",
        values.amount_element("Amt", entry.amount),
        Element("CdtDbtInd", _SIDES[entry.is_credit]),
        *reversal,
        Element("Sts", Element("Cd", "BOOK")),
        Element("BookgDt", day),
        Element("ValDt", day),
        Element("BkTxCd", Element("Domn", Element("Cd", "PMNT"), family)),
        Element("NtryDtls", Element("TxDtls", Element("Refs", Element("EndToEndId", reference)))),
    )


def _read_entries(element: Element) -> Iterator[Entry]:
    """A booking, or the single payments of one that books several together."""
    if element.get("Sts/Cd").text != "BOOK":
        raise values.refused("Sts", "BOOK: a statement has what is booked")
    amount = values.read_amount(element.get("Amt"))
    is_credit = _is_credit(element)
    day = values.read_day_choice(element.get("BookgDt"))
    reversal = element.find("RvslInd")
    is_reversal = reversal is not None and reversal.text in ("true", "1")
    details = list(element.all("NtryDtls/TxDtls"))
    if len(details) <= 1:
        reference = _reference(details[0] if details else None, element)
        yield Entry(reference, amount, is_credit, day, is_reversal)
        return
    parts = [values.read_amount(one.get("Amt")) for one in details]
    sides = [one.find("CdtDbtInd") for one in details]
    if sum(parts) != amount or any(side is not None and side.text != _SIDES[is_credit] for side in sides):
        raise MadangError("iso.sum", "The payments of an entry do not add up to it. Ask the bank for the file again.")
    for one, part in zip(details, parts, strict=True):
        yield Entry(_reference(one, element), part, is_credit, day, is_reversal)


def _reference(details: Element | None, entry: Element) -> str:
    candidates = [details.find(f"Refs/{name}") for name in ("EndToEndId", "TxId")] if details is not None else []
    candidates += [entry.find("NtryRef"), entry.find("AcctSvcrRef")]
    for one in candidates:
        if one is not None and one.text != "NOTPROVIDED":
            return values.identifier(one.text, one.name)
    raise MadangError("iso.missing", "An entry has no reference. Ask the bank to give the end-to-end id of each.")


def _is_credit(element: Element) -> bool:
    side = element.get("CdtDbtInd").text
    if side not in _SIDES.values():
        raise values.refused("CdtDbtInd", "CRDT or DBIT")
    return side == _SIDES[True]
