"""Showing some data elements of a credential, signed by the key that it is bound to (ISO/IEC 18013-5, 9.1.3)."""

from collections.abc import Callable, Collection, Mapping

from madang.identity.mdoc.cbor import decode, encode
from madang.identity.mdoc.cose import sign1
from madang.identity.mdoc.reading import Item, member, read_namespaces
from madang.identity.mdoc.transcript import DEVICE_NAMESPACES, device_authentication
from madang.kernel.errors import MadangError


def present(
    issuer_signed: bytes,
    doc_type: str,
    elements: Mapping[str, Collection[str]],
    transcript: bytes,
    sign: Callable[[bytes], bytes],
) -> bytes:
    """A DeviceResponse with one document that shows these elements (identifiers by namespace), and no other.

    `sign` gives r and s (64 bytes) of what it is given, by the key that the credential is bound to.

    Raises `MadangError`: `mdoc.not_held` (an element that the credential has not), `mdoc.item`, `cbor.*`.
    """
    held = decode(issuer_signed, "The credential")
    auth = member(held, "issuerAuth", list, "mdoc.form", "The credential")
    namespaces = read_namespaces(held)
    shown = {
        namespace: [_find(namespaces, namespace, identifier).encoded for identifier in identifiers]
        for namespace, identifiers in elements.items()
        if identifiers
    }
    payload = device_authentication(transcript, doc_type, DEVICE_NAMESPACES)
    document = {
        "docType": doc_type,
        "issuerSigned": {**({"nameSpaces": shown} if shown else {}), "issuerAuth": auth},
        "deviceSigned": {
            "nameSpaces": DEVICE_NAMESPACES,
            "deviceAuth": {"deviceSignature": sign1(payload, sign, {}, detached=True)},
        },
    }
    return encode({"version": "1.0", "documents": [document], "status": 0})


def _find(namespaces: Mapping[str, list[Item]], namespace: str, identifier: str) -> Item:
    for item in namespaces.get(namespace, []):
        if item.identifier == identifier:
            return item
    raise MadangError("mdoc.not_held", f"The credential has no data element {identifier} in {namespace}.")
