"""What stands in our codes, and how it is read back: strictly, since a code comes from whoever printed it.

| object | holds |
| --- | --- |
| 00 | version, `01` |
| 01 | `11` static, `12` dynamic |
| 26 | the shop: our identifier, the shop's name on the ledger |
| 52, 53, 58 | category (ISO 18245), won (410, ISO 4217), Korea (KR, ISO 3166) |
| 54 | dynamic: whole won |
| 59, 60 | name and city in Latin letters |
| 62 | dynamic: the order, as reference label |
| 64 | name and city in Korean |
| 80 | ours (unreserved): our identifier, the ledger's name; dynamic: the second at which the code ends |
| 63 | checksum |

Objects stand in this order, 63 last. Whatever is unknown, missing, twice or out of order is refused.
"""

import re
from typing import Any

import msgspec

from madang.exchange.qr.tlv import FORMAT, Objects, read_objects, seal, unseal, write_objects
from madang.kernel.errors import MadangError
from madang.kernel.fields import MAX_WON

IDENTIFIER = "94c17b4478cf4ff7b533d3a673238740"
"""Our globally unique identifier in templates: a UUID without hyphens (EMV QRCPS 4.7.5)."""
STATIC, DYNAMIC = "11", "12"
WON, KOREA, KOREAN = "410", "KR", "ko"

_ROOT = ("00", "01", "26", "52", "53", "54", "58", "59", "60", "62", "64", "80")
_SHOP = ("00", "01")
_ORDER = ("05",)
_LANGUAGE = ("00", "01", "02")
_OURS = ("00", "01", "02")

_LATIN = r"[\x20-\x7e]"
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "chain": (re.compile(r"[a-z][a-z0-9-]{2,31}"), "the name of a ledger"),
    "merchant": (re.compile(r"[A-Za-z0-9_-]{2,43}"), "the name of a shop on the ledger"),
    "category": (re.compile(r"[0-9]{4}"), "four digits of ISO 18245"),
    "name": (re.compile(rf"{_LATIN}{{1,25}}"), "1 to 25 Latin characters"),
    "city": (re.compile(rf"{_LATIN}{{1,15}}"), "1 to 15 Latin characters"),
    "local_name": (re.compile(r"[^\W_](?:[\w ()&.,'·-]{0,24})"), "1 to 25 letters, digits and signs"),
    "local_city": (re.compile(r"[^\W_](?:[\w ()&.,'·-]{0,14})"), "1 to 15 letters, digits and signs"),
    "amount": (re.compile(r"[1-9][0-9]{0,12}"), "whole won, no sign, point or leading zero"),
    "order": (re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,24}"), "1 to 25 letters, digits or . _ : / -"),
    "expires": (re.compile(r"[1-9][0-9]{0,11}"), "a second since 1970"),
}


class MerchantCode(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's code. `amount` (won), `order` and `expires` (seconds) are all there, or none: then it is static."""

    chain: str
    merchant: str
    category: str
    name: str
    city: str
    local_name: str
    local_city: str
    amount: int | None = None
    order: str | None = None
    expires: int | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether it is for one payment."""
        return self.amount is not None


def write_code(code: MerchantCode) -> str:
    """The text of a code. Raises `MadangError`: `qr.mode`, `qr.value`."""
    _check_mode(code)
    for name in code.__struct_fields__:
        value = getattr(code, name)
        if value is not None:
            _check_form(name, str(value))
    language = [("00", KOREAN), ("01", code.local_name), ("02", code.local_city)]
    ours = [("00", IDENTIFIER), ("01", code.chain)]
    if code.expires is not None:
        ours.append(("02", str(code.expires)))
    objects = [
        ("01", DYNAMIC if code.is_dynamic else STATIC),
        ("26", write_objects([("00", IDENTIFIER), ("01", code.merchant)])),
        ("52", code.category),
        ("53", WON),
        *([("54", str(code.amount))] if code.amount is not None else []),
        ("58", KOREA),
        ("59", code.name),
        ("60", code.city),
        *([("62", write_objects([("05", code.order)]))] if code.order is not None else []),
        ("64", write_objects(language)),
        ("80", write_objects(ours)),
    ]
    return seal(FORMAT + write_objects(objects))


def read_code(text: str) -> MerchantCode:
    """The code that a text is. Whether it may be paid is for `check_code`.

    Raises `MadangError`: what `tlv.unseal` raises, then `qr.unknown`, `qr.order`, `qr.missing`, `qr.foreign`,
    `qr.value`, `qr.mode`.
    """
    objects = unseal(text)
    _check_layout(objects, _ROOT, "the code")
    required = tuple(one for one in _ROOT if one not in ("54", "62"))
    _check_required(objects, required, "the code")
    shop = _template(objects["26"], _SHOP, "object 26")
    ours = _template(objects["80"], _OURS, "object 80", required=_OURS[:2])
    if shop["00"] != IDENTIFIER or ours["00"] != IDENTIFIER:
        raise MadangError("qr.foreign", "This code belongs to another payment system. Scan the code of this one.")
    language = _template(objects["64"], _LANGUAGE, "object 64")
    order = _template(objects["62"], _ORDER, "object 62")["05"] if "62" in objects else None
    for identifier, value in (("53", WON), ("58", KOREA)):
        if objects[identifier] != value:
            raise MadangError("qr.foreign", f"Object {identifier} must be {value}: pay in won, in Korea.")
    if language["00"] != KOREAN:
        raise MadangError("qr.foreign", "The second language of our codes is Korean. Ask the shop for its code.")
    texts = {
        "chain": ours["01"],
        "merchant": shop["01"],
        "category": objects["52"],
        "name": objects["59"],
        "city": objects["60"],
        "local_name": language["01"],
        "local_city": language["02"],
    }
    optional = {"amount": objects.get("54"), "order": order, "expires": ours.get("02")}
    texts |= {name: value for name, value in optional.items() if value is not None}
    for name, value in texts.items():
        _check_form(name, value)
    numbers: dict[str, Any] = {name: int(texts[name]) for name in ("amount", "expires") if name in texts}
    code = MerchantCode(**(texts | numbers))
    _check_mode(code)
    if objects["01"] != (DYNAMIC if code.is_dynamic else STATIC):
        raise MadangError("qr.mode", "The code says it is static and has an amount, or the other way. Ask for another.")
    return code


def _check_mode(code: MerchantCode) -> None:
    given = [one is not None for one in (code.amount, code.order, code.expires)]
    if any(given) and not all(given):
        raise MadangError("qr.mode", "Amount, order and expiry go together. Give all three, or none for a static code.")


def _check_form(name: str, value: str) -> None:
    form, words = _FORMS[name]
    if form.fullmatch(value) is None or (name == "amount" and int(value) > MAX_WON):
        raise MadangError("qr.value", f"{name} must be {words}. Correct it, or ask the shop for another code.")


def _template(value: str, layout: tuple[str, ...], where: str, required: tuple[str, ...] | None = None) -> Objects:
    objects = read_objects(value)
    _check_layout(objects, layout, where)
    _check_required(objects, layout if required is None else required, where)
    return objects


def _check_layout(objects: Objects, layout: tuple[str, ...], where: str) -> None:
    unknown = [one for one in objects if one not in layout]
    if unknown:
        raise MadangError("qr.unknown", f"{where} has object {unknown[0]}, which ours never have. Scan the shop's own.")
    if list(objects) != [one for one in layout if one in objects]:
        raise MadangError("qr.order", f"The objects of {where} stand in another order. Scan the shop's own code.")


def _check_required(objects: Objects, required: tuple[str, ...], where: str) -> None:
    missing = [one for one in required if one not in objects]
    if missing:
        raise MadangError("qr.missing", f"{where} lacks object {missing[0]}. Ask the shop for another code.")
