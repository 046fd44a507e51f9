"""The parts of an mdoc, read from decoded CBOR, each refusal with its code (ISO/IEC 18013-5, 8.3.2.1.2.2 and 9.1.2)."""

import datetime
from typing import Any

import msgspec

from madang.identity.mdoc.cbor import Encoded, decode, decode_item
from madang.identity.mdoc.cose import X5CHAIN, Sign1
from madang.identity.mdoc.issuing import MAX_ELEMENTS, Validity
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

MAX_URI = 2048
LEAST_SALT_BYTES = 16
MAX_CHAIN = 4


class Item(msgspec.Struct, frozen=True):
    """One data element as its issuer digested it: an IssuerSignedItem, and its bytes."""

    number: int
    identifier: str
    value: Any
    encoded: Encoded


def member(value: Any, name: str, kind: type, code: str, what: str) -> Any:
    """A member of a map, if it is there and of this type. Raises `MadangError` with this code."""
    found = value.get(name) if type(value) is dict else None
    if type(found) is not kind:
        raise MadangError(code, f"{what} has no {name} as ISO/IEC 18013-5 has it.")
    return found


def read_namespaces(issuer_signed: dict[str, Any]) -> dict[str, list[Item]]:
    """The data elements by namespace; none where it shows none.

    Raises `MadangError`: `mdoc.item` (form, salt too short), `mdoc.duplicate` (a number or an identifier twice).
    """
    given = issuer_signed.get("nameSpaces", {})
    if type(given) is not dict or not all(type(key) is str and type(items) is list for key, items in given.items()):
        raise MadangError("mdoc.item", "nameSpaces is no map of lists by namespace.")
    if sum(map(len, given.values())) > MAX_ELEMENTS:
        raise MadangError("mdoc.item", f"There are more than {MAX_ELEMENTS} data elements.")
    namespaces = {namespace: list(map(_read_item, items)) for namespace, items in given.items()}
    for items in namespaces.values():
        if len({item.number for item in items}) < len(items) or len({item.identifier for item in items}) < len(items):
            raise MadangError("mdoc.duplicate", "A data element stands there twice.")
    return namespaces


def _read_item(encoded: Any) -> Item:
    if type(encoded) is not Encoded:
        raise MadangError("mdoc.item", "A data element is not encoded for itself (tag 24).")
    item = decode(encoded.content, "A data element")
    if type(item) is dict and "elementValue" in item:
        number, identifier, salt = item.get("digestID"), item.get("elementIdentifier"), item.get("random")
        if type(number) is int and type(identifier) is str and type(salt) is bytes and len(salt) >= LEAST_SALT_BYTES:
            return Item(number, identifier, item["elementValue"], encoded)
    raise MadangError("mdoc.item", "A data element is no IssuerSignedItem with a salt of at least 16 bytes.")


def read_chain(auth: Sign1) -> tuple[bytes, ...]:
    """The certificates of the issuer's key (RFC 9360, x5chain), its own first. Raises `MadangError` (`mdoc.chain`)."""
    given = auth.unprotected.get(X5CHAIN)
    chain = given if type(given) is list else [given]
    if not 1 <= len(chain) <= MAX_CHAIN or not all(type(one) is bytes for one in chain):
        raise MadangError("mdoc.chain", "The issuer's signature does not bring the certificates of its key (x5chain).")
    return tuple(chain)


def read_mso(auth: Sign1) -> dict[str, Any]:
    """The mobile security object, which the issuer signed. Raises `MadangError` (`mdoc.mso`, `cbor.*`)."""
    outer = decode_item(auth.payload, "What the issuer signed") if auth.payload is not None else None
    if type(outer) is not Encoded:
        raise MadangError("mdoc.mso", "The issuer signed no mobile security object (tag 24).")
    mso: dict[str, Any] = decode(outer.content, "The mobile security object")
    if member(mso, "version", str, "mdoc.mso", "The mobile security object") != "1.0":
        raise MadangError("mdoc.mso", "The mobile security object is of another version than 1.0.")
    return mso


def read_validity(mso: dict[str, Any]) -> Validity:
    """When it was signed, and from when until when it counts. Raises `MadangError` (`mdoc.validity`)."""
    info = member(mso, "validityInfo", dict, "mdoc.validity", "The mobile security object")
    signed, since, until = (
        int(member(info, name, datetime.datetime, "mdoc.validity", "validityInfo").timestamp())
        for name in ("signed", "validFrom", "validUntil")
    )
    if not signed <= since < until:
        raise MadangError("mdoc.validity", "The credential is valid before it was signed, or ends before it is valid.")
    return Validity(signed, since, until)


def read_status(mso: dict[str, Any]) -> StatusReference | None:
    """Where the status stands (Token Status List, section 6.3); None where the credential names no such place.

    Raises `MadangError` (`mdoc.status_reference`): a status that is there and is none that we know.
    """
    if "status" not in mso:
        return None
    match mso["status"]:
        case {"status_list": {"idx": int() as index, "uri": str() as uri}}:
            if type(index) is int and index >= 0 and 0 < len(uri) <= MAX_URI:
                return StatusReference(uri, index)
    raise MadangError("mdoc.status_reference", "The credential names its status in a way that is not known here.")
