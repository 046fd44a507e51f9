"""What several messages share: accounts, agents, and lists that must agree with their totals."""

from collections.abc import Iterable

import msgspec

from madang.exchange.banks import find_bank
from madang.exchange.iso20022 import values
from madang.exchange.iso20022.document import Element
from madang.kernel.errors import MadangError

MOST_PAYMENTS = 20_000
CLEARING = "KFTC"
"""How the members' three digits are named: ISO's external list of clearing systems has none for Korea."""
LONGEST_NAME = 70
_ACCOUNT_WORDS = "7 to 33 digits, hyphens between"


class Account(msgspec.Struct, frozen=True):
    """An account: its bank's three digits, its number, and its owner's name."""

    bank: str
    number: str
    name: str


def check_account(account: Account, where: str) -> None:
    """Refuse an account that can't stand in a message. Raises `MadangError`: `bank.unknown`, `iso.value`."""
    find_bank(account.bank)
    values.matched(account.number, values.ACCOUNT, f"{where} account", _ACCOUNT_WORDS)
    values.text(account.name, LONGEST_NAME, f"{where} name")


def agent(name: str, bank: str) -> Element:
    """A bank by its three digits."""
    member = Element("ClrSysMmbId", Element("ClrSysId", Element("Prtry", CLEARING)), Element("MmbId", bank))
    return Element(name, Element("FinInstnId", member))


def party(name: str, account: Account) -> Element:
    """An owner by name."""
    return Element(name, Element("Nm", values.text(account.name, LONGEST_NAME, name)))


def numbered(name: str, account: Account) -> Element:
    """An account by its number."""
    return Element(name, Element("Id", Element("Othr", Element("Id", account.number))))


def read_agent(element: Element) -> str:
    """The three digits of a bank. Raises `MadangError`: `iso.missing`, `iso.value`, `bank.unknown`."""
    member = element.get("FinInstnId/ClrSysMmbId/MmbId").text
    values.matched(member, values.BANK, f"{element.name} member", "three digits")
    return find_bank(member).code


def read_account(element: Element, side: str) -> Account:
    """The account of a side, such as `Cdtr`, of a payment. Raises `MadangError`."""
    number = element.get(f"{side}Acct/Id/Othr/Id").text
    values.matched(number, values.ACCOUNT, f"{side} account", _ACCOUNT_WORDS)
    name = values.text(element.get(f"{side}/Nm").text, LONGEST_NAME, f"{side} name")
    return Account(read_agent(element.get(f"{side}Agt")), number, name)


def remittance(words: str) -> list[Element]:
    """What the payment is for, if anything is said."""
    return [Element("RmtInf", Element("Ustrd", values.text(words, 140, "remittance")))] if words else []


def check_list(identifiers: Iterable[str], where: str) -> None:
    """Refuse an empty list, one too long, and an identifier twice. Raises `MadangError`: `iso.list`, `iso.twice`."""
    found = list(identifiers)
    if not 1 <= len(found) <= MOST_PAYMENTS:
        raise MadangError("iso.list", f"{where} has {len(found)} payments; 1 to {MOST_PAYMENTS} fit. Split it.")
    if len(set(found)) < len(found):
        raise MadangError("iso.twice", f"{where} names a payment twice. Name each once.")


def check_totals(header: Element, count: int, total: int, total_name: str) -> None:
    """Refuse a message whose list does not agree with its header. Raises `MadangError` (`iso.totals`)."""
    said = values.read_number(header.get("NbOfTxs"))
    sum_element = header.find(total_name)
    sum_said = None
    if sum_element is not None:
        read = values.read_total if total_name == "CtrlSum" else values.read_amount
        sum_said = read(sum_element)
    if said != count or sum_said not in (None, total):
        raise MadangError(
            "iso.totals", "Number or sum of the header is not that of the payments. Ask for the file again."
        )
