"""Issuing: each data element salted and digested, the digests signed (ISO/IEC 18013-5, 9.1.2)."""

import datetime
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.mdoc.cbor import Encoded, encode
from madang.identity.mdoc.cose import X5CHAIN, cose_key, sign1
from madang.identity.signer import Signer
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

MAX_ELEMENTS = 200
SALT_BYTES = 32
_SHUFFLE = secrets.SystemRandom().shuffle


class Validity(msgspec.Struct, frozen=True):
    """When a credential was signed, and from when until when (exclusive) it counts. Seconds."""

    signed: int
    since: int
    until: int


def issue(
    signer: Signer,
    doc_type: str,
    elements: Mapping[str, Mapping[str, Any]],
    device_key: dict[str, str],
    validity: Validity,
    status: StatusReference | None,
) -> bytes:
    """An IssuerSigned as OpenID4VCI 1.0 (appendix A.2) hands it out: `elements` by namespace and identifier.

    Values are what `cbor.encode` writes; a day is a `datetime.date`. `device_key` is the public JWK that the wallet
    proved to hold. Digests stand under numbers drawn by lot, so that a place tells nothing of what is withheld, and
    each element has a salt of 32 random bytes. The status is that of the Token Status List (section 6.3).

    Raises `MadangError`: `mdoc.elements`, `mdoc.validity`, `jose.key`, `cbor.value`.
    """
    if not doc_type or not elements or not 1 <= sum(map(len, elements.values())) <= MAX_ELEMENTS:
        raise MadangError("mdoc.elements", f"A credential has between 1 and {MAX_ELEMENTS} data elements, and a type.")
    if not validity.signed <= validity.since < validity.until:
        raise MadangError("mdoc.validity", "A credential is signed before it is valid, and valid before it ends.")
    jose.public_key(device_key, "The wallet's key")
    namespaces = {namespace: _items(values) for namespace, values in elements.items()}
    mso = {
        "version": "1.0",
        "digestAlgorithm": "SHA-256",
        "valueDigests": {namespace: _digests(items) for namespace, items in namespaces.items()},
        "deviceKeyInfo": {"deviceKey": cose_key(device_key)},
        "docType": doc_type,
        "validityInfo": {
            "signed": _time(validity.signed),
            "validFrom": _time(validity.since),
            "validUntil": _time(validity.until),
        },
    }
    if status is not None:
        mso["status"] = {"status_list": {"idx": status.index, "uri": status.uri}}
    chain = signer.chain[0] if len(signer.chain) == 1 else list(signer.chain)
    auth = sign1(Encoded(encode(mso)).tagged(), signer.sign, {X5CHAIN: chain})
    return encode(
        {"nameSpaces": {name: list(items.values()) for name, items in namespaces.items()}, "issuerAuth": auth}
    )


def _items(values: Mapping[str, Any]) -> dict[int, Encoded]:
    """The elements of a namespace as IssuerSignedItems, by the number under which the digest stands."""
    numbers = list(range(len(values)))
    _SHUFFLE(numbers)
    return {
        number: Encoded(
            encode(
                {
                    "digestID": number,
                    "random": secrets.token_bytes(SALT_BYTES),
                    "elementIdentifier": identifier,
                    "elementValue": value,
                }
            )
        )
        for number, (identifier, value) in zip(numbers, values.items(), strict=True)
    }


def _digests(items: Mapping[int, Encoded]) -> dict[int, bytes]:
    return {number: items[number].digest() for number in sorted(items)}


def _time(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
