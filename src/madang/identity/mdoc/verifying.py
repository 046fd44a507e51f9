"""Verifying: what a credential says, once its issuer's and its holder's signatures hold (ISO/IEC 18013-5, 9.3.1).

In this order, each refusal with its own code; nothing is passed over, and no parameter does away with a check:

1. size and form of the CBOR (`cbor.*`), of the response (`mdoc.form`), its version and status, one document;
2. the type of document that was asked for (`mdoc.doctype`);
3. the issuer's certificates are there (`mdoc.chain`), lead to an anchor (the caller's codes, `certificate.*`), and its
   signature holds (`mdoc.issuer_signature`);
4. the mobile security object is one (`mdoc.mso`), with SHA-256 (`mdoc.digest_algorithm`);
5. each element is well formed (`mdoc.item`), there once (`mdoc.duplicate`), and has its digest (`mdoc.digest`);
6. the issuer signed the same type of document (`mdoc.mso_doctype`);
7. it is valid now (`mdoc.validity`, `.not_yet_valid`, `.expired`), and was signed while the certificate was valid
   (`mdoc.signed_outside`); its status stands in a place that we know (`mdoc.status_reference`);
8. it is bound to a P-256 key (`mdoc.device_key`), which signed (`mdoc.device_mac`, `.device_signature_form`), said
   nothing of its own (`mdoc.device_namespaces`), and did so for this very request (`mdoc.device_signature`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.certificates import Followed
from madang.identity.mdoc.cbor import Encoded, decode
from madang.identity.mdoc.cose import is_signed, read_key, read_sign1
from madang.identity.mdoc.issuing import Validity
from madang.identity.mdoc.reading import (
    Item,
    member,
    read_chain,
    read_mso,
    read_namespaces,
    read_status,
    read_validity,
)
from madang.identity.mdoc.transcript import DEVICE_NAMESPACES, device_authentication
from madang.identity.verified import StatusReference
from madang.kernel.errors import MadangError

_ISSUER_SIGNED = frozenset({"nameSpaces", "issuerAuth"})
Trust = Callable[[tuple[bytes, ...]], Followed]
"""Follows a chain of certificates (DER, the key's own first) to an anchor, or raises `MadangError`."""


class Document(msgspec.Struct, frozen=True):
    """What was verified: the data elements by namespace and identifier, the issuer's chain, the holder's key (a public
    JWK), when it counts, and where its status stands. Whether the status is good is for the caller to find out."""

    doc_type: str
    elements: dict[str, dict[str, Any]]
    issuer: Followed
    holder: dict[str, str]
    validity: Validity
    status: StatusReference | None


def verify_presentation(response: bytes, doc_type: str, transcript: bytes, trust: Trust, now: int) -> Document:
    """What a DeviceResponse with one document of this type shows, in answer to the request of this transcript.

    `now` in seconds. Raises `MadangError` with the codes that stand atop this file.
    """
    document = _read_response(response)
    if member(document, "docType", str, "mdoc.form", "The document") != doc_type:
        raise MadangError("mdoc.doctype", "The document is of another type than was asked for.")
    issuer_signed = member(document, "issuerSigned", dict, "mdoc.form", "The document")
    verified, key = _verify_issuer(issuer_signed, doc_type, trust, now)
    device_signed = member(document, "deviceSigned", dict, "mdoc.form", "The document")
    _verify_device(device_signed, doc_type, transcript, key)
    return verified


def verify_issued(issuer_signed: bytes, doc_type: str, trust: Trust, now: int) -> Document:
    """What a credential says that a wallet was just given, before it keeps it: all checks but those of a presentation.

    `now` in seconds. Raises `MadangError` with the codes that stand atop this file.
    """
    given = decode(issuer_signed, "The credential", unread_headers=True)
    if type(given) is not dict:
        raise MadangError("mdoc.form", "The credential is no IssuerSigned.")
    return _verify_issuer(given, doc_type, trust, now)[0]


def _read_response(response: bytes) -> dict[str, Any]:
    given = decode(response, "The presentation", unread_headers=True)
    if member(given, "version", str, "mdoc.form", "The presentation") != "1.0":
        raise MadangError("mdoc.version", "The presentation is of another version than 1.0.")
    if member(given, "status", int, "mdoc.form", "The presentation") != 0:
        raise MadangError("mdoc.status", "The wallet says that it could not answer.")
    documents = given.get("documents")
    if type(documents) is not list or len(documents) != 1 or type(documents[0]) is not dict:
        raise MadangError("mdoc.documents", "The presentation has not one document, which each answer has.")
    return dict(documents[0])


def _verify_issuer(
    issuer_signed: Mapping[str, Any], doc_type: str, trust: Trust, now: int
) -> tuple[Document, ec.EllipticCurvePublicKey]:
    """All that the issuer's signature covers, and the key that the credential is bound to."""
    if not issuer_signed.keys() <= _ISSUER_SIGNED:
        raise MadangError("mdoc.form", "issuerSigned has members that ISO/IEC 18013-5 does not know.")
    auth = read_sign1(issuer_signed.get("issuerAuth"), "The issuer's signature", "mdoc.issuer_auth")
    followed = trust(read_chain(auth))
    if auth.payload is None or not is_signed(auth, auth.payload, followed.key):
        raise MadangError("mdoc.issuer_signature", "The issuer's signature does not hold: something was altered.")
    mso = read_mso(auth)
    if mso.get("digestAlgorithm") != "SHA-256":
        raise MadangError(
            "mdoc.digest_algorithm", "The credential's digests are not SHA-256, the only ones that count."
        )
    namespaces = read_namespaces(dict(issuer_signed))
    _check_digests(mso, namespaces)
    if mso.get("docType") != doc_type:
        raise MadangError("mdoc.mso_doctype", "The issuer signed another type of document than the one that is shown.")
    validity = read_validity(mso)
    _check_time(validity, followed, now)
    status = read_status(mso)
    key_info = member(mso, "deviceKeyInfo", dict, "mdoc.device_key", "The mobile security object")
    key, holder = read_key(key_info.get("deviceKey"))
    elements = {name: {item.identifier: item.value for item in items} for name, items in namespaces.items()}
    return Document(doc_type, elements, followed, holder, validity, status), key


def _check_digests(mso: Mapping[str, Any], namespaces: Mapping[str, list[Item]]) -> None:
    digests = member(mso, "valueDigests", dict, "mdoc.mso", "The mobile security object")
    for namespace, items in namespaces.items():
        expected = digests.get(namespace)
        for item in items:
            if type(expected) is not dict or expected.get(item.number) != item.encoded.digest():
                raise MadangError("mdoc.digest", "A data element is not the one that the issuer signed.")


def _check_time(validity: Validity, followed: Followed, now: int) -> None:
    if now < validity.since:
        raise MadangError("mdoc.not_yet_valid", "The credential is not valid yet.")
    if now >= validity.until:
        raise MadangError("mdoc.expired", "The credential has expired. The wallet must fetch a new one.")
    if not followed.since <= validity.signed < followed.until:
        raise MadangError("mdoc.signed_outside", "The credential was signed while its certificate was not valid.")


def _verify_device(
    device_signed: Mapping[str, Any], doc_type: str, transcript: bytes, key: ec.EllipticCurvePublicKey
) -> None:
    """That the holder's key signed for this request, and for nothing that it says by itself."""
    namespaces = member(device_signed, "nameSpaces", Encoded, "mdoc.form", "deviceSigned")
    auth = member(device_signed, "deviceAuth", dict, "mdoc.form", "deviceSigned")
    if "deviceMac" in auth:
        raise MadangError("mdoc.device_mac", "The holder's key made a MAC. Only a signature counts here.")
    signed = read_sign1(auth.get("deviceSignature"), "The holder's signature", "mdoc.device_signature_form")
    if signed.payload is not None:
        raise MadangError("mdoc.device_signature_form", "The holder's signature brings what it signed along.")
    if namespaces != DEVICE_NAMESPACES and decode(namespaces.content, "deviceSigned") != {}:
        raise MadangError("mdoc.device_namespaces", "The holder adds data elements of its own, which no issuer signed.")
    payload = device_authentication(transcript, doc_type, namespaces)
    if not is_signed(signed, payload, key):
        raise MadangError("mdoc.device_signature", "The holder's signature does not hold for this request.")
