"""Data objects of EMVCo QR codes: two digits of id, two of length, the value; at the end a checksum over all of it.

EMV QRCPS merchant-presented mode 1.1, sections 3 and 4. Lengths count characters, not bytes.
"""

import binascii
from collections.abc import Iterable

from madang.kernel.errors import MadangError

FORMAT = "000201"
"""What every code begins with: object 00, version 01."""
CHECKSUM = "63"
MOST_CHARACTERS = 512
LONGEST_VALUE = 99
_HEAD = 4
_TAIL = 8

Objects = dict[str, str]
"""Values by id, in the order in which they stand."""


def write_objects(objects: Iterable[tuple[str, str]]) -> str:
    """Data objects one behind the other. Raises `MadangError` (`qr.value`) for a value of 0 or above 99 characters."""
    parts = []
    for identifier, value in objects:
        if not 1 <= len(value) <= LONGEST_VALUE:
            raise MadangError("qr.value", f"Object {identifier} has {len(value)} characters; 1 to 99 fit. Shorten it.")
        parts.append(f"{identifier}{len(value):02}{value}")
    return "".join(parts)


def read_objects(text: str) -> Objects:
    """The data objects of a code or of a template in it. Raises `MadangError`: `qr.form`, `qr.length`, `qr.twice`."""
    found: Objects = {}
    place = 0
    while place < len(text):
        head = text[place : place + _HEAD]
        if len(head) < _HEAD or not (head.isascii() and head.isdigit()):
            raise MadangError("qr.form", f"At character {place} no data object begins. Scan the code again.")
        identifier, length = head[:2], int(head[2:])
        value = text[place + _HEAD : place + _HEAD + length]
        if length == 0 or len(value) < length:
            raise MadangError("qr.length", f"Object {identifier} is not as long as it says. Scan the code again.")
        if identifier in found:
            raise MadangError("qr.twice", f"Object {identifier} stands in the code twice. Ask for another code.")
        found[identifier] = value
        place += _HEAD + length
    return found


def seal(body: str) -> str:
    """A code whose objects are there but for the checksum, with it."""
    head = f"{body}{CHECKSUM}04"
    return head + checksum(head)


def unseal(text: str) -> Objects:
    """The objects of a whole code, checksum left out.

    Raises `MadangError`, in this order: `qr.size`, `qr.version`, `qr.checksum_missing`, `qr.checksum`, and what
    `read_objects` raises.
    """
    if len(text) > MOST_CHARACTERS:
        raise MadangError("qr.size", f"The code has {len(text)} characters; at most {MOST_CHARACTERS}. It is not ours.")
    if not text.startswith(FORMAT):
        raise MadangError("qr.version", "This is no payment code of EMVCo's version 01. Scan the shop's payment code.")
    if text[-_TAIL : -_TAIL + _HEAD] != f"{CHECKSUM}04":
        raise MadangError("qr.checksum_missing", "The code does not end with its checksum. Scan it again.")
    if text[-_HEAD:] != checksum(text[:-_HEAD]):
        raise MadangError("qr.checksum", "The checksum does not match: the code was misread or altered. Scan it again.")
    objects = read_objects(text)
    if list(objects)[-1] != CHECKSUM:
        raise MadangError("qr.checksum_missing", "The code does not end with its checksum. Scan it again.")
    del objects[CHECKSUM]
    return objects


def checksum(text: str) -> str:
    """CRC-16 over the UTF-8 bytes (ISO/IEC 13239: polynomial 1021, initial value FFFF) as four hexadecimal digits.

    It finds misread codes. It proves nothing about who made one.
    """
    return f"{binascii.crc_hqx(text.encode(errors='surrogatepass'), 0xFFFF):04X}"
