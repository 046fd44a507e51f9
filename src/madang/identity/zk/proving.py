"""The holder's side: a proof from a credential and a signature of the key that it is bound to."""

import datetime
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity.catalogue import CredentialType
from madang.identity.mdoc import present
from madang.identity.mdoc.cbor import Encoded, decode, encode
from madang.identity.mdoc.cose import Sign1, read_sign1
from madang.identity.mdoc.reading import member, read_chain, read_mso, read_namespaces, read_validity
from madang.identity.zk.provable import check_provable
from madang.identity.zk.running import run
from madang.identity.zk.statement import SYSTEM_ID, Prove, Refused, Statement
from madang.kernel.errors import MadangError

MAX_SIGNED_BYTES = 2533
MAX_ITEM_BYTES = 119
"""How long a mobile security object, and an element, the circuit has room for (40 and 2 blocks of SHA-256)."""


def prove(
    issuer_signed: bytes,
    of: CredentialType,
    element: str,
    value: bool,
    transcript: bytes,
    sign: Callable[[bytes], bytes],
    now: int,
) -> bytes:
    """A DeviceResponse that proves that `element` of this credential is `value`, for the request of this transcript.

    It has one document, in the form of ISO/IEC 18013-5, second edition, as Multipaz writes and reads it.

    `sign` gives r and s (64 bytes) by the key that the credential is bound to; the key itself is not asked for, so it
    may be one that never leaves a phone. What goes into the proof is the whole credential: prove on the holder's own
    device. `now` in seconds: it is part of what is proven, and the document says it.

    Raises `MadangError`: `zk.element`, `zk.namespace`, `zk.status`, `zk.not_held` (the credential says otherwise, or
    not at this time), `zk.too_long` (larger than the circuit), `zk.not_proven`, `zk.unavailable`, `zk.stopped`,
    `mdoc.*`, `cbor.*`.
    """
    check_provable(of, element)
    held = decode(issuer_signed, "The credential")
    auth = read_sign1(member(held, "issuerAuth", list, "mdoc.form", "The credential"), "The credential", "mdoc.form")
    _check_held(held, auth, of, element, value, now)
    chain = read_chain(auth)
    response = present(issuer_signed, of.doctype, {of.namespace: [element]}, transcript, sign)
    statement = Statement(of.doctype, of.namespace, element, value, _point(chain[0]), transcript, now)
    done = run(Prove(statement, response))
    if isinstance(done, Refused):
        raise MadangError("zk.not_proven", f"The library made no proof of this credential: {done.why}.")
    said = {
        "zkSystemId": SYSTEM_ID,
        "docType": of.doctype,
        "timestamp": datetime.datetime.fromtimestamp(now, datetime.UTC),
        "issuerSigned": {of.namespace: [{"elementIdentifier": element, "elementValue": value}]},
        "deviceSigned": {},
        "msoX5chain": list(chain) if len(chain) > 1 else chain[0],
    }
    document = {"proof": done.proof, "documentData": Encoded(encode(said))}
    return encode({"version": "1.0", "zkDocuments": [document], "status": 0})


def _check_held(held: dict[str, Any], auth: Sign1, of: CredentialType, element: str, value: bool, now: int) -> None:
    """What the library would refuse without a word, or end its process at."""
    item = next((one for one in read_namespaces(held).get(of.namespace, []) if one.identifier == element), None)
    if item is None or item.value is not value:
        raise MadangError("zk.not_held", f"The credential does not say that {element} is {str(value).lower()}.")
    mso = read_mso(auth)
    validity = read_validity(mso)
    if mso.get("docType") != of.doctype or not validity.since <= now < validity.until:
        raise MadangError("zk.not_held", "The credential is not valid now, or of another type. Fetch a new one.")
    if len(item.encoded.tagged()) > MAX_ITEM_BYTES or len(auth.payload or b"") > MAX_SIGNED_BYTES:
        raise MadangError("zk.too_long", "The credential is larger than the proof has room for. Ask for a smaller one.")


def _point(certificate: bytes) -> bytes:
    """The public key of a certificate: x and y, 64 bytes. Raises `MadangError` (`mdoc.chain`)."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MadangError("mdoc.chain", "The issuer's certificate is not for a P-256 key.")
    return point_of(key)


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The point of a P-256 key: x and y, 64 bytes."""
    numbers = key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
