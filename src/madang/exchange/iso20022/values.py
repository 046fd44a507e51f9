"""Values in payment messages: text, identifiers, won, days and times. What is written and read is checked alike.

Text is NFC, of the letters that Korean banks and ISO 20022's usage share: Latin letters, digits, Hangul syllables, the
signs `/-?:().,'+&` and the blank. Nothing is replaced in silence: a name that was changed is another name.
"""

import datetime
import re
import unicodedata

from madang.exchange.banks import KOREA
from madang.exchange.iso20022.document import Element
from madang.kernel.errors import MadangError
from madang.kernel.fields import MAX_WON

WON = "KRW"
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,34}")
"""Max35Text as references on the ledger are formed, so that one can be the other."""
ACCOUNT = re.compile(r"[0-9][0-9-]{5,31}[0-9]")
ANY_ACCOUNT = re.compile(r"[A-Z0-9-]{7,34}")
STATUS = re.compile(r"[A-Z]{4}")
REASON = re.compile(r"[A-Z0-9]{1,4}")
BANK = re.compile(r"[0-9]{3}")

_TEXT = re.compile(r"[A-Za-z0-9가-힣㈜/\-?:().,'+& ]+")
_WON = re.compile(r"(0|[1-9][0-9]{0,15})")
_NUMBER = re.compile(r"[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")


def text(value: str, longest: int, where: str) -> str:
    """A text that may stand in a message, in NFC. Raises `MadangError` (`iso.value`)."""
    normal = unicodedata.normalize("NFC", value)
    if not 1 <= len(normal) <= longest or _TEXT.fullmatch(normal) is None or normal != normal.strip():
        raise refused(
            where, f"1 to {longest} Latin or Korean letters, digits, blanks between, or / - ? : ( ) . , ' + &"
        )
    return normal


def identifier(value: str, where: str) -> str:
    """An identifier. Raises `MadangError` (`iso.value`)."""
    return matched(value, IDENTIFIER, where, "1 to 35 letters, digits or . _ : / -, a letter or digit first")


def matched(value: str, form: "re.Pattern[str]", where: str, words: str) -> str:
    """The value, which has this form. Raises `MadangError` (`iso.value`)."""
    if form.fullmatch(value) is None:
        raise refused(where, words)
    return value


def amount_element(name: str, won: int) -> Element:
    """An amount of at least one won with its currency. Raises `MadangError` (`iso.value`)."""
    if not 1 <= won <= MAX_WON:
        raise refused(name, f"1 to {MAX_WON} won")
    return Element(name, str(won), Ccy=WON)


def read_amount(element: Element, *, least: int = 1) -> int:
    """Whole won of an amount. Raises `MadangError`: `iso.currency`, `iso.value`."""
    if element.attributes.get("Ccy") != WON:
        raise MadangError("iso.currency", f"{element.name} is not in KRW. Only won are exchanged here.")
    if _WON.fullmatch(element.text) is None or not least <= int(element.text) <= MAX_WON:
        raise refused(element.name, f"whole won from {least} in digits alone: won have no decimals")
    return int(element.text)


def read_total(element: Element) -> int:
    """Whole won of a sum without currency. Raises `MadangError` (`iso.value`)."""
    if _WON.fullmatch(element.text) is None:
        raise refused(element.name, "whole won in digits alone")
    return int(element.text)


def read_number(element: Element) -> int:
    """A count. Raises `MadangError` (`iso.value`)."""
    if _NUMBER.fullmatch(element.text) is None:
        raise refused(element.name, "a whole number")
    return int(element.text)


def moment(time: int) -> str:
    """A time (seconds) as messages write it, in Korean time."""
    return datetime.datetime.fromtimestamp(time, KOREA).isoformat()


def read_moment(element: Element) -> int:
    """Seconds of a date and time; without a zone it is Korean. Raises `MadangError` (`iso.value`)."""
    try:
        if _MOMENT.fullmatch(element.text) is None:
            raise ValueError
        found = datetime.datetime.fromisoformat(element.text)
        return int((found if found.tzinfo else found.replace(tzinfo=KOREA)).timestamp())
    except (ValueError, OverflowError):
        raise refused(element.name, "a date and time, such as 2026-11-20T09:00:00+09:00") from None


def read_day(element: Element) -> datetime.date:
    """The day of a date element. Raises `MadangError` (`iso.value`)."""
    try:
        if _DAY.fullmatch(element.text) is None:
            raise ValueError
        return datetime.date.fromisoformat(element.text)
    except ValueError:
        raise refused(element.name, "a day, such as 2026-11-20") from None


def read_day_choice(element: Element) -> datetime.date:
    """The Korean day of a choice of date, or date and time. Raises `MadangError`: `iso.missing`, `iso.value`."""
    moment_element = element.find("DtTm")
    if moment_element is None:
        return read_day(element.get("Dt"))
    try:
        return datetime.datetime.fromtimestamp(read_moment(moment_element), KOREA).date()
    except (ValueError, OverflowError):
        # At the ends of the calendar the Korean day of a moment lies outside it.
        raise refused(moment_element.name, "a date and time of this calendar in Korea") from None


def refused(where: str, words: str) -> MadangError:
    """A value that does not fit; the value itself is never repeated."""
    return MadangError("iso.value", f"{where} must be {words}. Correct it, or ask the sender to.")
